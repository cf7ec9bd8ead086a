/*
 * secret: values that must not be shown, found in any spelling.
 *
 * A list holds values; secrets_mask finds them in a text as they are, with
 * any of their characters percent-encoded (once or more often) or written as
 * a JSON escape, and within base64 (both alphabets, at any offset). The list
 * owns copies, of the base64 too; it begins as SECRETS_INIT.
 */
#ifndef SLUICE_SECRET_H
#define SLUICE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#define SECRET_MASK "***"

struct secrets {
	struct secret {
		char *s;
		size_t len;
	} * v;
	size_t n;
	bool first[256]; /* the bytes that one of them may begin with */
};

#define SECRETS_INIT          \
	{                     \
		NULL, 0,      \
		{             \
			false \
		}             \
	}

/*
 * Adds a value. One of under 4 bytes is ignored, as masking it would mask
 * ordinary text; for one of under 5 no base64 is looked for.
 */
void secrets_add(struct secrets *, const char *s, size_t len);
void secrets_free(struct secrets *);

/*
 * Replaces every value in b, from offset from on, by SECRET_MASK. Values that
 * overlap are masked as one. False if there were none.
 */
bool secrets_mask(const struct secrets *, struct buf *b, size_t from);

/*
 * Of a masked text that was JSON makes JSON again: a number, or another bare
 * word, in which a SECRET_MASK stands becomes that as a string.
 */
void secrets_quote(struct buf *b, size_t from);

#endif
