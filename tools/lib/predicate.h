/*
 * predicate: the part of jq's language that is worked out on raw text.
 *
 * Plain paths, `type`, `not`, `and`, `or`, `|`, parentheses and comparisons by
 * == and != with a string, true, false or null: what type checks are made of.
 * The answer is libjq's, at no price: a path that leads nowhere is null, one
 * through a scalar is an error. Numbers are not compared here.
 */
#ifndef SLUICE_PREDICATE_H
#define SLUICE_PREDICATE_H

#include <stdbool.h>

#include "buf.h"
#include "json.h"

struct predicate;

/* NULL if the text is anything else, a mistake too. Copies what it needs. */
struct predicate *predicate_parse(const char *text);
void predicate_free(struct predicate *);

/*
 * *v is what goes in, a checked value, and what comes out: raw text of it, or
 * static. False on an error, whose text is appended to why.
 */
bool predicate_apply(struct predicate *, struct json_val *v, struct buf *why);

/* Neither false nor null: true in jq's sense. */
static inline bool
predicate_true(struct json_val v)
{
	return *v.s != 'f' && *v.s != 'n';
}

#endif
