/*
 * pgorder: the rows of a batch in the order of their keys.
 *
 * Keys are compared by the text that is sent for them, shorter ones first, so
 * that whole numbers ascend. The server may find more keys equal than that,
 * never fewer. All loaders of a table lock its rows in this same order.
 */
#ifndef SLUICE_PGORDER_H
#define SLUICE_PGORDER_H

#include <stdint.h>

#include "pgrows.h"

/* A row's line for COPY, which begins with its key. 32 bytes: see pgorder. */
struct pgorder_line {
	uint64_t head[2]; /* the key's first bytes, to compare as numbers */
	const char *s;
	uint32_t len, key_len;
};

enum pgorder_is {
	PGORDER_NONE,     /* not all keys are different */
	PGORDER_SORTED,   /* they are, and `line` has them in order */
	PGORDER_ASCENDING /* they are, and they come in order */
};

/* For rows none of which is bad; line, with room for all, is theirs. */
enum pgorder_is pgorder(const struct pgrows *, struct pgorder_line *line);

#endif
