/*
 * deliver: a batch posted, and what becomes of it.
 *
 * Accepted: its records are on account (audit.h), settled and printed. Too
 * large (413): its halves are posted. Refused for what is in it (400, 422):
 * its halves, until the records that are the reason are alone, which are
 * rejected. Of unknown fate: it stays pending and nothing is sent any more.
 *
 * Where answers list the records that failed (items.h), those are rejected.
 * The others of the batch are accepted by a 2xx; after a 400 or 422, by which
 * none of them was, they are posted again without those. A list that cannot be
 * matched to the records leaves the batch of unknown fate.
 *
 * A batch's name is made of its URL and its body (uuid.h), so that it is the
 * same in another run; a body that one run posts again gets another name.
 */
#ifndef SLUICE_DELIVER_H
#define SLUICE_DELIVER_H

#include <stdint.h>

#include "answer.h"
#include "audit.h"
#include "batch.h"
#include "counts.h"
#include "http.h"
#include "items.h"
#include "rec.h"

struct deliver {
	struct http *http;
	struct rec *rec;
	struct audit *audit;   /* NULL: none */
	struct answer *answer; /* for the receipts */
	const char *url;
	struct batch_form form;
	struct items items;
	const char *idempotency; /* the header field's name; "": none */
	const struct http_declared *declared;
	size_t ndeclared;
	uint64_t *batches, *halved, *resent;

	/* the module's own */
	bool again;          /* records of an earlier run */
	struct counts names; /* how often each was taken */
	struct buf body, text, why;
};

/*
 * Posts a batch, if it is not empty. 0, or the status to end with after a
 * message; records that were neither accepted nor rejected are not settled.
 * The order of the batch's rows may change.
 */
int deliver_batch(struct deliver *, struct batch *);

/* The same for a batch of an earlier run, under the name that it had. */
int deliver_again(struct deliver *, struct batch *, const char *uuid);

void deliver_free(struct deliver *);

#endif
