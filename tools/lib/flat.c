#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "flat.h"

/* Is the value at s one that the walk goes into? */
static inline bool
is_inner(const struct flat *f, const char *s, uint64_t depth)
{
	if (*s != '{' && (*s != '[' || f->arrays != FLAT_INDEX))
		return false;
	return depth < f->max_depth && !json_is_empty(s);
}

static inline void
add_value(const struct flat *f, struct buf *out, struct json_val v)
{
	if (*v.s == '[' && f->arrays == FLAT_JSON)
		json_quote(out, v.s, v.len);
	else
		buf_add(out, v.s, v.len);
}

/* ---- a record like the one before ---- */

/*
 * Copies, reading and writing up to 15 bytes more. A call of memcpy for each
 * of these short texts would take a quarter of the time.
 */
static inline void
copy_wide(char *to, const char *from, size_t len)
{
	size_t i = 0;

	do {
		memcpy(to + i, from + i, 16);
		i += 16;
	} while (i < len);
}

/* Appends `,"name":value` for each value of the record in hand. */
static void
add_values(const struct flat *f, const struct shape *s, struct json_val record,
    struct buf *out)
{
	const char *end = record.s + record.len, *joined = f->joined.s;
	char *to = buf_room(out, record.len + f->joined.len + 16);
	struct json_val v;
	size_t i;

	for (i = 0; i < s->n; i++) {
		v = s->value[i];
		joined += f->joined_len[i];
		if (v.s == NULL)
			continue;
		copy_wide(to, joined - f->joined_len[i], f->joined_len[i]);
		to += f->joined_len[i];
		if (v.len <= 64 && end - v.s >= 80)
			copy_wide(to, v.s, v.len);
		else
			memcpy(to, v.s, v.len);
		to += v.len;
	}
	out->len = (size_t)(to - out->s);
}

/* The same where arrays become strings. */
static void
add_quoted(const struct flat *f, const struct shape *s, struct buf *out)
{
	const char *joined = f->joined.s;
	size_t i;

	for (i = 0; i < s->n; i++) {
		joined += f->joined_len[i];
		if (s->value[i].s == NULL)
			continue;
		buf_add(out, joined - f->joined_len[i], f->joined_len[i]);
		add_value(f, out, s->value[i]);
	}
}

/*
 * Remembers the joined name of a value, which `path` is, if it is one of the
 * record in hand.
 */
static void
remember(struct flat *f, struct json_val v)
{
	const struct shape *s = f->shape;
	size_t from = f->joined.len;

	f->matches = f->matches && s && f->n < s->n && s->value[f->n].s == v.s;
	if (!f->matches)
		return;
	if (f->n == f->room) {
		f->room = f->room ? f->room * 2 : 64;
		f->joined_len =
		    buf_array(f->joined_len, f->room, sizeof *f->joined_len);
	}
	buf_char(&f->joined, ',');
	buf_add(&f->joined, f->path.s, f->path.len);
	buf_add(&f->joined, "\":", 2);
	f->joined_len[f->n++] = f->joined.len - from;
}

/* ---- a record of other members ---- */

static void
compare_leaf(struct flat *f)
{
	struct flat_search *s = &f->search;

	buf_char(&f->path, '"');
	if (json_string_is((struct json_val){f->path.s, f->path.len}, s->name.s,
		s->name.len))
		buf_printf(
		    &s->list, "%s%s", s->list.len ? " and " : "", s->way.s);
	buf_cut(&f->path, f->path.len - 1);
}

static void
leaf(struct flat *f, struct buf *out, struct json_val v)
{
	if (f->search.on) {
		compare_leaf(f);
		return;
	}
	if (!names_add(&f->names, f->path.s + 1, f->path.len - 1)) {
		f->collision = true;
		return;
	}
	remember(f, v);
	buf_char(out, ',');
	buf_add(out, f->path.s, f->path.len);
	buf_add(out, "\":", 2);
	add_value(f, out, v);
}

/* Appends one part to `path`: a raw name with its quotes, or an index. */
static void
join(struct flat *f, uint64_t depth, struct json_val name, uint64_t index)
{
	struct flat_search *s = &f->search;

	if (depth > 0)
		buf_add(&f->path, f->sep.s, f->sep.len);
	if (name.s)
		buf_add(&f->path, name.s + 1, name.len - 2);
	else
		buf_printf(&f->path, "%" PRIu64, index);
	if (s->on && name.s)
		buf_printf(&s->way, ".%.*s", (int)name.len, name.s);
	else if (s->on)
		buf_printf(&s->way, "[%" PRIu64 "]", index);
}

/* Flattens what is in w, whose own name `path` is, before and after. */
static void
walk(struct flat *f, struct buf *out, struct json_walk *w, uint64_t depth)
{
	size_t path_len = f->path.len, way_len = f->search.way.len;
	struct json_walk inner;
	struct json_val name;
	uint64_t i;
	bool in;

	for (i = 0; json_name(w, &name); i++) {
		join(f, depth, name, i);
		in = is_inner(f, w->p, depth);
		if (in) {
			inner = json_enter(w);
			walk(f, out, &inner, depth + 1);
			if (!f->collision)
				json_leave(w, &inner);
		} else {
			leaf(f, out, json_take(w));
		}
		if (f->collision)
			return;
		buf_cut(&f->path, path_len);
		buf_cut(&f->search.way, way_len);
	}
}

/* Says which values collide; `path` is the name that they would get. */
static void
tell_collision(struct flat *f, struct json_val v, struct buf *why)
{
	struct json_walk w = json_walk(v);
	struct flat_search *s = &f->search;

	buf_char(&f->path, '"');
	buf_cut(&s->name, 0);
	json_decode(&s->name, (struct json_val){f->path.s, f->path.len});
	buf_cut(&s->way, 0);
	buf_cut(&s->list, 0);
	buf_cut(&f->path, 1);
	f->collision = false;
	s->on = true;
	walk(f, NULL, &w, 0);
	s->on = false;
	buf_printf(why, "%s would get one name, \"%s\"", s->list.s, s->name.s);
}

/* Flattens by walking; leaves what the next record like this one needs. */
static void
learn(struct flat *f, struct buf *out, struct json_val v)
{
	struct json_walk w = json_walk(v);

	names_reset(&f->names);
	buf_cut(&f->path, 0);
	buf_char(&f->path, '"');
	buf_cut(&f->joined, 0);
	f->n = 0;
	f->serial = 0;
	f->shape = shape_at(v.s);
	f->matches = f->shape && f->shape->gaps == 0;
	f->collision = false;
	walk(f, out, &w, 0);
	if (f->collision || !f->matches || f->n != f->shape->n)
		return;
	f->serial = f->shape->serial;
	memset(buf_room(&f->joined, 16), 0, 16); /* for copy_wide */
}

bool
flat_object(struct flat *f, struct json_val v, struct buf *out, struct buf *why)
{
	const struct shape *s = shape_at(v.s);
	size_t from = out->len;

	if (s == NULL || s->serial != f->serial) {
		learn(f, out, v);
		if (f->collision) {
			tell_collision(f, v, why);
			return false;
		}
	} else if (f->arrays == FLAT_JSON) {
		add_quoted(f, s, out);
	} else {
		add_values(f, s, v, out);
	}
	/* The first comma becomes the brace. */
	if (out->len == from)
		buf_char(out, '{');
	out->s[from] = '{';
	buf_char(out, '}');
	return true;
}

void
flat_shape(const struct flat *f, struct shape *s)
{
	s->max_depth = f->max_depth;
	s->into_arrays = f->arrays == FLAT_INDEX;
}

void
flat_free(struct flat *f)
{
	names_free(&f->names);
	buf_free(&f->sep);
	buf_free(&f->path);
	buf_free(&f->joined);
	free(f->joined_len);
	buf_free(&f->search.name);
	buf_free(&f->search.way);
	buf_free(&f->search.list);
}
