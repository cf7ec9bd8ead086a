#include <stdbool.h>
#include <string.h>

#include "pgcopy.h"

/* SQLSTATEs that the server would use for the same. */
#define NUL_CODE "22P05"
#define SURROGATE_CODE "22P02"
#define BASE64_CODE "22023"

/*
 * How deep the text is quoted: COPY's escapes around everything, and within
 * the double quotes of an array literal those of that literal as well.
 */
enum quoting { COPY_ONLY, IN_ARRAY };

static void
add_char(struct buf *b, unsigned char c, enum quoting q)
{
	if (q == IN_ARRAY && (c == '"' || c == '\\'))
		buf_str(b, "\\\\"); /* the literal's backslash */
	switch (c) {
	case '\\':
		buf_str(b, "\\\\");
		break;
	case '\t':
		buf_str(b, "\\t");
		break;
	case '\n':
		buf_str(b, "\\n");
		break;
	case '\r':
		buf_str(b, "\\r");
		break;
	default:
		buf_char(b, (char)c);
	}
}

/* Appends text in which nothing is an escape: raw JSON. */
static void
add_raw(struct buf *b, struct json_val v, enum quoting q)
{
	const char *s = v.s, *end = v.s + v.len, *run;

	while (s < end) {
		run = s;
		while (s < end && *s != '\\' && (unsigned char)*s >= ' ' &&
		       !(q == IN_ARRAY && *s == '"'))
			s++;
		buf_add(b, run, (size_t)(s - run));
		if (s < end)
			add_char(b, (unsigned char)*s++, q);
	}
}

static unsigned
hex_digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0')
			: (unsigned)((c | 0x20) - 'a') + 10;
}

/* The four hex digits at s. */
static unsigned
hex4(const char *s)
{
	return hex_digit(s[0]) << 12 | hex_digit(s[1]) << 8 |
	       hex_digit(s[2]) << 4 | hex_digit(s[3]);
}

static void
add_code_point(struct buf *b, unsigned c, enum quoting q)
{
	char s[4];
	size_t n = 0;

	if (c < 0x80) {
		add_char(b, (unsigned char)c, q);
		return;
	}
	if (c < 0x800) {
		s[n++] = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			s[n++] = (char)(0xe0 | c >> 12);
		} else {
			s[n++] = (char)(0xf0 | c >> 18);
			s[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		}
		s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	s[n++] = (char)(0x80 | (c & 0x3f));
	buf_add(b, s, n);
}

/* Appends what the \u escape with its digits at *s means, and passes it. */
static const char *
add_unicode(struct buf *b, const char **s, const char *end, enum quoting q,
    const char **code)
{
	const char *p = *s;
	unsigned c = hex4(p), low;

	p += 4;
	if (c == 0) {
		*code = NUL_CODE;
		return "\\u0000 cannot be stored in text";
	}
	if (c >= 0xd800 && c < 0xe000) {
		low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2)
								  : 0;
		if (c >= 0xdc00 || low < 0xdc00 || low >= 0xe000) {
			*code = SURROGATE_CODE;
			return "a lone surrogate escape is no character";
		}
		p += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	add_code_point(b, c, q);
	*s = p;
	return NULL;
}

/* The first byte at or after s that needs a look, or end. */
static const char *
plain_run(const char *s, const char *end)
{
	const char *p = memchr(s, '\\', (size_t)(end - s));

	return p ? p : end;
}

/* Appends the content of a string. */
static const char *
add_string(struct buf *b, struct json_val v, enum quoting q, const char **code)
{
	const char *s = v.s + 1, *end = v.s + v.len - 1, *run, *why;

	for (;;) {
		/* JSON allows no raw control bytes: only escapes matter. */
		run = plain_run(s, end);
		buf_add(b, s, (size_t)(run - s));
		if (run == end)
			return NULL;
		s = run + 2;
		switch (run[1]) {
		case 'u':
			why = add_unicode(b, &s, end, q, code);
			if (why)
				return why;
			break;
		case '"':
		case '\\':
			add_char(b, (unsigned char)run[1], q);
			break;
		case '/':
			buf_char(b, '/');
			break;
		default: /* b f n r t mean the same to COPY */
			buf_add(b, run, 2);
		}
	}
}

/* ---- bytea ---- */

/* Base64 with both alphabets of RFC 4648, padded or not, as hex. */
static const char *
add_base64(struct buf *b, const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	struct buf bytes = BUF_INIT;
	bool good = buf_unbase64(&bytes, s, len);
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		buf_char(b, hex[(unsigned char)bytes.s[i] >> 4]);
		buf_char(b, hex[bytes.s[i] & 15]);
	}
	buf_free(&bytes);
	return good ? NULL : "it is neither hex (\\x...) nor base64";
}

/* Hex that is none is the server's to refuse. */
static const char *
add_bytea(struct buf *b, struct json_val v, enum quoting q, const char **code)
{
	struct buf text = BUF_INIT;
	const char *why = NULL;

	if (json_type(v.s) != JSON_STRING) {
		*code = BASE64_CODE;
		return "only a string can be stored as bytea";
	}
	json_decode(&text, v);
	add_char(b, '\\', q);
	buf_char(b, 'x');
	if (text.len >= 2 && memcmp(text.s, "\\x", 2) == 0)
		add_raw(b, (struct json_val){text.s + 2, text.len - 2}, q);
	else if (text.len > 0)
		why = add_base64(b, text.s, text.len);
	buf_free(&text);
	if (why)
		*code = BASE64_CODE;
	return why;
}

/* ---- arrays ---- */

struct array {
	enum pgcopy_kind kind; /* of an element */
	unsigned dimensions;
	const char **code;
};

/* As deep as the first elements are arrays: what is in those is a value. */
static unsigned
dimensions(struct json_val v)
{
	struct json_walk w;
	struct json_val name;
	unsigned n = 0;

	do {
		n++;
		w = json_walk(v);
	} while (json_next(&w, &name, &v) && json_type(v.s) == JSON_ARRAY);
	return n;
}

static const char *
add_element(struct buf *b, struct json_val v, const struct array *a)
{
	enum json_type type = json_type(v.s);
	const char *why = NULL;

	if (type == JSON_NULL) {
		buf_str(b, "NULL");
		return NULL;
	}
	if (type < JSON_STRING && a->kind != PGCOPY_BYTEA) {
		buf_add(b, v.s, v.len);
		return NULL;
	}
	buf_char(b, '"');
	if (a->kind == PGCOPY_BYTEA)
		why = add_bytea(b, v, IN_ARRAY, a->code);
	else if (type == JSON_STRING && a->kind == PGCOPY_PLAIN)
		why = add_string(b, v, IN_ARRAY, a->code);
	else
		add_raw(b, v, IN_ARRAY);
	buf_char(b, '"');
	return why;
}

static const char *
add_array(
    struct buf *b, struct json_val v, const struct array *a, unsigned depth)
{
	struct json_walk w = json_walk(v);
	struct json_val name, x;
	const char *why = NULL;
	char open = '{';

	while (why == NULL && json_next(&w, &name, &x)) {
		buf_char(b, open);
		open = ',';
		if (depth < a->dimensions && json_type(x.s) == JSON_ARRAY)
			why = add_array(b, x, a, depth + 1);
		else
			why = add_element(b, x, a);
	}
	buf_str(b, open == '{' ? "{}" : "}");
	return why;
}

const char *
pgcopy_value(
    struct buf *b, struct json_val v, enum pgcopy_kind kind, const char **code)
{
	enum json_type type = json_type(v.s);
	struct array array;

	if (type == JSON_NULL) {
		buf_str(b, "\\N");
		return NULL;
	}
	if (kind == PGCOPY_BYTEA)
		return add_bytea(b, v, COPY_ONLY, code);
	if (kind & PGCOPY_ARRAY && type == JSON_ARRAY) {
		array = (struct array){.kind = kind & ~(unsigned)PGCOPY_ARRAY,
		    .dimensions = dimensions(v),
		    .code = code};
		return add_array(b, v, &array, 1);
	}
	if (kind != PGCOPY_JSON && type == JSON_STRING)
		return add_string(b, v, COPY_ONLY, code);
	add_raw(b, v, COPY_ONLY);
	return NULL;
}

/* ---- most values ---- */

char *
pgcopy_quick(
    char *to, struct json_val v, enum pgcopy_kind kind, const char *limit)
{
	if (kind == PGCOPY_BYTEA)
		return NULL;
	switch (*v.s) {
	case '{':
	case '[':
		return NULL;
	case 'n':
		*to++ = '\\';
		*to++ = 'N';
		return to;
	case '"':
		if (kind != PGCOPY_JSON)
			return pgcopy_plain(to, v.s + 1, v.len - 2, limit);
		break;
	default:
		break;
	}
	return pgcopy_plain(to, v.s, v.len, limit);
}
