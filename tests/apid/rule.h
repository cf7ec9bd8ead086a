#ifndef APID_RULE_H
#define APID_RULE_H

#include "fault.h"

/* One rule of the fault plan, and how it is read. */
enum rule_when {
	WHEN_ALWAYS,
	WHEN_PERCENT, /* by the seed, the URL, and how often it was asked */
	WHEN_FIRST,   /* the first n of each URL */
	WHEN_AFTER,   /* all but the first n */
	WHEN_NTH,     /* every nth */
	WHEN_TIMES    /* n in all */
};

struct rule {
	char *text;   /* as it was given */
	char *method; /* NULL: any */
	char *glob;
	bool with_query; /* the glob is held against path and query */
	enum fault_kind kind;
	long arg;
	char *value;    /* the argument as it was given, NULL if it has none */
	char *label;    /* KIND[=ARG] */
	double percent; /* of WHEN_PERCENT and of FAULT_CHAOS */
	enum rule_when when;
	long n;
	unsigned long matched;
	struct tally by_url; /* of WHEN_FIRST */
};

/* Reads a rule; NULL, with the reason in err, if that fails. */
struct rule *rule_new(const char *text, struct text *err);
void rule_free(struct rule *r);

#endif
