#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgmembers.h"

void
pgrows_init(struct pgrows *b, const struct pgtable *t)
{
	size_t i;

	*b = (struct pgrows){.table = t, .words = t->ncol / 64 + 1};
	b->val = buf_array(NULL, t->ncol, sizeof *b->val);
	b->listed = buf_array(NULL, t->ncol, sizeof *b->listed);
	b->col = buf_array(NULL, t->ncol, sizeof *b->col);
	for (i = 0; i < t->ncol; i++) {
		/* A version that is missing is null, never a default. */
		b->listed[i] =
		    i == t->newer ||
		    (t->spec->missing == PG_MISSING_NULL && !t->col[i].closed);
		if (b->listed[i])
			b->col[b->ncol++] = i;
	}
}

void
pgrows_free(struct pgrows *b)
{
	buf_free(&b->raw);
	buf_free(&b->field);
	buf_free(&b->key);
	free(b->row);
	free(b->col);
	free(b->shape);
	free(b->val);
	free(b->listed);
	free(b->hint);
	buf_free(&b->rest);
	*b = (struct pgrows){.table = NULL};
}

void
pgrows_clear(struct pgrows *b)
{
	buf_cut(&b->raw, 0);
	buf_cut(&b->field, 0);
	buf_cut(&b->key, 0);
	b->n = 0;
	/* A steady input has one shape; many belong to their batch. */
	if (b->nshape > 1)
		b->nshape = 0;
}

size_t
pgrows_bytes(const struct pgrows *b)
{
	return b->raw.len + b->field.len + b->key.len + b->n * sizeof *b->row;
}

void
pgrows_shape(struct shape *s)
{
	s->max_depth = 0;
}

/* ---- records to rows ---- */

/* Gives the rows so far a null in a column that is seen for the first time. */
static void
new_column(struct pgrows *b, size_t c)
{
	struct buf wider = BUF_INIT;
	struct pgrow *r;
	size_t i, at;

	b->listed[c] = true;
	b->col[b->ncol++] = c;
	for (i = 0; i < b->n; i++) {
		r = &b->row[i];
		at = wider.len;
		buf_add(&wider, b->field.s + r->field, r->field_len);
		if (b->ncol > 1)
			buf_char(&wider, '\t');
		buf_str(&wider, "\\N");
		r->field = at;
		r->field_len = wider.len - at;
	}
	buf_free(&b->field);
	b->field = wider;
}

/* The number of the shape in `val`; it is added where it is new. */
static uint32_t
shape_of(struct pgrows *b, bool gone)
{
	bool all = b->table->spec->missing == PG_MISSING_NULL && !gone;
	size_t i, c, bytes = b->words * sizeof *b->shape;
	uint64_t *s;

	b->shape = buf_array(b->shape, b->nshape + 1, bytes);
	s = b->shape + b->nshape * b->words;
	memset(s, 0, bytes);
	for (i = 0; i < b->ncol; i++) {
		c = b->col[i];
		if (b->val[c].s || all || c == b->table->newer)
			s[c / 64] |= (uint64_t)1 << c % 64;
	}
	c = b->table->ncol;
	s[c / 64] |= (uint64_t)gone << c % 64;
	for (i = 0; i < b->nshape; i++)
		if (memcmp(b->shape + i * b->words, s, bytes) == 0)
			return (uint32_t)i;
	return (uint32_t)b->nshape++;
}

/* Appends the fields of `val`; NULL or the column that cannot be stored. */
static const struct pgcol *
fields(struct pgrows *b, const char **why, const char **code)
{
	const struct pgcol *c;
	struct json_val v;
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		c = &b->table->col[b->col[i]];
		v = b->val[b->col[i]];
		if (i > 0)
			buf_char(&b->field, '\t');
		if (v.s == NULL)
			buf_add(&b->field, "\\N", 2);
		else if ((*why = pgcopy_value(&b->field, v, c->kind, code)))
			return c;
	}
	return NULL;
}

/* Appends the key's fields; they were fit to be stored before. */
static void
key_fields(struct pgrows *b)
{
	const struct pgtable *t = b->table;
	const char *code;
	size_t i;

	for (i = 0; i < t->nkey; i++) {
		if (i > 0)
			buf_char(&b->key, '\t');
		pgcopy_value(
		    &b->key, b->val[t->key[i]], t->col[t->key[i]].kind, &code);
	}
}

static struct pgrow *
new_row(struct pgrows *b)
{
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 256;
		b->row = buf_array(b->row, b->cap, sizeof *b->row);
	}
	return &b->row[b->n++];
}

bool
pgrows_add(
    struct pgrows *b, const struct rec_saved *rec, bool gone, struct pgbad *bad)
{
	const char *why, *code = "";
	const struct pgcol *c;
	struct pgrow *r;
	size_t i, at;

	if (!pgmembers(b, (struct json_val){rec->s, rec->len}, gone, bad))
		return false;
	for (i = 0; i < b->table->ncol; i++)
		if (b->val[i].s && !b->listed[i])
			new_column(b, i);
	at = b->field.len;
	if ((c = fields(b, &why, &code))) {
		buf_cut(&b->field, at);
		return pgmembers_blame(
		    bad, code, "column \"%s\": %s", c->name, why);
	}
	r = new_row(b);
	*r = (struct pgrow){.raw = b->raw.len,
	    .raw_len = rec->len,
	    .field = at,
	    .field_len = b->field.len - at,
	    .key = b->key.len,
	    .line = rec->line,
	    .shape = shape_of(b, gone)};
	buf_add(&b->raw, rec->s, rec->len);
	key_fields(b);
	r->key_len = b->key.len - r->key;
	return true;
}

/* ---- rows for COPY ---- */

bool
pgrows_full(const struct pgrows *b)
{
	size_t i;

	for (i = 0; b->nshape == 1 && i < b->ncol; i++)
		if (!pgrows_has(b, 0, b->col[i]))
			return false;
	return b->nshape == 1;
}

/* Appends a number and a tab; printf would be a tenth of the whole tool. */
static void
add_number(struct buf *to, size_t n)
{
	char digits[24], *p = digits + sizeof digits;

	*--p = '\t';
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	buf_add(to, p, (size_t)(digits + sizeof digits - p));
}

void
pgrows_line(const struct pgrows *b, size_t row, bool staged, struct buf *to)
{
	const struct pgrow *r = &b->row[row];

	if (staged) {
		add_number(to, row);
		add_number(to, r->shape);
	}
	buf_add(to, b->field.s + r->field, r->field_len);
	buf_char(to, '\n');
}

void
pgrows_key(const struct pgtable *t, const char *s, size_t len, struct buf *key)
{
	const struct pgcol *c;
	struct json_val v;
	size_t i;

	buf_cut(key, 0);
	if (json_type(s) != JSON_OBJECT)
		return;
	for (i = 0; i < t->nkey; i++) {
		c = &t->col[t->key[i]];
		if (i > 0)
			buf_char(key, ',');
		if (!json_member(
			(struct json_val){s, len}, c->name, c->name_len, &v))
			continue;
		if (json_type(v.s) == JSON_STRING)
			json_decode(key, v);
		else
			buf_add(key, v.s, v.len);
	}
}
