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

/* Rows of a batch that are posted as one; see part.h. */
struct deliver_part {
	struct batch *batch;
	size_t from, n;
	bool kept; /* its pending file is there, which has its name */
	char uuid[UUID_TEXT];
};

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
	struct deliver_part flight;     /* on its way */
	struct http_exchange *answered; /* its answer; NULL: none yet */
	struct deliver_part next;
	struct json_val next_body;
	struct batch *unprinted; /* accepted, and to be printed */
};

/*
 * A batch is made ready, which may be done while the one before it is on its
 * way; then it is begun, and after its answer ended. Both must not change from
 * being made ready to their end, after which the order of the rows may be
 * another. begin and end: 0, or the status to end with after a message; records
 * that were neither accepted nor rejected are not settled.
 *
 * What was accepted may be printed only when the next one is on its way, by
 * deliver_begin, or else by deliver_print; until then its batch is in use. An
 * output that fails meanwhile ends the process in deliver_end.
 */
void deliver_prepare(struct deliver *, struct batch *);
int deliver_begin(struct deliver *);
int deliver_end(struct deliver *);
void deliver_print(struct deliver *);

/* Waits for the answer, or until fd can be read; false for the latter. */
bool deliver_wait(struct deliver *, int fd);

/* Posts a batch of an earlier run under the name that it had, and waits. */
int deliver_again(struct deliver *, struct batch *, const char *uuid);

void deliver_free(struct deliver *);

#endif
