#include "pgcounts.h"
#include "opt.h"

static uint64_t
number(const PGresult *res, int column)
{
	uint64_t n = 0;

	if (column < PQnfields(res))
		opt_number(PQgetvalue(res, 0, column), &n);
	return n;
}

bool
pgcounts_read(struct pgcounts *c, const PGresult *res)
{
	uint64_t keys, inserted, written, deleted, older;

	if (PQntuples(res) == 0) {
		/* libpq only forgot to say that it does not change it. */
		if (opt_number(PQcmdTuples((PGresult *)res), &inserted))
			c->inserted += inserted;
		return true;
	}
	keys = number(res, 0);
	inserted = number(res, 1);
	written = number(res, 2);
	deleted = number(res, 3);
	older = number(res, 4);
	c->inserted += inserted;
	c->updated += written - inserted;
	c->deleted += deleted;
	c->older += older;
	/* What is left of the keys when the others are taken off. */
	c->unchanged += keys - written - deleted - older;
	return number(res, 5) == 0;
}

void
pgcounts_add(struct pgcounts *c, const struct pgcounts *part, uint64_t rows)
{
	c->inserted += part->inserted;
	c->updated += part->updated;
	c->unchanged += part->unchanged;
	c->deleted += part->deleted;
	c->older += part->older;
	c->superseded += rows - part->inserted - part->updated -
			 part->unchanged - part->deleted - part->older;
}
