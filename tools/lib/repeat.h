/*
 * repeat: records that a walk brings more than once, as a list does whose
 * records move while it is walked.
 *
 * Records are the same if their keys are, or, without a key, their texts.
 * It remembers a fingerprint of each (set.h), up to 24 bytes a record.
 */
#ifndef SLUICE_REPEAT_H
#define SLUICE_REPEAT_H

#include <stdint.h>

#include "buf.h"
#include "key.h"
#include "set.h"

struct repeat {
	struct key key; /* no parts: the text is the key */
	struct set seen;
	uint64_t n; /* records that came before, so far */
};

#define REPEAT_INIT                   \
	{                             \
		KEY_INIT, SET_INIT, 0 \
	}

/*
 * Takes a page's lines, which are checked JSON; returns how many of its
 * records came before. One that has no key never did.
 */
uint64_t repeat_page(struct repeat *, const struct buf *lines);
void repeat_free(struct repeat *);

#endif
