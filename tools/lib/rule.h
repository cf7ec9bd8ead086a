/*
 * rule: an expression that a record has to meet, compiled once.
 *
 * It is met where every result of the expression is true in jq's sense
 * (neither false nor null) and there is one at least. What predicate.h knows
 * is worked out on the raw text, every other expression in libjq.
 */
#ifndef SLUICE_RULE_H
#define SLUICE_RULE_H

#include <stdbool.h>

#include "json.h"

struct rule;

/*
 * Compiles; NULL on an error, with its text in *why (the caller frees it).
 * The text of the expression must outlive it.
 */
struct rule *rule_new(const char *text, char **why);
void rule_free(struct rule *);

const char *rule_text(const struct rule *);
/* Does it run on the raw text? */
bool rule_is_raw(const struct rule *);

enum rule_is { RULE_MET, RULE_UNMET, RULE_FAILED };

/* Asks it of a checked record. */
enum rule_is rule_ask(struct rule *, struct json_val record);

/* Why the last rule_ask failed; valid until the next call. */
const char *rule_error(const struct rule *);

#endif
