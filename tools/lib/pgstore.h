/*
 * pgstore: stores batches, whatever happens to the session.
 *
 * A batch is one transaction. While the server works on one, the next can be
 * filled: there are two. Where that is full and the server is not done, it
 * goes to the temporary table of a second session, and is merged when the
 * first is settled: a server with two cores then takes no longer than the
 * slower half of the work. It is opened only then, and done without where it
 * cannot be had.
 *
 * Temporary errors are tried again from the batch's start, on a new
 * connection where the old one is gone; of a commit whose answer was lost the
 * server is asked what became of it. Only what is committed is printed and
 * settled in the record loop, in the order in which it came.
 */
#ifndef SLUICE_PGSTORE_H
#define SLUICE_PGSTORE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "pg.h"
#include "pgflight.h"
#include "pginfer.h"
#include "pgload.h"
#include "pgrehearse.h"
#include "pgrows.h"
#include "pgtable.h"
#include "rec.h"

/* A batch, and how it is stored. */
struct pgturn {
	struct pgrows rows;
	struct pgload load;
	struct pgflight flight;
};

struct pgstore {
	struct pg pg;
	struct pgtable table;
	struct pgrows *rows; /* the batch in hand: add to it */
	bool over;           /* at a bad record: nothing more is stored */
	bool single;         /* no second session; the caller may say so */

	/* the module's own */
	const struct pgspec *spec;
	struct rec *rec;
	uint64_t retry;
	double retry_max_time;
	struct pg second; /* its session, once there is one */
	struct pgturn turn[2];
	struct pgturn *hand; /* whose batch is in hand */
	struct pgturn *sent; /* the other, if it is not settled */
	struct pglearned learned;
	struct pgrehearse rehearse;  /* --dry-run */
	const struct pginfer *needs; /* what is to be made */
	const char *making;          /* that it is being made, for messages */
	bool opened;                 /* the table is as the catalog has it */
	uint64_t *inserted, *updated, *unchanged, *deleted, *older, *superseded;
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
 * Makes the table, where table.oid is NULL, or else its columns, that the
 * inferred ones ask for; not `all` were inferred where they are too many for a
 * table. All batches are stored. As above.
 */
int pgstore_grow(struct pgstore *, const struct pginfer *, bool all);

/* Settles a record that is in no batch: it is a bad one. */
void pgstore_reject(
    struct pgstore *, const struct rec_saved *, const struct pgbad *);

/*
 * Hands the batch in hand over, once the one before is settled, and empties
 * it. 0 or the exit status, its message said; then nothing of the batch that
 * it is about is settled. The same holds for the next two.
 */
int pgstore_batch(struct pgstore *);
/* Goes on with what was handed over, as far as that takes no waiting. */
int pgstore_push(struct pgstore *);
/* Stores and settles all that is there. */
int pgstore_flush(struct pgstore *);

/* What to wait for before the next pgstore_push; fd -1: for nothing. */
struct pollfd pgstore_wait(const struct pgstore *);

#endif
