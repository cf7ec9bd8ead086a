/*
 * pgcopy: a raw JSON value as a field of COPY's text format.
 *
 * Strings go from JSON's escapes to COPY's in one pass, without a decoded
 * copy in between; numbers, true and false are copied as they are; null is
 * \N. What becomes of objects and arrays depends on the column.
 */
#ifndef SLUICE_PGCOPY_H
#define SLUICE_PGCOPY_H

#include <string.h>

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
#include <emmintrin.h>
#endif

#include "buf.h"
#include "json.h"

enum pgcopy_kind {
	PGCOPY_PLAIN, /* strings by content, objects and arrays as raw JSON */
	PGCOPY_JSON,  /* json, jsonb: every value but null as raw JSON */
	PGCOPY_BYTEA, /* a string in hex (\x...) or else base64 */
	/* Added to the kind of the elements; a string is an array literal. */
	PGCOPY_ARRAY = 4
};

/*
 * Appends the field of a checked value. NULL, or why it cannot be stored
 * (static text, *code its SQLSTATE); then part of it may have been appended.
 */
const char *pgcopy_value(
    struct buf *, struct json_val, enum pgcopy_kind, const char **code);

/*
 * The same for a value that is copied as it is, as most are, in a fraction of
 * the time: to `to`, where there is room for it and PGCOPY_SPARE bytes more.
 * Its end there, or NULL for all other values. `limit` is where the text that
 * may be read ends.
 */
enum { PGCOPY_SPARE = 16 };
char *pgcopy_quick(
    char *to, struct json_val, enum pgcopy_kind, const char *limit);

/* Copies text without a backslash in the same way; NULL where one may be. */
static inline char *
pgcopy_plain(char *to, const char *s, size_t len, const char *limit)
{
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
	const __m128i slash = _mm_set1_epi8('\\');
	__m128i v, found = _mm_setzero_si128();
	size_t i;

	if ((size_t)(limit - s) < len + sizeof v)
		return NULL;
	/* What is behind the text is copied, and looked at, too. */
	for (i = 0; i < len; i += sizeof v) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(s + i));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(v, slash));
		_mm_storeu_si128((__m128i *)(void *)(to + i), v);
	}
	return _mm_movemask_epi8(found) ? NULL : to + len;
#else
	(void)limit;
	if (memchr(s, '\\', len))
		return NULL;
	memcpy(to, s, len);
	return to + len;
#endif
}

#endif
