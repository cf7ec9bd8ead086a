/*
 * pgname: names of tables as users write them, in SQL's way: a.b, "A b".
 *
 * They are looked up as a session of the user's would, with the user's search
 * path; so nothing but the name in such a statement depends on the path.
 */
#ifndef SLUICE_PGNAME_H
#define SLUICE_PGNAME_H

#include "pg.h"

/*
 * The table's oid, which the caller frees, or NULL if there is none. 0, or
 * the exit status with the reason in pg.
 */
int pgname_find(struct pg *, const char *name, char **oid);

/*
 * Appends, quoted and qualified, what a table of that name would be called
 * if it were created: without a schema, in the first one of the search path.
 */
int pgname_new(struct pg *, const char *name, struct buf *quoted);

/* Appends an identifier, quoted. */
void pgname_quote(struct buf *, const char *name);

#endif
