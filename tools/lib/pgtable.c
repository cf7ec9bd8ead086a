#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "pgcolumns.h"
#include "pgindex.h"
#include "pgname.h"
#include "pgrights.h"
#include "pgtable.h"

static const char table_query[] =
    "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname),"
    " c.relkind, EXISTS (SELECT FROM pg_constraint"
    "  WHERE conrelid = c.oid AND contype = 'c'), c.relname,"
    " row_security_active(c.oid)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.oid = $1::oid";

/* A table that is not there and may be made. */
static int
missing(struct pgtable *t, struct pg *pg)
{
	struct buf b = BUF_INIT;
	int status;

	if (!t->spec->create)
		return pg_wrong(pg, "there is no such table");
	status = pgname_new(pg, t->spec->table, &b);
	t->name = b.s;
	return status;
}

/* Turns the name of --table into an oid. */
static int
resolve(struct pgtable *t, struct pg *pg)
{
	int status = pgname_find(pg, t->spec->table, &t->oid);

	if (status == 0 && t->oid == NULL)
		status = missing(t, pg);
	return status;
}

static int
describe(struct pgtable *t, struct pg *pg)
{
	PGresult *res;
	int status = pg_exec1(pg, table_query, t->oid, &res);
	char kind;

	if (status)
		return status;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return pg_wrong(pg, "it was dropped just now");
	}
	t->name = pg_text(res, 0, 0);
	t->relation = pg_text(res, 0, 3);
	kind = *PQgetvalue(res, 0, 1);
	t->partitioned = kind == 'p';
	t->checks = pg_truth(res, 0, 2);
	t->policies = pg_truth(res, 0, 4);
	PQclear(res);
	if (kind != 'r' && kind != 'p')
		return pg_wrong(
		    pg, "it is a view or another thing that is no table");
	return 0;
}

size_t
pgtable_named(const struct pgtable *t, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < t->ncol; i++)
		if (t->col[i].name_len == len &&
		    memcmp(t->col[i].name, name, len) == 0)
			return i;
	return SIZE_MAX;
}

/* ---- the options' columns ---- */

static int
no_column(struct pg *pg, const char *option, const char *name, size_t len)
{
	return pg_wrong(
	    pg, "it has no column \"%.*s\" (%s)", (int)len, name, option);
}

static int
key_columns(struct pgtable *t, struct pg *pg)
{
	const struct opt_list *list = &t->spec->key;
	size_t i, c;

	t->key = buf_array(NULL, list->n, sizeof *t->key);
	for (i = 0; i < list->n; i++) {
		c = pgtable_named(t, list->v[i], strlen(list->v[i]));
		if (c == SIZE_MAX)
			return no_column(
			    pg, "--key", list->v[i], strlen(list->v[i]));
		if (t->col[c].closed)
			return pg_wrong(pg, "its key column \"%s\" %s",
			    t->col[c].name, t->col[c].closed);
		if (t->col[c].in_key)
			return pg_wrong(
			    pg, "--key names \"%s\" twice", t->col[c].name);
		t->col[c].in_key = true;
		t->col[c].update = false;
		t->key[t->nkey++] = c;
	}
	return 0;
}

/* Each value of --update is a list with commas. */
static int
update_columns(struct pgtable *t, struct pg *pg)
{
	const struct opt_list *list = &t->spec->update;
	const char *s;
	size_t i, c, n;

	for (i = 0; list->n > 0 && i < t->ncol; i++)
		t->col[i].update = false;
	for (i = 0; i < list->n; i++)
		for (s = list->v[i]; *s; s += n + (s[n] == ',')) {
			n = strcspn(s, ",");
			c = pgtable_named(t, s, n);
			if (c == SIZE_MAX)
				return no_column(pg, "--update", s, n);
			t->col[c].update = !t->col[c].in_key;
		}
	return 0;
}

/* --newer: a column that changes with the row, of a type that has an order. */
static int
newer_column(struct pgtable *t, struct pg *pg)
{
	const char *name = t->spec->newer;
	struct buf b = BUF_INIT;
	struct pgcol *c;
	size_t i;
	int status;

	if (name == NULL)
		return 0;
	i = pgtable_named(t, name, strlen(name));
	if (i == SIZE_MAX)
		return no_column(pg, "--newer", name, strlen(name));
	c = &t->col[i];
	if (c->closed || c->in_key)
		return pg_wrong(pg,
		    "its column \"%s\" %s, so --newer cannot use it", name,
		    c->closed ? c->closed : "is in the key");
	buf_printf(&b, "SELECT NULL::%s OPERATOR(pg_catalog.<) NULL::%s",
	    c->type, c->type);
	status = pg_exec(pg, b.s, NULL);
	buf_free(&b);
	if (status == EX_CONFIG)
		return pg_wrong(pg,
		    "the type of its column \"%s\", %s, has no order, "
		    "as --newer needs",
		    name, c->type);
	c->update = true;
	t->newer = i;
	return status;
}

/* --stamp and --seen: columns that this tool fills in. */
static int
own_column(struct pgtable *t, struct pg *pg, const char *option,
    const char *name, char **ident)
{
	size_t c;

	if (name == NULL)
		return 0;
	c = pgtable_named(t, name, strlen(name));
	if (c == SIZE_MAX)
		return no_column(pg, option, name, strlen(name));
	if (t->col[c].closed || t->col[c].in_key)
		return pg_wrong(pg, "its column \"%s\" %s, so %s cannot set it",
		    name, t->col[c].closed ? t->col[c].closed : "is in the key",
		    option);
	t->col[c].closed = "is set by this tool";
	t->col[c].required = false;
	*ident = buf_dup(t->col[c].ident, strlen(t->col[c].ident));
	if (ident == &t->seen)
		t->seen_type = t->col[c].type;
	return 0;
}

/* The column for members that are none. */
static int
rest_column(struct pgtable *t, struct pg *pg)
{
	const char *name = t->spec->rest;
	const struct pgcol *c;

	if (name == NULL)
		return 0;
	t->rest = pgtable_named(t, name, strlen(name));
	if (t->rest == SIZE_MAX)
		return no_column(pg, "--unknown", name, strlen(name));
	c = &t->col[t->rest];
	if (c->closed || c->in_key)
		return pg_wrong(pg,
		    "its column \"%s\" %s, so --unknown cannot set it", name,
		    c->closed ? c->closed : "is in the key");
	if (c->kind != PGCOPY_JSON || c->value)
		return pg_wrong(pg,
		    "its column \"%s\" is of type %s, not json or jsonb as "
		    "--unknown needs",
		    name, c->type);
	return 0;
}

/* The temporary table has columns of its own beside those of this one. */
static int
room(const struct pgtable *t, struct pg *pg)
{
	size_t i;

	if (t->ncol > PG_COLUMNS_MAX)
		return pg_wrong(pg,
		    "it has %zu columns; up to %d can be filled", t->ncol,
		    PG_COLUMNS_MAX);
	for (i = 0; i < t->ncol; i++)
		if (strncmp(t->col[i].name, "_sluice_", 8) == 0)
			return pg_wrong(pg,
			    "its column \"%s\" has a name that is needed here",
			    t->col[i].name);
	return 0;
}

static int
rights(const struct pgtable *t, struct pg *pg)
{
	struct buf b = BUF_INIT;
	int status;

	buf_str(&b, "INSERT");
	if (t->spec->mode != PG_APPEND)
		buf_str(&b, ",SELECT");
	if (t->spec->mode == PG_UPSERT)
		buf_str(&b, ",UPDATE");
	if (t->spec->deletes)
		buf_str(&b, ",DELETE");
	status = pgrights_check(pg, t->oid, b.s);
	buf_free(&b);
	return status;
}

int
pgtable_open(struct pgtable *t, struct pg *pg, const struct pgspec *spec)
{
	int status;

	*t =
	    (struct pgtable){.spec = spec, .newer = SIZE_MAX, .rest = SIZE_MAX};
	if ((status = resolve(t, pg)) || t->oid == NULL)
		return status;
	if ((status = describe(t, pg)) || (status = pgcolumns_read(t, pg)) ||
	    (status = room(t, pg)) || (status = key_columns(t, pg)) ||
	    (status = update_columns(t, pg)))
		return status;
	if ((status = own_column(t, pg, "--stamp", spec->stamp, &t->stamp)) ||
	    (status = own_column(t, pg, "--seen", spec->seen, &t->seen)) ||
	    (status = newer_column(t, pg)) || (status = rest_column(t, pg)) ||
	    (status = rights(t, pg)))
		return status;
	return spec->mode == PG_APPEND ? 0 : pgindex_find(t, pg);
}

void
pgtable_free(struct pgtable *t)
{
	pgcolumns_free(t);
	free(t->key);
	free(t->name);
	free(t->relation);
	free(t->oid);
	free(t->stamp);
	free(t->seen);
	free(t->history);
	*t = (struct pgtable){.spec = NULL};
}

size_t
pgtable_find(const struct pgtable *t, struct json_val name)
{
	size_t i;

	for (i = 0; i < t->ncol; i++)
		if (json_string_is(name, t->col[i].name, t->col[i].name_len))
			return i;
	return SIZE_MAX;
}
