/*
 * pgstore: a session that stores batches, whatever happens to it.
 *
 * A batch is one transaction. Temporary errors are tried again from the
 * batch's start, on a new connection where the old one is gone; of a commit
 * whose answer was lost the server is asked what became of it. Only what is
 * committed is printed and settled in the record loop.
 */
#ifndef SLUICE_PGSTORE_H
#define SLUICE_PGSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "pg.h"
#include "pgload.h"
#include "pgrows.h"
#include "pgtable.h"
#include "rec.h"

struct pgstore {
	struct pg pg;
	struct pgtable table;
	struct pgrows rows; /* the batch in hand: add to it */

	/* the module's own */
	const struct pgspec *spec;
	struct rec *rec;
	uint64_t retry;
	double retry_max_time;
	struct pgload load;
	uint64_t *inserted, *updated, *unchanged, *superseded;
	bool in_doubt; /* the answer to a COMMIT was lost */
	char xid[24];  /* of the transaction that was to be committed */
	struct buf key;
};

/*
 * Connects and reads the catalog. A temporary error is tried again `retry`
 * times, but not for more than retry_max_time seconds (0: no limit). 0, or
 * the exit status, its message said. spec and rec outlive the store; pg_init
 * has been called for `pg`.
 */
int pgstore_open(struct pgstore *, struct rec *, const struct pgspec *,
    uint64_t retry, double retry_max_time);
void pgstore_free(struct pgstore *);

/*
 * Stores and settles all rows, then empties the batch. 0 or the exit status,
 * its message said; then nothing of the batch is settled.
 */
int pgstore_batch(struct pgstore *);

#endif
