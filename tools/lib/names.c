#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "json.h"
#include "names.h"

struct names_slot {
	uint32_t round;
	uint32_t hash;
	size_t at, len; /* in `text` */
};

void
names_reset(struct names *n)
{
	n->n = 0;
	buf_cut(&n->text, 0);
	/* After 2^32 records an old slot could look new. */
	if (++n->round == 0) {
		memset(n->slot, 0, n->cap * sizeof *n->slot);
		n->round = 1;
	}
}

void
names_free(struct names *n)
{
	free(n->slot);
	buf_free(&n->text);
	*n = (struct names)NAMES_INIT;
}

/* The slot of that name, or the free one where it would go. */
static struct names_slot *
find(const struct names *n, uint32_t hash, const char *s, size_t len)
{
	struct names_slot *slot;
	size_t i;

	for (i = hash;; i++) {
		slot = &n->slot[i & (n->cap - 1)];
		if (slot->round != n->round ||
		    (slot->hash == hash && slot->len == len &&
			memcmp(n->text.s + slot->at, s, len) == 0))
			return slot;
	}
}

static void
grow(struct names *n)
{
	struct names old = *n;
	struct names_slot *slot;
	size_t i;

	n->cap = old.cap ? old.cap * 2 : 64;
	n->slot = buf_array(NULL, n->cap, sizeof *n->slot);
	memset(n->slot, 0, n->cap * sizeof *n->slot);
	if (n->round == 0)
		n->round = 1;
	for (i = 0; i < old.cap; i++) {
		slot = &old.slot[i];
		if (slot->round == n->round)
			*find(n, slot->hash, n->text.s + slot->at, slot->len) =
			    *slot;
	}
	free(old.slot);
}

bool
names_add(struct names *n, const char *s, size_t len)
{
	struct names_slot *slot;
	size_t at = n->text.len;
	uint32_t hash;

	if (n->n * 2 >= n->cap)
		grow(n);
	if (memchr(s, '\\', len))
		json_decode(&n->text, (struct json_val){s - 1, len + 2});
	else
		buf_add(&n->text, s, len);
	len = n->text.len - at;
	hash = (uint32_t)XXH3_64bits(n->text.s + at, len);
	slot = find(n, hash, n->text.s + at, len);
	if (slot->round == n->round) {
		buf_cut(&n->text, at);
		return false;
	}
	*slot = (struct names_slot){n->round, hash, at, len};
	n->n++;
	return true;
}
