#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "nest.h"

/* Indexes into `node`; the root, 0, is no child, so 0 says there is none. */
struct nest_node {
	struct json_val part;  /* of the name, raw, without quotes */
	struct json_val from;  /* the name of the member that made it */
	struct json_val value; /* s is NULL: an object of children */
	uint64_t hash;
	uint32_t parent, first, last, next, children;
};

/* Free where it is of another round, that is of a record before. */
struct nest_slot {
	uint32_t round, node;
};

/* How long the escape, or the byte, at s is as raw text. */
static size_t
raw_unit(const char *s, const char *end)
{
	bool pair;

	if (*s != '\\')
		return 1;
	if (s[1] != 'u')
		return 2;
	/* Halves of a pair are one character. */
	pair = (s[2] | 0x20) == 'd' && strchr("89abAB", s[3]) &&
	       end - s >= 12 && s[6] == '\\' && s[7] == 'u';
	return pair ? 12 : 6;
}

/* The raw length of the separator at s; 0 if it is not there. */
static size_t
separator(struct nest *t, const char *s, const char *end)
{
	const char *from = s;
	size_t at, unit;

	for (at = 0; at < t->sep.len; s += unit) {
		if (s == end)
			return 0;
		unit = raw_unit(s, end);
		if (unit == 1) {
			if (*s != t->sep.s[at++])
				return 0;
			continue;
		}
		/* json_decode takes a string with its quotes. */
		buf_cut(&t->name, 0);
		if (!json_decode(
			&t->name, (struct json_val){s - 1, unit + 2}) ||
		    t->name.len > t->sep.len - at ||
		    memcmp(t->name.s, t->sep.s + at, t->name.len) != 0)
			return 0;
		at += t->name.len;
	}
	return (size_t)(s - from);
}

/* The first separator at or after s, or end; *len is its raw length. */
static const char *
next_separator(struct nest *t, const char *s, const char *end, size_t *len)
{
	const char *hit;

	*len = 0;
	if (memchr(s, '\\', (size_t)(end - s)) == NULL) {
		hit = memmem(s, (size_t)(end - s), t->sep.s, t->sep.len);
		*len = hit ? t->sep.len : 0;
		return hit ? hit : end;
	}
	for (; s < end; s += raw_unit(s, end))
		if ((*len = separator(t, s, end)) > 0)
			return s;
	return end;
}

/* ---- the tree ---- */

/* What a part means, as text; valid until the next call. */
static struct json_val
meaning(struct nest *t, struct json_val part)
{
	if (memchr(part.s, '\\', part.len) == NULL)
		return part;
	buf_cut(&t->name, 0);
	json_decode(&t->name, (struct json_val){part.s - 1, part.len + 2});
	return (struct json_val){t->name.s, t->name.len};
}

static bool
same_part(const struct nest_node *n, struct json_val text)
{
	struct buf decoded = BUF_INIT;
	bool same;

	if (memchr(n->part.s, '\\', n->part.len) == NULL)
		return n->part.len == text.len &&
		       memcmp(n->part.s, text.s, text.len) == 0;
	json_decode(
	    &decoded, (struct json_val){n->part.s - 1, n->part.len + 2});
	same =
	    decoded.len == text.len && memcmp(decoded.s, text.s, text.len) == 0;
	buf_free(&decoded);
	return same;
}

/* The first slot of this record's that is free from a hash on. */
static struct nest_slot *
free_slot(const struct nest *t, uint64_t hash)
{
	size_t at = (size_t)hash;

	while (t->slot[at & (t->cap - 1)].round == t->round)
		at++;
	return &t->slot[at & (t->cap - 1)];
}

static void
grow_table(struct nest *t)
{
	size_t i;

	t->cap = t->cap ? t->cap * 2 : 256;
	t->slot = buf_array(t->slot, t->cap, sizeof *t->slot);
	memset(t->slot, 0, t->cap * sizeof *t->slot);
	t->round = 1;
	for (i = 1; i < t->n; i++)
		*free_slot(t, t->node[i].hash) =
		    (struct nest_slot){t->round, (uint32_t)i};
}

static uint32_t
add_node(struct nest *t, uint32_t parent, struct json_val part)
{
	struct nest_node *p;
	uint32_t i = (uint32_t)t->n;

	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->node = buf_array(t->node, t->room, sizeof *t->node);
	}
	t->node[t->n++] = (struct nest_node){.part = part, .parent = parent};
	if (i == 0)
		return i;
	p = &t->node[parent];
	if (p->children++ == 0)
		p->first = i;
	else
		t->node[p->last].next = i;
	p->last = i;
	return i;
}

/* The child of that name, new or not. */
static uint32_t
child(struct nest *t, uint32_t parent, struct json_val part, bool *is_new)
{
	struct json_val text = meaning(t, part);
	const struct nest_slot *slot;
	const struct nest_node *n;
	uint64_t hash = XXH3_64bits_withSeed(text.s, text.len, parent);
	uint32_t i;
	size_t at;

	*is_new = false;
	if (t->n * 2 >= t->cap)
		grow_table(t);
	for (at = (size_t)hash;; at++) {
		slot = &t->slot[at & (t->cap - 1)];
		if (slot->round != t->round)
			break;
		n = &t->node[slot->node];
		if (n->hash == hash && n->parent == parent &&
		    same_part(n, text))
			return slot->node;
	}
	i = add_node(t, parent, part);
	t->node[i].hash = hash;
	*free_slot(t, hash) = (struct nest_slot){t->round, i};
	*is_new = true;
	return i;
}

static bool
conflict(struct json_val a, struct json_val b, struct buf *why)
{
	buf_printf(why,
	    "%.*s and %.*s cannot both be: the one has a value where the other "
	    "needs an object",
	    (int)a.len, a.s, (int)b.len, b.s);
	return false;
}

/* Puts a member at its place in the tree. */
static bool
place(struct nest *t, struct json_val name, struct json_val v, struct buf *why)
{
	const char *s = name.s + 1, *end = name.s + name.len - 1, *dot;
	uint32_t node = 0;
	uint64_t depth;
	size_t len;
	bool is_new = true;

	for (depth = 0;; depth++) {
		if (depth >= json_depth) {
			buf_printf(
			    why, "%.200s... is nested too deeply", name.s);
			return false;
		}
		len = 0;
		dot = depth < t->max_depth ? next_separator(t, s, end, &len)
					   : end;
		node = child(
		    t, node, (struct json_val){s, (size_t)(dot - s)}, &is_new);
		if (is_new)
			t->node[node].from = name;
		if (len == 0)
			break;
		if (t->node[node].value.s)
			return conflict(t->node[node].from, name, why);
		s = dot + len;
	}
	if (!is_new && t->node[node].value.s) {
		buf_printf(why, "%.*s is there twice", (int)name.len, name.s);
		return false;
	}
	if (!is_new)
		return conflict(t->node[node].from, name, why);
	t->node[node].value = v;
	/* A container of so few bytes cannot be deeper than this. */
	if (depth + 1 + v.len / 2 > json_depth && (*v.s | 0x20) == '{')
		t->deep = true;
	return true;
}

/* ---- printing ---- */

/* The number that a part is, below n; n if it is none. */
static uint32_t
index_of(struct json_val part, uint32_t n)
{
	uint64_t i = 0;
	size_t at;

	if (part.len == 0 || part.len > 9 || (*part.s == '0' && part.len > 1))
		return n;
	for (at = 0; at < part.len; at++) {
		if (part.s[at] < '0' || part.s[at] > '9')
			return n;
		i = i * 10 + (uint64_t)(part.s[at] - '0');
	}
	return i < n ? (uint32_t)i : n;
}

/*
 * Are the children 0 to n-1? Each name is there once, so that it is enough
 * that all are below n. They are linked in the order of their numbers then.
 */
static bool
is_array(struct nest *t, uint32_t node)
{
	uint32_t n = t->node[node].children, i, index, *order;
	bool sorted = true;
	uint32_t expected = 0;

	if (node == 0 || !t->arrays)
		return false;
	for (i = t->node[node].first; i; i = t->node[i].next) {
		index = index_of(t->node[i].part, n);
		if (index == n)
			return false;
		sorted = sorted && index == expected++;
	}
	if (sorted)
		return true;
	order = buf_array(NULL, n, sizeof *order);
	for (i = t->node[node].first; i; i = t->node[i].next)
		order[index_of(t->node[i].part, n)] = i;
	t->node[node].first = order[0];
	for (i = 0; i < n; i++)
		t->node[order[i]].next = i + 1 < n ? order[i + 1] : 0;
	free(order);
	return true;
}

/* Not deeper than json_depth, which `place` sees to. */
static void
print(struct nest *t, uint32_t node, struct buf *out)
{
	bool array = is_array(t, node);
	uint32_t i;

	buf_char(out, array ? '[' : '{');
	for (i = t->node[node].first; i; i = t->node[i].next) {
		if (i != t->node[node].first)
			buf_char(out, ',');
		if (!array) {
			buf_char(out, '"');
			buf_add(out, t->node[i].part.s, t->node[i].part.len);
			buf_add(out, "\":", 2);
		}
		if (t->node[i].value.s)
			buf_add(out, t->node[i].value.s, t->node[i].value.len);
		else
			print(t, i, out);
	}
	buf_char(out, array ? ']' : '}');
}

bool
nest_object(
    struct nest *t, struct json_val object, struct buf *out, struct buf *why)
{
	struct json_walk w = json_walk(object);
	struct json_val name, v;
	struct json_error bad;
	size_t from = out->len;

	t->n = 0;
	t->deep = false;
	/* After 2^32 records an old slot could look new. */
	if (++t->round == 0)
		t->cap = 0;
	add_node(t, 0, (struct json_val){NULL, 0});
	while (json_next(&w, &name, &v))
		if (!place(t, name, v, why))
			return false;
	print(t, 0, out);
	if (!t->deep || json_check(out->s + from, out->len - from, &bad))
		return true;
	buf_str(why, "the nested record would be nested too deeply");
	return false;
}

void
nest_free(struct nest *t)
{
	buf_free(&t->sep);
	buf_free(&t->name);
	free(t->node);
	free(t->slot);
	*t = (struct nest)NEST_INIT;
}
