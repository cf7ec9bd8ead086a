/*
 * pgindex: what makes a table's key unique; of pgtable only.
 */
#ifndef SLUICE_PGINDEX_H
#define SLUICE_PGINDEX_H

#include "pgtable.h"

/*
 * Finds an index on just the columns of the key and gives those the operator
 * by which it compares. 0, or the exit status with the reason in pg.
 */
int pgindex_find(struct pgtable *, struct pg *);

#endif
