/*
 * walkstate: a walk as JSON, so that another process can go on with it.
 */
#ifndef SLUICE_WALKSTATE_H
#define SLUICE_WALKSTATE_H

#include <stdbool.h>

#include "buf.h"
#include "json.h"
#include "walk.h"

/*
 * Appends the members that tell this walk from another one, without braces:
 * its first request and its rules, but for max_pages. After walk_init.
 */
void walkstate_identity(const struct walk *, struct buf *);

/* Appends the members that say where it is, after a page of WALK_ON. */
void walkstate_save(const struct walk *, struct buf *);

/*
 * Takes one saved state of the walk after the other, first to last: then the
 * walk is where the last one was, and its guards know all that came before.
 * False if it is none. The value has to outlive the walk.
 */
bool walkstate_restore(struct walk *, struct json_val);

#endif
