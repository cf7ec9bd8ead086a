/*
 * resume: what a walk has put down, so that another process can go on.
 *
 * FILE.state has a line for each page, and a first one that tells the walk
 * from others. A line is added, and synced, when the page's records are
 * synced in FILE.part (opt.h, keep_output), and says how long that is then:
 * what a killed process has written behind it is cut off. The file is locked
 * (flock) as long as it is open, since two processes would spoil the walk.
 */
#ifndef SLUICE_RESUME_H
#define SLUICE_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

struct resume {
	char *path;
	int fd;
	uint64_t pages;  /* that are there */
	uint64_t length; /* of FILE.part, in bytes and lines */
	uint64_t lines;
	bool ended;       /* the walk is at its end, and was not published */
	bool whole;       /* and was whole */
	struct buf began; /* when the walk did */

	/* the module's own */
	struct buf text; /* of the file */
	size_t at;       /* where the pages' lines begin in it */
};

/*
 * Opens the state of the walk whose output is that file. identity: the members
 * that tell it from others. False, with an exit status and *why, if another
 * process is at it, if it is of another walk, or spoiled.
 */
bool resume_open(struct resume *, const char *output,
    const struct buf *identity, int *status, struct buf *why);

/* The state of one page after the other, as it was given; false at the end. */
bool resume_next(struct resume *, struct json_val *state);

/*
 * A page is there, all of it: FILE.part has that length. state: the members
 * that say where the walk is now; NULL: it is at its end. False leaves errno.
 */
bool resume_page(struct resume *, uint64_t length, uint64_t lines,
    const struct buf *state, bool whole);

/* The output was published: removes the file. False leaves errno. */
bool resume_done(struct resume *);
void resume_free(struct resume *);

#endif
