/*
 * ask: by which method, and with which body, a tool asks for a record.
 *
 * The body is worked out from the input record: an expression (expr.h), or
 * JSON as it stands. The request is a read, whatever its method: it may be
 * made again.
 */
#ifndef SLUICE_ASK_H
#define SLUICE_ASK_H

#include <stdbool.h>

#include "api.h"
#include "buf.h"
#include "expr.h"
#include "http.h"
#include "json.h"
#include "opt.h"

struct ask {
	const char *method; /* NULL: GET, or POST where there is a body */

	/* the module's own */
	struct json_val fixed; /* s NULL: none */
	struct expr *body;     /* NULL: none */
};

opt_call ask_method, ask_body;

#define ASK_OPTIONS(a)                                                        \
	{0, "method", "METHOD", OPT_CALL, (a),                                \
	    "ask by this method (GET; with a body POST)", ask_method, 0, 0},  \
	{                                                                     \
		0, "body", "EXPR", OPT_CALL, (a), "ask with this body, JSON", \
		    ask_body, 0, 0                                            \
	}

/*
 * After the options: takes from the resource (or NULL) what they left open.
 * False, with *why, if the profile is wrong.
 */
bool ask_open(struct ask *, const struct api_resource *, const char *profile,
    struct buf *why);
void ask_free(struct ask *);

/* Is the body another one for each record? */
bool ask_varies(const struct ask *);

/*
 * Sets method, body and type of the request; they are valid until the next
 * call. False, with *why, where the record has no body to give.
 */
bool ask_fill(const struct ask *, struct json_val record, struct http_request *,
    struct buf *why);

#endif
