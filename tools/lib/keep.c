#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "buf.h"
#include "keep.h"

/* Free where `kept` is NULL; a new key's slot is free until it is filled. */
struct keep_slot {
	XXH128_hash_t key;
	struct kept *kept;
};

enum { FIRST = 1024 };

static struct keep_slot *
find(const struct keep *k, XXH128_hash_t key)
{
	struct keep_slot *slot;
	size_t i;

	for (i = (size_t)key.low64;; i++) {
		slot = &k->slot[i & (k->cap - 1)];
		if (slot->kept == NULL || XXH128_isEqual(slot->key, key))
			return slot;
	}
}

static void
grow(struct keep *k)
{
	struct keep old = *k;
	size_t i;

	k->cap = old.cap ? old.cap * 2 : FIRST;
	k->slot = buf_array(NULL, k->cap, sizeof *k->slot);
	memset(k->slot, 0, k->cap * sizeof *k->slot);
	k->bytes += (k->cap - old.cap) * sizeof *k->slot;
	for (i = 0; i < old.cap; i++)
		if (old.slot[i].kept)
			*find(k, old.slot[i].key) = old.slot[i];
	free(old.slot);
}

struct kept **
keep_find(struct keep *k, const void *key, size_t len)
{
	XXH128_hash_t hash = XXH3_128bits(key, len);
	struct keep_slot *slot;

	if (k->n >= k->cap / 8 * 7)
		grow(k);
	slot = find(k, hash);
	slot->key = hash;
	return &slot->kept;
}

static size_t
size_of(const struct kept *kept)
{
	return sizeof *kept + kept->record.len + kept->rank.len;
}

void
keep_put(struct keep *k, struct kept **place, const struct kept *new)
{
	struct kept *kept = buf_array(NULL, size_of(new), 1);
	char *text = (char *)(kept + 1);

	*kept = *new;
	memcpy(text, new->record.s, new->record.len);
	kept->record.s = text;
	if (new->rank.len > 0)
		memcpy(text + new->record.len, new->rank.s, new->rank.len);
	kept->rank.s = text + new->record.len;
	if (*place)
		k->bytes -= size_of(*place);
	else
		k->n++;
	k->bytes += size_of(kept);
	free(*place);
	*place = kept;
}

static int
by_line(const void *a, const void *b)
{
	const struct kept *x = *(struct kept *const *)a;
	const struct kept *y = *(struct kept *const *)b;

	return (x->line > y->line) - (x->line < y->line);
}

struct kept **
keep_sorted(const struct keep *k)
{
	struct kept **list = buf_array(NULL, k->n, sizeof *list);
	size_t i, n = 0;

	for (i = 0; i < k->cap; i++)
		if (k->slot[i].kept)
			list[n++] = k->slot[i].kept;
	qsort(list, n, sizeof *list, by_line);
	return list;
}

void
keep_free(struct keep *k)
{
	size_t i;

	for (i = 0; i < k->cap; i++)
		free(k->slot[i].kept);
	free(k->slot);
	*k = (struct keep)KEEP_INIT;
}
