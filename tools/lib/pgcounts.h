/*
 * pgcounts: what became of the rows of a batch; together they are those
 * stored. Of pgload only.
 */
#ifndef SLUICE_PGCOUNTS_H
#define SLUICE_PGCOUNTS_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct pgcounts {
	uint64_t inserted, updated, unchanged, deleted;
	uint64_t older;      /* a newer row stayed */
	uint64_t superseded; /* another record of the batch had its key */
};

/*
 * Adds what a statement of pgmerge or pgchange says that it did. False if
 * the batch has to start over.
 */
bool pgcounts_read(struct pgcounts *, const PGresult *);

/* Adds the counts of a part of so many rows. */
void pgcounts_add(
    struct pgcounts *, const struct pgcounts *part, uint64_t rows);

#endif
