#include <stdlib.h>
#include <string.h>

#include "pgorder.h"

static int
compare_keys(const struct pgrows *b, size_t x, size_t y)
{
	const struct pgrow *r = &b->row[x], *q = &b->row[y];

	if (r->key_len != q->key_len)
		return r->key_len < q->key_len ? -1 : 1;
	return memcmp(b->key.s + r->key, b->key.s + q->key, r->key_len);
}

static int
by_key(const void *x, const void *y, void *rows)
{
	const size_t *i = x, *j = y;
	int c = compare_keys(rows, *i, *j);

	return c ? c : (*i > *j) - (*i < *j);
}

bool
pgorder(const struct pgrows *b, size_t *order)
{
	size_t i, ascending = 1;

	for (i = 0; i < b->n; i++)
		order[i] = i;
	for (i = 1; i < b->n; i++)
		ascending += compare_keys(b, i - 1, i) < 0;
	/* What comes from an export or a walk by id is in order already. */
	if (ascending == b->n)
		return true;
	qsort_r(order, b->n, sizeof *order, by_key, (void *)b);
	for (i = 1; i < b->n; i++)
		if (compare_keys(b, order[i - 1], order[i]) == 0)
			return false;
	return true;
}
