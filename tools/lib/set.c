#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "buf.h"
#include "set.h"

/*
 * A fingerprint; {0, 0} is a free slot. In a shard the slots are in the order
 * of `high`, each at or behind its home, home(high) being linear in it, with
 * no free slot between home and slot: what is looked for is not there as soon
 * as a larger fingerprint or a free slot is met. SPARE slots behind the last
 * home take what would wrap around.
 */
struct set_slot {
	uint64_t high, low;
};

enum { FIRST = 64, SPARE = 64 };

static struct set_slot
fingerprint(const void *key, size_t len)
{
	XXH128_hash_t h = XXH3_128bits(key, len);
	struct set_slot f = {h.high64, h.low64};

	if (f.high == 0 && f.low == 0)
		f.low = 1;
	return f;
}

static struct set_shard *
shard_of(const struct set *s, struct set_slot f)
{
	/* The low half picks the shard, the high half the home in it. */
	return (struct set_shard *)&s->shard[f.low % SET_SHARDS];
}

static size_t
home(const struct set_shard *d, uint64_t high)
{
	return (size_t)((high >> 32) * d->cap >> 32);
}

static int
compare(struct set_slot a, struct set_slot b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low < b.low ? -1 : a.low > b.low;
}

static bool
is_free(struct set_slot f)
{
	return f.high == 0 && f.low == 0;
}

/* Where f is (*found), or where it would have to be put. */
static size_t
find(const struct set_shard *d, struct set_slot f, bool *found)
{
	size_t i = home(d, f.high);
	int c = -1;

	while (i < d->cap + SPARE && !is_free(d->slot[i]) &&
	       (c = compare(d->slot[i], f)) < 0)
		i++;
	*found = i < d->cap + SPARE && !is_free(d->slot[i]) && c == 0;
	return i;
}

/* Makes room at slot i; false if the slots behind it are all taken. */
static bool
shift(struct set_shard *d, size_t i)
{
	size_t end = i;

	while (end < d->cap + SPARE && !is_free(d->slot[end]))
		end++;
	if (end == d->cap + SPARE)
		return false;
	memmove(&d->slot[i + 1], &d->slot[i], (end - i) * sizeof *d->slot);
	return true;
}

/* Lays the slots of `old` out in d, which is larger; false if they jam. */
static bool
spread(struct set_shard *d, const struct set_shard *old)
{
	size_t i, at = 0;

	for (i = 0; old->slot && i < old->cap + SPARE; i++) {
		if (is_free(old->slot[i]))
			continue;
		if (at < home(d, old->slot[i].high))
			at = home(d, old->slot[i].high);
		if (at == d->cap + SPARE)
			return false;
		d->slot[at++] = old->slot[i];
	}
	return true;
}

static void
grow(struct set *s, struct set_shard *d)
{
	struct set_shard old = *d;
	size_t n;
	bool fits;

	d->cap = old.cap ? old.cap : FIRST - FIRST / 5;
	do {
		d->cap += d->cap / 5;
		n = d->cap + SPARE;
		d->slot = buf_array(NULL, n, sizeof *d->slot);
		memset(d->slot, 0, n * sizeof *d->slot);
		fits = spread(d, &old);
		if (!fits)
			free(d->slot);
	} while (!fits);
	s->bytes += n * sizeof *d->slot;
	if (old.slot)
		s->bytes -= (old.cap + SPARE) * sizeof *old.slot;
	free(old.slot);
}

bool
set_add(struct set *s, const void *key, size_t len)
{
	struct set_slot f = fingerprint(key, len);
	struct set_shard *d = shard_of(s, f);
	bool found = false;
	size_t i;

	if (d->slot)
		find(d, f, &found);
	if (found)
		return false;
	/* Full to 7/8 a cluster is some ten slots long: one or two lines. */
	while (d->n >= d->cap - d->cap / 8 || !shift(d, i = find(d, f, &found)))
		grow(s, d);
	d->slot[i] = f;
	d->n++;
	s->n++;
	return true;
}

bool
set_has(const struct set *s, const void *key, size_t len)
{
	struct set_slot f = fingerprint(key, len);
	struct set_shard *d = shard_of(s, f);
	bool found = false;

	if (d->slot)
		find(d, f, &found);
	return found;
}

void
set_free(struct set *s)
{
	size_t i;

	for (i = 0; i < SET_SHARDS; i++)
		free(s->shard[i].slot);
	*s = (struct set)SET_INIT;
}
