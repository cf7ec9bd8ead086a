/*
 * pgmerge: the statements that bring a batch into a table.
 *
 * Only text is made here. The batch lies in a temporary table of the session:
 * a row's number, its shape (which members its record had), its round, then
 * the columns. Records of one key that differ in shape must be applied one
 * after the other: the round tells how often the shape changed before.
 */
#ifndef SLUICE_PGMERGE_H
#define SLUICE_PGMERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pgrows.h"

/* The temporary table, as COPY's error context calls it. */
#define PGMERGE_STAGE "_sluice_rows"

/* What one statement works on. */
struct pgpart {
	size_t lo, hi;  /* rows lo .. hi - 1 */
	bool whole;     /* they are all there are */
	bool mixed;     /* rows differ in shape: only those of shape, round */
	bool probe;     /* many rows may be unchanged: look before the insert */
	uint32_t shape; /* which columns there are */
	uint32_t round;
	bool distinct; /* all keys differ, and the rows lie in their order */
};

/* All append to the buffer. */
void pgmerge_stage(struct buf *, const struct pgtable *);

/*
 * COPY of the rows' columns: into the table itself or the temporary one, there
 * with the number and shape of each row, unless a part of rows of one shape
 * is distinct.
 */
enum pgmerge_to { PGMERGE_TARGET, PGMERGE_DISTINCT, PGMERGE_NUMBERED };
void pgmerge_copy(struct buf *, const struct pgrows *, enum pgmerge_to);

/* Sets the rounds; then lists (round, shape) of the rows of a part. */
void pgmerge_rounds(struct buf *, const struct pgtable *);
void pgmerge_parts(struct buf *, const struct pgpart *);

/*
 * INSERT of what is new or differs. The result is one row: distinct keys,
 * rows inserted, rows inserted or updated. For an append the command's count
 * tells, there is no such row.
 */
void pgmerge_insert(struct buf *, const struct pgrows *, const struct pgpart *);

/*
 * A look before the insert: the result is whether it would write nothing, of
 * rows of one shape that are distinct.
 */
void pgmerge_look(struct buf *, const struct pgrows *, const struct pgpart *);

/* UPDATE of the --seen column where the statements before did not set it. */
void pgmerge_seen(struct buf *, const struct pgrows *, const struct pgpart *);

#endif
