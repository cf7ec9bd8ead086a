/*
 * pgrights: whether the role may do what the options ask for.
 *
 * The server would say so, too, but not which right it is that it lacks, and
 * not before the first record that needs it.
 */
#ifndef SLUICE_PGRIGHTS_H
#define SLUICE_PGRIGHTS_H

#include "pg.h"

/*
 * Does the role have the rights, `SELECT,INSERT`, on the table of that oid?
 * 0, or the exit status, EX_NOPERM if not, with the reason in pg.
 */
int pgrights_check(struct pg *, const char *oid, const char *rights);

#endif
