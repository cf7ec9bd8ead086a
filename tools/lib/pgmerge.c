#include "pgclause.h"

void
pgmerge_stage(struct buf *to, const struct pgtable *t)
{
	size_t i;

	buf_str(to, "CREATE TEMPORARY TABLE " PGMERGE_STAGE
		    " (_sluice_n integer, _sluice_s integer,"
		    " _sluice_r integer DEFAULT 0");
	for (i = 0; i < t->ncol; i++)
		if (t->col[i].closed == NULL)
			buf_printf(to, ", %s %s%s", t->col[i].ident,
			    t->col[i].stage, t->col[i].collation);
	buf_str(to, ") ON COMMIT DELETE ROWS");
}

void
pgmerge_copy(struct buf *to, const struct pgrows *b, enum pgmerge_to where)
{
	bool numbered = where == PGMERGE_NUMBERED;
	size_t i;

	buf_printf(to, "COPY %s (%s",
	    where == PGMERGE_TARGET ? b->table->name : PGCLAUSE_STAGE,
	    numbered ? "_sluice_n, _sluice_s" : "");
	for (i = 0; i < b->ncol; i++)
		buf_printf(to, "%s%s", numbered || i > 0 ? ", " : "",
		    b->table->col[b->col[i]].ident);
	buf_str(to, ") FROM STDIN");
	if (b->binary)
		buf_str(to, " (FORMAT binary)");
}

void
pgmerge_rounds(struct buf *to, const struct pgtable *t)
{
	buf_str(to,
	    "UPDATE " PGCLAUSE_STAGE " AS s SET _sluice_r = x._sluice_r FROM "
	    "(SELECT _sluice_n, sum(CASE WHEN _sluice_p <> _sluice_s "
	    "THEN 1 ELSE 0 END) OVER (PARTITION BY ");
	pgclause_key(to, t);
	buf_str(to, " ORDER BY _sluice_n) AS _sluice_r FROM (SELECT *, "
		    "lag(_sluice_s) OVER (PARTITION BY ");
	pgclause_key(to, t);
	buf_str(to,
	    " ORDER BY _sluice_n) AS _sluice_p FROM " PGCLAUSE_STAGE ") y) x "
	    "WHERE x._sluice_n = s._sluice_n AND x._sluice_r > 0");
}

void
pgmerge_parts(struct buf *to, const struct pgpart *p)
{
	struct pgpart rows = *p;

	rows.mixed = false;
	buf_str(
	    to, "SELECT DISTINCT _sluice_r, _sluice_s FROM " PGCLAUSE_STAGE);
	pgclause_rows(to, &rows);
	buf_str(to, " ORDER BY 1, 2");
}

static void
append(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	buf_printf(to, "INSERT INTO %s (", b->table->name);
	pgclause_list(to, b, p, PGCLAUSE_ALL, "", "");
	pgclause_own(to, b->table, true, "");
	buf_str(to, ") SELECT ");
	pgclause_values(to, b, p);
	pgclause_own(to, b->table, false, "now()");
	buf_str(to, " FROM " PGCLAUSE_STAGE);
	pgclause_rows(to, p);
	buf_str(to, " ORDER BY _sluice_n");
}

/* Are there columns to set where the row exists? */
static bool
sets(const struct pgrows *b, const struct pgpart *p)
{
	return b->table->spec->mode == PG_UPSERT &&
	       pgclause_any(b, p, PGCLAUSE_SET);
}

/*
 * The rows of s that are new or would change. A subquery that yields a value
 * is what the planner never turns into a join over the whole table.
 */
static void
news(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	buf_str(to, "FROM s WHERE (SELECT ");
	if (sets(b, p))
		pgclause_differs(to, b, p, "s", true);
	else
		buf_str(to, "false");
	buf_printf(to, " FROM %s AS t WHERE ", b->table->name);
	pgclause_key_matches(to, b->table);
	buf_str(to, ") IS NOT FALSE)");
}

void
pgmerge_look(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	pgclause_source(to, b, p);
	buf_str(to, " SELECT NOT EXISTS (SELECT ");
	news(to, b, p);
}

/*
 * A row that was updated carries the lock that its conflict took. Rows of a
 * partition cannot be asked: there, what was missing before is counted.
 */
static void
count(struct buf *to, const struct pgtable *t, const struct pgpart *p)
{
	if (!t->partitioned) {
		buf_str(to, " RETURNING t.xmax = 0 AS new) SELECT ");
		if (p->distinct)
			buf_printf(to, "%zu", p->hi - p->lo);
		else
			buf_str(to, "(SELECT count(*) FROM s)");
		buf_str(to, ", count(*) FILTER (WHERE w.new), count(*) FROM w");
		return;
	}
	buf_printf(to,
	    " RETURNING 1) SELECT (SELECT count(*) FROM s), "
	    "least(count(*), (SELECT count(*) FROM s WHERE NOT EXISTS "
	    "(SELECT FROM %s AS t WHERE ",
	    t->name);
	pgclause_key_matches(to, t);
	buf_str(to, "))), count(*) FROM w");
}

void
pgmerge_insert(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;

	if (t->spec->mode == PG_APPEND) {
		append(to, b, p);
		return;
	}
	pgclause_source(to, b, p);
	if (p->probe) {
		/* The insert would lock, so write, the others, too. */
		buf_str(to, ", x AS MATERIALIZED (SELECT * ");
		news(to, b, p);
	}
	pgclause_insert(to, b, p);
	/*
	 * Where the planner believes the table to be tiny, x scans it for each
	 * row: counted first, it is all there before the table's pages fill.
	 */
	buf_str(to, p->probe ? " FROM x AS s WHERE (SELECT count(*) FROM x) > 0"
			     : " FROM s");
	if (!p->distinct)
		pgclause_order(to, t);
	pgclause_conflict(to, b, p, sets(b, p));
	count(to, t, p);
}

void
pgmerge_seen(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;

	buf_printf(to,
	    "UPDATE %s AS t SET %s = now() FROM " PGCLAUSE_STAGE " AS s",
	    t->name, t->seen);
	pgclause_rows(to, p);
	buf_str(to, p->whole && !p->mixed ? " WHERE " : " AND ");
	pgclause_key_matches(to, t);
	/* Compared as it is stored: the column may be a date. */
	buf_printf(
	    to, " AND t.%s IS DISTINCT FROM now()::%s", t->seen, t->seen_type);
}
