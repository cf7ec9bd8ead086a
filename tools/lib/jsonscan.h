/*
 * jsonscan: the parts of the strict half of json.h, for json.c and shape.c.
 *
 * Each passes over something at s->p, or returns false with s->p at the
 * offending byte and s->what as in struct json_error. Inline are those that
 * end most tokens: a call per token is felt.
 */
#ifndef SLUICE_JSONSCAN_H
#define SLUICE_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "json.h"
#include "jsonplain.h"

struct json_scan {
	const char *p, *end;
	bool last;        /* nothing follows `end` */
	const char *what; /* the error, or NULL */
	bool line;        /* a newline is no white space */
};

/* The rest of a string, whatever is in it. */
bool json_scan_text(struct json_scan *);
/* A scalar, whatever it looks like. */
bool json_scan_any_scalar(struct json_scan *);
/* A value in so many arrays and objects, white space before it allowed. */
bool json_scan_value(struct json_scan *, unsigned depth);

static inline bool
json_scan_fail(struct json_scan *s, const char *p, const char *what)
{
	s->p = p;
	s->what = what;
	return false;
}

/* The string at s->p, its opening quote. Most are short and plain. */
static inline bool
json_scan_string(struct json_scan *s)
{
	s->p = json_skip_plain(s->p + 1, s->end);
	if (s->p == s->end || *s->p != '"')
		return json_scan_text(s);
	s->p++;
	return true;
}

/*
 * The quick forms: what most scalars are, told by a few loads of 16 bytes. They
 * take the place and give the end, so that both stay in registers: NULL where
 * it has to be looked at closely. JSON_NEAR bytes at p have to be there.
 */
enum { JSON_NEAR = 32 };

#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
/*
 * Escapes and text in other scripts, too. The next value is found from the end
 * of this one, so the way to that is kept short: the quote is looked for alone,
 * and what stands before it on the side. Where a load would read too far, one
 * that ends with the text takes its place: byte by byte, the string at the end
 * of each record cost a tenth.
 */
static inline const char *
json_near_string(struct json_scan *s, const char *p)
{
	const char *const last = s->end - 16;
	unsigned special = json_not_plain(++p), quote = json_quotes(p);

	if (quote && ((special ^ quote) & (quote - 1)) == 0)
		return p + __builtin_ctz(quote) + 1;
	while (special == 0) {
		p += 16;
		if (p > last) {
			special = json_not_plain(last) >> (p - last);
			break;
		}
		special = json_not_plain(p);
	}
	p += special ? __builtin_ctz(special) : s->end - p;
	if (special && *p == '"')
		return p + 1;
	s->p = p;
	return json_scan_text(s) ? s->p : NULL;
}

/*
 * Up to 31 bytes without an exponent, those of an integer part of 16 digits
 * and more without a fraction.
 */
static inline const char *
json_near_number(const char *p)
{
	const char *first = p, *end = first, *point;
	unsigned m = json_not_digits(first);

	if (m == 0) {
		end += 16;
		m = json_not_digits(end);
		if (m == 0)
			return NULL;
	}
	end += __builtin_ctz(m);
	if (end == first || (*first == '0' && end - first > 1))
		return NULL;
	if (*end == '.' && end - first < 16) {
		/* Mostly what was loaded has the fraction's end, too. */
		m &= m - 1;
		point = end;
		end = first;
		if (m == 0) {
			end = point + 1;
			m = json_not_digits(end);
			if (m == 0)
				return NULL;
		}
		end += __builtin_ctz(m);
		if (end == point + 1)
			return NULL;
	}
	return *end == ',' || *end == '}' || *end == ']' ? end : NULL;
}

/*
 * true, false, null, without a branch on which of them: booleans come in no
 * order that could be foreseen. Bits 3 and 4 tell their first letters apart.
 */
static inline const char *
json_near_word(const char *p)
{
	static const struct {
		char text[8], mask[8];
		size_t len;
	} words[] = {{"false", "\xff\xff\xff\xff\xff", 5},
	    {"null", "\xff\xff\xff\xff", 4}, {"true", "\xff\xff\xff\xff", 4},
	    {"-", "", 0}};
	unsigned i = (unsigned char)*p >> 3 & 3;
	uint64_t have, text, mask;

	memcpy(&have, p, sizeof have);
	memcpy(&text, words[i].text, sizeof text);
	memcpy(&mask, words[i].mask, sizeof mask);
	return (have & mask) == text ? p + words[i].len : NULL;
}

static inline const char *
json_near_scalar(struct json_scan *s, const char *p)
{
	char c = *p;

	if (c == '"')
		return json_near_string(s, p);
	if ((unsigned char)(c - '0') < 10)
		return json_near_number(p);
	return json_near_word(p);
}
#else
static inline const char *
json_near_number(const char *p)
{
	(void)p;
	return NULL;
}

static inline const char *
json_near_scalar(struct json_scan *s, const char *p)
{
	(void)s;
	(void)p;
	return NULL;
}
#endif

/* The scalar at s->p. */
static inline bool
json_scan_scalar(struct json_scan *s)
{
	const char *from = s->p, *end = NULL;

	if (s->end - from >= JSON_NEAR)
		end = json_near_scalar(s, from);
	s->p = end ? end : from;
	if (end)
		return true;
	return json_scan_any_scalar(s);
}

/* White space; false at the end of the text. */
static inline bool
json_scan_space(struct json_scan *s)
{
	while (s->p < s->end) {
		if ((unsigned char)*s->p > ' ' || !json_space(*s->p))
			return true;
		if (*s->p == '\n' && s->line)
			return false;
		s->p++;
	}
	return json_scan_fail(s, s->p, NULL);
}

#endif
