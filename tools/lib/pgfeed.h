/*
 * pgfeed: records on their way into batches.
 *
 * Where a table or a column has to be made first, records are kept as they
 * came, up to a sample for the table or a batch for a column; their types
 * are inferred from all of them, and then they are stored like any others.
 * What is kept takes no more memory than the batch may.
 */
#ifndef SLUICE_PGFEED_H
#define SLUICE_PGFEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pginfer.h"
#include "pgrows.h"
#include "pgstore.h"
#include "rec.h"
#include "rule.h"

/* The caller sets the first six. */
struct pgfeed {
	struct pgstore *store; /* open */
	struct rec *rec;
	uint64_t batch, bytes;  /* of a batch, at most */
	uint64_t sample;        /* records that a new table is inferred from */
	struct rule *tombstone; /* of records that delete their rows, or NULL */

	/* the module's own */
	bool keeping;
	struct pgkept {
		size_t at, len; /* in `raw` */
		uint64_t line;
	} * kept;
	size_t nkept, room;
	struct buf raw;
	struct pginfer infer;
	struct pgbad bad;
};

/*
 * Adds a record, and hands over what there is when that is enough. 0 or the
 * exit status, its message said.
 */
int pgfeed_add(struct pgfeed *, const struct rec_saved *);

/* Hands over what was added; stores all of it. As above. */
int pgfeed_batch(struct pgfeed *);
int pgfeed_flush(struct pgfeed *);

/* Is there what should not wait for more? A sample is to be complete. */
bool pgfeed_waits(const struct pgfeed *);

void pgfeed_free(struct pgfeed *);

#endif
