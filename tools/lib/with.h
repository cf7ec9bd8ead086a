/*
 * with: members that the options `--with NAME=EXPR` add to what is printed.
 *
 *	{0, "with", "NAME=EXPR", OPT_CALL, &with, "...", with_opt, 0, 0}
 *
 * Each is worked out once for an input record and goes into every record that
 * comes of it.
 */
#ifndef SLUICE_WITH_H
#define SLUICE_WITH_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "expr.h"
#include "json.h"
#include "opt.h"

struct with {
	struct with_one {
		char *name;
		size_t len;
		struct buf quoted; /* the name as JSON */
		struct expr *expr;
	} * v;
	size_t n;
	struct buf tail; /* of the last with_build */
};

/* An opt_call for a `struct with *`. */
opt_call with_opt;
void with_free(struct with *);

/*
 * Makes the tail for that record: each member as `,"name":value`. False, with
 * *why, if an expression fails or leads nowhere.
 */
bool with_build(struct with *, struct json_val record, struct buf *why);

/* One of them has that name. */
bool with_has(const struct with *, const char *name, size_t len);

#endif
