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
};

/* The rest of a string, whatever is in it. */
bool json_scan_text(struct json_scan *);
/* A number, whatever it looks like. */
bool json_scan_number(struct json_scan *);
/* true, false, null, or an error. */
bool json_scan_literal(struct json_scan *);
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
 * A number of up to 31 bytes without an exponent, and something behind it
 * that cannot be part of it; false, and nothing moved, for all others.
 */
static inline bool
json_scan_short_number(struct json_scan *s)
{
#if defined(__SSE2__) && !defined(SLUICE_NO_SIMD)
	const char *p = s->p;
	uint64_t other;
	unsigned at, n;

	if (s->end - p < 32)
		return false;
	/* A bit for each byte that is no digit, and more behind the last. */
	other = ~((uint64_t)json_digits(p + 16) << 16 | json_digits(p));
	at = *p == '-';
	n = (unsigned)__builtin_ctzll(other >> at);
	if (n == 0 || (p[at] == '0' && n > 1))
		return false;
	at += n;
	if (at < 32 && p[at] == '.') {
		at++;
		n = (unsigned)__builtin_ctzll(other >> at);
		if (n == 0)
			return false;
		at += n;
	}
	if (at >= 32 || (p[at] | 0x20) == 'e')
		return false;
	s->p = p + at;
	return true;
#else
	(void)s;
	return false;
#endif
}

/* The scalar at s->p. */
static inline bool
json_scan_scalar(struct json_scan *s)
{
	char c = *s->p;

	if (c == '"')
		return json_scan_string(s);
	if ((unsigned char)(c - '0') < 10 || c == '-')
		return json_scan_short_number(s) || json_scan_number(s);
	/* The three words, the first letters at once. */
	if (s->end - s->p > 5) {
		if (memcmp(s->p, "null", 4) == 0 ||
		    memcmp(s->p, "true", 4) == 0) {
			s->p += 4;
			return true;
		}
		if (memcmp(s->p, "false", 5) == 0) {
			s->p += 5;
			return true;
		}
	}
	return json_scan_literal(s);
}

/* White space; false at the end of the text. */
static inline bool
json_scan_space(struct json_scan *s)
{
	while (s->p < s->end) {
		if ((unsigned char)*s->p > ' ' || !json_space(*s->p))
			return true;
		s->p++;
	}
	return json_scan_fail(s, s->p, NULL);
}

#endif
