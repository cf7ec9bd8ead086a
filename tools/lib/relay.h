/*
 * relay: two batches, one that is on its way and one that is being gathered.
 *
 * A batch is posted when the one before it has come to its end. What was
 * gathered when that ends badly, or when a signal asked to stop meanwhile, is
 * left unsent: its records are not settled.
 */
#ifndef SLUICE_RELAY_H
#define SLUICE_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "deliver.h"
#include "key.h"
#include "rec.h"
#include "set.h"

struct relay_load {
	struct batch batch;
	struct set keys; /* the caller's, emptied with the batch */
};

struct relay {
	struct deliver *deliver;
	struct relay_load *next;   /* is being gathered */
	struct relay_load *flying; /* is on its way; NULL: none */

	/* the module's own */
	struct relay_load load[2];
	uint64_t sent_at; /* records that were read when it was posted */
	size_t unpushed;  /* bytes that were gathered since */
	int status;       /* what became of those on their way: the last */
};

void relay_open(struct relay *, struct deliver *);
void relay_free(struct relay *);

/* Adds a record to the next batch; see batch_add. */
void relay_add(struct relay *, const struct rec_saved *, struct key *);

/*
 * 0, or the status to end with after a message. relay_post: the next batch is
 * on its way, if it is not empty. relay_settle: nothing is on its way, and
 * what was accepted is printed. relay_flush: both. The deliver's items may
 * have read keys.
 */
int relay_post(struct relay *);
int relay_settle(struct relay *);
int relay_flush(struct relay *);

#endif
