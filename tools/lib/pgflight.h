/*
 * pgflight: a batch on its way, while the next one is being read.
 *
 * What is likely to go well is sent without waiting for the server: rows of
 * one shape whose keys differ, in their keys' order, or an append. It takes
 * the whole transaction, from BEGIN to the answer to COMMIT. Where it fails
 * nothing was done, and pgload finds out why. Measured on two cores: the
 * client's work, a tenth of the server's, no longer adds to it.
 *
 * One that is held stops when its rows lie in the temporary table, where they
 * are in nobody's way: on a session of its own, the server can take them in
 * while the batch before is being merged. Where batches have begun to change
 * nothing, it has them compared with the table as well: if the batch before
 * wrote nothing either, there is nothing left to do when its turn comes.
 */
#ifndef SLUICE_PGFLIGHT_H
#define SLUICE_PGFLIGHT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "pgload.h"

struct pgflight {
	struct pgload *load; /* what is sent; its `now` is what it did */
	bool busy;           /* begun, and the end was not taken yet */
	bool held;           /* a batch goes first: set to false after it */
	int status;          /* 0, or what went wrong first */
	char xid[24];        /* the transaction's */

	/* the module's own */
	enum pgflight_phase {
		PGFLIGHT_BEGIN, /* until the server is ready for rows */
		PGFLIGHT_ROWS,
		PGFLIGHT_COPIED, /* all rows were sent */
		PGFLIGHT_LOOK,   /* whether there is anything to merge */
		PGFLIGHT_MERGE,
		PGFLIGHT_SEEN, /* --seen */
		PGFLIGHT_COMMIT,
		PGFLIGHT_OVER
	} phase;
	bool ready;                      /* to be merged; it was held */
	bool same;                       /* as the table's: its rows */
	bool committing;                 /* the COMMIT was sent */
	size_t next, n;                  /* row to send, of so many */
	const struct pgorder_line *line; /* NULL: in the order they came */
	struct pgpart part;
};

/*
 * Sends the rows of load, if they are of that kind: is it on its way then?
 * The connection and the rows belong to the flight until its end. An append
 * straight into the table is never held: it would lock keys there.
 */
bool pgflight_start(struct pgflight *, struct pgload *, bool held);

/* Goes on as far as that takes no waiting. Is it over? */
bool pgflight_push(struct pgflight *);
/* What to wait for until it can go on; fd -1: for nothing, it is held. */
struct pollfd pgflight_wait(const struct pgflight *);

/*
 * Waits for its end, while the one behind it, or NULL, goes on. 0 after the
 * commit; else an exit status with the reason in pg, and *in_doubt where the
 * answer to COMMIT was lost.
 */
int pgflight_end(struct pgflight *, struct pgflight *behind, bool *in_doubt);

/* Gives up one that is held: nothing of it was done. */
void pgflight_drop(struct pgflight *);

#endif
