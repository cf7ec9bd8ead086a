#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "msg.h"
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

	*b = (struct pgrows){
	    .table = t, .words = t->ncol / 64 + 1, .binary = true};
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
	if (b->text_for > 0)
		b->text_for--;
	else
		b->misses /= 2;
	b->binary = b->text_for == 0;
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
 * Appends the text of fields from .. end - 1, each with a tab; NULL or the
 * column that cannot be stored. Most values are copied as they are: no more
 * room than the record's length is needed for those.
 */
static const struct pgcol *
texts(struct pgrows *b, struct json_val rec, size_t from, size_t end,
    const char **why, const char **code)
{
	size_t i, room = rec.len + 3 * b->ncol + PGCOPY_SPARE;
	const struct pgcol *c;
	struct json_val v;
	char *to = buf_room(&b->field, room), *quick;

	for (i = from; i < end; i++) {
		c = &b->table->col[b->col[i]];
		v = b->val[b->col[i]];
		if (v.s == NULL) {
			*to++ = '\\';
			*to++ = 'N';
		} else if ((quick = pgcopy_quick(
				to, v, c->kind, rec.s + rec.len))) {
			to = quick;
		} else {
			b->field.len = (size_t)(to - b->field.s);
			if ((*why = pgcopy_value(&b->field, v, c->kind, code)))
				return c;
			to = buf_room(&b->field, room);
		}
		*to++ = '\t';
	}
	b->field.len = (size_t)(to - b->field.s);
	return NULL;
}

/* Appends the fields of `val` in binary, if all of them have that form. */
static bool
binary(struct pgrows *b, struct json_val rec)
{
	size_t i, c;

	pgbinary_row(&b->field, b->ncol);
	for (i = 0; i < b->ncol; i++) {
		c = b->col[i];
		if (!pgbinary_value(&b->field, b->val[c],
			b->table->col[c].binary, rec.s + rec.len))
			return false;
	}
	return true;
}

/* What became of a record: a row, or what it cannot be one for. */
enum made { MADE, MADE_NOT_BINARY, MADE_BAD };

/* Appends what COPY gets of `val`; *c, *why and *code tell what is bad. */
static enum made
make(struct pgrows *b, struct json_val rec, struct pgrow *r,
    const struct pgcol **c, const char **why, const char **code)
{
	size_t nkey = b->table->nkey;
	bool keyed = !b->binary || b->table->spec->mode == PG_UPSERT;

	r->field = b->field.len;
	if (keyed && (*c = texts(b, rec, 0, nkey, why, code)))
		return MADE_BAD;
	r->key_len = b->field.len - r->field;
	if (b->binary) {
		if (!binary(b, rec))
			return MADE_NOT_BINARY;
	} else {
		if ((*c = texts(b, rec, nkey, b->ncol, why, code)))
			return MADE_BAD;
		b->field.s[b->field.len - 1] = '\n';
	}
	r->field_len = b->field.len - r->field;
	return MADE;
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

/* Does the record in hand bring columns for which rows have no field yet? */
static bool
widen(struct pgrows *b)
{
	size_t i;

	if (b->whole && b->serial == b->whole_serial)
		return true;
	for (i = 0; i < b->table->ncol; i++) {
		if (!b->val[i].s || b->listed[i])
			continue;
		if (b->binary && b->n > 0)
			return false;
		new_column(b, i);
	}
	return true;
}

bool
pgrows_add(
    struct pgrows *b, const struct rec_saved *rec, bool gone, struct pgbad *bad)
{
	struct json_val record = {rec->s, rec->len};
	const char *why, *code = "";
	struct pgrow row = {.raw = b->raw.len,
	    .raw_len = rec->len,
	    .field = b->field.len,
	    .line = rec->line};
	const struct pgcol *c;
	enum made made = MADE_NOT_BINARY;

	if (!pgmembers(b, record, gone, bad))
		return false;
	if (widen(b))
		made = make(b, record, &row, &c, &why, &code);
	if (made != MADE)
		buf_cut(&b->field, row.field);
	if (made == MADE_BAD)
		return pgmembers_blame(
		    bad, code, "column \"%s\": %s", c->name, why);
	if (made == MADE_NOT_BINARY) {
		pgrows_as_text(b);
		return pgrows_add(b, rec, gone, bad);
	}
	row.shape = find_shape(b, gone);
	*new_row(b) = row;
	buf_add(&b->raw, rec->s, rec->len);
	buf_char(&b->raw, '\n');
	return true;
}

void
pgrows_as_text(struct pgrows *b)
{
	struct shape *hand = shape_hand;
	struct pgbad bad = {.why = BUF_INIT};
	const char *why, *code;
	const struct pgcol *c;
	struct json_val rec;
	struct pgrow *r;
	size_t i;

	if (!b->binary)
		return;
	b->binary = false;
	if (b->misses < 512)
		b->misses = 2 * b->misses + 1;
	b->text_for = b->misses;
	buf_cut(&b->field, 0);
	shape_hand = NULL; /* which tells of none of these */
	for (i = 0; i < b->n; i++) {
		r = &b->row[i];
		rec = (struct json_val){b->raw.s + r->raw, r->raw_len};
		/* They were rows before: text takes all that binary takes. */
		if (!pgmembers(b, rec, pgrows_gone(b, r->shape), &bad) ||
		    make(b, rec, r, &c, &why, &code) != MADE)
			die(EX_SOFTWARE,
			    "the record on line %" PRIu64
			    " is a row in binary, but not as text",
			    r->line);
	}
	shape_hand = hand;
	buf_free(&bad.why);
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
