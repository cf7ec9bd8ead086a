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
	/* A record that ended early leaves what came after it to follow. */
	n->follows = n->list.n > 0;
	n->n = 0;
}

void
names_free(struct names *n)
{
	free(n->slot);
	free(n->list.end);
	buf_free(&n->list.text);
	buf_free(&n->decoded);
	*n = (struct names)NAMES_INIT;
}

static size_t
begin(const struct names_list *l, size_t i)
{
	return i > 0 ? l->end[i - 1] : 0;
}

/* Is this name the one at this place in the record before? */
static bool
is_next(const struct names *n, const char *s, size_t len)
{
	const struct names_list *l = &n->list;
	size_t at = begin(l, n->n);

	return n->n < l->n && l->end[n->n] - at == len &&
	       memcmp(l->text.s + at, s, len) == 0;
}

static void
append(struct names_list *l, const char *s, size_t len)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->end = buf_array(l->end, l->room, sizeof *l->end);
	}
	buf_add(&l->text, s, len);
	l->end[l->n++] = l->text.len;
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
			memcmp(n->decoded.s + slot->at, s, len) == 0))
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
	for (i = 0; i < old.cap; i++) {
		slot = &old.slot[i];
		if (slot->round == n->round)
			*find(n, slot->hash, n->decoded.s + slot->at,
			    slot->len) = *slot;
	}
	free(old.slot);
}

/* Adds a name to the table; false if it is there already. */
static bool
insert(struct names *n, const char *s, size_t len)
{
	struct names_slot *slot;
	size_t at = n->decoded.len;
	uint32_t hash;

	if (n->n * 2 >= n->cap)
		grow(n);
	if (memchr(s, '\\', len))
		json_unescape(&n->decoded, s, len);
	else
		buf_add(&n->decoded, s, len);
	len = n->decoded.len - at;
	hash = (uint32_t)XXH3_64bits(n->decoded.s + at, len);
	slot = find(n, hash, n->decoded.s + at, len);
	if (slot->round == n->round) {
		buf_cut(&n->decoded, at);
		return false;
	}
	*slot = (struct names_slot){n->round, hash, at, len};
	return true;
}

/* The record leaves the one before: its names so far go into the table. */
static void
leave(struct names *n)
{
	size_t so_far = n->n, at;

	n->follows = false;
	n->list.n = so_far;
	buf_cut(&n->list.text, begin(&n->list, so_far));
	buf_cut(&n->decoded, 0);
	/* After 2^32 rounds an old slot could look new. */
	if (++n->round == 0) {
		memset(n->slot, 0, n->cap * sizeof *n->slot);
		n->round = 1;
	}
	for (n->n = 0; n->n < so_far; n->n++) {
		at = begin(&n->list, n->n);
		insert(n, n->list.text.s + at, n->list.end[n->n] - at);
	}
}

bool
names_add(struct names *n, const char *s, size_t len)
{
	if (n->follows) {
		if (is_next(n, s, len)) {
			n->n++;
			return true;
		}
		leave(n);
	} else if (n->n == 0) {
		leave(n);
	}
	if (!insert(n, s, len))
		return false;
	append(&n->list, s, len);
	n->n++;
	return true;
}
