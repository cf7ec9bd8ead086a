#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pgorder.h"

/*
 * A row and its key. The key's first bytes as numbers stand beside it, so
 * that sorting hardly looks elsewhere: a fifth of the whole client's time.
 */
struct place {
	uint64_t head[2]; /* big endian, so that they compare as the text */
	const char *key;
	size_t len, row;
};

static uint64_t
head(const char *s, size_t len)
{
	uint64_t n = 0;

	memcpy(&n, s, len < sizeof n ? len : sizeof n);
	return be64toh(n);
}

static struct place
place(const struct pgrows *b, size_t row)
{
	const struct pgrow *r = &b->row[row];
	struct place p = {{0, 0}, b->key.s + r->key, r->key_len, row};

	p.head[0] = head(p.key, p.len);
	if (p.len > sizeof *p.head)
		p.head[1] =
		    head(p.key + sizeof *p.head, p.len - sizeof *p.head);
	return p;
}

static int
compare_keys(const struct place *x, const struct place *y)
{
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	if (x->head[0] != y->head[0])
		return x->head[0] < y->head[0] ? -1 : 1;
	if (x->head[1] != y->head[1])
		return x->head[1] < y->head[1] ? -1 : 1;
	return x->len <= sizeof x->head ? 0 : memcmp(x->key, y->key, x->len);
}

static int
by_key(const void *x, const void *y)
{
	const struct place *p = x, *q = y;
	int c = compare_keys(p, q);

	return c ? c : (p->row > q->row) - (p->row < q->row);
}

bool
pgorder(const struct pgrows *b, size_t *order)
{
	struct place *p = buf_array(NULL, b->n, sizeof *p);
	bool ascending = true, distinct = true;
	size_t i;

	for (i = 0; i < b->n; i++) {
		p[i] = place(b, i);
		ascending =
		    ascending && (i == 0 || compare_keys(&p[i - 1], &p[i]) < 0);
	}
	/* What comes from an export or a walk by id is in order already. */
	if (!ascending)
		qsort(p, b->n, sizeof *p, by_key);
	for (i = 0; i < b->n; i++) {
		order[i] = p[i].row;
		distinct = distinct && (ascending || i == 0 ||
					   compare_keys(&p[i - 1], &p[i]) != 0);
	}
	free(p);
	return distinct;
}
