/*
 * The strict half: is it JSON? One pass, no recursion; a bit per level says
 * whether it is an object. Strings are where the bytes are, so their plain
 * ASCII runs are passed 16 bytes at a time where there is SSE2.
 */
#include <string.h>

#include "json.h"
#include "jsonscan.h"

unsigned json_depth = JSON_DEPTH;

static bool
tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/*
 * The length of the UTF-8 sequence at p (RFC 3629, table 3-7 of Unicode), 0
 * if it is none; -1 if it is cut off by end but good so far.
 */
static int
utf8_sequence(const char *s, const char *end)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t have = (size_t)(end - s);
	unsigned char low = 0x80, high = 0xbf;
	int i, n;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0; /* overlong */
	else if (p[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (p[0] == 0xf0)
		low = 0x90; /* overlong */
	else if (p[0] == 0xf4)
		high = 0x8f; /* above U+10FFFF */
	if (have < 2)
		return -1;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < n; i++) {
		if (have <= (size_t)i)
			return -1;
		if (!tail(p[i]))
			return 0;
	}
	return n;
}

size_t
json_utf8_one(const char *s, size_t len)
{
	int n = (unsigned char)*s < 0x80 ? 1 : utf8_sequence(s, s + len);

	return n > 0 ? (size_t)n : 0;
}

bool
json_utf8(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = json_utf8_one(s, len)) == 0)
			return false;
	return true;
}

static bool
is_hex(unsigned char c)
{
	unsigned char lower = c | 0x20;

	return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

/* Passes over the escape at s->p, its backslash. */
static bool
escape(struct json_scan *s)
{
	const char *p = s->p + 1;
	int i;

	if (p == s->end)
		return json_scan_fail(s, p, NULL);
	if (*p != 'u') {
		switch (*p) {
		case '"':
		case '\\':
		case '/':
		case 'b':
		case 'f':
		case 'n':
		case 'r':
		case 't':
			s->p = p + 1;
			return true;
		default:
			return json_scan_fail(s, p, "bad escape in a string");
		}
	}
	for (i = 1; i <= 4; i++) {
		if (p + i == s->end)
			return json_scan_fail(s, s->end, NULL);
		if (!is_hex((unsigned char)p[i]))
			return json_scan_fail(
			    s, p + i, "bad \\u escape in a string");
	}
	s->p = p + 5;
	return true;
}

/* The end of a run of text in other scripts; NULL where there is an error. */
static const char *
other_scripts(struct json_scan *s, const char *p)
{
	int n;

	do {
		n = utf8_sequence(p, s->end);
		if (n <= 0) {
			json_scan_fail(s, n < 0 ? s->end : p,
			    n < 0 ? NULL : "bad UTF-8 in a string");
			return NULL;
		}
		p += n;
	} while (p < s->end && (unsigned char)*p >= 0x80);
	return p;
}

bool
json_scan_text(struct json_scan *s)
{
	const char *p = s->p, *const end = s->end;
	unsigned char c;

	for (;;) {
		if (p == end)
			return json_scan_fail(s, p, NULL);
		c = (unsigned char)*p;
		if (c == '"') {
			s->p = p + 1;
			return true;
		}
		if (c == '\\') {
			s->p = p;
			if (!escape(s))
				return false;
			p = s->p;
		} else if (c >= 0x80) {
			p = other_scripts(s, p);
			if (p == NULL)
				return false;
		} else if (c < 0x20) {
			return json_scan_fail(s, p, "control byte in a string");
		}
		p = json_skip_plain(p, end);
	}
}

static bool
digit(const struct json_scan *s)
{
	return s->p < s->end && (unsigned char)(*s->p - '0') < 10;
}

/* One digit or more. */
static bool
digits(struct json_scan *s)
{
	if (!digit(s))
		return json_scan_fail(s, s->p,
		    s->p == s->end ? NULL : "digit expected in a number");
	do
		s->p++;
	while (digit(s));
	return true;
}

static bool
number(struct json_scan *s)
{
	if (*s->p == '-')
		s->p++;
	if (s->p < s->end && *s->p == '0') {
		s->p++;
		if (digit(s))
			return json_scan_fail(
			    s, s->p, "number with a leading zero");
	} else if (!digits(s)) {
		return false;
	}
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (!digits(s))
			return false;
	}
	if (s->p < s->end && (*s->p | 0x20) == 'e') {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		if (!digits(s))
			return false;
	}
	/* More digits may follow behind the end of what is here. */
	if (s->p == s->end && !s->last)
		return json_scan_fail(s, s->p, NULL);
	return true;
}

static bool
literal(struct json_scan *s, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s->p + i == s->end)
			return json_scan_fail(s, s->end, NULL);
		if (s->p[i] != word[i])
			return json_scan_fail(s, s->p + i, "value expected");
	}
	s->p += len;
	return true;
}

static bool
negative(struct json_scan *s)
{
	const char *end = NULL;

	if (s->end - s->p > JSON_NEAR)
		end = json_near_number(s->p + 1);
	if (end == NULL)
		return number(s);
	s->p = end;
	return true;
}

bool
json_scan_any_scalar(struct json_scan *s)
{
	s->what = NULL;
	switch (*s->p) {
	case '"':
		return json_scan_string(s);
	case 't':
		return literal(s, "true", 4);
	case 'f':
		return literal(s, "false", 5);
	case 'n':
		return literal(s, "null", 4);
	case '-':
		return negative(s);
	default:
		return digit(s) ? number(s)
				: json_scan_fail(s, s->p, "value expected");
	}
}

/* Passes over a member's name and its colon, to its value. */
static inline bool
name(struct json_scan *s)
{
	if (!json_scan_space(s))
		return false;
	if (*s->p != '"')
		return json_scan_fail(s, s->p, "name of a member expected");
	if (!json_scan_string(s) || !json_scan_space(s))
		return false;
	if (*s->p != ':')
		return json_scan_fail(s, s->p, "':' expected after a name");
	s->p++;
	return true;
}

bool
json_scan_value(struct json_scan *s, unsigned outside)
{
	/* A bit a level: 1 is an object. */
	unsigned char objects[(JSON_DEPTH_MAX + 8) / 8];
	unsigned depth = 0, limit = json_depth - outside;
	bool object;

	memset(objects, 0, limit / 8 + 1);
next:
	if (!json_scan_space(s))
		return false;
	if (*s->p == '{' || *s->p == '[') {
		object = *s->p == '{';
		if (depth == limit)
			return json_scan_fail(s, s->p, "nested too deeply");
		if (object)
			objects[depth / 8] |= (unsigned char)(1 << depth % 8);
		else
			objects[depth / 8] &= (unsigned char)~(1 << depth % 8);
		depth++;
		s->p++;
		if (!json_scan_space(s))
			return false;
		if (*s->p == (object ? '}' : ']'))
			goto close;
		if (object && !name(s))
			return false;
		goto next;
	}
	if (!json_scan_scalar(s))
		return false;
	while (depth > 0) {
		if (!json_scan_space(s))
			return false;
		object = objects[(depth - 1) / 8] >> (depth - 1) % 8 & 1;
		if (*s->p == ',') {
			s->p++;
			if (object && !name(s))
				return false;
			goto next;
		}
		if (*s->p != (object ? '}' : ']'))
			return json_scan_fail(s, s->p,
			    object ? "',' or '}' expected"
				   : "',' or ']' expected");
	close:
		s->p++;
		depth--;
	}
	return true;
}

size_t
json_scan(const char *text, size_t len, bool last, struct json_error *e)
{
	struct json_scan s = {text, text + len, last, NULL, false};

	if (json_scan_value(&s, 0))
		return (size_t)(s.p - text);
	*e = (struct json_error){(size_t)(s.p - text), s.what};
	return 0;
}

bool
json_check(const char *text, size_t len, struct json_error *e)
{
	size_t end = json_scan(text, len, true, e);

	if (end == 0)
		return false;
	while (end < len && json_space(text[end]))
		end++;
	if (end == len)
		return true;
	*e = (struct json_error){end, "text after the value"};
	return false;
}

const char *
json_why(const struct json_error *e)
{
	return e->what ? e->what : "the text is cut off";
}
