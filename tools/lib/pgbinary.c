#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pgbinary.h"
#include "pgcopy.h"

/* What a field takes beyond the bytes of its value, at most. */
enum { FIELD_SPARE = 32 };

enum pgbinary_kind
pgbinary_kind(const char *receive)
{
	static const struct {
		const char *name;
		enum pgbinary_kind kind;
	} known[] = {{"boolrecv", PGBINARY_BOOL}, {"int2recv", PGBINARY_INT2},
	    {"int4recv", PGBINARY_INT4}, {"int8recv", PGBINARY_INT8},
	    {"float4recv", PGBINARY_FLOAT4}, {"float8recv", PGBINARY_FLOAT8},
	    {"numeric_recv", PGBINARY_NUMERIC}, {"textrecv", PGBINARY_TEXT},
	    {"varcharrecv", PGBINARY_TEXT}, {"bpcharrecv", PGBINARY_TEXT},
	    {"enum_recv", PGBINARY_TEXT}, {"json_recv", PGBINARY_JSON},
	    {"jsonb_recv", PGBINARY_JSONB}, {"uuid_recv", PGBINARY_UUID},
	    {"date_recv", PGBINARY_DATE},
	    {"timestamp_recv", PGBINARY_TIMESTAMP},
	    {"timestamptz_recv", PGBINARY_TIMESTAMPTZ}};
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(receive, known[i].name) == 0)
			return known[i].kind;
	return PGBINARY_NONE;
}

/* ---- numbers in network order; each returns where the next goes ---- */

static char *
put16(char *to, unsigned n)
{
	uint16_t be = htobe16((uint16_t)n);

	memcpy(to, &be, sizeof be);
	return to + sizeof be;
}

static char *
put32(char *to, uint32_t n)
{
	uint32_t be = htobe32(n);

	memcpy(to, &be, sizeof be);
	return to + sizeof be;
}

static char *
put64(char *to, uint64_t n)
{
	uint64_t be = htobe64(n);

	memcpy(to, &be, sizeof be);
	return to + sizeof be;
}

void
pgbinary_head(struct buf *b)
{
	/* The signature, flags, and the length of an extension. */
	buf_add(b, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

void
pgbinary_tail(struct buf *b)
{
	buf_add(b, "\377\377", 2);
}

void
pgbinary_row(struct buf *b, size_t fields)
{
	put16(buf_room(b, 2), (unsigned)fields);
	b->len += 2;
}

/* ---- reading plain spellings ---- */

static bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Two digits as a number, or more than 99 where they are none. */
static inline unsigned
two(const char *s)
{
	unsigned tens = (unsigned char)(s[0] - '0');
	unsigned ones = (unsigned char)(s[1] - '0');

	return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* A whole number of so many bits; the least one is left to the server. */
static bool
whole(const char *s, size_t len, int bits, uint64_t *value)
{
	bool negative = len > 0 && *s == '-';
	const char *end = s + len;
	uint64_t n = 0;

	s += negative;
	/* 19 digits are below 2^64. */
	if (s == end || end - s > 19)
		return false;
	for (; s < end; s++) {
		if (!is_digit(*s))
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	*value = negative ? -n : n;
	return n < UINT64_C(1) << (bits - 1);
}

/* ---- types: the end of the field, or NULL ---- */

static char *
put_whole(char *to, const char *s, size_t len, int bytes)
{
	uint64_t n;

	if (!whole(s, len, bytes * 8, &n))
		return NULL;
	to = put32(to, (uint32_t)bytes);
	if (bytes == 2)
		return put16(to, (unsigned)n);
	return bytes == 4 ? put32(to, (uint32_t)n) : put64(to, n);
}

/* As the server reads it, with the same function. */
static char *
put_float(char *to, const char *s, size_t len, bool wide)
{
	char text[64], *end;
	uint32_t n4;
	uint64_t n8;
	float f;
	double d;

	if (len == 0 || len >= sizeof text || !(is_digit(*s) || *s == '-'))
		return NULL;
	memcpy(text, s, len);
	text[len] = '\0';
	if (strspn(text, "+-.0123456789eE") != len)
		return NULL;
	errno = 0;
	if (wide) {
		d = strtod(text, &end);
		memcpy(&n8, &d, sizeof n8);
	} else {
		f = strtof(text, &end);
		memcpy(&n4, &f, sizeof n4);
	}
	if (errno || end != text + len)
		return NULL;
	to = put32(to, wide ? 8 : 4);
	return wide ? put64(to, n8) : put32(to, n4);
}

/*
 * Digits in groups of four to the left and to the right of the point; weight
 * is the power of 10,000 of the first. Zeros at either end do not matter.
 */
static char *
put_numeric(char *to, const char *s, size_t len)
{
	enum { GROUP = 4, MOST = 64 };
	bool negative = len > 0 && *s == '-';
	const char *end = s + len, *point, *p;
	size_t before, after, filled;
	char *at = to + 12;
	unsigned group = 0;

	s += negative;
	for (p = s; p < end && is_digit(*p);)
		p++;
	point = p;
	before = (size_t)(point - s);
	if (p < end && *p == '.')
		for (p++; p < end && is_digit(*p);)
			p++;
	after = p > point ? (size_t)(p - point) - 1 : 0;
	if (p < end || before == 0 || len > MOST || end[-1] == '.')
		return NULL;
	/* The first group need not be full, the last is filled up. */
	filled = (GROUP - before % GROUP) % GROUP;
	for (p = s; p < end; p++) {
		if (p == point)
			continue;
		group = group * 10 + (unsigned)(*p - '0');
		if (++filled % GROUP == 0) {
			at = put16(at, group);
			group = 0;
		}
	}
	if (filled % GROUP > 0) {
		for (; filled % GROUP > 0; filled++)
			group *= 10;
		at = put16(at, group);
	}
	to = put32(to, (uint32_t)(at - to - 4));
	to = put16(to, (unsigned)(filled / GROUP));
	to = put16(to, (unsigned)((before + GROUP - 1) / GROUP - 1));
	to = put16(to, negative ? 0x4000 : 0);
	put16(to, (unsigned)after);
	return at;
}

static char *
put_uuid(char *to, const char *s, size_t len)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	unsigned byte = 0, nibbles = 0;
	size_t i;
	int low;

	if (len != sizeof form - 1)
		return NULL;
	to = put32(to, 16);
	for (i = 0; i < len; i++) {
		if (form[i] == '-') {
			if (s[i] != '-')
				return NULL;
			continue;
		}
		low = s[i] | 0x20;
		if (is_digit(s[i]))
			byte = byte << 4 | (unsigned)(s[i] - '0');
		else if (low >= 'a' && low <= 'f')
			byte = byte << 4 | (unsigned)(low - 'a' + 10);
		else
			return NULL;
		if (++nibbles % 2 == 0)
			*to++ = (char)byte;
	}
	return to;
}

/* ---- times: ISO 8601, years 1 to 9999 ---- */

/* Days from 2000-01-01 to the date in the first ten characters. */
static bool
date(const char *s, int *days)
{
	static const unsigned before[] = {
	    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
	unsigned century = two(s), y = century * 100 + two(s + 2);
	unsigned m = two(s + 5), d = two(s + 8);
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	if (century > 99 || two(s + 2) > 99 || y < 1 || s[4] != '-' ||
	    s[7] != '-' || m < 1 || m > 12 || d < 1 ||
	    d > before[m] - before[m - 1] + (m == 2 && leap))
		return false;
	/* All years before this one, then the days of this one. */
	d += before[m - 1] + (m > 2 && leap);
	y--;
	*days = (int)(y * 365 + y / 4 - y / 100 + y / 400 + d) - 730120;
	return true;
}

/* hh:mm:ss and a fraction in microseconds; the end, or NULL. */
static const char *
clock_time(const char *s, const char *end, int64_t *us)
{
	int64_t h = two(s), m = two(s + 3), sec = two(s + 6), unit = 1000000;

	if (s[2] != ':' || s[5] != ':' || h > 23 || m > 59 || sec > 59)
		return NULL;
	*us = (h * 3600 + m * 60 + sec) * 1000000;
	s += 8;
	if (s == end || *s != '.')
		return s;
	/* A seventh digit would have to be rounded. */
	for (s++; s < end && is_digit(*s) && unit > 1; s++)
		*us += (*s - '0') * (unit /= 10);
	return s[-1] == '.' ? NULL : s;
}

/* Z, +hh, +hhmm or +hh:mm: the seconds that the clock is ahead of UTC. */
static bool
zone(const char *s, const char *end, int *ahead)
{
	size_t len = (size_t)(end - s);
	unsigned h, m;

	*ahead = 0;
	if (len == 1 && *s == 'Z')
		return true;
	if ((len != 3 && len != 5 && len != 6) || (len == 6 && s[3] != ':') ||
	    (*s != '+' && *s != '-'))
		return false;
	h = two(s + 1);
	m = len > 3 ? two(end - 2) : 0;
	*ahead = (int)(h * 3600 + m * 60) * (*s == '-' ? -1 : 1);
	return h <= 14 && m <= 59;
}

static char *
put_date(char *to, const char *s, size_t len)
{
	int days;

	if (len != 10 || !date(s, &days))
		return NULL;
	return put32(put32(to, 4), (uint32_t)days);
}

/*
 * A moment needs its zone: without one it is the server's to say. Of a time
 * without zone, what is written counts, a zone does not.
 */
static char *
put_time(char *to, const char *s, size_t len, bool zoned)
{
	const char *end = s + len;
	int days, ahead = 0;
	int64_t us;

	if (len < 19 || !date(s, &days) || (s[10] != 'T' && s[10] != ' '))
		return NULL;
	s = clock_time(s + 11, end, &us);
	if (s == NULL || (s == end ? zoned : !zone(s, end, &ahead)))
		return NULL;
	us += (int64_t)days * 86400 * 1000000;
	if (zoned)
		us -= (int64_t)ahead * 1000000;
	return put64(put32(to, 8), (uint64_t)us);
}

/* ---- any value ---- */

static char *
put_raw(char *to, struct json_val v, bool versioned)
{
	to = put32(to, (uint32_t)(v.len + versioned));
	if (versioned)
		*to++ = 1;
	memcpy(to, v.s, v.len);
	return to + v.len;
}

/* A string by its content, all else as raw JSON. */
static bool
add_text(struct buf *b, struct json_val v, const char *limit)
{
	char *to = b->s + b->len, *end;
	size_t at = b->len, len = v.len - 2;

	if (*v.s != '"') {
		b->len = (size_t)(put_raw(to, v, false) - b->s);
		return true;
	}
	end = pgcopy_plain(to + 4, v.s + 1, len, limit);
	if (end) {
		b->len = (size_t)(end - b->s);
	} else {
		b->len += 4;
		if (!json_decode(b, v) ||
		    memchr(b->s + at + 4, '\0', b->len - at - 4)) {
			b->len = at;
			return false;
		}
	}
	put32(b->s + at, (uint32_t)(b->len - at - 4));
	return true;
}

/* The field of a value that is no text. */
static char *
put_value(char *to, struct json_val v, enum pgbinary_kind kind)
{
	bool quoted = *v.s == '"';
	const char *s = v.s + quoted;
	size_t len = v.len - (quoted ? 2 : 0);

	switch (kind) {
	case PGBINARY_BOOL:
		if (*v.s != 't' && *v.s != 'f')
			return NULL;
		to = put32(to, 1);
		*to = *v.s == 't';
		return to + 1;
	case PGBINARY_INT2:
		return put_whole(to, s, len, 2);
	case PGBINARY_INT4:
		return put_whole(to, s, len, 4);
	case PGBINARY_INT8:
		return put_whole(to, s, len, 8);
	case PGBINARY_FLOAT4:
		return put_float(to, s, len, false);
	case PGBINARY_FLOAT8:
		return put_float(to, s, len, true);
	case PGBINARY_NUMERIC:
		return put_numeric(to, s, len);
	case PGBINARY_JSON:
		return put_raw(to, v, false);
	case PGBINARY_JSONB:
		return put_raw(to, v, true);
	case PGBINARY_UUID:
		return put_uuid(to, s, len);
	case PGBINARY_DATE:
		return put_date(to, s, len);
	case PGBINARY_TIMESTAMP:
		return put_time(to, s, len, false);
	case PGBINARY_TIMESTAMPTZ:
		return put_time(to, s, len, true);
	default:
		return NULL;
	}
}

bool
pgbinary_value(struct buf *b, struct json_val v, enum pgbinary_kind kind,
    const char *limit)
{
	char *to = buf_room(b, v.len + FIELD_SPARE), *end;

	if (v.len > INT32_MAX - FIELD_SPARE)
		return false;
	if (v.s == NULL || *v.s == 'n')
		end = put32(to, UINT32_MAX);
	else if (kind == PGBINARY_TEXT)
		return add_text(b, v, limit);
	else
		end = put_value(to, v, kind);
	if (end == NULL)
		return false;
	b->len = (size_t)(end - b->s);
	return true;
}
