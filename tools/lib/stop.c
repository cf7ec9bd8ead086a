#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "stop.h"
#include "when.h"

static volatile sig_atomic_t asked;

static void
on_signal(int sig)
{
	asked = sig;
}

void
stop_init(void)
{
	static const int sigs[] = {SIGINT, SIGTERM};
	struct sigaction sa, old;
	size_t i;

	/* Once only, and no restart: a blocking call returns with EINTR. */
	sa.sa_handler = on_signal;
	sa.sa_flags = (int)SA_RESETHAND;
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < sizeof sigs / sizeof *sigs; i++)
		if (sigaction(sigs[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(sigs[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
stop_asked(void)
{
	return asked;
}

int
stop_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct timespec t = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
	sigset_t both, old;
	int r, error;

	/*
	 * A signal between a check of `asked` and a plain poll would be
	 * slept through: so it is held back until ppoll waits.
	 */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &old);
	if (asked) {
		r = -1;
		error = EINTR;
	} else {
		r = ppoll(fds, n, timeout_ms < 0 ? NULL : &t, &old);
		error = errno;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = error;
	return r;
}

bool
stop_sleep(double seconds)
{
	double end = when_now() + seconds;
	double left;

	while ((left = end - when_now()) > 0) {
		if (asked)
			return false;
		/* An hour at a time keeps the milliseconds in an int. */
		stop_poll(
		    NULL, 0, left > 3600 ? 3600000 : (int)(left * 1000) + 1);
	}
	return !asked;
}

void
stop_die(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	_exit(128 + sig);
}
