#include <string.h>

#include "shapeplace.h"

enum {
	LISTED = 16 * 1024, /* elements of one array */
	GUESS_AGAIN = 1024, /* records */
	LOAD = 16
};

/* ---- values that are arrays and objects ---- */

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
		if (!shape_follow(e, s))
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
	shape_learn_elements(
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

/* The end of any value at p, or NULL. Out of the way of what is quick. */
__attribute__((noinline)) static const char *
any_value(const struct shape *shape, struct shape_place *place,
    struct json_scan *s, const char *p)
{
	s->p = p;
	if (p == s->end)
		return NULL;
	if (*p == '{' || *p == '[')
		return container(shape, place, s) ? s->p : NULL;
	return json_scan_any_scalar(s) ? s->p : NULL;
}

/* ---- the texts between the values ---- */

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
/* A bit for each of 16 bytes that is the same. */
static inline unsigned
same(const char *a, const char *b)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
}
#endif

/* Does what stands before the place come next? */
static inline bool
comes(const struct shape_place *place, const char *p, const char *end,
    const char *far, const char *text)
{
	size_t done = 0;

	(void)far;
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
	/* A call of memcmp for each would take a fifth of the time. */
	if (p < far) {
		if ((same(p, text) | (place->rest & 0xffff)) != 0xffff)
			return false;
		if (place->len <= LOAD)
			return true;
		if ((same(p + LOAD, text + LOAD) | place->rest >> LOAD) !=
		    0xffff)
			return false;
		if (place->len <= JSON_NEAR)
			return true;
		done = JSON_NEAR;
	}
#endif
	return (size_t)(end - p) >= place->len &&
	       memcmp(p + done, text + done, place->len - done) == 0;
}

/* ---- records ---- */

void
shape_guess(struct shape *s)
{
	size_t i;

	for (i = 0; i < s->nplaces; i++)
		if (s->value[i].s)
			s->place[i].guess = s->value[i].len < SHAPE_NO_GUESS
						? (uint32_t)s->value[i].len
						: SHAPE_NO_GUESS;
}

/*
 * Where the value goes on behind its end, which is worked out. Each place is
 * found from the one before, and the CPU would wait for each in turn. Where a
 * value is as long as ever, ids, dates, constants, it goes on from the length
 * that is remembered, and works the true one out meanwhile, only to see that
 * it was right: that saves a fifth of the time. `volatile`, since to the
 * compiler the two are the same.
 */
static inline const char *
behind(struct shape_place *place, const char *p, const char *end)
{
	if ((size_t)(end - p) == place->guess)
		return p + *(volatile uint32_t *)&place->guess;
	/* A guess that is sometimes right costs more than none. */
	place->guess = SHAPE_NO_GUESS;
	return end;
}

bool
shape_follow(struct shape *shape, struct json_scan *s)
{
	struct shape_place *place = shape->place;
	struct json_val *value = shape->value;
	const char *p = s->p, *const end = s->end, *to;
	const char *text = shape->text.s;
	/* From there on fewer than JSON_NEAR bytes are left. */
	const char *const far = end - p >= JSON_NEAR ? end - JSON_NEAR + 1 : p;
	size_t n = shape->nplaces, tail = shape->text.len - shape->tail;

	for (; n > 0; n--, place++, value++) {
		if (!comes(place, p, end, far, text)) {
			if (!place->optional)
				return false;
			text += place->len;
			*value = (struct json_val){NULL, 0};
			shape->gaps++;
			continue;
		}
		p += place->len;
		text += place->len;
		to = p < far ? json_near_scalar(s, p) : NULL;
		if (to == NULL)
			to = any_value(shape, place, s, p);
		if (to == NULL)
			return false;
		*value = (struct json_val){p, (size_t)(to - p)};
		p = behind(place, p, to);
	}
	/* Mostly it is a brace. */
	if ((size_t)(end - p) < tail || *p != *text ||
	    (tail > 1 && memcmp(p + 1, text + 1, tail - 1) != 0))
		return false;
	s->p = p + tail;
	if (++shape->followed % GUESS_AGAIN == 0)
		shape_guess(shape);
	return true;
}
