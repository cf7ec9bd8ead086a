#ifndef APID_SHAPE_H
#define APID_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/*
 * Reads the body of a delivery: a JSON array of animals, each with an integer
 * id, a name, a born_at (a text or null) and friends (an array of texts).
 *
 * Calls `one` with each id's text, in order, and sets *n to how many there
 * are. False where the body is something else: *where is the rest of the
 * place then, as `0,"friends"` (empty: no JSON array at all), and *why the
 * reason; `one` may have been called before. With `bad`, an animal that is
 * wrong is handed to that, its id as far as it has one, and does not end it.
 */
struct shape {
	void (*one)(void *arg, const char *id);
	void (*bad)(void *arg, size_t n, const char *id, const char *why);
	void *arg;
	size_t n;
	struct text where;
	const char *why;
};
bool shape_read(struct shape *s, const char *body, size_t len);

#endif
