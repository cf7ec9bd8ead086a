/*
 * snake: names as most databases like them: createdAt is created_at.
 */
#ifndef SLUICE_SNAKE_H
#define SLUICE_SNAKE_H

#include <stddef.h>

#include "buf.h"
#include "json.h"

/*
 * Appends a raw name, quotes and all, in snake case: an ASCII capital becomes
 * a small letter, with `_` before it where a word begins (HTTPStatus is
 * http_status); a run of spaces, dashes and dots becomes `_`. Other letters
 * stay. A name that this does not change keeps its spelling, and so does one
 * with a lone surrogate.
 */
void snake_name(struct buf *, struct json_val name);

/* No more bytes than this are appended for names of so many bytes in all. */
size_t snake_room(size_t len);

#endif
