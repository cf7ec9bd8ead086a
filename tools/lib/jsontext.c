/*
 * Strings of json.h, there and back: from raw text to what it means, and from
 * bytes to raw text; and values without white space.
 */
#include <string.h>

#include "json.h"

static unsigned
hex4(const char *s)
{
	unsigned v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v = v << 4 |
		    (s[i] <= '9' ? (unsigned)(s[i] - '0')
				 : (unsigned)((s[i] | 0x20) - 'a' + 10));
	return v;
}

static void
add_utf8(struct buf *b, unsigned c)
{
	char *p = buf_room(b, 4);

	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xc0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*p++ = (char)(0xe0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	} else {
		*p++ = (char)(0xf0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3f));
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	}
	*p = '\0';
	b->len = (size_t)(p - b->s);
}

/* Decodes the \u escape at s (after the u); returns the end of it. */
static const char *
decode_unicode(struct buf *b, const char *s, const char *end, bool *good)
{
	unsigned c = hex4(s), low;

	s += 4;
	if (c >= 0xd800 && c < 0xdc00 && end - s >= 6 && s[0] == '\\' &&
	    s[1] == 'u') {
		low = hex4(s + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			add_utf8(
			    b, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
			return s + 6;
		}
	}
	if (c >= 0xd800 && c < 0xe000) {
		*good = false;
		c = 0xfffd;
	}
	add_utf8(b, c);
	return s;
}

bool
json_decode(struct buf *b, struct json_val string)
{
	return json_unescape(b, string.s + 1, string.len - 2);
}

bool
json_unescape(struct buf *b, const char *s, size_t len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *end = s + len, *slash;
	bool good = true;

	while ((slash = memchr(s, '\\', (size_t)(end - s)))) {
		buf_add(b, s, (size_t)(slash - s));
		s = slash + 2;
		if (slash[1] == 'u')
			s = decode_unicode(b, s, end, &good);
		else
			buf_char(b, to[strchr(from, slash[1]) - from]);
	}
	buf_add(b, s, (size_t)(end - s));
	return good;
}

/* The end of the longest run at s that needs no escape and is ASCII. */
static const char *
plain_run(const char *s, const char *end)
{
	while (s < end && (signed char)*s >= ' ' && *s != '"' && *s != '\\' &&
	       *s != 0x7f)
		s++;
	return s;
}

/* Appends one byte or one UTF-8 sequence; returns its end. */
static const char *
quote_one(struct buf *b, const char *s, const char *end, bool *good)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *hit = *s ? strchr(from, *s) : NULL;
	size_t n = 1;

	if (hit) {
		buf_char(b, '\\');
		buf_char(b, to[hit - from]);
	} else if ((unsigned char)*s < ' ') {
		buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*s);
	} else if ((unsigned char)*s < 0x80) {
		buf_char(b, *s);
	} else if ((n = json_utf8_one(s, (size_t)(end - s)))) {
		buf_add(b, s, n);
	} else {
		buf_str(b, "\xef\xbf\xbd");
		*good = false;
		n = 1;
	}
	return s + n;
}

bool
json_quote(struct buf *b, const char *s, size_t len)
{
	const char *end = s + len, *run;
	bool good = true;

	buf_char(b, '"');
	while (s < end) {
		run = plain_run(s, end);
		buf_add(b, s, (size_t)(run - s));
		s = run < end ? quote_one(b, run, end, &good) : run;
	}
	buf_char(b, '"');
	return good;
}

void
json_compact(struct buf *b, struct json_val v)
{
	const char *s = v.s, *end = v.s + v.len, *from;

	while (s < end) {
		if (json_space(*s)) {
			s++;
			continue;
		}
		from = s;
		while (s < end && !json_space(*s))
			s = *s == '"' ? json_skip_string(s, end) : s + 1;
		buf_add(b, from, (size_t)(s - from));
	}
}
