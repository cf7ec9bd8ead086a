/*
 * stop: how a process ends before its input does.
 *
 * The first SIGINT or SIGTERM only asks: whoever waits for input, for a
 * socket or for time finds out by stop_asked() or a wait that returns early,
 * finishes the request or batch in hand and leaves by its normal end, which
 * calls stop_die() to die by that same signal. The second one kills at once.
 * SIGPIPE is ignored so that a lost reader is seen as EPIPE.
 */
#ifndef SLUICE_STOP_H
#define SLUICE_STOP_H

#include <poll.h>
#include <stdbool.h>

/* Installs the handlers. A signal that was ignored at start stays ignored. */
void stop_init(void);

/* The signal that asked to stop, or 0. */
int stop_asked(void);

/*
 * poll(2) with a timeout in milliseconds (-1: none) that a stop signal always
 * ends, also one that came just before. Returns what poll returns; -1 with
 * EINTR when a stop was asked for.
 */
int stop_poll(struct pollfd *, nfds_t, int timeout_ms);

/* Waits so many seconds; false if a stop was asked for before they passed. */
bool stop_sleep(double seconds);

/* Dies by that signal, by its default action. */
_Noreturn void stop_die(int signal);

#endif
