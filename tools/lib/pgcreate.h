/*
 * pgcreate: tables and columns that are not there yet.
 *
 * Several processes may want the same ones at once: who comes second takes
 * them as they are. A table is then found to be there, or pgcreate_is_there is
 * true of the error, and trying again finds it. Both return 0, or the exit
 * status with the reason in pg.
 */
#ifndef SLUICE_PGCREATE_H
#define SLUICE_PGCREATE_H

#include "pginfer.h"
#include "pgtable.h"

/*
 * Makes the table that pgtable_open did not find: of the columns that --columns
 * lists, or else of those inferred, and of those that the options name. Its
 * primary key is that of --key; an append has none.
 */
int pgcreate_table(const struct pgtable *, struct pg *, const struct pginfer *);

/* Adds the inferred columns that it lacks and that had values. */
int pgcreate_columns(
    const struct pgtable *, struct pg *, const struct pginfer *);

/* Does the last error say that another session made the same meanwhile? */
bool pgcreate_is_there(const struct pg *);

#endif
