/*
 * pgrehearse: a dry run. Everything is done, and nothing stays.
 *
 * All batches are one transaction, which is never committed: so each sees
 * what those before it did, and what is counted is true. The statements are
 * printed, each once, as they are first run.
 */
#ifndef SLUICE_PGREHEARSE_H
#define SLUICE_PGREHEARSE_H

#include "out.h"
#include "pg.h"
#include "pgload.h"
#include "set.h"

struct pgrehearse {
	struct pg *pg;
	struct out *out;
	struct set said; /* statements that were printed */
};

/* From here on, what pg runs is printed; both outlive the rehearsal. */
void pgrehearse_init(struct pgrehearse *, struct pg *, struct out *);

/* Begins the transaction. 0, or the exit status with the reason in pg. */
int pgrehearse_begin(struct pgrehearse *);

/* pgload within it; nothing of it can be tried again. */
int pgrehearse_batch(struct pgrehearse *, struct pgload *);

/* Rolls back and prints what would have been done. */
void pgrehearse_end(
    struct pgrehearse *, const struct pgcounts *, uint64_t rejected);

#endif
