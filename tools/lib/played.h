/*
 * played: which lines of a file were used up.
 *
 * Processes of one run (SLUICE_RUN) share it, by a file in the run's folder
 * with a byte for each line; else it is the process' own, and begins empty.
 */
#ifndef SLUICE_PLAYED_H
#define SLUICE_PLAYED_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct played {
	int fd;     /* the run's file, or -1 */
	char *path; /* of it */
	struct buf here;
};

/* path: the file with the lines. False, with *why. Close it anyway. */
bool played_open(struct played *, const char *path, struct buf *why);
void played_close(struct played *);

/*
 * Keeps other processes out, so that a free line can be looked for. False,
 * with *why. Unlocking cannot fail.
 */
bool played_lock(struct played *, struct buf *why);
void played_unlock(struct played *);

/* Uses up a line, from 0; false if it was before, or, with *why, by failure. */
bool played_claim(struct played *, uint64_t line, struct buf *why);

#endif
