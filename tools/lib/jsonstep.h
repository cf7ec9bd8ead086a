/*
 * jsonstep: the strict tokenizer (json.h), fed block by block.
 *
 * It checks one value of any size in constant memory, whatever the borders of
 * its blocks cut: what json_scan would pass or refuse, it passes or refuses,
 * at the same byte and in the same words. Beside that it can write the value
 * down in its compact form, without the white space outside strings.
 *
 *	jsonstep_begin(&j, 0);
 *	while ((is = jsonstep(&j, s, len, NULL, &used)) == JSONSTEP_MORE)
 *		... s, len: the len - used unused bytes, and more behind them
 *
 * Bytes that cannot be judged before the next ones come (a piece of an escape,
 * of a character, of a literal; under 6) are left unused.
 */
#ifndef SLUICE_JSONSTEP_H
#define SLUICE_JSONSTEP_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

struct jsonstep {
	struct json_error
	    error;      /* of JSONSTEP_FAILED; `at` from the block's s */
	uint64_t lines; /* newlines used since jsonstep_begin */

	/* the module's own */
	unsigned char state, number;
	unsigned depth, base;
	unsigned char objects[JSON_DEPTH_MAX / 8 + 1];
};

enum jsonstep_is {
	JSONSTEP_MORE, /* the value goes on behind the block */
	JSONSTEP_DONE, /* it ended after *used bytes */
	JSONSTEP_FAILED
};

/* Before a value that lies within so many open arrays and objects. */
void jsonstep_begin(struct jsonstep *, unsigned depth);

/*
 * Goes on at s; white space before the value is allowed. Appends to `to`
 * unless it is NULL. A number ends only
 * with a byte that is no part of it.
 */
enum jsonstep_is jsonstep(
    struct jsonstep *, const char *s, size_t len, struct buf *to, size_t *used);

#endif
