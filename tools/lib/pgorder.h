/*
 * pgorder: the rows of a batch in the order of their keys.
 *
 * Keys are compared by the text that is sent for them, shorter ones first, so
 * that whole numbers ascend. The server may find more keys equal than that,
 * never fewer. All loaders of a table lock its rows in this same order.
 */
#ifndef SLUICE_PGORDER_H
#define SLUICE_PGORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pgrows.h"

/* A row's line for COPY, which begins with its key. 32 bytes: see pgorder. */
struct pgorder_line {
	uint64_t head[2]; /* the key's first bytes, to compare as numbers */
	const char *s;
	uint32_t len, key_len;
};

/*
 * The lines of the rows, none of which is bad, in the order of their keys: of
 * rows of one key the last. Returns how many; line has room for all rows.
 * *as_they_are: all keys differ and come in this order. 0: a line is too long.
 */
size_t pgorder(
    const struct pgrows *, struct pgorder_line *line, bool *as_they_are);

#endif
