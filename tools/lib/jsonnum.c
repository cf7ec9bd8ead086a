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
