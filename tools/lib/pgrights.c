#include <sysexits.h>

#include "pgrights.h"

int
pgrights_check(struct pg *pg, const char *oid, const char *rights)
{
	struct buf sql = BUF_INIT;
	PGresult *res;
	int status;

	/*
	 * The rights to write may be held column by column, and which columns
	 * are written is not known before the records are. What is selected
	 * includes xmax, which is no column that a right could be granted on.
	 */
	buf_printf(&sql,
	    "SELECT string_agg(r, ', '), current_user, relname "
	    "FROM pg_class, unnest('{%s}'::text[]) AS r "
	    "WHERE oid = $1::oid AND NOT CASE r"
	    " WHEN 'DELETE' THEN has_table_privilege(oid, r)"
	    " WHEN 'SELECT' THEN has_table_privilege(oid, r)"
	    " ELSE has_any_column_privilege(oid, r) END GROUP BY relname",
	    rights);
	status = pg_exec1(pg, sql.s, oid, &res);
	buf_free(&sql);
	if (status)
		return status;
	if (PQntuples(res) > 0) {
		buf_cut(&pg->why, 0);
		buf_printf(&pg->why,
		    "permission denied for table %s: role \"%s\" has no right "
		    "to %s",
		    PQgetvalue(res, 0, 2), PQgetvalue(res, 0, 1),
		    PQgetvalue(res, 0, 0));
		status = EX_NOPERM;
	}
	PQclear(res);
	return status;
}
