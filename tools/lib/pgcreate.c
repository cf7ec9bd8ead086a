#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "pgcreate.h"
#include "pgname.h"

/* A type of the table's own columns, which no record needs to show. */
struct own {
	const char *name, *type;
};

static bool
inferred(const struct pginfer *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->col[i].name, name) == 0)
			return true;
	return false;
}

/* The columns that the options name; the last of the list has no name. */
static void
own_columns(const struct pgspec *spec, struct own own[4])
{
	size_t n = 0;

	if (spec->stamp)
		own[n++] = (struct own){spec->stamp, "timestamptz"};
	if (spec->seen && (n == 0 || strcmp(spec->seen, own[0].name) != 0))
		own[n++] = (struct own){spec->seen, "timestamptz"};
	if (spec->rest)
		own[n++] = (struct own){spec->rest, "jsonb"};
	own[n] = (struct own){NULL, NULL};
}

/* The type of a column by its options, else by its values. */
static const char *
type_of(const struct own *own, const struct pginfer_col *c)
{
	const char *type;

	for (; own->name; own++)
		if (strcmp(own->name, c->name) == 0)
			return own->type;
	type = pginfer_type(c);
	return type ? type : "text";
}

static void
column(struct buf *sql, const char *name, const char *type)
{
	if (sql->s[sql->len - 1] != '(')
		buf_str(sql, ", ");
	pgname_quote(sql, name);
	buf_printf(sql, " %s", type);
}

static void
primary_key(struct buf *sql, const struct pgspec *spec)
{
	size_t i;

	if (spec->mode == PG_APPEND || spec->key.n == 0)
		return;
	for (i = 0; i < spec->key.n; i++) {
		buf_str(sql, i > 0 ? ", " : ", PRIMARY KEY (");
		pgname_quote(sql, spec->key.v[i]);
	}
	buf_char(sql, ')');
}

/* Appends the inferred columns; or why there are none that make sense. */
static int
columns(struct buf *sql, struct pg *pg, const struct pgspec *spec,
    const struct pginfer *p)
{
	struct own own[4];
	size_t i;

	own_columns(spec, own);
	if (p->n == 0) {
		pg_wrong(pg, "no record so far has a member that "
			     "could be a column");
		return EX_DATAERR;
	}
	for (i = 0; i < spec->key.n; i++)
		if (!inferred(p, spec->key.v[i])) {
			pg_wrong(pg,
			    "no record so far has the key column \"%s\"",
			    spec->key.v[i]);
			return EX_DATAERR;
		}
	for (i = 0; i < p->n; i++)
		column(sql, p->col[i].name, type_of(own, &p->col[i]));
	for (i = 0; own[i].name; i++) {
		if (strlen(own[i].name) > PG_NAME_MAX)
			return pg_wrong(pg,
			    "the name of its column \"%s\" has more than %d "
			    "bytes",
			    own[i].name, PG_NAME_MAX);
		if (!inferred(p, own[i].name))
			column(sql, own[i].name, own[i].type);
	}
	return 0;
}

bool
pgcreate_is_there(const struct pg *pg)
{
	return strcmp(pg->code, "23505") == 0 ||
	       strcmp(pg->code, "42P07") == 0 || strcmp(pg->code, "42710") == 0;
}

/* The length of a quoted identifier. */
static size_t
ident_len(const char *s)
{
	size_t n = 1;

	while (s[n] != '"' || s[n + 1] == '"')
		n += 1 + (s[n] == '"');
	return n + 1;
}

/* Says what to do about it, too. */
static int
refused(struct pg *pg, const struct pgtable *t, int status)
{
	if (strcmp(pg->code, "3F000") == 0 && *t->name == '"')
		buf_printf(&pg->why, "; CREATE SCHEMA %.*s would make it",
		    (int)ident_len(t->name), t->name);
	if (strcmp(pg->code, "54011") == 0)
		buf_str(&pg->why, "; --unknown json:COLUMN needs one for all");
	return status == EX_DATAERR && pg->code[0] ? EX_CONFIG : status;
}

int
pgcreate_table(const struct pgtable *t, struct pg *pg, const struct pginfer *p)
{
	const struct pgspec *spec = t->spec;
	struct buf sql = BUF_INIT;
	int status = 0;

	buf_printf(&sql, "CREATE TABLE IF NOT EXISTS %s (", t->name);
	if (spec->columns)
		buf_str(&sql, spec->columns);
	else
		status = columns(&sql, pg, spec, p);
	primary_key(&sql, spec);
	buf_char(&sql, ')');
	/* Types that the user names are looked up as the user's session would.
	 */
	if (status == 0 && spec->columns)
		status = pg_exec(pg, "RESET search_path", NULL);
	/* By itself: whoever writes --columns writes one statement. */
	if (status == 0)
		status = pg_exec1(pg, sql.s, NULL, NULL);
	if (status == 0 && spec->columns)
		status =
		    pg_exec(pg, "SET search_path = pg_catalog, pg_temp", NULL);
	buf_free(&sql);
	return status ? refused(pg, t, status) : 0;
}

int
pgcreate_columns(
    const struct pgtable *t, struct pg *pg, const struct pginfer *p)
{
	struct buf sql = BUF_INIT;
	const char *type;
	size_t i, n = 0;
	int status = 0;

	/* Whoever waits for a lock on the table holds up all who come after. */
	buf_str(&sql, "SET LOCAL lock_timeout = '5s'; ALTER TABLE ");
	buf_str(&sql, t->name);
	for (i = 0; i < p->n; i++) {
		type = pginfer_type(&p->col[i]);
		if (type == NULL || pgtable_named(t, p->col[i].name,
					strlen(p->col[i].name)) != SIZE_MAX)
			continue;
		buf_str(&sql, n++ > 0 ? ", " : " ");
		buf_str(&sql, "ADD COLUMN IF NOT EXISTS ");
		pgname_quote(&sql, p->col[i].name);
		buf_printf(&sql, " %s", type);
	}
	if (n > 0)
		status = pg_exec(pg, sql.s, NULL);
	buf_free(&sql);
	return status ? refused(pg, t, status) : 0;
}
