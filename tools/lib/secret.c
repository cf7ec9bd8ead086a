/* secret: a list of values, and their spellings. */
#include "secret.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

enum {
	SHORTEST = 4,
	SHORTEST_BASE64 = 6 /* digits: fewer are found in ordinary text */
};

/* ---- the list ---- */

static bool
known(const struct secrets *l, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].len == len && memcmp(l->v[i].s, s, len) == 0)
			return true;
	return false;
}

static void
add(struct secrets *l, const char *s, size_t len)
{
	l->v = buf_array(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = (struct secret){buf_dup(s, len), len};
	l->first[(unsigned char)*s] = true;
}

/*
 * Base64 writes three bytes as four digits, so a value within a longer text
 * has three forms; of each, the digits that no neighbour has a part in.
 */
static void
add_base64(struct secrets *l, const char *s, size_t len)
{
	struct buf text = BUF_INIT, digits = BUF_INIT;
	size_t shift, from, n, i;

	for (shift = 0; shift < 3; shift++) {
		buf_cut(&text, 0);
		buf_cut(&digits, 0);
		buf_add(&text, "\0\0", shift);
		buf_add(&text, s, len);
		buf_base64(&digits, text.s, text.len);
		from = (shift * 8 + 5) / 6;
		n = text.len * 8 / 6 - from;
		if (n < SHORTEST_BASE64 || known(l, digits.s + from, n))
			continue;
		add(l, digits.s + from, n);
		for (i = from; i < from + n; i++)
			if (digits.s[i] == '+' || digits.s[i] == '/')
				digits.s[i] = digits.s[i] == '+' ? '-' : '_';
		if (!known(l, digits.s + from, n))
			add(l, digits.s + from, n);
	}
	buf_free(&text);
	buf_free(&digits);
}

void
secrets_add(struct secrets *l, const char *s, size_t len)
{
	if (len < SHORTEST || known(l, s, len))
		return;
	/* What an escape begins with, or stands for a space. */
	l->first['%'] = l->first['\\'] = l->first['+'] = true;
	add(l, s, len);
	add_base64(l, s, len);
}

void
secrets_free(struct secrets *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->v[i].s);
	free(l->v);
	*l = (struct secrets)SECRETS_INIT;
}

/* ---- spellings of one character: how many bytes at s are one; 0: none ---- */

static int
digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* n hexadecimal digits as a number, or -1. */
static long
hex(const char *s, const char *end, int n)
{
	long v = 0;

	if (end - s < n)
		return -1;
	for (; n > 0; n--, s++) {
		if (digit(*s) < 0)
			return -1;
		v = v << 4 | digit(*s);
	}
	return v;
}

/* `%2F`, and `%252F` where that was encoded again. */
static size_t
percent(const char *s, const char *end, char c)
{
	const char *p;

	if (s == end || *s != '%')
		return 0;
	for (p = s + 1; end - p >= 2; p += 2) {
		if (hex(p, end, 2) == (unsigned char)c)
			return (size_t)(p + 2 - s);
		if (p[0] != '2' || p[1] != '5')
			break;
	}
	return 0;
}

static size_t
percents(const char *s, const char *end, const char *c, size_t len)
{
	size_t i, one, n = 0;

	for (i = 0; i < len; i++, n += one) {
		one = percent(s + n, end, c[i]);
		/* Letters stay as they are between encoded bytes. */
		if (one == 0 && i > 0 && s + n < end && s[n] == c[i])
			one = 1;
		if (one == 0)
			return 0;
	}
	return n;
}

static long
code_point(const char *c, size_t len)
{
	long v = len == 1 ? (unsigned char)*c
			  : (unsigned char)*c & (0xff >> (len + 1));
	size_t i;

	for (i = 1; i < len; i++)
		v = v << 6 | ((unsigned char)c[i] & 0x3f);
	return v;
}

/*
 * A JSON escape; several backslashes where JSON stands in a JSON string.
 * backslash: how many of them are one.
 */
static size_t
json_escape(
    const char *s, const char *end, const char *c, size_t len, long backslash)
{
	static const char plain[] = "\"/\b\f\n\r\t", letter[] = "\"/bfnrt";
	const char *p = s, *at;
	long v, want = code_point(c, len);

	while (p < end && *p == '\\')
		p++;
	if (p == s)
		return 0;
	if (p < end && *p == 'u') {
		v = hex(p + 1, end, 4);
		p += 5;
		if (v == want)
			return (size_t)(p - s);
		if (want < 0x10000 || v != 0xd800 + ((want - 0x10000) >> 10))
			return 0;
		while (p < end && *p == '\\')
			p++;
		if (p == end || *p != 'u' ||
		    hex(p + 1, end, 4) != 0xdc00 + ((want - 0x10000) & 0x3ff))
			return 0;
		return (size_t)(p + 5 - s);
	}
	if (*c == '\\')
		return p - s < backslash ? 0 : (size_t)backslash;
	at = len == 1 && *c ? strchr(plain, *c) : NULL;
	if (!at || p == end || *p != letter[at - plain])
		return 0;
	return (size_t)(p + 1 - s);
}

static size_t
character(
    const char *s, const char *end, const char *c, size_t len, long backslash)
{
	size_t n;

	if (s == end)
		return 0;
	/* A backslash as it is does not stand between escapes. */
	if (*s == *c && *c != '\\' && (size_t)(end - s) >= len &&
	    memcmp(s, c, len) == 0) {
		n = percent(s, end, *c);
		return n ? n : len;
	}
	if (*s == '+' && *c == ' ')
		return 1;
	n = percents(s, end, c, len);
	return n ? n : json_escape(s, end, c, len, backslash);
}

/* ---- masking ---- */

/* The length of the value at s, escaped; 0: it is not there. */
static size_t
escaped(const char *s, const char *end, const struct secret *v, long backslash)
{
	const char *p = s, *c = v->s, *stop = v->s + v->len;
	size_t len, n;

	for (; c < stop; c += len, p += n) {
		len = json_utf8_one(c, (size_t)(stop - c));
		if (len == 0)
			len = 1;
		n = character(p, end, c, len, backslash);
		if (n == 0)
			return 0;
	}
	return (size_t)(p - s);
}

/* The same in any spelling. */
static size_t
spelled(const char *s, const char *end, const struct secret *v)
{
	bool plain = (size_t)(end - s) >= v->len && !memcmp(s, v->s, v->len);
	size_t n = escaped(s, end, v, 2);

	if (n == 0 && memchr(v->s, '\\', v->len))
		n = escaped(s, end, v, 4);
	if (n == 0 && memchr(v->s, '\\', v->len))
		n = escaped(s, end, v, 8);
	return plain && n < v->len ? v->len : n;
}

/* The end of the longest value that begins at s; s if none does. */
static const char *
longest(const struct secrets *l, const char *s, const char *end)
{
	size_t i, n, most = 0;

	for (i = 0; i < l->n; i++) {
		if (*s != *l->v[i].s && *s != '%' && *s != '\\' && *s != '+')
			continue;
		n = spelled(s, end, &l->v[i]);
		most = n > most ? n : most;
	}
	return s + most;
}

bool
secrets_mask(const struct secrets *l, struct buf *b, size_t from)
{
	struct buf to = BUF_INIT;
	const char *s, *copied, *end, *hidden = NULL, *stop;

	if (l->n == 0 || !b->s)
		return false;
	copied = b->s + from;
	end = b->s + b->len;
	for (s = copied; s < end; s++) {
		if (!l->first[(unsigned char)*s])
			continue;
		stop = longest(l, s, end);
		if (stop == s)
			continue;
		/* One that begins within another makes that one longer. */
		if (!hidden || s >= hidden) {
			if (hidden)
				copied = hidden;
			buf_add(&to, copied, (size_t)(s - copied));
			buf_str(&to, SECRET_MASK);
			hidden = stop;
		} else if (stop > hidden) {
			hidden = stop;
		}
	}
	if (!hidden)
		return false;
	buf_add(&to, hidden, (size_t)(end - hidden));
	buf_cut(b, from);
	buf_add(b, to.s, to.len);
	buf_free(&to);
	return true;
}

static bool
is_bare(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' ||
	       c == '+' || c == '-' || c == '.' || c == *SECRET_MASK;
}

/* The end of a string, from behind its quote on; or of the text. */
static const char *
string_end(const char *s, const char *end)
{
	for (; s < end && *s != '"'; s++)
		if (*s == '\\' && s + 1 < end)
			s++;
	return s < end ? s + 1 : end;
}

void
secrets_quote(struct buf *b, size_t from)
{
	struct buf to = BUF_INIT;
	const char *s = b->s + from, *end = b->s + b->len, *p;

	for (; s < end; s = p) {
		p = s + 1;
		if (*s == '"')
			p = string_end(p, end);
		else if (is_bare(*s))
			while (p < end && is_bare(*p))
				p++;
		if (*s != '"' && memmem(s, (size_t)(p - s), SECRET_MASK,
				     strlen(SECRET_MASK)))
			buf_str(&to, "\"" SECRET_MASK "\"");
		else
			buf_add(&to, s, (size_t)(p - s));
	}
	buf_cut(b, from);
	if (to.len > 0)
		buf_add(b, to.s, to.len);
	buf_free(&to);
}
