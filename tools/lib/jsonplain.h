/*
 * jsonplain: passing over the plain text of strings, where the bytes are.
 *
 * Shared by the tokenizers; inline, because a call per string is felt.
 */
#ifndef SLUICE_JSONPLAIN_H
#define SLUICE_JSONPLAIN_H

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
#include <emmintrin.h>
#endif

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
/*
 * A bit for each of the 16 bytes at p that is not plain text of a string: a
 * quote, a backslash, a control byte or one that is not ASCII.
 */
static inline unsigned
json_not_plain(const char *p)
{
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i two = _mm_set1_epi8(2);
	const __m128i above = _mm_set1_epi8(0x21);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	/*
	 * Signed: bytes from 0x80 on are negative. The xor puts the quote
	 * behind the control bytes, at 0x20.
	 */
	return (unsigned)_mm_movemask_epi8(
	    _mm_or_si128(_mm_cmpeq_epi8(v, slash),
		_mm_subs_epi8(_mm_xor_si128(v, two), above)));
}

/* A bit for each of the 16 bytes at p that is a quote. */
static inline unsigned
json_quotes(const char *p)
{
	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
		_mm_set1_epi8('"')));
}

/* A bit for each of the 16 bytes at p that is no digit. */
static inline unsigned
json_not_digits(const char *p)
{
	/* Signed: the digits become the ten largest numbers. */
	__m128i v =
	    _mm_add_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
		_mm_set1_epi8(0x7f - '9'));

	return (unsigned)_mm_movemask_epi8(
	    _mm_cmplt_epi8(v, _mm_set1_epi8(0x7f - 9)));
}
#endif

/*
 * The first byte from p on that is not plain text; else end. 16 bytes at a
 * time where there is SSE2.
 */
static inline const char *
json_skip_plain(const char *p, const char *end)
{
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
	unsigned m;

	while (end - p >= 16) {
		m = json_not_plain(p);
		if (m)
			return p + __builtin_ctz(m);
		p += 16;
	}
#endif
	while (p < end && (unsigned char)*p >= 0x20 &&
	       (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

#endif
