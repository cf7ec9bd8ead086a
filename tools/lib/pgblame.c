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
