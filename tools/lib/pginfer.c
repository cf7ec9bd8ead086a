#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pginfer.h"

/* ---- kinds of values ---- */

enum seen {
	BOOLEAN = 1,
	INTEGER = 2, /* of 64 bits */
	NUMBER = 4,  /* any other that numeric can hold */
	DATE = 8,
	TIMESTAMP = 16,
	TIMESTAMPTZ = 32,
	UUID = 64,
	TEXT = 128,
	NESTED = 256
};

/* The first that has all kinds that were seen. */
static const struct {
	unsigned kinds;
	const char *type;
} types[] = {
    {0, NULL},
    {BOOLEAN, "boolean"},
    {INTEGER, "bigint"},
    {INTEGER | NUMBER, "numeric"},
    {DATE, "date"},
    {TIMESTAMP, "timestamp"},
    {TIMESTAMPTZ, "timestamptz"},
    {UUID, "uuid"},
    {NESTED - 1, "text"},
    {UINT32_MAX, "jsonb"},
};

const char *
pginfer_type(const struct pginfer_col *c)
{
	size_t i = 0;

	while (c->seen & ~types[i].kinds)
		i++;
	return types[i].type;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Whole numbers of up to 18 digits are below 2^63, and so are those of 19 that
 * come before its text.
 */
static enum seen
number(struct json_val v)
{
	static const char limit[] = "9223372036854775807";
	enum { EXPONENT_DIGITS = 4, DIGITS = 16000 }; /* numeric's scale */
	const char *e = memchr(v.s, 'e', v.len);
	size_t sign = *v.s == '-', len = v.len - sign;

	if (e == NULL)
		e = memchr(v.s, 'E', v.len);
	if (e != NULL) {
		e += 1 + !is_digit(e[1]);
		return v.s + v.len - e > EXPONENT_DIGITS || v.len > DIGITS
			   ? TEXT
			   : NUMBER;
	}
	if (memchr(v.s, '.', v.len) == NULL &&
	    (len < sizeof limit - 1 ||
		(len == sizeof limit - 1 &&
		    memcmp(v.s + sign, limit, len) <= 0)))
		return INTEGER;
	return v.len > DIGITS ? TEXT : NUMBER;
}

/* Passes n digits, of a value from lo to hi; NULL if they are not there. */
static const char *
digits(const char *s, const char *end, unsigned n, unsigned lo, unsigned hi,
    unsigned *value)
{
	unsigned x = 0;

	if (s == NULL || end - s < (int)n)
		return NULL;
	for (; n > 0; n--, s++) {
		if (!is_digit(*s))
			return NULL;
		x = x * 10 + (unsigned)(*s - '0');
	}
	*value = x;
	return x >= lo && x <= hi ? s : NULL;
}

/* Passes one character of a set. */
static const char *
one_of(const char *s, const char *end, const char *set)
{
	return s && s < end && strchr(set, *s) ? s + 1 : NULL;
}

/* 2020-02-29, of the years 1 to 9999. */
static const char *
date(const char *s, const char *end)
{
	static const unsigned char days[] = {
	    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned y = 1, m = 1, d = 1;

	s = digits(s, end, 4, 1, 9999, &y);
	s = digits(one_of(s, end, "-"), end, 2, 1, 12, &m);
	s = digits(one_of(s, end, "-"), end, 2, 1, 31, &d);
	if (s == NULL || d > days[m - 1])
		return NULL;
	if (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)))
		return NULL;
	return s;
}

/* 12:30, 12:30:01, 12:30:01.123456: no more than the server can store. */
static const char *
time_of_day(const char *s, const char *end)
{
	const char *next;
	unsigned x = 0;
	int n;

	s = digits(s, end, 2, 0, 23, &x);
	s = digits(one_of(s, end, ":"), end, 2, 0, 59, &x);
	if ((next = one_of(s, end, ":")) == NULL)
		return s;
	s = digits(next, end, 2, 0, 59, &x);
	if ((next = one_of(s, end, ".")) == NULL)
		return s;
	for (n = 0; next < end && is_digit(*next); n++)
		next++;
	return n >= 1 && n <= 6 ? next : NULL;
}

/* Z, +01, +01:00, +0100. */
static const char *
zone(const char *s, const char *end)
{
	const char *next = one_of(s, end, "Z");
	unsigned x = 0;

	if (next)
		return next;
	s = digits(one_of(s, end, "+-"), end, 2, 0, 15, &x);
	if (s == NULL || s == end)
		return s;
	next = one_of(s, end, ":");
	return digits(next ? next : s, end, 2, 0, 59, &x);
}

static bool
uuid(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			? s[i] != '-'
			: !is_digit(s[i]) && (s[i] < 'a' || s[i] > 'f'))
			return false;
	return len == 36;
}

static enum seen
string(struct json_val v)
{
	const char *s = v.s + 1, *end = v.s + v.len - 1, *next;

	if (uuid(s, v.len - 2))
		return UUID;
	s = date(s, end);
	if (s == end)
		return DATE;
	s = time_of_day(one_of(s, end, "T "), end);
	if (s == NULL)
		return TEXT;
	if (s == end)
		return TIMESTAMP;
	next = zone(s, end);
	return next == end ? TIMESTAMPTZ : TEXT;
}

static unsigned
kind(struct json_val v)
{
	switch (json_type(v.s)) {
	case JSON_NULL:
		return 0;
	case JSON_FALSE:
	case JSON_TRUE:
		return BOOLEAN;
	case JSON_NUMBER:
		return number(v);
	case JSON_STRING:
		return string(v);
	default:
		return NESTED;
	}
}

/* ---- names ---- */

const char *
pginfer_unfit(struct json_val name)
{
	static const char *const taken[] = {"ctid", "xmin", "xmax", "cmin",
	    "cmax", "tableoid", "_sluice_n", "_sluice_s", "_sluice_r"};
	struct buf b = BUF_INIT;
	const char *why = NULL;
	size_t i;

	if (name.len == 2)
		return "its name is empty";
	if (!json_decode(&b, name) || memchr(b.s, '\0', b.len))
		why = "its name has what is no character";
	else if (b.len > PG_NAME_MAX)
		why = "its name has more than 63 bytes";
	for (i = 0; why == NULL && i < sizeof taken / sizeof *taken; i++)
		if (strcmp(b.s, taken[i]) == 0)
			why = "its name is taken";
	buf_free(&b);
	return why;
}

/* The column of the i-th member, most likely that of the record before. */
static size_t
find(struct pginfer *p, size_t i, struct json_val name)
{
	struct buf b = BUF_INIT;
	size_t c = i < p->nhint ? p->hint[i] : SIZE_MAX;

	if (c < p->n &&
	    json_string_is(name, p->col[c].name, strlen(p->col[c].name)))
		return c;
	if (i >= p->nhint) {
		p->hint = buf_array(p->hint, i + 1, sizeof *p->hint);
		p->nhint = i + 1;
	}
	for (c = 0; c < p->n; c++)
		if (json_string_is(
			name, p->col[c].name, strlen(p->col[c].name)))
			return p->hint[i] = c;
	p->hint[i] = SIZE_MAX;
	if (c == p->most || pginfer_unfit(name))
		return SIZE_MAX;
	json_decode(&b, name);
	p->col = buf_array(p->col, p->n + 1, sizeof *p->col);
	p->col[p->n++] = (struct pginfer_col){.name = b.s};
	return p->hint[i] = c;
}

bool
pginfer_record(struct pginfer *p, struct json_val record)
{
	struct json_val name, v;
	struct json_walk w;
	size_t i = 0, c;

	if (json_type(record.s) != JSON_OBJECT)
		return true;
	w = json_walk(record);
	while (json_next(&w, &name, &v)) {
		c = find(p, i++, name);
		if (c < p->n)
			p->col[c].seen |= kind(v);
		else if (pginfer_unfit(name) == NULL)
			return false;
	}
	return true;
}

void
pginfer_reset(struct pginfer *p)
{
	while (p->n > 0)
		free(p->col[--p->n].name);
}

void
pginfer_free(struct pginfer *p)
{
	pginfer_reset(p);
	free(p->col);
	free(p->hint);
	*p = (struct pginfer){.n = 0};
}
