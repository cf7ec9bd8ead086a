#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "pgindex.h"

/* What ON CONFLICT can use: whole, immediate, plain columns. */
static const char index_query[] =
    "SELECT i.indexrelid, i.indnkeyatts, a.attname, 'OPERATOR('"
    " || quote_ident(n.nspname) || '.' || o.oprname || ')' "
    "FROM pg_index i CROSS JOIN LATERAL"
    " unnest(i.indkey::int2[], i.indclass::oid[])"
    "  WITH ORDINALITY AS k(num, opclass, pos)"
    " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num"
    " JOIN pg_opclass c ON c.oid = k.opclass"
    " JOIN pg_amop p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3"
    "  AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype"
    " JOIN pg_operator o ON o.oid = p.amopopr"
    " JOIN pg_namespace n ON n.oid = o.oprnamespace "
    "WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid"
    " AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL"
    " AND k.pos <= i.indnkeyatts ORDER BY i.indexrelid, k.pos";

/* Do the rows from i, all of one index, name the key and nothing else? */
static bool
index_fits(const struct pgtable *t, const PGresult *res, int i)
{
	const char *name;
	uint64_t n;
	size_t c;
	int j;

	if (!opt_number(PQgetvalue(res, i, 1), &n) || n != t->nkey)
		return false;
	for (j = i; j < i + (int)t->nkey; j++) {
		if (j >= PQntuples(res) ||
		    strcmp(PQgetvalue(res, i, 0), PQgetvalue(res, j, 0)) != 0)
			return false;
		name = PQgetvalue(res, j, 2);
		c = pgtable_named(t, name, strlen(name));
		if (c == SIZE_MAX || !t->col[c].in_key)
			return false;
	}
	return true;
}

static int
no_index(const struct pgtable *t, struct pg *pg)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < t->nkey; i++)
		buf_printf(
		    &b, "%s%s", i > 0 ? ", " : "", t->col[t->key[i]].ident);
	pg_wrong(pg,
	    "nothing makes (%s) unique, as --key needs; "
	    "CREATE UNIQUE INDEX ON %s (%s) would",
	    b.s, t->name, b.s);
	buf_free(&b);
	return EX_CONFIG;
}

int
pgindex_find(struct pgtable *t, struct pg *pg)
{
	PGresult *res;
	int status = pg_exec1(pg, index_query, t->oid, &res);
	const char *equal;
	int i, j;
	size_t c;

	if (status)
		return status;
	for (i = 0; i < PQntuples(res); i++) {
		if (!index_fits(t, res, i))
			continue;
		for (j = i; j < i + (int)t->nkey; j++) {
			c = pgtable_named(t, PQgetvalue(res, j, 2),
			    strlen(PQgetvalue(res, j, 2)));
			equal = PQgetvalue(res, j, 3);
			t->col[c].equal = buf_dup(equal, strlen(equal));
		}
		PQclear(res);
		return 0;
	}
	PQclear(res);
	return no_index(t, pg);
}
