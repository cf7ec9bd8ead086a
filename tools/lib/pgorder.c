#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pgorder.h"

/* Rows that are fetched from memory before their turn. */
enum { AHEAD = 8 };

static uint64_t
head(const char *s, size_t len)
{
	uint64_t n = 0;

	memcpy(&n, s, len < sizeof n ? len : sizeof n);
	return be64toh(n);
}

static struct pgorder_line
line_of(const struct pgrows *b, size_t row)
{
	const struct pgrow *r = &b->row[row];
	struct pgorder_line l = {.s = b->field.s + r->field,
	    .len = (uint32_t)r->field_len,
	    .key_len = (uint32_t)r->key_len};

	l.head[0] = head(l.s, l.key_len);
	if (l.key_len > sizeof *l.head)
		l.head[1] =
		    head(l.s + sizeof *l.head, l.key_len - sizeof *l.head);
	return l;
}

static int
compare(const struct pgorder_line *x, const struct pgorder_line *y)
{
	if (x->key_len != y->key_len)
		return x->key_len < y->key_len ? -1 : 1;
	if (x->head[0] != y->head[0])
		return x->head[0] < y->head[0] ? -1 : 1;
	if (x->head[1] != y->head[1])
		return x->head[1] < y->head[1] ? -1 : 1;
	return x->key_len <= sizeof x->head ? 0
					    : memcmp(x->s, y->s, x->key_len);
}

/* Rows of one key stay as they came. */
static int
by_key(const void *a, const void *b)
{
	const struct pgorder_line *x = a, *y = b;
	int c = compare(x, y);

	return c ? c : (x->s > y->s) - (x->s < y->s);
}

size_t
pgorder(const struct pgrows *b, struct pgorder_line *line, bool *as_they_are)
{
	bool ascending = true;
	size_t i, n;

	for (i = 0; i < b->n; i++) {
		if (i + AHEAD < b->n)
			__builtin_prefetch(
			    b->field.s + b->row[i + AHEAD].field);
		if (b->row[i].field_len > UINT32_MAX)
			return 0;
		line[i] = line_of(b, i);
		ascending = ascending &&
			    (i == 0 || compare(&line[i - 1], &line[i]) < 0);
	}
	/* What comes from an export or a walk by id is in order already. */
	*as_they_are = ascending;
	if (ascending)
		return b->n;
	/* Beyond 32 bytes each, glibc sorts pointers, which takes longer. */
	qsort(line, b->n, sizeof *line, by_key);
	for (i = n = 1; i < b->n; i++) {
		n -= compare(&line[n - 1], &line[i]) == 0;
		line[n++] = line[i];
	}
	return n;
}
