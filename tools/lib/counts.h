/*
 * counts: which keys were expected, and how often each was delivered.
 *
 * Keeps 96 bits of a fingerprint (XXH3) and a counter for each key, not the
 * key, in 16 bytes of an open-addressing table that doubles: 22 to 43 bytes a
 * key. Two different keys among 10^9 share a fingerprint with a probability
 * under 10^-11.
 */
#ifndef SLUICE_COUNTS_H
#define SLUICE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct counts {
	struct counts_slot *slot;
	size_t cap; /* 0, or 2^(64 - shift) */
	unsigned shift;
	size_t n; /* keys */
};

#define COUNTS_INIT           \
	{                     \
		NULL, 0, 0, 0 \
	}

/* What is kept of a key. */
struct counts_print {
	uint64_t high;
	uint32_t low;
};
/* Keys of other kinds have other prints. */
struct counts_print counts_print(unsigned kind, const void *key, size_t len);

/*
 * Begins to load the memory where a key's counter is: looking up some 16 keys
 * later does not wait for it then.
 */
void counts_prefetch(const struct counts *, struct counts_print);

/*
 * The counter of a key, valid until the next call with `add`; where it is not
 * there, NULL, or with `add` a new one that is 0.
 */
uint32_t *counts_at(struct counts *, struct counts_print, bool add);
/* The same for a key of the kind 0. */
uint32_t *counts_get(struct counts *, const void *key, size_t len, bool add);
/* Calls `one` for each counter. */
void counts_each(
    struct counts *, void (*one)(void *arg, uint32_t n), void *arg);

/* Makes room for so many keys at once: growing there costs a quarter. */
void counts_reserve(struct counts *, size_t keys);
void counts_free(struct counts *);

#endif
