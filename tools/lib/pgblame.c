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
