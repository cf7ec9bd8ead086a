/*
 * pgmembers: the columns that a record's members go to; of pgrows only.
 */
#ifndef SLUICE_PGMEMBERS_H
#define SLUICE_PGMEMBERS_H

#include "pgrows.h"

/*
 * Points `val` at the record's values; of one that is gone, those of the key
 * and of --newer. False and *bad where it can be no row.
 */
bool pgmembers(
    struct pgrows *, struct json_val record, bool gone, struct pgbad *bad);

/* Says why a record is bad; returns false. */
bool pgmembers_blame(struct pgbad *, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
