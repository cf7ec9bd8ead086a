#include <stdlib.h>
#include <string.h>

#include "idrange.h"
#include "msg.h"

/* A whole number as JSON writes it; false if the text is something else. */
static bool
whole_number(const char *s, size_t len, int64_t *n)
{
	size_t i = len > 0 && *s == '-';
	int64_t v = 0;

	if (i == len || (s[i] == '0' && len > 1))
		return false;
	for (; i < len; i++) {
		/* Negative all along: -2^63 has no positive. */
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, s[i] - '0', &v))
			return false;
	}
	if (*s != '-' && __builtin_sub_overflow(0, v, &v))
		return false;
	*n = v;
	return true;
}

bool
idrange_parse(struct idrange *r, const char *text)
{
	const char *dots = strstr(text, "..");

	return dots && whole_number(text, (size_t)(dots - text), &r->from) &&
	       whole_number(dots + 2, strlen(dots + 2), &r->to);
}

void
idrange_alloc(struct idrange *r)
{
	uint64_t bytes = ((uint64_t)r->to - (uint64_t)r->from) / 8 + 1;

	r->came = bytes > SIZE_MAX / 2 ? NULL : calloc((size_t)bytes, 1);
	if (r->came == NULL)
		die(EX_OSERR,
		    "could not allocate a bit for each number of the range: "
		    "out of memory");
}

void
idrange_free(struct idrange *r)
{
	free(r->came);
	*r = (struct idrange)IDRANGE_INIT;
}

uint64_t
idrange_size(const struct idrange *r)
{
	return (uint64_t)r->to - (uint64_t)r->from + 1;
}

enum idrange_is
idrange_mark(struct idrange *r, const char *s, size_t len)
{
	unsigned char *byte, bit;
	uint64_t i;
	int64_t n;

	if (!whole_number(s, len, &n) || n < r->from || n > r->to)
		return IDRANGE_OUTSIDE;
	i = (uint64_t)n - (uint64_t)r->from;
	byte = &r->came[i / 8];
	bit = (unsigned char)(1 << i % 8);
	if (*byte & bit)
		return IDRANGE_AGAIN;
	*byte |= bit;
	return IDRANGE_FIRST;
}

bool
idrange_came(const struct idrange *r, uint64_t i)
{
	return r->came[i / 8] >> i % 8 & 1;
}
