#include "pgchange.h"
#include "pgclause.h"

/* Could what is missing break a constraint before the conflict is found? */
static bool
partial(const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;
	size_t i;

	for (i = 0; i < t->ncol; i++)
		if (!pgrows_has(b, p->shape, i) && t->col[i].closed == NULL &&
		    (t->checks || t->col[i].required))
			return pgclause_any(b, p, PGCLAUSE_SET);
	return false;
}

bool
pgchange_needed(const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;

	if (t->spec->mode != PG_UPSERT)
		return false;
	return t->newer != SIZE_MAX || t->history || partial(b, p);
}

/*
 * Must rows be locked and updated before the insert? Its conflict would do it
 * in half the time, but does not tell old values, nor in a partition which
 * rows are new.
 */
static bool
locks(const struct pgrows *b, const struct pgpart *p)
{
	return b->table->history || b->table->partitioned || partial(b, p);
}

/* ---- the look ---- */

/* s, and in x what is to be done about each of its rows; null: it is new. */
static void
look(struct buf *to, const struct pgrows *b, const struct pgpart *p, bool gone)
{
	pgclause_source(to, b, p);
	buf_str(to, ", x AS MATERIALIZED (SELECT s._sluice_n, (SELECT CASE");
	if (b->table->newer != SIZE_MAX) {
		buf_str(to, " WHEN ");
		pgclause_older(to, b->table, "s");
		buf_str(to, " THEN 'older'");
	}
	buf_str(to, " WHEN ");
	if (gone)
		buf_str(to, "true");
	else if (pgclause_any(b, p, PGCLAUSE_SET))
		pgclause_differs(to, b, p, "s", true);
	else
		buf_str(to, "false");
	buf_printf(to, " THEN 'change' ELSE 'keep' END FROM %s AS t WHERE ",
	    b->table->name);
	pgclause_key_matches(to, b->table);
	buf_str(to, ") AS _sluice_is FROM s)");
}

/* Is the history told of this column? */
static bool
tracked(const struct pgtable *t, size_t c)
{
	const struct pgcol *col = &t->col[c];

	return t->history && col->update && !col->closed && c != t->newer;
}

/* `, FROM"a" AS _sluice_PREFIX0, ...`: the values of the tracked columns. */
static void
tell(struct buf *to, const struct pgtable *t, const char *from, char prefix)
{
	size_t c;

	for (c = 0; c < t->ncol; c++)
		if (tracked(t, c))
			buf_printf(to, ", %s%s AS _sluice_%c%zu", from,
			    t->col[c].ident, prefix, c);
}

/*
 * o: the rows of s that change something, with the old values, locked. The
 * subquery that locks is what is asked for each row in turn, in the order of
 * the keys; it sees the newest version, also one that came after the look.
 * The order at its end makes that come to an end before anything is written.
 */
static void
lock(struct buf *to, const struct pgrows *b, const struct pgpart *p, bool gone)
{
	const struct pgtable *t = b->table;

	buf_str(to, ", o AS MATERIALIZED (SELECT s.*");
	if (!gone && t->history)
		buf_str(to, ", t.*");
	buf_str(to, " FROM (SELECT s.* FROM s JOIN x USING (_sluice_n)"
		    " WHERE x._sluice_is = 'change'");
	pgclause_order(to, t);
	buf_str(to, ") s CROSS JOIN LATERAL (SELECT 1 AS _sluice_one");
	if (!gone)
		tell(to, t, "t.", 'o');
	buf_printf(to, " FROM %s AS t WHERE ", t->name);
	pgclause_key_matches(to, t);
	if (!gone) {
		buf_str(to, " AND ");
		pgclause_differs(to, b, p, "s", true);
	}
	if (t->newer != SIZE_MAX) {
		buf_str(to, " AND NOT ");
		pgclause_older(to, t, "s");
	}
	buf_printf(to, " FOR %sUPDATE) t ORDER BY s._sluice_n)",
	    gone ? "" : "NO KEY ");
}

/* ---- the history ---- */

static void
literal(struct buf *to, const char *s)
{
	buf_char(to, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_char(to, '\'');
		buf_char(to, *s);
	}
	buf_char(to, '\'');
}

/*
 * What a CTE tells of a row that it changed: its key, the old values, if it
 * has any, the new ones. All of one change have one time, which is taken when
 * the row is locked: later changes of the row have later ones.
 */
static void
changes(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    const char *cte, bool old, bool new)
{
	const struct pgtable *t = b->table;
	size_t c;

	buf_str(to, "SELECT ");
	pgclause_list(to, b, p, PGCLAUSE_KEY, "", "");
	buf_str(to, ", clock_timestamp() AS _sluice_at");
	for (c = 0; c < t->ncol; c++) {
		if (!tracked(t, c))
			continue;
		if (old)
			buf_printf(to, ", _sluice_o%zu::text", c);
		else
			buf_printf(to, ", NULL::text AS _sluice_o%zu", c);
		if (new)
			buf_printf(to, ", _sluice_n%zu::text", c);
		else
			buf_printf(to, ", NULL::text AS _sluice_n%zu", c);
	}
	buf_printf(to, " FROM %s", cte);
}

/* h: an entry for each value that is another now. */
static void
history(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    bool updated, bool gone)
{
	const struct pgtable *t = b->table;
	const char *comma = "";
	size_t c;

	buf_printf(to, ", h AS (INSERT INTO %s (", t->history);
	pgclause_list(to, b, p, PGCLAUSE_KEY, "", "");
	buf_str(to, ", \"column\", old, new, at) SELECT ");
	pgclause_list(to, b, p, PGCLAUSE_KEY, "c.", "");
	buf_str(to, ", v.name, v.old, v.new, c._sluice_at FROM (");
	if (updated) {
		changes(to, b, p, "u", true, true);
		buf_str(to, " UNION ALL ");
	}
	changes(to, b, p, "w", gone, !gone);
	buf_str(to, ") c CROSS JOIN LATERAL (VALUES ");
	for (c = 0; c < t->ncol; c++) {
		if (!tracked(t, c))
			continue;
		buf_printf(to, "%s(", comma);
		literal(to, t->col[c].name);
		buf_printf(to, ", c._sluice_o%zu, c._sluice_n%zu)", c, c);
		comma = ", ";
	}
	buf_str(to, ") v(name, old, new) WHERE v.old IS DISTINCT FROM v.new)");
}

/* RETURNING: the key, the tracked values, and `rest`. */
static void
returning(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    char prefix, const char *rest)
{
	buf_str(to, " RETURNING ");
	pgclause_list(to, b, p, PGCLAUSE_KEY, "t.", "");
	tell(to, b->table, "t.", prefix);
	buf_printf(to, "%s)", rest);
}

/* ---- the statements ---- */

/* u: what was locked gets the new values. */
static void
update(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;
	struct buf old = BUF_INIT;
	size_t c;

	buf_printf(to, ", u AS (UPDATE %s AS t SET ", t->name);
	pgclause_assignments(to, b, p, "s");
	buf_str(to, " FROM o AS s WHERE ");
	pgclause_key_matches(to, t);
	for (c = 0; c < t->ncol; c++)
		if (tracked(t, c))
			buf_printf(&old, ", s._sluice_o%zu", c);
	returning(to, b, p, 'n', old.s ? old.s : "");
	buf_free(&old);
}

/*
 * w: what is new, and what changes if it was not updated before. Else a
 * conflict means that the row came after the look.
 */
static void
insert(struct buf *to, const struct pgrows *b, const struct pgpart *p, bool set)
{
	const struct pgtable *t = b->table;

	pgclause_insert(to, b, p);
	/* Hashed, so read to its end, before the insert; see pgmerge. */
	buf_printf(to,
	    " FROM s WHERE s._sluice_n NOT IN (SELECT _sluice_n FROM x "
	    "WHERE _sluice_is %s LIMIT %zu)",
	    locks(b, p) ? "IS NOT NULL" : "<> 'change'", p->hi - p->lo);
	pgclause_order(to, t);
	pgclause_conflict(to, b, p, set);
	if (set && t->newer != SIZE_MAX) {
		buf_str(to, " AND NOT ");
		pgclause_older(to, t, "excluded");
	}
	/* Rows of a partition cannot be asked; see pgmerge. */
	returning(to, b, p, 'n',
	    t->partitioned ? ", true AS _sluice_new"
			   : ", t.xmax = 0 AS _sluice_new");
}

static void
result(struct buf *to, const char *inserted, const char *written,
    const char *deleted, const char *unseen)
{
	buf_printf(to,
	    " SELECT (SELECT count(*) FROM s), %s, %s, %s,"
	    " (SELECT count(*) FROM x WHERE _sluice_is = 'older'), %s",
	    inserted, written, deleted, unseen);
}

void
pgchange_upsert(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;
	bool set = pgclause_any(b, p, PGCLAUSE_SET);
	bool updated = set && locks(b, p);

	look(to, b, p, false);
	if (updated) {
		lock(to, b, p, false);
		update(to, b, p);
	}
	insert(to, b, p, set);
	if (t->history)
		history(to, b, p, updated, false);
	result(to, "(SELECT count(*) FROM w WHERE _sluice_new)",
	    updated ? "(SELECT count(*) FROM u) + (SELECT count(*) FROM w)"
		    : "(SELECT count(*) FROM w)",
	    "0",
	    t->history ? "(SELECT count(*) FROM w WHERE NOT _sluice_new)"
		       : "0");
}

void
pgchange_delete(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;

	look(to, b, p, true);
	lock(to, b, p, true);
	buf_printf(
	    to, ", w AS (DELETE FROM %s AS t USING o AS s WHERE ", t->name);
	pgclause_key_matches(to, t);
	returning(to, b, p, 'o', "");
	if (t->history)
		history(to, b, p, false, true);
	result(to, "0", "0", "(SELECT count(*) FROM w)", "0");
}
