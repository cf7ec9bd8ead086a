#include <string.h>
#include <sysexits.h>

#include "opt.h"
#include "pgname.h"

/* What the server would cut off in silence. */
enum { NAMEDATALEN = 64 };

/* Runs a statement about a name under the user's search path. */
static int
ask(struct pg *pg, const char *sql, const char *name, PGresult **res)
{
	int status = pg_exec(pg, "RESET search_path", NULL);

	if (status == 0)
		status = pg_exec1(pg, sql, name, res);
	if (status)
		return status;
	status = pg_exec(pg, "SET search_path = pg_catalog, pg_temp", NULL);
	if (status)
		PQclear(*res);
	return status;
}

int
pgname_find(struct pg *pg, const char *name, char **oid)
{
	PGresult *res;
	const char *s;
	int status = ask(pg,
	    "SELECT pg_catalog.to_regclass($1::pg_catalog.text)"
	    "::pg_catalog.oid, pg_catalog.max(pg_catalog.octet_length(p)) "
	    "FROM pg_catalog.unnest("
	    "pg_catalog.parse_ident($1::pg_catalog.text)) AS p",
	    name, &res);
	uint64_t longest;

	*oid = NULL;
	/* What is no name is a bad argument to a function there. */
	if (status == EX_DATAERR)
		return EX_CONFIG;
	if (status)
		return status;
	s = PQgetvalue(res, 0, 0);
	if (opt_number(PQgetvalue(res, 0, 1), &longest) &&
	    longest >= NAMEDATALEN)
		status = pg_wrong(pg, "a name has at most 63 bytes");
	else if (!PQgetisnull(res, 0, 0))
		*oid = buf_dup(s, strlen(s));
	PQclear(res);
	return status;
}

void
pgname_quote(struct buf *b, const char *name)
{
	buf_char(b, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_char(b, '"');
		buf_char(b, *name);
	}
	buf_char(b, '"');
}

int
pgname_new(struct pg *pg, const char *name, struct buf *quoted)
{
	PGresult *res;
	int schema, table;
	int status = ask(pg,
	    "SELECT pg_catalog.current_schema(), p[1], p[2]"
	    " FROM pg_catalog.parse_ident($1::pg_catalog.text) AS p",
	    name, &res);

	/* What is no name is a bad argument to a function there. */
	if (status == EX_DATAERR)
		return EX_CONFIG;
	if (status)
		return status;
	schema = PQgetisnull(res, 0, 2) ? 0 : 1;
	table = schema + 1;
	/* A name of more parts has been refused when it was looked up. */
	if (PQgetisnull(res, 0, schema))
		status = pg_wrong(pg, "no schema of the search path exists");
	else if (PQgetlength(res, 0, schema) >= NAMEDATALEN ||
		 PQgetlength(res, 0, table) >= NAMEDATALEN)
		status = pg_wrong(pg, "a name has at most 63 bytes");
	if (status == 0) {
		pgname_quote(quoted, PQgetvalue(res, 0, schema));
		buf_char(quoted, '.');
		pgname_quote(quoted, PQgetvalue(res, 0, table));
	}
	PQclear(res);
	return status;
}
