#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "flat.h"

/* One member of the record before, and where its texts are in `text`. */
struct flat_step {
	size_t name, name_len;     /* raw, with quotes; an element has none */
	size_t joined, joined_len; /* `"a.b":`; of what is gone into: none */
	uint64_t depth;
	bool inner; /* it was gone into */
};

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
	buf_char(out, ',');
}

/* ---- following the record before ---- */

/* Flattens what is in w as long as its members are those of the steps. */
static bool
follow(struct flat *f, struct buf *out, struct json_walk *w, uint64_t depth)
{
	const struct flat_step *step;
	struct json_walk inner;

	while (!json_at_end(w)) {
		if (f->at == f->nsteps)
			return false;
		step = &f->step[f->at++];
		if (step->depth != depth ||
		    !json_name_is(w, f->text.s + step->name, step->name_len) ||
		    step->inner != is_inner(f, w->p, depth))
			return false;
		if (step->inner) {
			inner = json_enter(w);
			if (!follow(f, out, &inner, depth + 1))
				return false;
			json_leave(w, &inner);
		} else {
			buf_add(
			    out, f->text.s + step->joined, step->joined_len);
			add_value(f, out, json_take(w));
		}
	}
	return true;
}

/* Remembers a member; `path` is its joined name. */
static void
remember(struct flat *f, struct json_val name, uint64_t depth, bool inner)
{
	struct flat_step *step;

	if (f->nsteps == f->room) {
		f->room = f->room ? f->room * 2 : 64;
		f->step = buf_array(f->step, f->room, sizeof *f->step);
	}
	step = &f->step[f->nsteps++];
	*step = (struct flat_step){.name = f->text.len,
	    .name_len = name.len,
	    .depth = depth,
	    .inner = inner};
	buf_add(&f->text, name.s, name.len);
	if (inner)
		return;
	step->joined = f->text.len;
	buf_add(&f->text, f->path.s, f->path.len);
	buf_add(&f->text, "\":", 2);
	step->joined_len = f->text.len - step->joined;
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
		if (!f->search.on)
			remember(f, name, depth, in);
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

/* Flattens without the steps of the record before; leaves its own. */
static void
learn(struct flat *f, struct buf *out, struct json_val v)
{
	struct json_walk w = json_walk(v);

	names_reset(&f->names);
	buf_cut(&f->path, 0);
	buf_char(&f->path, '"');
	buf_cut(&f->text, 0);
	f->nsteps = 0;
	f->collision = false;
	walk(f, out, &w, 0);
}

bool
flat_object(struct flat *f, struct json_val v, struct buf *out, struct buf *why)
{
	struct json_walk w = json_walk(v);
	size_t from = out->len + 1;

	buf_char(out, '{');
	f->at = 0;
	if (!follow(f, out, &w, 0)) {
		buf_cut(out, from);
		learn(f, out, v);
		if (f->collision) {
			/* Steps that collide are nothing to follow. */
			f->nsteps = 0;
			tell_collision(f, v, why);
			return false;
		}
	}
	if (out->len > from)
		buf_cut(out, out->len - 1);
	buf_char(out, '}');
	return true;
}

void
flat_free(struct flat *f)
{
	free(f->step);
	names_free(&f->names);
	buf_free(&f->sep);
	buf_free(&f->path);
	buf_free(&f->text);
	buf_free(&f->search.name);
	buf_free(&f->search.way);
	buf_free(&f->search.list);
}
