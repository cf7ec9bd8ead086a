/*
 * pgblame: which row and column an error is about.
 */
#ifndef SLUICE_PGBLAME_H
#define SLUICE_PGBLAME_H

#include "pg.h"
#include "pgrows.h"

/*
 * The line of the last error in pg, which happened in a COPY to the relation,
 * from 1; 0 if it names none. *col is the column, or NULL.
 */
unsigned long pgblame_line(const struct pg *, const struct pgrows *,
    const char *relation, const struct pgcol **col);

/*
 * The column whose value was refused when it was turned into a domain or a
 * composite, or NULL where there are several, or that is not what happened.
 */
const struct pgcol *pgblame_column(
    const struct pg *, const struct pgrows *, size_t row);

/*
 * The first of rows lo .. hi - 1 that has the values by which the server names
 * what broke a constraint, or SIZE_MAX: likely the row, by no means surely.
 */
size_t pgblame_guess(
    const struct pg *, const struct pgrows *, size_t lo, size_t hi);

#endif
