#include "pgmerge.h"

#define STAGE "pg_temp." PGMERGE_STAGE

/* Which columns a list is about. */
enum which { ALL, SET, KEY };

static bool
among(
    const struct pgrows *b, const struct pgpart *p, enum which which, size_t c)
{
	const struct pgcol *col = &b->table->col[c];

	if (!pgrows_has(b, p->shape, c))
		return false;
	return which == ALL || (which == SET ? col->update : col->in_key);
}

static bool
any(const struct pgrows *b, const struct pgpart *p, enum which which)
{
	size_t i;

	for (i = 0; i < b->ncol; i++)
		if (among(b, p, which, b->col[i]))
			return true;
	return false;
}

/* Appends BEFORE ident AFTER for each, with commas between. */
static void
list(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    enum which which, const char *before, const char *after)
{
	const char *comma = "";
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!among(b, p, which, b->col[i]))
			continue;
		buf_printf(to, "%s%s%s%s", comma, before,
		    b->table->col[b->col[i]].ident, after);
		comma = ", ";
	}
}

/* The key's columns, in the order of --key. */
static void
key_list(struct buf *to, const struct pgtable *t)
{
	size_t i;

	for (i = 0; i < t->nkey; i++)
		buf_printf(
		    to, "%s%s", i > 0 ? ", " : "", t->col[t->key[i]].ident);
}

static void
key_matches(struct buf *to, const struct pgtable *t)
{
	const struct pgcol *c;
	size_t i;

	for (i = 0; i < t->nkey; i++) {
		c = &t->col[t->key[i]];
		buf_printf(to, "%st.%s %s s.%s", i > 0 ? " AND " : "", c->ident,
		    c->equal, c->ident);
	}
}

/*
 * The columns as one record, to be compared by its image: 1.0 and 1.00 are
 * equal, as are two spellings of a case-insensitive text, but what was sent
 * is to be stored; and every type has an image, not every one an equality.
 */
static void
image(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    const char *alias, bool to_base)
{
	const struct pgcol *c;
	const char *comma = "";
	size_t i;

	buf_str(to, "ROW(");
	for (i = 0; i < b->ncol; i++) {
		if (!among(b, p, SET, b->col[i]))
			continue;
		c = &b->table->col[b->col[i]];
		buf_printf(to, "%s%s.%s", comma, alias, c->ident);
		if (to_base && c->domain)
			buf_printf(to, "::%s", c->type);
		comma = ", ";
	}
	buf_str(to, ")::record");
}

static void
differs(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    const char *other, bool to_base)
{
	image(to, b, p, "t", to_base);
	buf_str(to, " OPERATOR(pg_catalog.*<>) ");
	image(to, b, p, other, false);
}

static void
rows_of(struct buf *to, const struct pgpart *p)
{
	const char *and = " WHERE ";

	if (!p->whole) {
		buf_printf(to, "%s_sluice_n BETWEEN %zu AND %zu", and, p->lo,
		    p->hi - 1);
		and = " AND ";
	}
	if (p->mixed)
		buf_printf(to, "%s_sluice_s = %u AND _sluice_r = %u", and,
		    (unsigned)p->shape, (unsigned)p->round);
}

/* The values of the staged columns: records become composites only here. */
static void
values(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgcol *c;
	const char *comma = "";
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!among(b, p, ALL, b->col[i]))
			continue;
		c = &b->table->col[b->col[i]];
		if (c->composite)
			buf_printf(to,
			    "%sjsonb_populate_record(NULL::%s, %s) AS %s",
			    comma, c->type, c->ident, c->ident);
		else
			buf_printf(to, "%s%s", comma, c->ident);
		comma = ", ";
	}
}

/* One row a key: the last, or the first where the first to come stays. */
static void
source(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	bool first = b->table->spec->mode == PG_INSERT_ONLY;

	if (p->distinct) {
		buf_str(to, "WITH s AS NOT MATERIALIZED (SELECT _sluice_n, ");
		values(to, b, p);
		buf_str(to, " FROM " STAGE ")");
		return;
	}
	buf_str(to, "WITH s AS MATERIALIZED (SELECT DISTINCT ON (");
	key_list(to, b->table);
	buf_str(to, ") _sluice_n, ");
	values(to, b, p);
	buf_str(to, " FROM " STAGE);
	rows_of(to, p);
	buf_str(to, " ORDER BY ");
	key_list(to, b->table);
	buf_printf(to, ", _sluice_n%s)", first ? "" : " DESC");
}

/* The columns that this tool fills: their names, or the text for each. */
static void
own(struct buf *to, const struct pgtable *t, bool named, const char *text)
{
	const char *const name[] = {t->stamp, t->seen};
	size_t i;

	for (i = 0; i < sizeof name / sizeof *name; i++)
		if (name[i])
			buf_printf(to, ", %s%s", named ? name[i] : "", text);
}

/* `"a" = excluded."a", ...`, then the tool's own. */
static void
assignments(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    const char *from)
{
	const char *comma = "", *ident;
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!among(b, p, SET, b->col[i]))
			continue;
		ident = b->table->col[b->col[i]].ident;
		buf_printf(to, "%s%s = %s.%s", comma, ident, from, ident);
		comma = ", ";
	}
	own(to, b->table, true, " = now()");
}

/* ---- the statements ---- */

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
			    t->col[i].composite ? "jsonb" : t->col[i].type,
			    t->col[i].collation);
	buf_str(to, ") ON COMMIT DELETE ROWS");
}

void
pgmerge_copy(struct buf *to, const struct pgrows *b, bool staged)
{
	size_t i;

	buf_printf(to, "COPY %s (%s", staged ? STAGE : b->table->name,
	    staged ? "_sluice_n, _sluice_s" : "");
	for (i = 0; i < b->ncol; i++)
		buf_printf(to, "%s%s", staged || i > 0 ? ", " : "",
		    b->table->col[b->col[i]].ident);
	buf_str(to, ") FROM STDIN");
}

void
pgmerge_rounds(struct buf *to, const struct pgtable *t)
{
	buf_str(to, "UPDATE " STAGE " AS s SET _sluice_r = x._sluice_r FROM "
		    "(SELECT _sluice_n, sum(CASE WHEN _sluice_p <> _sluice_s "
		    "THEN 1 ELSE 0 END) OVER (PARTITION BY ");
	key_list(to, t);
	buf_str(to, " ORDER BY _sluice_n) AS _sluice_r FROM (SELECT *, "
		    "lag(_sluice_s) OVER (PARTITION BY ");
	key_list(to, t);
	buf_str(to, " ORDER BY _sluice_n) AS _sluice_p FROM " STAGE ") y) x "
		    "WHERE x._sluice_n = s._sluice_n AND x._sluice_r > 0");
}

void
pgmerge_parts(struct buf *to, const struct pgpart *p)
{
	struct pgpart rows = *p;

	rows.mixed = false;
	buf_str(to, "SELECT DISTINCT _sluice_r, _sluice_s FROM " STAGE);
	rows_of(to, &rows);
	buf_str(to, " ORDER BY 1, 2");
}

static void
append(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	buf_printf(to, "INSERT INTO %s (", b->table->name);
	list(to, b, p, ALL, "", "");
	own(to, b->table, true, "");
	buf_str(to, ") SELECT ");
	values(to, b, p);
	own(to, b->table, false, "now()");
	buf_str(to, " FROM " STAGE);
	rows_of(to, p);
	buf_str(to, " ORDER BY _sluice_n");
}

/*
 * Leaves out the rows that would not change before the insert, which would
 * lock, so write, them. A subquery that yields a value is what the planner
 * never turns into a join over the whole table. Where it believes the table
 * to be tiny, it scans it for each row, so all rows must be looked at before
 * the insert fills its pages: what NOT IN compares with is hashed first. It
 * is hashed if it is believed to fit into work_mem, hence the limit.
 */
static void
probe(struct buf *to, const struct pgrows *b, const struct pgpart *p, bool set)
{
	buf_str(to,
	    " WHERE s._sluice_n NOT IN (SELECT s._sluice_n FROM s WHERE "
	    "(SELECT ");
	if (set)
		differs(to, b, p, "s", true);
	else
		buf_str(to, "false");
	buf_printf(to, " FROM %s AS t WHERE ", b->table->name);
	key_matches(to, b->table);
	buf_printf(to, ") IS FALSE LIMIT %zu)", p->hi - p->lo);
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
	key_matches(to, t);
	buf_str(to, "))), count(*) FROM w");
}

void
pgmerge_insert(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;
	bool set = t->spec->mode == PG_UPSERT && any(b, p, SET);

	if (t->spec->mode == PG_APPEND) {
		append(to, b, p);
		return;
	}
	source(to, b, p);
	buf_printf(to, ", w AS (INSERT INTO %s AS t (", t->name);
	list(to, b, p, ALL, "", "");
	own(to, t, true, "");
	buf_str(to, ") SELECT ");
	list(to, b, p, ALL, "s.", "");
	own(to, t, false, "now()");
	buf_str(to, " FROM s");
	/* What an UPDATE has brought up to date cannot be inserted. */
	if (p->probe || pgmerge_needs_update(b, p))
		probe(to, b, p, set);
	buf_str(to, " ON CONFLICT (");
	key_list(to, t);
	buf_str(to, set ? ") DO UPDATE SET " : ") DO NOTHING");
	if (set) {
		assignments(to, b, p, "excluded");
		buf_str(to, " WHERE ");
		differs(to, b, p, "excluded", false);
	}
	count(to, t, p);
}

bool
pgmerge_needs_update(const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;
	size_t i;

	if (t->spec->mode != PG_UPSERT || !any(b, p, SET))
		return false;
	for (i = 0; i < t->ncol; i++)
		if (!pgrows_has(b, p->shape, i) && t->col[i].closed == NULL &&
		    (t->checks || t->col[i].required))
			return true;
	return false;
}

void
pgmerge_update(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	source(to, b, p);
	buf_printf(to, ", w AS (UPDATE %s AS t SET ", b->table->name);
	assignments(to, b, p, "s");
	buf_str(to, " FROM s WHERE ");
	key_matches(to, b->table);
	buf_str(to, " AND ");
	differs(to, b, p, "s", true);
	buf_str(to, " RETURNING 1) SELECT 0, 0, count(*) FROM w");
}

void
pgmerge_seen(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;

	buf_printf(to, "UPDATE %s AS t SET %s = now() FROM " STAGE " AS s",
	    t->name, t->seen);
	rows_of(to, p);
	buf_str(to, p->whole && !p->mixed ? " WHERE " : " AND ");
	key_matches(to, t);
	/* Compared as it is stored: the column may be a date. */
	buf_printf(
	    to, " AND t.%s IS DISTINCT FROM now()::%s", t->seen, t->seen_type);
}
