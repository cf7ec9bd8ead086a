/*
 * walkway: the ways to walk. Internal to walk.
 *
 * A way that counts makes the next request from what was received so far;
 * the others are told it, in a header field, the body or a link.
 */
#ifndef SLUICE_WALKWAY_H
#define SLUICE_WALKWAY_H

#include "walk.h"

enum walk_counts { WALK_TOLD, WALK_PAGES, WALK_RECORDS };

struct walk_way {
	const char *name;
	enum walk_counts counts;
	bool html;
	/*
	 * Makes `ask` the next page's, after one of n records; false, perhaps
	 * with *why, where there is none.
	 */
	bool (*next)(struct walk *, const struct tell_answer *, uint64_t n,
	    struct buf *why);
};

/* For a page that shows no way on. */
extern const struct walk_way walkway_nowhere;

/* Finds the way that the rules name, and what it needs. */
bool walkway_set(struct walk *, struct buf *why);

/* Makes `ask` the first page's. */
bool walkway_begin(struct walk *, struct buf *why);

/* Makes *ask that of the i-th page behind the one in hand, by counting. */
bool walkway_ahead(const struct walk *, uint64_t i, struct pageask *);

#endif
