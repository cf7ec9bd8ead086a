/*
 * pageask: what is asked for a page: a URL, and perhaps a body and a header
 * field. The parameters of a walk are put into it by name:
 *
 *	`name`         a parameter of the URL, in place of those of that name
 *	`.a.b`         a member of the body, where objects are made as needed
 *	`header:Name`  a header field
 */
#ifndef SLUICE_PAGEASK_H
#define SLUICE_PAGEASK_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

struct pageask {
	struct buf url;
	struct buf body;  /* JSON; empty: there is none */
	struct buf field; /* "Name: value"; empty: there is none */
};

void pageask_free(struct pageask *);
void pageask_copy(struct pageask *to, const struct pageask *from);

/*
 * Puts a value there: into a body as it is, elsewhere a string's content or
 * a number's text. False, with *why, if the name or the value cannot stand
 * there.
 */
bool pageask_set(
    struct pageask *, const char *name, struct json_val value, struct buf *why);
bool pageask_set_number(
    struct pageask *, const char *name, uint64_t n, struct buf *why);

/* Appends text that is the same for the same request, and for no other. */
void pageask_identity(const struct pageask *, struct buf *);
bool pageask_same(const struct pageask *, const struct pageask *);

#endif
