/*
 * pacefile: the times of an origin's pace, in a file that processes share.
 *
 * The file lies in the state folder's pace/, which is SLUICE_VAR, or
 * STATE_DIRECTORY, or ./var in a clone, or XDG_STATE_HOME/sluice, or
 * ~/.local/state/sluice. It is taken (locked by fcntl) and given back. A
 * process that dies gives it back by that; one that is stopped while it has
 * it is passed by after seconds, with a warning, by all that are running.
 * Where the file cannot be used (it is another user's, a symbolic link), one
 * warning, and the times are this process' alone.
 */
#ifndef SLUICE_PACEFILE_H
#define SLUICE_PACEFILE_H

#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds of CLOCK_BOOTTIME; 0: none. In this machine's byte order. */
struct pacetimes {
	char boot[40];
	int64_t hold; /* nobody goes before */
	int64_t slot; /* theoretical arrival time of the next request */
	int64_t sent; /* the same, by when requests were sent */
};

struct pacefile {
	const char *origin; /* the caller's */
	int fd;             /* -1: this process alone */
	off_t passed;       /* the locks that were found stuck */
	struct pacetimes own;
};

int64_t pacefile_now(void);

void pacefile_open(struct pacefile *, const char *origin);
void pacefile_close(struct pacefile *);

/*
 * Reads; what another boot or nobody of ours wrote counts as none. Without the
 * lock this may meet half of what another process writes: of eight bytes it
 * sees all or none, and a time that makes no sense is none.
 */
void pacefile_look(struct pacefile *, struct pacetimes *);

/* The same, and nobody else has it until it is given back. */
void pacefile_take(struct pacefile *, struct pacetimes *);
/* NULL: nothing has changed. */
void pacefile_give(struct pacefile *, const struct pacetimes *);

#endif
