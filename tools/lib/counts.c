#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Inline: two calls for each key would be felt. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "buf.h"
#include "counts.h"
#include "msg.h"

/* {0, 0} is a free slot. */
struct counts_slot {
	uint64_t high;
	uint32_t low, n;
};

enum { FIRST_BITS = 10 };

/* The slot of a fingerprint, or the free one where it would go. */
static struct counts_slot *
find(const struct counts *c, uint64_t high, uint32_t low)
{
	struct counts_slot *slot;
	size_t i;

	for (i = (size_t)(high >> c->shift);; i++) {
		slot = &c->slot[i & (c->cap - 1)];
		if (slot->high == high && slot->low == low)
			return slot;
		if (slot->high == 0 && slot->low == 0)
			return slot;
	}
}

/*
 * Free slots. Looking keys up in any order is waiting for memory, and half of
 * that for page tables: large pages are asked for.
 */
static struct counts_slot *
slots(size_t n)
{
	const size_t large = (size_t)2 << 20,
		     size = n * sizeof(struct counts_slot);
	void *p = NULL;

	if (size < large)
		p = buf_array(NULL, n, sizeof(struct counts_slot));
	else if (posix_memalign(&p, large, size) != 0)
		die(EX_OSERR, "could not allocate %zu bytes: out of memory",
		    size);
	else
		madvise(p, size, MADV_HUGEPAGE);
	memset(p, 0, size);
	return p;
}

static void
grow(struct counts *c, unsigned bits)
{
	struct counts old = *c;
	size_t i;

	c->shift = 64 - bits;
	c->cap = (size_t)1 << (64 - c->shift);
	c->slot = slots(c->cap);
	/* Homes are in the order of `high`: both tables are passed once. */
	for (i = 0; i < old.cap; i++)
		if (old.slot[i].high != 0 || old.slot[i].low != 0)
			*find(c, old.slot[i].high, old.slot[i].low) =
			    old.slot[i];
	free(old.slot);
}

struct counts_print
counts_print(unsigned kind, const void *key, size_t len)
{
	XXH128_hash_t h = XXH3_128bits_withSeed(key, len, kind);
	struct counts_print p = {h.high64, (uint32_t)h.low64};

	if (p.high == 0 && p.low == 0)
		p.low = 1;
	return p;
}

void
counts_prefetch(const struct counts *c, struct counts_print p)
{
	if (c->slot)
		__builtin_prefetch(&c->slot[p.high >> c->shift], 1);
}

uint32_t *
counts_at(struct counts *c, struct counts_print p, bool add)
{
	struct counts_slot *slot;

	if (add && c->n >= c->cap / 4 * 3)
		grow(c, c->cap ? 64 - c->shift + 1 : FIRST_BITS);
	if (c->slot == NULL)
		return NULL;
	slot = find(c, p.high, p.low);
	if (slot->high == p.high && slot->low == p.low)
		return &slot->n;
	if (!add)
		return NULL;
	*slot = (struct counts_slot){p.high, p.low, 0};
	c->n++;
	return &slot->n;
}

uint32_t *
counts_get(struct counts *c, const void *key, size_t len, bool add)
{
	return counts_at(c, counts_print(0, key, len), add);
}

void
counts_reserve(struct counts *c, size_t keys)
{
	unsigned bits = FIRST_BITS;

	while (bits < 63 && ((size_t)1 << bits) / 4 * 3 <= keys)
		bits++;
	if ((size_t)1 << bits > c->cap)
		grow(c, bits);
}

void
counts_each(struct counts *c, void (*one)(void *arg, uint32_t n), void *arg)
{
	size_t i;

	for (i = 0; i < c->cap; i++)
		if (c->slot[i].high != 0 || c->slot[i].low != 0)
			one(arg, c->slot[i].n);
}

void
counts_free(struct counts *c)
{
	free(c->slot);
	*c = (struct counts)COUNTS_INIT;
}
