/*
 * expr: an expression of jq's language, compiled once, applied to raw records.
 *
 * A plain path (`.`, `.a.b[0]."odd key"`, `.["a"]`, `.a[-1]`) is walked on the
 * raw text and yields raw text. Everything else is a jq program and runs in
 * libjq, whose numbers are doubles: a result that depends on digits which a
 * double loses is refused.
 */
#ifndef SLUICE_EXPR_H
#define SLUICE_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

struct expr;

/*
 * Compiles; NULL on an error, with its text in *why (the caller frees it).
 * The text of the expression must outlive it.
 */
struct expr *expr_new(const char *text, char **why);
void expr_free(struct expr *);

/* An opt_call for a `struct expr *`. */
const char *expr_opt(void *expr, const char *text);

const char *expr_text(const struct expr *);
bool expr_is_path(const struct expr *);

enum expr_is {
	EXPR_VALUE,
	EXPR_NONE,  /* the path leads nowhere; the program gave no output */
	EXPR_FAILED /* see expr_error */
};

/*
 * The (first) result for a checked record. *v lies in the record or in the
 * expression's own buffer and is valid until the next call.
 */
enum expr_is expr_get(
    struct expr *, struct json_val record, struct json_val *v);
/* Further results of the same record, for programs with several. */
enum expr_is expr_more(struct expr *, struct json_val *v);

/* Why the last expr_get failed; valid until the next call. */
const char *expr_error(const struct expr *);

#endif
