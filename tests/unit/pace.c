/* Rates, holds, and processes that share them. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pace.h"
#include "pacefile.h"
#include "unit.h"

static char folder[] = "/tmp/sluice-pace.XXXXXX";

static const struct {
	const char *text;
	double per_second, burst; /* 0: it is no rate */
} rates[] = {
    {"5/s", 5, 1},
    {"0.5/s", 0.5, 1},
    {"60/m", 1, 1},
    {"1800/h", 0.5, 1},
    {"5/s,10", 5, 10},
    {"5", 0, 0},
    {"/s", 0, 0},
    {"5/d", 0, 0},
    {"5/s,", 0, 0},
    {"5/s,0", 0, 0},
    {"5/s ", 0, 0},
    {"5/sx", 0, 0},
    {"-5/s", 0, 0},
    {"0/s", 0, 0},
    {"inf/s", 0, 0},
};

static void
try_rates(void)
{
	struct pace_rate r = {0, 0};
	const char *why;
	size_t i;

	for (i = 0; i < sizeof rates / sizeof *rates; i++) {
		why = pace_rate(&r, rates[i].text);
		CHECK(
		    (why == NULL) == (rates[i].burst > 0), "%s", rates[i].text);
		CHECK(why || (r.per_second == rates[i].per_second &&
				 r.burst == rates[i].burst),
		    "%s: %f %f", rates[i].text, r.per_second, r.burst);
	}
}

static double
next(struct pace *p)
{
	int64_t turn;

	return pace_next(p, &turn);
}

static bool
near(double a, double b)
{
	return a > b - 1 && a <= b;
}

static void
try_slots(void)
{
	struct pace_rate slow = {0.01, 3}, none = {0, 1};
	struct pace *list = NULL, *p, *q;

	p = pace_of(&list, "http://slots:80", slow);
	CHECK(pace_of(&list, "http://slots:80", slow) == p, "the same");
	CHECK(next(p) == 0 && next(p) == 0 && next(p) == 0, "a burst of three");
	CHECK(near(next(p), 100), "the fourth");
	CHECK(near(next(p), 200), "the fifth");
	q = pace_of(&list, "http://other:80", none);
	CHECK(next(q) == 0 && next(q) == 0, "another origin");
	CHECK(pace_held(q) == 0, "not held");
	pace_hold(q, 50);
	CHECK(near(pace_held(q), 50) && near(next(q), 50), "held");
	pace_hold(q, 20);
	CHECK(near(pace_held(q), 50), "a shorter hold changes nothing");
	pace_free(list);
}

/* Who is late by less than the time between two turns costs nobody one. */
static void
try_late(void)
{
	struct pace_rate rate = {0.01, 1};
	struct pace *list = NULL, *p;
	int64_t first, second;

	p = pace_of(&list, "http://late:80", rate);
	pace_next(p, &first);
	usleep(1000);
	pace_enter(p, first);
	pace_leave();
	pace_next(p, &second);
	CHECK(second - first == (int64_t)100000000000, "%lld",
	    (long long)(second - first));
	pace_free(list);
}

/* Who is later moves all turns to come; the gate keeps the others back. */
static void
try_gate(void)
{
	enum { GAP = 50000000 };
	struct pace_rate rate = {20, 2};
	struct pace *list = NULL, *p;
	int64_t turn[5], at[4];
	size_t i;

	p = pace_of(&list, "http://gate:80", rate);
	for (i = 0; i < 4; i++)
		pace_next(p, &turn[i]);
	CHECK(turn[3] - turn[2] == GAP, "turns");
	usleep(220000);
	for (i = 0; i < 4; i++) {
		pace_enter(p, turn[i]);
		at[i] = pacefile_now();
	}
	pace_leave();
	pace_next(p, &turn[4]);
	CHECK(at[3] - at[0] >= GAP - 1000000, "the fourth: %lld",
	    (long long)(at[3] - at[0]));
	CHECK(turn[4] - at[0] >= 2 * GAP - 1000000, "to come: %lld",
	    (long long)(turn[4] - at[0]));
	pace_leave();
	pace_free(list);
}

/* A process that was stopped while it had the lock is passed by. */
static void
try_stopped(void)
{
	struct pace_rate rate = {0.01, 1};
	struct pace *list = NULL, *p;
	int64_t turn;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		p = pace_of(&list, "http://stopped:80", rate);
		pace_next(p, &turn);
		pace_enter(p, turn);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	p = pace_of(&list, "http://stopped:80", rate);
	CHECK(next(p) > 90, "its turn counts");
	CHECK(next(p) > 190, "so does that of who passed by");
	pace_free(list);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Another process' slots and holds count; a dead one's lock does not. */
static void
try_processes(void)
{
	struct pace_rate rate = {0.01, 2};
	struct pace *list = NULL, *p;
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[100];
	int status = 0, fd;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		p = pace_of(&list, "http://shared:80", rate);
		_exit(next(p) != 0 || next(p) != 0);
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "the first process: %d", status);
	p = pace_of(&list, "http://shared:80", rate);
	CHECK(near(next(p), 100), "its slots count");
	pid = fork();
	if (pid == 0) {
		snprintf(path, sizeof path, "%s/pace/http___shared_80", folder);
		fd = open(path, O_RDWR);
		_exit(fd == -1 || fcntl(fd, F_SETLK, &l) == -1);
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "the second process: %d", status);
	CHECK(near(next(p), 200), "its lock is gone");
	pace_free(list);
}

static void
write_file(const char *path, const char *s, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd != -1 && write(fd, s, len) == (ssize_t)len, "%s", path);
	close(fd);
}

/* Garbage and other boots count as nothing; links are not followed. */
static void
try_files(void)
{
	struct pace_rate none = {0, 1};
	struct pace *list = NULL, *p;
	struct stat st;
	char path[100], junk[56];

	snprintf(path, sizeof path, "%s/pace", folder);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700, "mode %o",
	    (unsigned)st.st_mode);
	memset(junk, 0x7f, sizeof junk);
	snprintf(path, sizeof path, "%s/pace/http___junk_80", folder);
	write_file(path, junk, sizeof junk);
	p = pace_of(&list, "http://junk:80", none);
	CHECK(pace_held(p) == 0 && next(p) == 0, "junk");
	snprintf(path, sizeof path, "%s/pace/http___link_80", folder);
	CHECK(symlink("/dev/null", path) == 0, "symlink");
	p = pace_of(&list, "http://link:80", none);
	pace_hold(p, 9);
	CHECK(near(pace_held(p), 9), "alone");
	pace_free(list);
	list = NULL;
	p = pace_of(&list, "http://link:80", none);
	CHECK(pace_held(p) == 0, "and not shared");
	pace_free(list);
}

int
main(void)
{
	char command[100];

	if (!mkdtemp(folder) || setenv("SLUICE_VAR", folder, 1))
		return 1;
	try_rates();
	try_slots();
	try_late();
	try_gate();
	try_stopped();
	try_processes();
	try_files();
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	if (system(command))
		return 1;
	return UNIT_END();
}
