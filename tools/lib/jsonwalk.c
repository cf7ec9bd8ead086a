/*
 * The trusting half of json.h: token bounds and members of text that
 * the strict half has passed.
 */
#include <string.h>
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
#include <emmintrin.h>
#define SIMD 1
#else
#define SIMD 0
#endif

#include "json.h"

const char *
json_type_name(enum json_type t)
{
	static const char *const names[] = {"null", "a boolean", "a boolean",
	    "a number", "a string", "an array", "an object"};

	return names[t];
}

/*
 * The end of the string whose text starts at s. Short ones end in the first
 * load, inline.
 */
static inline const char *
skip_text(const char *s, const char *end)
{
#if SIMD
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	__m128i v;
	unsigned m;

	while (end - s >= 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)s);
		m = (unsigned)_mm_movemask_epi8(_mm_or_si128(
		    _mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
		if (m == 0) {
			s += 16;
			continue;
		}
		s += __builtin_ctz(m);
		if (*s == '"')
			return s + 1;
		s += 2;
	}
#else
	(void)end;
#endif
	while (*s != '"')
		s += *s == '\\' ? 2 : 1;
	return s + 1;
}

const char *
json_skip_string(const char *s, const char *end)
{
	return skip_text(s + 1, end);
}

/* The first quote or bracket at or after s. */
static const char *
structural(const char *s, const char *end)
{
#if SIMD
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i lower = _mm_set1_epi8(0x20);
	const __m128i open = _mm_set1_epi8('{');
	const __m128i close = _mm_set1_epi8('}');
	__m128i v, w;
	unsigned m;

	while (end - s >= 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)s);
		/* Bit 5 tells '[' from '{' and ']' from '}'. */
		w = _mm_or_si128(v, lower);
		m = (unsigned)_mm_movemask_epi8(
		    _mm_or_si128(_mm_cmpeq_epi8(v, quote),
			_mm_or_si128(_mm_cmpeq_epi8(w, open),
			    _mm_cmpeq_epi8(w, close))));
		if (m)
			return s + __builtin_ctz(m);
		s += 16;
	}
#else
	(void)end;
#endif
	while (*s != '"' && (*s | 0x20) != '{' && (*s | 0x20) != '}')
		s++;
	return s;
}

static inline bool
scalar_byte(char c)
{
	return c != ',' && c != ']' && c != '}' && !json_space(c);
}

/* The end of the array or object that starts at s. */
static const char *
skip_container(const char *s, const char *end)
{
	unsigned depth = 0;

	do {
		s = structural(s, end);
		if (*s == '"') {
			s = skip_text(s + 1, end);
			continue;
		}
		if ((*s | 0x20) == '{')
			depth++;
		else
			depth--;
		s++;
	} while (depth > 0);
	return s;
}

static inline const char *
skip_value(const char *s, const char *end)
{
	if (*s == '"')
		return skip_text(s + 1, end);
	if (*s == '{' || *s == '[')
		return skip_container(s, end);
	while (s < end && scalar_byte(*s))
		s++;
	return s;
}

const char *
json_skip(const char *s, const char *end)
{
	return skip_value(s, end);
}

struct json_val
json_trim(const char *s, size_t len)
{
	while (len > 0 && json_space(*s)) {
		s++;
		len--;
	}
	while (len > 0 && json_space(s[len - 1]))
		len--;
	return (struct json_val){s, len};
}

static inline const char *
skip_space(const char *s)
{
	while (json_space(*s))
		s++;
	return s;
}

struct json_walk
json_walk(struct json_val v)
{
	struct json_walk w = {skip_space(v.s + 1), v.s + v.len, *v.s == '{'};

	return w;
}

static inline bool
next_name(struct json_walk *w, struct json_val *name)
{
	const char *p = w->p;

	*name = (struct json_val){NULL, 0};
	if (*p == '}' || *p == ']')
		return false;
	if (w->object) {
		name->s = p;
		p = skip_text(p + 1, w->end);
		name->len = (size_t)(p - name->s);
		w->p = skip_space(skip_space(p) + 1);
	}
	return true;
}

/* Goes on behind a value that ends at p. */
static inline void
behind(struct json_walk *w, const char *p)
{
	p = skip_space(p);
	w->p = *p == ',' ? skip_space(p + 1) : p;
}

static inline struct json_val
take(struct json_walk *w)
{
	struct json_val v = {w->p, 0};

	v.len = (size_t)(skip_value(v.s, w->end) - v.s);
	behind(w, v.s + v.len);
	return v;
}

bool
json_name(struct json_walk *w, struct json_val *name)
{
	return next_name(w, name);
}

bool
json_name_is(struct json_walk *w, const char *raw, size_t len)
{
	if (w->object != (len > 0) || (size_t)(w->end - w->p) < len ||
	    memcmp(w->p, raw, len) != 0)
		return false;
	if (w->object)
		w->p = skip_space(skip_space(w->p + len) + 1);
	return true;
}

struct json_val
json_take(struct json_walk *w)
{
	return take(w);
}

struct json_walk
json_enter(const struct json_walk *w)
{
	return json_walk((struct json_val){w->p, (size_t)(w->end - w->p)});
}

void
json_leave(struct json_walk *w, const struct json_walk *inner)
{
	behind(w, inner->p + 1);
}

bool
json_next(struct json_walk *w, struct json_val *name, struct json_val *v)
{
	if (!next_name(w, name))
		return false;
	*v = take(w);
	return true;
}

bool
json_is_empty(const char *s)
{
	s = skip_space(s + 1);
	return *s == '}' || *s == ']';
}

/*
 * Can the raw string mean these bytes? An escape makes text longer, never
 * shorter, and where the first byte is none it has to be the same one: that
 * settles nearly all names before a look at the rest.
 */
static inline bool
may_be(struct json_val string, const char *s, size_t len)
{
	if (string.len <= len + 2)
		return string.len == len + 2 &&
		       memcmp(string.s + 1, s, len) == 0;
	return string.s[1] == '\\' || (len > 0 && string.s[1] == *s);
}

bool
json_string_is(struct json_val string, const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	bool same;

	if (!may_be(string, s, len))
		return false;
	if (memchr(string.s, '\\', string.len) == NULL)
		return string.len == len + 2;
	same =
	    json_decode(&b, string) && b.len == len && memcmp(b.s, s, len) == 0;
	buf_free(&b);
	return same;
}

bool
json_member(
    struct json_val object, const char *name, size_t len, struct json_val *v)
{
	struct json_walk w = json_walk(object);
	struct json_val n, x;
	bool found = false;

	while (json_next(&w, &n, &x))
		if (may_be(n, name, len) && json_string_is(n, name, len)) {
			*v = x;
			found = true;
		}
	return found;
}
