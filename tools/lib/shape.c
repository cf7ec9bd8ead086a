#include <stdlib.h>
#include <string.h>

#include "jsonscan.h"
#include "shape.h"

/* A value. The texts before each are one behind the other, then LOAD bytes. */
struct shape_place {
	size_t len;     /* of the text before it */
	unsigned depth; /* objects and arrays around it */
	bool closed;    /* a container is not gone into, whatever it is */
	bool optional;  /* it may be missing, with the text before it */
	struct shape *elements; /* if it was an array of objects */
};

enum {
	PLACES = 8192,      /* values of one record, with those of elements */
	TEXT = 256 * 1024,  /* bytes between them */
	LISTED = 16 * 1024, /* elements of one array */
	BACKOFF = 63,
	LOAD = 16
};

static struct shape *hand; /* the shape of the record in hand */
static uint64_t serials;   /* the last number given */

struct shape *
shape_at(const char *s)
{
	return hand && hand->s == s ? hand : NULL;
}

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

	if (*s->left == 0)
		return false;
	--*s->left;
	if (s->nplaces == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->place = buf_array(s->place, s->room, sizeof *s->place);
		s->value = buf_array(s->value, s->room, sizeof *s->value);
	}
	s->value[s->nplaces] = v;
	place = &s->place[s->nplaces++];
	*place = (struct shape_place){.len = (size_t)(v.s - before),
	    .depth = s->depth + depth + 1,
	    .closed = depth >= s->max_depth || depth >= SHAPE_MAX_DEPTH,
	    .optional = optional};
	buf_add(&s->text, before, place->len);
	return s->text.len <= TEXT;
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
	buf_room(&s->text, LOAD);
	memset(s->text.s + s->text.len, 0, LOAD);
	s->serial = ++serials;
	s->n = s->nplaces;
	s->gaps = 0;
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

/* ---- following ---- */

static bool follow(struct shape *, struct json_scan *);

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
/* Are the first len of LOAD bytes the same? */
static inline bool
same_load(const char *a, const char *b, size_t len)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);
	unsigned m = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));

	return (~m & ((1u << len) - 1)) == 0;
}
#endif

/* Does the text at p begin with that, behind which LOAD bytes may be read? */
static inline bool
begins(const char *p, const char *end, const char *text, size_t len)
{
	if ((size_t)(end - p) < len)
		return false;
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
	/* A call of memcmp for each would take a fifth of the time. */
	if (len <= LOAD && end - p >= LOAD)
		return same_load(p, text, len);
	if (len <= (size_t)2 * LOAD && end - p >= (ptrdiff_t)2 * LOAD)
		return same_load(p, text, LOAD) &&
		       same_load(p + LOAD, text + LOAD, len - LOAD);
#endif
	return memcmp(p, text, len) == 0;
}

static void
list_element(struct shape *e, const char *from, const char *to)
{
	if (e->element == NULL)
		e->element = buf_array(NULL, LISTED, sizeof *e->element);
	if (e->nelements < LISTED)
		e->element[e->nelements++] =
		    (struct json_val){from, (size_t)(to - from)};
	else
		e->listed = false;
}

/* Passes over the elements behind the bracket at s->p, if all are alike. */
static bool
follow_elements(struct shape *e, struct json_scan *s)
{
	const char *from;

	s->p++;
	e->nelements = 0;
	e->gaps = 0;
	e->listed = e->list_elements;
	for (;;) {
		if (!json_scan_space(s))
			return false;
		from = s->p;
		if (!follow(e, s))
			return false;
		if (e->listed)
			list_element(e, from, s->p);
		if (!json_scan_space(s))
			return false;
		if (*s->p != ',')
			break;
		s->p++;
	}
	if (*s->p != ']')
		return false;
	s->p++;
	e->backoff = 0;
	return true;
}

/* Learns how the elements of a checked array look, if they are objects. */
static void
learn_elements(
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

/* Passes over the array at s->p. */
static bool
array(const struct shape *shape, struct shape_place *place, struct json_scan *s)
{
	const char *from = s->p;

	if (place->elements && place->elements->serial) {
		if (follow_elements(place->elements, s))
			return true;
		place->elements->listed = false;
		s->p = from;
	}
	if (!json_scan_value(s, place->depth))
		return false;
	learn_elements(
	    shape, place, (struct json_val){from, (size_t)(s->p - from)});
	return true;
}

/* Passes over a container where there was a value. */
static bool
container(
    const struct shape *shape, struct shape_place *place, struct json_scan *s)
{
	char c = *s->p;

	if (c == '[' && !shape->into_arrays)
		return array(shape, place, s);
	if (place->closed)
		return json_scan_value(s, place->depth);
	/* Else it is to be gone into, unless it is empty. */
	s->p++;
	if (place->depth >= json_depth || !json_scan_space(s) ||
	    *s->p != (c == '{' ? '}' : ']'))
		return false;
	s->p++;
	return true;
}

/*
 * Passes over what stands before place i, or before a later one if those
 * between are missing: *i becomes its number, or that of the tail.
 */
static inline bool
next_place(
    struct shape *shape, struct json_scan *s, size_t *i, const char **text)
{
	size_t len, n = shape->nplaces;

	for (;; ++*i) {
		len = *i < n ? shape->place[*i].len
			     : shape->text.len - shape->tail;
		if (begins(s->p, s->end, *text, len)) {
			s->p += len;
			*text += len;
			return true;
		}
		if (*i == n || !shape->place[*i].optional)
			return false;
		shape->value[*i] = (struct json_val){NULL, 0};
		shape->gaps++;
		*text += len;
	}
}

/* Passes over an object like the one learned. */
static bool
follow(struct shape *shape, struct json_scan *s)
{
	const char *text = shape->text.s, *from;
	struct shape_place *place;
	size_t i, n = shape->nplaces;

	for (i = 0; next_place(shape, s, &i, &text); i++) {
		if (i == n)
			return true;
		if (s->p == s->end)
			return false;
		place = &shape->place[i];
		from = s->p;
		if (*from == '{' || *from == '[') {
			if (!container(shape, place, s))
				return false;
		} else if (!json_scan_scalar(s)) {
			return false;
		}
		shape->value[i] =
		    (struct json_val){from, (size_t)(s->p - from)};
	}
	return false;
}

bool
shape_check(struct shape *shape, struct json_val v, struct json_error *e)
{
	struct json_scan s = {v.s, v.s + v.len, true, NULL};

	hand = shape;
	if (shape->left == NULL) {
		shape->most = PLACES;
		shape->left = &shape->most;
	}
	shape->s = v.s;
	shape->gaps = 0;
	if (shape->serial && follow(shape, &s) && s.p == s.end) {
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
	if (hand == s)
		hand = NULL;
	forget(s);
	free(s->place);
	free(s->value);
	free(s->element);
	buf_free(&s->text);
}
