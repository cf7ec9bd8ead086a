/*
 * pgbisect: all rows but the bad ones, with few statements.
 *
 * A part that fails is divided: what succeeds is kept, so that one bad row
 * among n costs log n attempts at most, and the rows before it go in before
 * those after. Mostly it costs three: what the server says of a constraint
 * tells the row, or so it seems, and the part is cut there.
 */
#ifndef SLUICE_PGBISECT_H
#define SLUICE_PGBISECT_H

#include <stddef.h>

#include "pgload.h"

/*
 * Brings rows lo .. hi - 1 into the database. EX_DATAERR: the server refused
 * one of them, *bad where it is known which, else SIZE_MAX; a single row that
 * it refused is left out of further attempts.
 */
typedef int pgbisect_attempt(
    struct pgload *, size_t lo, size_t hi, size_t *bad);

/* Attempts rows 0 .. end - 1. 0, or the first other status. */
int pgbisect(struct pgload *, pgbisect_attempt *);

#endif
