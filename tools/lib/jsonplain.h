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

/*
 * The first byte from p on that is not plain text of a string: a quote, a
 * backslash, a control byte or one that is not ASCII; else end. 16 bytes at a
 * time where there is SSE2.
 */
static inline const char *
json_skip_plain(const char *p, const char *end)
{
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i blank = _mm_set1_epi8(' ');
	__m128i v;
	unsigned m;

	while (end - p >= 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* Signed: bytes from 0x80 on are below a space, too. */
		m = (unsigned)_mm_movemask_epi8(
		    _mm_or_si128(_mm_cmplt_epi8(v, blank),
			_mm_or_si128(_mm_cmpeq_epi8(v, quote),
			    _mm_cmpeq_epi8(v, slash))));
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

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
/* A bit for each of the 16 bytes at p that is a digit. */
static inline unsigned
json_digits(const char *p)
{
	const __m128i nine = _mm_set1_epi8(9);
	__m128i v =
	    _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
		_mm_set1_epi8('0'));

	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_min_epu8(v, nine), v));
}
#endif

#endif
