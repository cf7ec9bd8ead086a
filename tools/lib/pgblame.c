#include <stdlib.h>
#include <string.h>

#include "pgblame.h"

/* The column in `COPY table, line 3, column a: "x"`, or NULL. */
static const struct pgcol *
context_column(const struct pgrows *b, const char *at)
{
	const struct pgcol *c;
	size_t i;

	if (strncmp(at, ", ", 2) != 0 || !(at = strchr(at + 2, ' ')))
		return NULL;
	at++;
	for (i = 0; i < b->ncol; i++) {
		c = &b->table->col[b->col[i]];
		if (strncmp(at, c->name, c->name_len) == 0 &&
		    strchr(":,", at[c->name_len]))
			return c;
	}
	return NULL;
}

/*
 * The text may be in any language, but the relation's name and the number
 * stay what they are.
 */
unsigned long
pgblame_line(const struct pg *pg, const struct pgrows *b, const char *relation,
    const struct pgcol **col)
{
	const char *p = pg->context.s;
	char *end;
	unsigned long n;
	size_t len = strlen(relation);

	*col = NULL;
	while (p && (p = strstr(p, "COPY "))) {
		p += 5;
		if (strncmp(p, relation, len) != 0 || p[len] != ',')
			continue;
		p += len;
		p += strcspn(p, "0123456789\n");
		n = strtoul(p, &end, 10);
		*col = context_column(b, end);
		return n;
	}
	return 0;
}

/* Is it of what the error is about: of that domain, or else a composite? */
static bool
is_about(const struct pg *pg, const struct pgcol *c)
{
	if (pg->datatype)
		return c->domain && strcmp(c->domain, pg->datatype) == 0;
	return c->value != NULL;
}

const struct pgcol *
pgblame_column(const struct pg *pg, const struct pgrows *b, size_t row)
{
	const struct pgcol *found = NULL;
	size_t i;

	/* With another context it comes from a function, as of a trigger. */
	if (pg->datatype == NULL &&
	    (strncmp(pg->code, "22", 2) != 0 ||
		(pg->context.len > 0 &&
		    strncmp(pg->context.s, "JSON", 4) != 0)))
		return NULL;
	for (i = 0; i < b->ncol; i++) {
		if (!is_about(pg, &b->table->col[b->col[i]]) ||
		    !pgrows_has(b, b->row[row].shape, b->col[i]))
			continue;
		if (found)
			return NULL;
		found = &b->table->col[b->col[i]];
	}
	return found;
}

/* ---- the row that broke a constraint ---- */

/* Fields of the row and what they hold. */
struct values {
	size_t n;
	struct {
		size_t field;
		struct json_val text;
	} of[8];
};

static bool
add_value(
    struct values *v, const struct pgrows *b, size_t col, struct json_val text)
{
	size_t i;

	for (i = 0; i < b->ncol && b->col[i] != col; i++)
		;
	if (i == b->ncol || v->n == sizeof v->of / sizeof *v->of)
		return false;
	v->of[v->n].field = i;
	v->of[v->n++].text = text;
	return true;
}

/* What is in front of the next comma, or the end; passes over both. */
static struct json_val
next_part(const char **s, const char *end)
{
	const char *from = *s,
		   *comma = memmem(from, (size_t)(end - from), ", ", 2);

	*s = comma ? comma + 2 : end;
	return (struct json_val){from, (size_t)((comma ? comma : end) - from)};
}

static bool
is(struct json_val text, const char *s)
{
	return strlen(s) == text.len && memcmp(s, text.s, text.len) == 0;
}

/* `Key (a, "B")=(1, x) already exists.`, in any language. */
static bool
key_values(struct values *v, const struct pgrows *b, const char *detail)
{
	const struct pgtable *t = b->table;
	const char *equal = strstr(detail, ")=("), *s, *names, *end;
	struct json_val name;
	size_t c;

	names = equal ? memrchr(detail, '(', (size_t)(equal - detail)) : NULL;
	if (names == NULL)
		return false;
	names++;
	s = equal + 3;
	end = strstr(s, ") ");
	end = end ? end : s + strcspn(s, ")");
	while (names < equal && s < end) {
		name = next_part(&names, equal);
		for (c = 0; c < t->ncol; c++)
			if (is(name, t->col[c].name) ||
			    is(name, t->col[c].ident))
				break;
		if (!add_value(v, b, c, next_part(&s, end)))
			return false;
	}
	return names >= equal && s >= end;
}

/* `Failing row contains (1, x, null).`: of all its values, those of the key. */
static bool
row_values(struct values *v, const struct pgrows *b, const char *detail)
{
	const struct pgtable *t = b->table;
	const char *s = strchr(detail, '('), *end = strrchr(detail, ')');
	struct json_val text;
	size_t c;

	if (s == NULL || end == NULL)
		return false;
	s++;
	for (c = 0; s < end && c < t->ncol; c++) {
		text = next_part(&s, end);
		if (t->col[c].in_key && !add_value(v, b, c, text))
			return false;
	}
	return v->n == t->nkey;
}

/* Are these the fields of the row? */
static bool
has(const struct pgrows *b, size_t row, const struct values *v)
{
	const char *s = b->field.s + b->row[row].field, *tab;
	const char *end = s + b->row[row].field_len - 1;
	size_t i, j, found = 0;

	for (i = 0; found < v->n && i < b->ncol; i++, s = tab + 1) {
		tab = memchr(s, '\t', (size_t)(end - s));
		tab = tab ? tab : end;
		for (j = 0; j < v->n; j++) {
			if (v->of[j].field != i)
				continue;
			if ((size_t)(tab - s) != v->of[j].text.len ||
			    memcmp(s, v->of[j].text.s, (size_t)(tab - s)) != 0)
				return false;
			found++;
		}
	}
	return found == v->n;
}

size_t
pgblame_guess(const struct pg *pg, const struct pgrows *b, size_t lo, size_t hi)
{
	struct values v = {.n = 0};

	if (strncmp(pg->code, "23", 2) != 0 || pg->detail.len == 0)
		return SIZE_MAX;
	if (!(strstr(pg->detail.s, ")=(") ? key_values : row_values)(
		&v, b, pg->detail.s) ||
	    v.n == 0)
		return SIZE_MAX;
	for (; lo < hi; lo++)
		if (!b->row[lo].bad && has(b, lo, &v))
			return lo;
	return SIZE_MAX;
}
