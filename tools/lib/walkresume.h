/*
 * walkresume: a walk that goes on where an earlier process left it: the state
 * file (resume.h), the walk's place (walkstate.h) and the part of the output
 * that is there, kept in step.
 *
 * Functions that can fail return false with an exit status and *why.
 */
#ifndef SLUICE_WALKRESUME_H
#define SLUICE_WALKRESUME_H

#include <stdbool.h>

#include "buf.h"
#include "rec.h"
#include "repeat.h"
#include "resume.h"
#include "walk.h"

struct walkresume {
	const char *output; /* its name; NULL: this walk is not kept */
	struct resume file;
};

/*
 * Before the output is opened (rec.h), which is kept then. identity: the
 * members that tell this walk, and what is printed of it, from others.
 */
bool walkresume_open(struct walkresume *, const char *output,
    const struct buf *identity, int *status, struct buf *why);

/*
 * Behind it: cuts the part to what is known to be there, counts it as done,
 * and brings the walk to its place. repeat may be NULL. *over: there is
 * nothing to ask for any more.
 */
bool walkresume_go_on(struct walkresume *, struct walk *, struct rec *,
    struct repeat *, bool *over, int *status, struct buf *why);

/* A page was printed, and the walk is as walk_next left it. */
bool walkresume_page(struct walkresume *, const struct walk *, struct rec *,
    enum walk_is, int *status, struct buf *why);

/* After rec_close gave 0 or 1: the state is not wanted any more. */
bool walkresume_done(struct walkresume *, struct buf *why);
void walkresume_free(struct walkresume *);

#endif
