/*
 * answer: what becomes of an answer: its records, or an envelope around it,
 * and a receipt.
 *
 * The options of a tool that prints answers are ANSWER_OPTIONS(&answer) in
 * its table. answer_read builds the lines of one answer and prints nothing,
 * so that an answer that turns out bad leaves no half of itself behind;
 * answer_print prints them. The receipt follows when they are on their way.
 */
#ifndef SLUICE_ANSWER_H
#define SLUICE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"
#include "buf.h"
#include "expr.h"
#include "http.h"
#include "json.h"
#include "opt.h"
#include "out.h"
#include "rec.h"
#include "with.h"

struct answer {
	/* options */
	struct expr *records;
	struct with with;
	bool envelope;
	struct api_statuses skip;
	const char *receipts;

	/* the last answer_read */
	struct buf lines;     /* each with its newline */
	uint64_t n;           /* lines */
	struct json_val body; /* s NULL: not JSON, or no record */

	/* the module's own */
	const char *resource;
	struct rec *rec;
	uint64_t *attempts, *limited, *wait_ms;
	struct out *receipt;
};

opt_call answer_skip;

#define ANSWER_OPTIONS(a)                                                   \
	{0, "records", "EXPR", OPT_CALL, &(a)->records,                     \
	    "where the records are in an answer (.)", expr_opt, 0, 0},      \
	    {0, "with", "NAME=EXPR", OPT_CALL, &(a)->with,                  \
		"add a field of the input to each record", with_opt, 0, 0}, \
	    {0, "skip-status", "CODE[,CODE]", OPT_CALL, &(a)->skip,         \
		"statuses that mean: there are no records", answer_skip, 0, \
		0},                                                         \
	    {0, "envelope", NULL, OPT_FLAG, &(a)->envelope,                 \
		"print url, status, headers and body instead", NULL, 0, 0}, \
	{                                                                   \
		0, "receipts", "FILE", OPT_STR, &(a)->receipts,             \
		    "append one line for each request", NULL, 0, 0          \
	}

/*
 * After the options: takes from the resource (or NULL) what they left open
 * and opens the receipts. False, with *why, if the profile is wrong.
 */
bool answer_open(struct answer *, const struct api_resource *,
    const char *profile, struct buf *why);
void answer_free(struct answer *);

/* Counts attempts, and what was waited, in the stats from here on. */
void answer_stats(struct answer *, struct rec *);
void answer_tally(struct answer *, const struct http_exchange *);

/* Has the exchange a status that means "no records"? */
bool answer_skipped(const struct answer *, const struct http_exchange *);

/*
 * Reads an answer; input is the record that it was asked for, for --with.
 * False, with *why, if it is not what was wanted: no JSON, no records there.
 */
bool answer_read(struct answer *, const struct http_exchange *,
    struct json_val input, struct buf *why);
/* The same for an answer that was skipped: nothing. */
void answer_none(struct answer *);
/*
 * How many records are in the last one, in an envelope, too. A body that is
 * no JSON is one, unless it is empty. False, with *why, if there are none
 * where they should be.
 */
bool answer_count(struct answer *, const struct http_exchange *, uint64_t *n,
    struct buf *why);
void answer_print(const struct answer *, struct out *);

struct answer_receipt {
	const char *id; /* NULL: none */
	uint64_t records;
	uint64_t page;     /* 0: none */
	bool complete;     /* where there is a page: it ends a whole walk */
	const char *error; /* NULL: none */
};

/*
 * Writes a receipt, after all that out holds is written: who finds a receipt
 * may rely on the records. Does nothing without --receipts.
 */
void answer_receipt(struct answer *, struct out *, const struct http_exchange *,
    const struct answer_receipt *);

#endif
