/*
 * pattern: regular expressions on UTF-8 text, over PCRE2 (pcre2pattern(3)).
 *
 * What is found is the first group of the expression, or, where it has no
 * group, all that it matches. A search is bounded: one that takes too many
 * steps fails instead of going on for hours.
 */
#ifndef SLUICE_PATTERN_H
#define SLUICE_PATTERN_H

#include <stddef.h>

#include "buf.h"

struct pattern;

/* NULL, and a reason appended to *why, if the text is no expression. */
struct pattern *pattern_new(const char *text, struct buf *why);
void pattern_free(struct pattern *);
const char *pattern_text(const struct pattern *);

enum pattern_is { PATTERN_FOUND, PATTERN_NONE, PATTERN_FAILED };

struct pattern_found {
	const char *s;
	size_t len;
	size_t next; /* where a search for the one behind it starts */
};

/*
 * Looks in s, which is well-formed UTF-8, from offset `from` on. A match that
 * the group has no part in is passed over. On PATTERN_FAILED *why says why.
 */
enum pattern_is pattern_find(struct pattern *, const char *s, size_t len,
    size_t from, struct pattern_found *, struct buf *why);

#endif
