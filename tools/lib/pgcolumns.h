/*
 * pgcolumns: the columns of a table, as the catalog tells; of pgtable only.
 */
#ifndef SLUICE_PGCOLUMNS_H
#define SLUICE_PGCOLUMNS_H

#include "pgtable.h"

/* Fills in t->col by t->oid. 0, or the exit status with the reason in pg. */
int pgcolumns_read(struct pgtable *, struct pg *);
void pgcolumns_free(struct pgtable *);

#endif
