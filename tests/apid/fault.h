#ifndef APID_FAULT_H
#define APID_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"
#include "tally.h"

/*
 * The fault plan: an ordered list of rules, and the decision what happens to
 * one request. Nothing here sends anything. README.md tells the grammar:
 * [METHOD ]PATHGLOB:KIND[=ARG][@WHEN].
 */
enum fault_kind {
	FAULT_NONE,
	/* Instead of an answer: the API is not asked. */
	FAULT_STATUS,
	FAULT_JSON_STATUS,
	FAULT_MAX_BODY, /* only where the request's body is longer */
	FAULT_TEXT,
	FAULT_RETRY_AFTER,
	FAULT_RETRY_DATE,
	FAULT_LIMIT,
	FAULT_LIMIT_EPOCH,
	FAULT_RATELIMIT,
	FAULT_REDIRECT,
	FAULT_FIELDS,
	FAULT_RESET,
	/* The API is asked and its answer is spoiled. */
	FAULT_BADJSON,
	FAULT_STALL,
	FAULT_CUT,
	FAULT_RESET_BODY,
	FAULT_LENGTH,
	FAULT_LOST,
	FAULT_CLOSE_AFTER,
	/* These add up with what else fires. */
	FAULT_DELAY,
	FAULT_PAGE_CAP,
	FAULT_REPEAT_PAGE,
	FAULT_EMPTY_PAGE,
	FAULT_LOOP_NEXT,
	FAULT_WRONG_TOTAL,
	/* One of several of the above. */
	FAULT_CHAOS,
	FAULT_SORRY
};

/* FAULT_STALL, FAULT_CUT and FAULT_RESET_BODY without a number. */
#define FAULT_HALF_BODY (-1)

/* What happens to one request. */
struct verdict {
	enum fault_kind kind; /* FAULT_NONE up to FAULT_CLOSE_AFTER */
	long arg;
	char *value; /* the argument's text, NULL if it has none */
	long delay_ms;
	struct tweak tweak;
	struct text label; /* the rules that fired, for the log */
};

void verdict_free(struct verdict *v);

/* What a decision depends on. */
struct asked {
	const char *method;
	const char *path;    /* as it was sent, without the query */
	const char *url;     /* with the query */
	long page;           /* of the query, 1 if it has none */
	size_t body;         /* bytes of the request's */
	unsigned long nth;   /* how often this URL was asked before */
	unsigned *chaos_run; /* this URL's failures by chaos in a row */
};

struct plan;

/* An empty plan; plan_free it. */
struct plan *plan_new(uint64_t seed);
void plan_free(struct plan *p);

/* Adds a rule. False, with the reason in err, if it cannot be read. */
bool plan_add(struct plan *p, const char *rule, struct text *err);

/* Drops all rules. */
void plan_clear(struct plan *p);

/* Keeps the rules and forgets how often each has matched. */
void plan_restart(struct plan *p);

/* Writes the rules, one a line. */
void plan_list(const struct plan *p, struct text *t);

/* Fills v, which the caller frees by verdict_free. */
void plan_decide(struct plan *p, const struct asked *asked, struct verdict *v);

#endif
