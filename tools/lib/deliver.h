/*
 * deliver: a batch posted, and what becomes of it.
 *
 * Accepted: its records are on account (audit.h), settled and printed. Too
 * large (413): its halves are posted. Refused for what is in it (400, 422):
 * its halves, until the records that are the reason are alone, which are
 * rejected. Of unknown fate: it stays pending and nothing is sent any more.
 */
#ifndef SLUICE_DELIVER_H
#define SLUICE_DELIVER_H

#include <stdint.h>

#include "answer.h"
#include "audit.h"
#include "batch.h"
#include "http.h"
#include "rec.h"

struct deliver {
	struct http *http;
	struct rec *rec;
	struct audit *audit;   /* NULL: none */
	struct answer *answer; /* for the receipts */
	const char *url;
	struct batch_form form;
	const char *idempotency; /* the header field's name; "": none */
	const struct http_declared *declared;
	size_t ndeclared;
	uint64_t *batches, *halved, *resent;

	/* the module's own */
	bool again; /* records of an earlier run */
	struct buf body, why;
};

/*
 * Posts a batch, if it is not empty. 0, or the status to end with after a
 * message; records that were neither accepted nor rejected are not settled.
 */
int deliver_batch(struct deliver *, const struct batch *);

/* The same for a batch of an earlier run, under the name that it had. */
int deliver_again(struct deliver *, const struct batch *, const char *uuid);

void deliver_free(struct deliver *);

#endif
