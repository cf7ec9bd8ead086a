/*
 * pgload: what happens between BEGIN and COMMIT.
 *
 * Rows are copied to the session's temporary table and merged from there; an
 * append of rows of one shape is copied into the table itself. A row that
 * the server refuses is found, by the line that COPY's error names or by
 * dividing what is merged under a savepoint, and left out.
 */
#ifndef SLUICE_PGLOAD_H
#define SLUICE_PGLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg.h"
#include "pgcounts.h"
#include "pgmerge.h"
#include "pgorder.h"
#include "pgrows.h"

/* Constraints speak up at once, while the row can still be found. */
#define PGLOAD_BEGIN                            \
	"BEGIN ISOLATION LEVEL READ COMMITTED;" \
	"SET CONSTRAINTS ALL IMMEDIATE"

enum { PGLOAD_CHUNK = 64 << 10 }; /* bytes of rows that are sent at once */

/* What a batch teaches about the next one; shared by all of a table. */
struct pglearned {
	bool changing;  /* few rows of the last batch were unchanged */
	bool still;     /* it wrote nothing, that is certain */
	bool careful;   /* it had bad rows */
	unsigned alone; /* batches to store while no other loader does */
};

/* The caller sets the first six. */
struct pgload {
	struct pg *pg;
	const struct pgtable *table;
	struct pgrows *rows;
	struct pglearned *learned;
	bool stop_at_bad; /* rows before the first bad one only */
	bool stepwise;    /* no batch is sent without waiting */

	struct pgcounts now; /* of the last pgload */
	bool direct;         /* it did without the temporary table */
	size_t end;          /* rows from here on were not stored */
	struct pgrefused {
		size_t row;
		struct pgbad bad;
	} * refused; /* for each row that is `bad`, in their order */
	size_t nrefused;

	struct pgorder_line *line;
	struct buf sql, chunk;
};

/*
 * Appends the statements that begin its transaction; the result of the last
 * is the transaction's id. All loaders of the table share a lock, which one
 * that met a deadlock holds alone for some batches: so it meets no other.
 */
void pgload_begin(const struct pgload *, struct buf *);

/*
 * Brings all rows in, in a transaction that the caller has begun with a
 * savepoint `part` and commits. 0, or the exit status with the reason in pg:
 * then the transaction is to be rolled back and nothing was done.
 */
int pgload(struct pgload *);

/*
 * The parts that pgflight does differently: is it an append straight into the
 * table? No row is refused and nothing counted yet. What COMMIT answered: 0 or
 * the exit status. What is learned from a batch.
 */
bool pgload_direct(const struct pgload *);
void pgload_reset(struct pgload *);
int pgload_committed(struct pgload *, PGresult *);
void pgload_learn(struct pgload *, int status);

/* Forgets the refused rows of the last pgload. */
void pgload_forget(struct pgload *);
void pgload_free(struct pgload *);

#endif
