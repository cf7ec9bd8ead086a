/*
 * idmatch: expected ids against delivered ones.
 *
 * First all expected lines, or a range; then what was delivered; then the
 * lists. Of an expected id of a file a fingerprint and a counter is kept, of
 * one of a range a bit. The text of an id is kept only where it is extra or a
 * duplicate; what is missing is found by going over the file again. Until an
 * id is delivered its counter tells which block of the file its line is in,
 * so that of the file only those blocks have to be looked at.
 */
#ifndef SLUICE_IDMATCH_H
#define SLUICE_IDMATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "counts.h"
#include "idrange.h"
#include "keyfile.h"
#include "lag.h"

struct idmatch {
	struct key *key;      /* lines are read by it; the caller's */
	struct idrange range; /* what is expected, if `ranged` */
	bool ranged;

	uint64_t expected;   /* ids */
	uint64_t repeated;   /* lines that listed an id again */
	uint64_t delivered;  /* deliveries */
	uint64_t matched;    /* expected ids that were delivered */
	uint64_t extra;      /* ids that were not expected */
	uint64_t duplicates; /* expected ids that came more than once */

	/* the module's own */
	struct counts counts;
	bool have_exact, have_plain; /* which kinds of keys `counts` has */
	bool expecting;
	struct lag lag;
	struct buf extra_ids, duplicate_ids;
};

/*
 * One line, or with `plain` false a value, whose key keyline_get has just
 * computed (keyfile.h). A line may be dealt with only some lines later, but
 * before *_end returns.
 */
void idmatch_expect(
    struct idmatch *, struct json_val line, bool plain, uint32_t block);
/* About so many are expected: saves making room for them bit by bit. */
void idmatch_reserve(struct idmatch *, uint64_t ids);
void idmatch_expect_end(struct idmatch *);
void idmatch_deliver(struct idmatch *, struct json_val line, bool plain);
void idmatch_deliver_end(struct idmatch *);

/* Sets a bit for each block (keyfile.h) where the line of a missing id is. */
void idmatch_missing_blocks(struct idmatch *, struct buf *blocks);

/* Is the id of an expected line missing? Once for each id. */
bool idmatch_missing(struct idmatch *, struct json_val line, bool plain);

/* Calls `one` for each id that is extra, or a duplicate; id is its JSON. */
typedef void idmatch_one(void *arg, struct json_val id, uint32_t count);
void idmatch_extra(struct idmatch *, idmatch_one *, void *arg);
void idmatch_duplicates(struct idmatch *, idmatch_one *, void *arg);

void idmatch_free(struct idmatch *);

#endif
