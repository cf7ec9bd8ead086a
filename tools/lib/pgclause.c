#include "pgclause.h"

bool
pgclause_among(const struct pgrows *b, const struct pgpart *p,
    enum pgclause_which which, size_t c)
{
	const struct pgcol *col = &b->table->col[c];

	if (!pgrows_has(b, p->shape, c))
		return false;
	return which == PGCLAUSE_ALL ||
	       (which == PGCLAUSE_SET ? col->update : col->in_key);
}

bool
pgclause_any(
    const struct pgrows *b, const struct pgpart *p, enum pgclause_which which)
{
	size_t i;

	for (i = 0; i < b->ncol; i++)
		if (pgclause_among(b, p, which, b->col[i]))
			return true;
	return false;
}

void
pgclause_list(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    enum pgclause_which which, const char *before, const char *after)
{
	const char *comma = "";
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!pgclause_among(b, p, which, b->col[i]))
			continue;
		buf_printf(to, "%s%s%s%s", comma, before,
		    b->table->col[b->col[i]].ident, after);
		comma = ", ";
	}
}

void
pgclause_key(struct buf *to, const struct pgtable *t)
{
	size_t i;

	for (i = 0; i < t->nkey; i++)
		buf_printf(
		    to, "%s%s", i > 0 ? ", " : "", t->col[t->key[i]].ident);
}

void
pgclause_key_matches(struct buf *to, const struct pgtable *t)
{
	const struct pgcol *c;
	size_t i;

	for (i = 0; i < t->nkey; i++) {
		c = &t->col[t->key[i]];
		buf_printf(to, "%st.%s %s s.%s", i > 0 ? " AND " : "", c->ident,
		    c->equal, c->ident);
	}
}

/* Is it among the columns that change, of those that are exact or are not? */
static bool
compared(const struct pgrows *b, const struct pgpart *p, size_t c, bool exact)
{
	return pgclause_among(b, p, PGCLAUSE_SET, c) &&
	       b->table->col[c].exact == exact;
}

/* The columns that are not exact as one record; false where there are none. */
static bool
image(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    const char *alias, bool to_base)
{
	const struct pgcol *c;
	const char *before = "ROW(";
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!compared(b, p, b->col[i], false))
			continue;
		c = &b->table->col[b->col[i]];
		buf_printf(to, "%s%s.%s", before, alias, c->ident);
		if (to_base && c->domain)
			buf_printf(to, "::%s", c->type);
		before = ", ";
	}
	if (*before == 'R')
		return false;
	buf_str(to, ")::record");
	return true;
}

/*
 * Records are compared by their image: 1.0 and 1.00 are equal, as are two
 * spellings of a case-insensitive text, but what was sent is to be stored;
 * and every type has an image, not every one an equality. Where equal means
 * identical, columns are compared by themselves: that halves the time.
 */
void
pgclause_differs(struct buf *to, const struct pgrows *b, const struct pgpart *p,
    const char *other, bool to_base)
{
	const char *before = "(", *ident;
	size_t i, at;

	for (i = 0; i < b->ncol; i++) {
		if (!compared(b, p, b->col[i], true))
			continue;
		ident = b->table->col[b->col[i]].ident;
		buf_printf(to, "%st.%s IS DISTINCT FROM %s.%s", before, ident,
		    other, ident);
		before = " OR ";
	}
	at = to->len;
	buf_str(to, before);
	if (image(to, b, p, "t", to_base)) {
		buf_str(to, " OPERATOR(pg_catalog.*<>) ");
		image(to, b, p, other, false);
	} else {
		buf_cut(to, at);
	}
	buf_char(to, ')');
}

void
pgclause_order(struct buf *to, const struct pgtable *t)
{
	size_t i;

	buf_str(to, " ORDER BY ");
	for (i = 0; i < t->nkey; i++)
		buf_printf(to, "%soctet_length(s.%s::text)", i > 0 ? " + " : "",
		    t->col[t->key[i]].ident);
	for (i = 0; i < t->nkey; i++)
		buf_printf(
		    to, ", s.%s::text COLLATE \"C\"", t->col[t->key[i]].ident);
}

void
pgclause_older(struct buf *to, const struct pgtable *t, const char *other)
{
	const char *c = t->col[t->newer].ident;

	buf_printf(to,
	    "(coalesce(%s.%s OPERATOR(pg_catalog.<) t.%s,"
	    " %s.%s IS NULL AND t.%s IS NOT NULL))",
	    other, c, c, other, c, c);
}

void
pgclause_rows(struct buf *to, const struct pgpart *p)
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

void
pgclause_values(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgcol *c;
	const char *comma = "";
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!pgclause_among(b, p, PGCLAUSE_ALL, b->col[i]))
			continue;
		c = &b->table->col[b->col[i]];
		if (c->value)
			buf_printf(to, "%s%s AS %s", comma, c->value, c->ident);
		else
			buf_printf(to, "%s%s", comma, c->ident);
		comma = ", ";
	}
}

void
pgclause_source(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;
	bool first = t->spec->mode == PG_INSERT_ONLY;

	if (p->distinct) {
		buf_str(to, "WITH s AS NOT MATERIALIZED (SELECT ");
		pgclause_values(to, b, p);
		buf_str(to, " FROM " PGCLAUSE_STAGE ")");
		return;
	}
	buf_str(to, "WITH s AS MATERIALIZED (SELECT DISTINCT ON (");
	pgclause_key(to, t);
	buf_str(to, ") _sluice_n, ");
	pgclause_values(to, b, p);
	buf_str(to, " FROM " PGCLAUSE_STAGE);
	pgclause_rows(to, p);
	buf_str(to, " ORDER BY ");
	pgclause_key(to, t);
	if (t->newer != SIZE_MAX)
		buf_printf(to, ", %s USING OPERATOR(pg_catalog.>) NULLS LAST",
		    t->col[t->newer].ident);
	buf_printf(to, ", _sluice_n%s)", first ? "" : " DESC");
}

void
pgclause_own(
    struct buf *to, const struct pgtable *t, bool named, const char *text)
{
	const char *const name[] = {t->stamp, t->seen};
	size_t i;

	for (i = 0; i < sizeof name / sizeof *name; i++)
		if (name[i])
			buf_printf(to, ", %s%s", named ? name[i] : "", text);
}

void
pgclause_assignments(struct buf *to, const struct pgrows *b,
    const struct pgpart *p, const char *from)
{
	const char *comma = "", *ident;
	size_t i;

	for (i = 0; i < b->ncol; i++) {
		if (!pgclause_among(b, p, PGCLAUSE_SET, b->col[i]))
			continue;
		ident = b->table->col[b->col[i]].ident;
		buf_printf(to, "%s%s = %s.%s", comma, ident, from, ident);
		comma = ", ";
	}
	pgclause_own(to, b->table, true, " = now()");
}

void
pgclause_insert(struct buf *to, const struct pgrows *b, const struct pgpart *p)
{
	const struct pgtable *t = b->table;

	buf_printf(to, ", w AS (INSERT INTO %s AS t (", t->name);
	pgclause_list(to, b, p, PGCLAUSE_ALL, "", "");
	pgclause_own(to, t, true, "");
	buf_str(to, ") SELECT ");
	pgclause_list(to, b, p, PGCLAUSE_ALL, "s.", "");
	pgclause_own(to, t, false, "now()");
}

void
pgclause_conflict(
    struct buf *to, const struct pgrows *b, const struct pgpart *p, bool set)
{
	buf_str(to, " ON CONFLICT (");
	pgclause_key(to, b->table);
	buf_str(to, set ? ") DO UPDATE SET " : ") DO NOTHING");
	if (set) {
		pgclause_assignments(to, b, p, "excluded");
		buf_str(to, " WHERE ");
		pgclause_differs(to, b, p, "excluded", false);
	}
}
