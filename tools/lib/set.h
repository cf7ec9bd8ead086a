/*
 * set: which keys were seen.
 *
 * Keeps a 128-bit fingerprint (XXH3) of each key, not the key: two different
 * keys among 10^9 share one with a probability under 10^-20. Open addressing
 * in fingerprint order, in shards that grow one by one by a fifth: 17 to 24
 * bytes a key, also while growing. The order is that of the fingerprints, so
 * growing is one pass and looking for what is not there stops early.
 */
#ifndef SLUICE_SET_H
#define SLUICE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SET_SHARDS = 256 };

struct set_shard {
	struct set_slot *slot;
	size_t n, cap;
};

struct set {
	struct set_shard shard[SET_SHARDS];
	uint64_t n;     /* keys */
	uint64_t bytes; /* memory of all slots */
};

#define SET_INIT                     \
	{                            \
		{{NULL, 0, 0}}, 0, 0 \
	}

/* Adds a key; true if it was not there. */
bool set_add(struct set *, const void *key, size_t len);
bool set_has(const struct set *, const void *key, size_t len);
void set_free(struct set *);

#endif
