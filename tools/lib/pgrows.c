#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgrows.h"

void
pgrows_init(struct pgrows *b, const struct pgtable *t)
{
	size_t i;

	*b = (struct pgrows){.table = t, .words = t->ncol / 64 + 1};
	b->val = buf_array(NULL, t->ncol, sizeof *b->val);
	b->listed = buf_array(NULL, t->ncol, sizeof *b->listed);
	b->col = buf_array(NULL, t->ncol, sizeof *b->col);
	for (i = 0; i < t->ncol; i++) {
		b->listed[i] =
		    t->spec->missing == PG_MISSING_NULL && !t->col[i].closed;
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

/* ---- members to columns ---- */

static bool blame(struct pgbad *bad, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool
blame(struct pgbad *bad, const char *code, const char *fmt, ...)
{
	va_list ap;

	snprintf(bad->code, sizeof bad->code, "%s", code);
	buf_cut(&bad->why, 0);
	va_start(ap, fmt);
	buf_vprintf(&bad->why, fmt, ap);
	va_end(ap);
	return false;
}

/* The column of the i-th member: most likely that of the record before. */
static size_t
find(struct pgrows *b, size_t i, struct json_val name)
{
	const struct pgtable *t = b->table;
	size_t c;

	if (i < b->nhint) {
		c = b->hint[i];
		if (c < t->ncol &&
		    json_string_is(name, t->col[c].name, t->col[c].name_len))
			return c;
	} else {
		b->hint = buf_array(b->hint, i + 1, sizeof *b->hint);
		b->nhint = i + 1;
	}
	return b->hint[i] = pgtable_find(t, name);
}

void
pgrows_shape(struct shape *s)
{
	s->max_depth = 0;
}

/*
 * The same for a record that looks like the last one, all of whose members
 * are columns: names are not even looked at.
 */
static bool
known_members(struct pgrows *b, const struct shape *s)
{
	size_t i;

	if (s == NULL || s->n == 0 || s->serial != b->serial)
		return false;
	for (i = 0; i < s->n; i++)
		if (s->value[i].s)
			b->val[b->hint[i]] = s->value[i];
	return true;
}

/*
 * Points `val` at the values of members that are columns, the last of equal
 * names, and counts them.
 */
static bool
look_up(struct pgrows *b, struct json_val record, bool gone, size_t *found,
    struct pgbad *bad)
{
	const struct pgtable *t = b->table;
	const struct shape *s = shape_at(record.s);
	struct json_walk w = json_walk(record);
	struct json_val name, v;
	size_t c, i = 0;

	while (json_next(&w, &name, &v)) {
		c = find(b, i++, name);
		if (c < t->ncol && !t->col[c].closed) {
			if (!gone || t->col[c].in_key || c == t->newer)
				b->val[c] = v;
			++*found;
		} else if (gone || t->spec->unknown == PG_UNKNOWN_IGNORE)
			continue;
		else if (c < t->ncol)
			return blame(bad, "428C9", "column \"%s\" %s",
			    t->col[c].name, t->col[c].closed);
		else
			return blame(bad, "42703",
			    "member %.*s is no column of %s", (int)name.len,
			    name.s, t->name);
	}
	b->serial = s && s->gaps == 0 && *found == s->n ? s->serial : 0;
	return true;
}

/* Points `val` at the record's values. */
static bool
members(struct pgrows *b, struct json_val record, bool gone, struct pgbad *bad)
{
	const struct pgtable *t = b->table;
	struct json_val v;
	size_t i, found = 0;

	if (json_type(record.s) != JSON_OBJECT)
		return blame(bad, "", "not an object but %s",
		    json_type_name(json_type(record.s)));
	memset(b->val, 0, t->ncol * sizeof *b->val);
	if (!gone && known_members(b, shape_at(record.s)))
		found = t->ncol;
	else if (!look_up(b, record, gone, &found, bad))
		return false;
	if (found == 0 && t->nkey == 0)
		return blame(bad, "", "it has no member that is a column");
	for (i = 0; i < t->nkey; i++) {
		v = b->val[t->key[i]];
		if (v.s == NULL || json_type(v.s) == JSON_NULL)
			return blame(bad, "23502", "key column \"%s\" is %s",
			    t->col[t->key[i]].name, v.s ? "null" : "missing");
	}
	return true;
}

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
		if (b->val[c].s || all)
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

	if (!members(b, (struct json_val){rec->s, rec->len}, gone, bad))
		return false;
	for (i = 0; i < b->table->ncol; i++)
		if (b->val[i].s && !b->listed[i])
			new_column(b, i);
	at = b->field.len;
	if ((c = fields(b, &why, &code))) {
		buf_cut(&b->field, at);
		return blame(bad, code, "column \"%s\": %s", c->name, why);
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
