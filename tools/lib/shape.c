#include <stdlib.h>
#include <string.h>

#include "jsonscan.h"
#include "shape.h"
#include "shapeplace.h"

enum {
	PLACES = 8192,     /* values of one record, with those of elements */
	TEXT = 256 * 1024, /* bytes between them */
	BACKOFF = 63
};

struct shape *shape_hand;
static uint64_t serials; /* the last number given */

size_t
shape_find(const struct shape *s, const char *at)
{
	size_t i;

	for (i = 0; i < s->n && s->value[i].s != at; i++)
		;
	return i;
}

struct shape *
shape_elements(const struct shape *s, size_t i)
{
	struct shape *e = s->place[i].elements;

	return e && e->listed ? e : NULL;
}

/* ---- learning ---- */

static void
forget(struct shape *s)
{
	size_t i;

	for (i = 0; i < s->nplaces; i++)
		if (s->place[i].elements) {
			shape_free(s->place[i].elements);
			free(s->place[i].elements);
		}
	if (s->left)
		*s->left += s->nplaces;
	s->nplaces = 0;
	s->n = 0;
	s->s = NULL;
	s->serial = 0;
	buf_cut(&s->text, 0);
}

/* Is the value at p, that deep, gone into? */
static bool
is_open(const struct shape *s, const char *p, unsigned depth)
{
	if (*p != '{' && (*p != '[' || !s->into_arrays))
		return false;
	return depth < s->max_depth && depth < SHAPE_MAX_DEPTH &&
	       !json_is_empty(p);
}

static bool
add_place(struct shape *s, const char *before, struct json_val v,
    unsigned depth, bool optional)
{
	struct shape_place *place;
	size_t len = (size_t)(v.s - before);

	if (*s->left == 0 || len > TEXT - s->text.len)
		return false;
	--*s->left;
	if (s->nplaces == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->place = buf_array(s->place, s->room, sizeof *s->place);
		s->value = buf_array(s->value, s->room, sizeof *s->value);
	}
	s->value[s->nplaces] = v;
	place = &s->place[s->nplaces++];
	*place = (struct shape_place){.len = (uint32_t)len,
	    .rest = len < JSON_NEAR ? UINT32_MAX << len : 0,
	    .depth = s->depth + depth + 1,
	    .closed = depth >= s->max_depth || depth >= SHAPE_MAX_DEPTH,
	    .optional = optional};
	buf_add(&s->text, before, len);
	return true;
}

/*
 * Adds the values in w. *end is where the one before ended. False if there
 * are too many. What stands before a member that follows a value in the same
 * object is its name alone: without both it is still good JSON.
 */
static bool
add_places(
    struct shape *s, struct json_walk *w, unsigned depth, const char **end)
{
	struct json_walk inner;
	struct json_val name, v;
	bool optional = false;

	while (json_name(w, &name)) {
		if (is_open(s, w->p, depth)) {
			optional = false;
			inner = json_enter(w);
			if (!add_places(s, &inner, depth + 1, end))
				return false;
			json_leave(w, &inner);
			continue;
		}
		v = json_take(w);
		if (!add_place(s, *end, v, depth, optional))
			return false;
		*end = v.s + v.len;
		optional = true;
	}
	return true;
}

/* Takes a checked object for the one to compare with. */
static void
learn(struct shape *s, struct json_val record)
{
	struct json_walk w = json_walk(record);
	const char *end = record.s;

	forget(s);
	if (!add_places(s, &w, 0, &end)) {
		forget(s);
		return;
	}
	s->tail = s->text.len;
	buf_add(&s->text, end, (size_t)(record.s + record.len - end));
	buf_room(&s->text, JSON_NEAR);
	memset(s->text.s + s->text.len, 0, JSON_NEAR);
	s->serial = ++serials;
	s->n = s->nplaces;
	s->gaps = 0;
	s->followed = 0;
	shape_guess(s);
}

/* The same after a miss; not at each one where records are all different. */
static bool
may_learn(struct shape *s)
{
	if (s->skip > 0) {
		s->skip--;
		return false;
	}
	s->skip = s->backoff;
	if (s->backoff < BACKOFF)
		s->backoff = s->backoff * 2 + 1;
	return true;
}

void
shape_learn_elements(
    const struct shape *shape, struct shape_place *place, struct json_val array)
{
	struct json_walk w = json_walk(array);

	if (*w.p != '{' || place->depth + 1 >= SHAPE_MAX_DEPTH)
		return;
	if (place->elements == NULL) {
		place->elements = buf_array(NULL, 1, sizeof *place->elements);
		*place->elements = (struct shape)SHAPE_INIT;
		place->elements->depth = place->depth + 1;
		place->elements->left = shape->left;
		place->elements->list_elements = shape->list_elements;
	}
	if (may_learn(place->elements))
		learn(place->elements, json_take(&w));
}

/* ---- checking ---- */

/*
 * Looking for a line's end first, to look at the line then, costs a fifteenth
 * of the time. Where lines differ each would be followed twice, in vain.
 */
bool
shape_line(struct shape *shape, struct in *in, struct json_val *record)
{
	struct json_scan s = {NULL, NULL, true, NULL, true};
	const char *from;
	size_t len;

	if (shape->serial == 0 || !in_peek(in, &from, &len))
		return false;
	if (shape->wait > 0) {
		shape->wait--;
		return false;
	}
	s.p = from;
	s.end = from + len;
	shape_hand = shape;
	shape->s = from;
	shape->gaps = 0;
	if (shape_follow(shape, &s) && s.p < s.end && *s.p == '\n' &&
	    (size_t)(s.p - from) <= in->max) {
		shape->backoff = shape->pause = 0;
		*record = (struct json_val){from, (size_t)(s.p - from)};
		in_pass(in, record->len);
		return true;
	}
	shape->s = NULL;
	shape->wait = shape->pause;
	if (shape->pause < BACKOFF)
		shape->pause = shape->pause * 2 + 1;
	return false;
}

bool
shape_check(struct shape *shape, struct json_val v, struct json_error *e)
{
	struct json_scan s = {v.s, v.s + v.len, true, NULL, false};

	shape_hand = shape;
	if (shape->left == NULL) {
		shape->most = PLACES;
		shape->left = &shape->most;
	}
	shape->s = v.s;
	shape->gaps = 0;
	if (shape->serial && shape_follow(shape, &s) && s.p == s.end) {
		shape->backoff = 0;
		return true;
	}
	shape->s = NULL;
	if (!json_check(v.s, v.len, e))
		return false;
	if (*v.s == '{' && may_learn(shape)) {
		learn(shape, v);
		shape->s = shape->serial ? v.s : NULL;
	}
	return true;
}

void
shape_free(struct shape *s)
{
	if (shape_hand == s)
		shape_hand = NULL;
	forget(s);
	free(s->place);
	free(s->value);
	free(s->element);
	buf_free(&s->text);
}
