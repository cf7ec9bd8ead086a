/*
 * pghistory: the table of --history.
 *
 * It has the columns of the key, with their names and types, then "column",
 * old and new, as text, and the time `at`. Text since that is what a value
 * of any type can be cast to and back, without loss: new::numeric.
 */
#ifndef SLUICE_PGHISTORY_H
#define SLUICE_PGHISTORY_H

#include "pg.h"
#include "pgtable.h"

/*
 * Finds the table that the options name, or creates it, and sets t->history.
 * 0, or the exit status with the reason in pg.
 */
int pghistory_open(struct pgtable *t, struct pg *);

#endif
