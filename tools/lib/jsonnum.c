#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "json.h"

/*
 * The exponent behind the e at s. Beyond what any number needs it stops
 * counting: no two values that people meet fall together there.
 */
static int64_t
exponent(const char *s, const char *end)
{
	const int64_t limit = INT64_MAX / 20;
	bool negative = false;
	int64_t e = 0;

	if (s < end && (*s == '-' || *s == '+'))
		negative = *s++ == '-';
	for (; s < end; s++)
		if (e < limit)
			e = e * 10 + (*s - '0');
	return negative ? -e : e;
}

void
json_canonical_number(struct buf *b, struct json_val v)
{
	const char *s = v.s, *end = v.s + v.len;
	size_t sign = b->len, from;
	int64_t e = 0;
	bool fraction = false;

	if (*s == '-') {
		buf_char(b, '-');
		s++;
	}
	from = b->len;
	for (; s < end && (*s | 0x20) != 'e'; s++) {
		if (*s == '.') {
			fraction = true;
			continue;
		}
		e -= fraction;
		if (b->len > from || *s != '0')
			buf_char(b, *s);
	}
	if (s < end)
		e += exponent(s + 1, end);
	while (b->len > from && b->s[b->len - 1] == '0') {
		buf_cut(b, b->len - 1);
		e++;
	}
	if (b->len == from) {
		buf_cut(b, sign);
		buf_str(b, "0e0");
		return;
	}
	buf_printf(b, "e%lld", (long long)e);
}

/*
 * A text of json_canonical_number, taken apart: digits, and the exponent of
 * a point in front of them.
 */
struct canonical {
	bool negative;
	const char *digits;
	size_t n; /* 0 for zero */
	int64_t exponent;
};

static struct canonical
canonical(struct json_val text)
{
	struct canonical c = {*text.s == '-', text.s, 0, 0};
	const char *e;

	c.digits += c.negative;
	e = memchr(c.digits, 'e', text.len - c.negative);
	if (*c.digits != '0')
		c.n = (size_t)(e - c.digits);
	c.exponent = exponent(e + 1, text.s + text.len) + (int64_t)c.n;
	return c;
}

int
json_compare_canonical(struct json_val a, struct json_val b)
{
	struct canonical x = canonical(a), y = canonical(b);
	size_t n = x.n < y.n ? x.n : y.n;
	int c;

	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	if (x.n == 0 || y.n == 0)
		c = (x.n > 0) - (y.n > 0);
	else if (x.exponent != y.exponent)
		c = x.exponent < y.exponent ? -1 : 1;
	else if ((c = memcmp(x.digits, y.digits, n)) == 0)
		c = (x.n > y.n) - (x.n < y.n);
	return x.negative ? -c : c;
}

bool
json_count(struct json_val object, const char *name, uint64_t *n)
{
	struct json_val v;
	uint64_t sum = 0;
	unsigned digit;
	size_t i;

	if (!json_member(object, name, strlen(name), &v))
		return false;
	for (i = 0; i < v.len; i++) {
		digit = (unsigned char)v.s[i] - (unsigned)'0';
		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*n = sum;
	return true;
}
