/*
 * tell: where an answer tells something about the walk: a cursor, a total.
 *
 * Written as an expression (expr.h) for its body, or as `header:NAME` for a
 * header field, whose name's case does not matter. Null, false, an empty
 * string, an empty field and what is missing tell nothing.
 */
#ifndef SLUICE_TELL_H
#define SLUICE_TELL_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "expr.h"
#include "http.h"
#include "json.h"

struct tell {
	const char *text;   /* as it was written; NULL: nothing tells it */
	struct expr *expr;  /* in the body; or */
	const char *header; /* this field */
};

/*
 * text may be NULL, else it has to outlive it. False, with *why behind the
 * option's name, if it is no expression.
 */
bool tell_init(
    struct tell *, const char *text, const char *name, struct buf *why);
void tell_free(struct tell *);

/* An answer: its body has s NULL where that is not JSON. */
struct tell_answer {
	const struct http_exchange *x;
	struct json_val body;
};

/*
 * Appends the content of a string, the text of a number or `true`. False
 * where nothing is told; *why is appended to where it is no scalar, or the
 * expression failed.
 */
bool tell_text(
    struct tell *, const struct tell_answer *, struct buf *, struct buf *why);

/* Appends the value as JSON, of any type: a field's text as a string. */
bool tell_value(
    struct tell *, const struct tell_answer *, struct buf *, struct buf *why);

/* A whole number, written as a number or a string; all else is a *why. */
bool tell_count(
    struct tell *, const struct tell_answer *, uint64_t *, struct buf *why);

/* Yes or no: what is told and neither false nor 0 is yes. */
bool tell_yes(struct tell *, const struct tell_answer *, struct buf *why);

#endif
