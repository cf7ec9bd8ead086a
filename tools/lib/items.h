/*
 * items: the records of a batch that an answer says have failed.
 *
 * An expression (--item-errors) finds the failures in the answer: each of its
 * results is one, or an array of them; null, or no result, is none. A failure
 * is an object:
 *	"index"		the record's place in the batch, from 0; or
 *	"key"		its key: the value, of several parts an array
 *	"reason"	a text, anything else is shown as it is (may be left
 *out) "code"		a text or a number (may be left out) An index counts,
 *and not the key, where both are there.
 */
#ifndef SLUICE_ITEMS_H
#define SLUICE_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "batch.h"
#include "buf.h"
#include "expr.h"
#include "key.h"

struct item {
	size_t row;          /* of the batch */
	size_t code, reason; /* in `text`, ended by NUL; code: "" is none */
};

struct items {
	struct expr *expr; /* NULL: answers list no failures */
	struct key *key;

	/* of the last items_read, by row; of each row one */
	struct item *v;
	size_t n, cap;
	struct buf text;
};

/*
 * Reads the failures among the rows [from, from + n) out of an answer's body.
 * False, with *why, where they cannot be told: it is not JSON, the expression
 * fails, or a failure is not of exactly one of the rows.
 */
bool items_read(struct items *, const struct batch *, size_t from, size_t n,
    const struct buf *body, struct buf *why);

/*
 * Puts the failed rows behind the others of the range; the order among either
 * stays. The failure v[i] is of the row from + (n - items->n) + i then.
 */
void items_set_apart(
    const struct items *, struct batch *, size_t from, size_t n);

void items_free(struct items *);

#endif
