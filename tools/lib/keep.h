/*
 * keep: one record of each key, which a later record may take the place of.
 *
 * Owns copies of the records. A key costs a fingerprint of 128 bits (XXH3)
 * and a pointer, 27 to 55 bytes, beside its record.
 */
#ifndef SLUICE_KEEP_H
#define SLUICE_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

/* A record that is kept, and what it was chosen by. */
struct kept {
	uint64_t line;
	struct json_val record;
	struct json_val rank; /* the caller's matter */
};

struct keep {
	struct keep_slot *slot;
	size_t cap; /* a power of two, or 0 */
	size_t n;   /* keys */
	uint64_t bytes;
};

#define KEEP_INIT             \
	{                     \
		NULL, 0, 0, 0 \
	}

/*
 * The place of a key, valid until the next call: where the kept record is, or
 * NULL for a key that is new, which keep_put has to fill.
 */
struct kept **keep_find(struct keep *, const void *key, size_t len);

/* Puts copies into a place; what was there is freed. */
void keep_put(struct keep *, struct kept **, const struct kept *);

/* All kept records by line; the caller frees the array, not what is in it. */
struct kept **keep_sorted(const struct keep *);

void keep_free(struct keep *);

#endif
