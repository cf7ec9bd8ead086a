#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "pgcreate.h"
#include "pghistory.h"
#include "pgname.h"
#include "pgrights.h"

/* The columns beside those of the key. */
static const struct {
	const char *name, *definition;
} own[] = {
    {"column", "\"column\" text NOT NULL"},
    {"old", "old text"},
    {"new", "new text"},
    {"at", "at timestamptz NOT NULL"},
};
enum { NOWN = sizeof own / sizeof *own };

static int
create(const struct pgtable *t, struct pg *pg, const char *name)
{
	struct buf sql = BUF_INIT, table = BUF_INIT;
	const struct pgcol *c;
	size_t i;
	int status = pgname_new(pg, name, &table);

	if (status == 0) {
		buf_printf(&sql, "CREATE TABLE %s (", table.s);
		for (i = 0; i < t->nkey; i++) {
			c = &t->col[t->key[i]];
			buf_printf(&sql, "%s %s%s NOT NULL, ", c->ident,
			    c->type, c->collation);
		}
		for (i = 0; i < NOWN; i++)
			buf_printf(
			    &sql, "%s%s", i > 0 ? ", " : "", own[i].definition);
		buf_char(&sql, ')');
		status = pg_exec(pg, sql.s, NULL);
	}
	buf_free(&table);
	buf_free(&sql);
	return status;
}

static bool
has(const PGresult *columns, const char *name)
{
	int i;

	for (i = 0; i < PQntuples(columns); i++)
		if (strcmp(PQgetvalue(columns, i, 1), name) == 0)
			return true;
	return false;
}

/* The table's name, and that it has the columns. */
static int
describe(struct pgtable *t, struct pg *pg, const char *oid)
{
	const char *missing = NULL, *name;
	PGresult *res;
	size_t i;
	int status = pg_exec1(pg,
	    "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname),"
	    " a.attname FROM pg_class c"
	    " JOIN pg_namespace n ON n.oid = c.relnamespace"
	    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
	    "  AND NOT a.attisdropped WHERE c.oid = $1::oid",
	    oid, &res);

	if (status)
		return status;
	for (i = 0; i < NOWN; i++)
		if (!has(res, own[i].name))
			missing = own[i].name;
	for (i = 0; i < t->nkey; i++)
		if (!has(res, t->col[t->key[i]].name))
			missing = t->col[t->key[i]].name;
	if (missing) {
		status = pg_wrong(pg,
		    "it has no column \"%s\"; it needs those of the key, "
		    "\"column\", old, new and at",
		    missing);
	} else {
		name = PQgetvalue(res, 0, 0);
		t->history = buf_dup(name, strlen(name));
	}
	PQclear(res);
	return status;
}

static bool
has_values(const struct pgtable *t)
{
	size_t i;

	for (i = 0; i < t->ncol; i++)
		if (t->col[i].update && !t->col[i].closed && i != t->newer)
			return true;
	return false;
}

/* Can the history be told at all? */
static int
check(const struct pgtable *t, struct pg *pg)
{
	size_t i, j;

	for (i = 0; i < t->nkey; i++)
		for (j = 0; j < NOWN; j++)
			if (strcmp(t->col[t->key[i]].name, own[j].name) == 0)
				return pg_wrong(pg,
				    "it has a column \"%s\" of its own, and "
				    "so has the key",
				    own[j].name);
	if (t->spec->unknown != PG_UNKNOWN_ADD && !has_values(t))
		return pg_wrong(pg, "there is no column that could change");
	return 0;
}

/* Its oid; it is created if need be. */
static int
find_or_create(const struct pgtable *t, struct pg *pg, char **oid)
{
	const char *name = t->spec->history;
	unsigned tries = 0;
	int status;

	for (;;) {
		status = pgname_find(pg, name, oid);
		if (status || *oid)
			return status;
		status = create(t, pg, name);
		if (status && (!pgcreate_is_there(pg) || ++tries > 3))
			return status;
	}
}

int
pghistory_open(struct pgtable *t, struct pg *pg)
{
	struct buf why = BUF_INIT;
	char *oid = NULL;
	int status = check(t, pg);

	/* As long as no column was added there is nothing to tell. */
	if (status == 0 && !has_values(t))
		return 0;
	if (status == 0)
		status = find_or_create(t, pg, &oid);
	if (status == 0 && strcmp(oid, t->oid) == 0)
		status = pg_wrong(pg, "it is the same table");
	if (status == 0)
		status = pgrights_check(pg, oid, "INSERT");
	if (status == 0)
		status = describe(t, pg, oid);
	free(oid);
	if (status) {
		buf_printf(
		    &why, "--history %s: %s", t->spec->history, pg->why.s);
		buf_free(&pg->why);
		pg->why = why;
	}
	return status;
}
