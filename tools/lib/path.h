/*
 * path: a plain path (`.`, `.a.b[0]."odd key"`, `.["a"]`, `.a[-1]`), walked on
 * raw text. It means what it means in jq: the last of duplicate names counts,
 * nothing in null is missing, anything in another type is an error.
 */
#ifndef SLUICE_PATH_H
#define SLUICE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"
#include "shape.h"

struct path {
	struct path_step *step;
	size_t n;

	/* the module's own: where it led to in the last record */
	uint64_t serial;
	size_t value;
};

#define PATH_INIT             \
	{                     \
		NULL, 0, 0, 0 \
	}

/* False if text is no plain path; *p is empty then. */
bool path_parse(struct path *p, const char *text);
void path_free(struct path *);

/*
 * Step i, below n: a member's decoded name of *len bytes, or NULL and an
 * element's *index.
 */
const char *path_step(const struct path *, size_t i, size_t *len, long *index);

enum path_is { PATH_VALUE, PATH_NONE, PATH_FAILED };

/*
 * Is the record at s the one in hand (shape.h), one that looks like the one
 * before, and has the value there? Mostly it has, so this is inline.
 */
static inline bool
path_known(const struct path *p, const char *s, struct json_val *result)
{
	const struct shape *shape = shape_at(s);

	if (shape == NULL || shape->serial != p->serial || p->value == shape->n)
		return false;
	*result = shape->value[p->value];
	return result->s != NULL;
}

/*
 * Walks v, a checked value; on PATH_FAILED *why says where it ended. Where v
 * is the record in hand (shape.h) and looks like the one before, there is no
 * walk.
 */
enum path_is path_get(
    struct path *, struct json_val v, struct json_val *result, struct buf *why);

#endif
