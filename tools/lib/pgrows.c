#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgmembers.h"

/* Gives the rows a field for column c, at the end. */
static void
list(struct pgrows *b, size_t c)
{
	b->listed[c] = true;
	b->col[b->ncol++] = c;
}

void
pgrows_init(struct pgrows *b, const struct pgtable *t)
{
	size_t i;

	*b = (struct pgrows){.table = t, .words = t->ncol / 64 + 1};
	b->val = buf_array(NULL, t->ncol, sizeof *b->val);
	b->listed = buf_array(NULL, t->ncol, sizeof *b->listed);
	b->col = buf_array(NULL, t->ncol, sizeof *b->col);
	memset(b->listed, 0, t->ncol * sizeof *b->listed);
	for (i = 0; i < t->nkey; i++)
		list(b, t->key[i]);
	/* A version that is missing is null, never a default. */
	for (i = 0; i < t->ncol; i++)
		if (!b->listed[i] &&
		    (i == t->newer || (t->spec->missing == PG_MISSING_NULL &&
					  !t->col[i].closed)))
			list(b, i);
}

void
pgrows_free(struct pgrows *b)
{
	buf_free(&b->raw);
	buf_free(&b->field);
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
	b->n = 0;
	/* A steady input has one shape; many belong to their batch. */
	if (b->nshape > 1) {
		b->nshape = 0;
		b->whole_serial = 0;
	}
}

size_t
pgrows_bytes(const struct pgrows *b)
{
	return b->raw.len + b->field.len + b->n * sizeof *b->row;
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

	list(b, c);
	for (i = 0; i < b->n; i++) {
		r = &b->row[i];
		at = wider.len;
		buf_add(&wider, b->field.s + r->field, r->field_len - 1);
		buf_str(&wider, b->ncol > 1 ? "\t\\N\n" : "\\N\n");
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

/* The same, without a look where it is known. */
static uint32_t
find_shape(struct pgrows *b, bool gone)
{
	if (b->whole && b->serial == b->whole_serial)
		return b->whole_shape;
	if (!b->whole)
		return shape_of(b, gone);
	b->whole_serial = b->serial;
	return b->whole_shape = shape_of(b, gone);
}

/*
 * Appends the line of `val`, *key_len bytes of it the key; NULL or the column
 * that cannot be stored. Most values are copied as they are: no more room
 * than the record's length is needed for those.
 */
static const struct pgcol *
line(struct pgrows *b, struct json_val rec, size_t *key_len, const char **why,
    const char **code)
{
	size_t i, room = rec.len + 3 * b->ncol + PGCOPY_SPARE;
	size_t at = b->field.len;
	const struct pgcol *c;
	struct json_val v;
	char *to = buf_room(&b->field, room), *end;

	for (i = 0; i < b->ncol; i++) {
		c = &b->table->col[b->col[i]];
		v = b->val[b->col[i]];
		if (v.s == NULL) {
			*to++ = '\\';
			*to++ = 'N';
		} else if ((end = pgcopy_quick(
				to, v, c->kind, rec.s + rec.len))) {
			to = end;
		} else {
			b->field.len = (size_t)(to - b->field.s);
			if ((*why = pgcopy_value(&b->field, v, c->kind, code)))
				return c;
			to = buf_room(&b->field, room);
		}
		*to++ = '\t';
		if (i + 1 == b->table->nkey)
			*key_len = (size_t)(to - b->field.s) - at;
	}
	to[-1] = '\n';
	b->field.len = (size_t)(to - b->field.s);
	return NULL;
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
	struct json_val record = {rec->s, rec->len};
	const char *why, *code = "";
	const struct pgcol *c;
	struct pgrow *r;
	size_t i, at, key_len = 0;

	if (!pgmembers(b, record, gone, bad))
		return false;
	if (!b->whole || b->serial != b->whole_serial)
		for (i = 0; i < b->table->ncol; i++)
			if (b->val[i].s && !b->listed[i])
				new_column(b, i);
	at = b->field.len;
	if ((c = line(b, record, &key_len, &why, &code))) {
		buf_cut(&b->field, at);
		return pgmembers_blame(
		    bad, code, "column \"%s\": %s", c->name, why);
	}
	r = new_row(b);
	*r = (struct pgrow){.raw = b->raw.len,
	    .raw_len = rec->len,
	    .field = at,
	    .field_len = b->field.len - at,
	    .key_len = key_len,
	    .line = rec->line,
	    .shape = find_shape(b, gone)};
	buf_add(&b->raw, rec->s, rec->len);
	buf_char(&b->raw, '\n');
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
pgrows_line(const struct pgrows *b, size_t row, bool numbered, struct buf *to)
{
	const struct pgrow *r = &b->row[row];

	if (numbered) {
		add_number(to, row);
		add_number(to, r->shape);
	}
	buf_add(to, b->field.s + r->field, r->field_len);
}

size_t
pgrows_lines(const struct pgrows *b, size_t from, size_t end, size_t bytes,
    const char **s, size_t *len)
{
	*s = b->field.s + b->row[from].field;
	for (*len = 0; from < end && *len < bytes; from++)
		*len += b->row[from].field_len;
	return from;
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
