/*
 * ahead: the pages of a walk, asked for before it is their turn where the
 * walk knows which they are.
 *
 * It is a guess that changes nothing: a page is used only if it is the one
 * that the walk leads to, else all that was asked ahead is broken off. At
 * most twice the engine's slots are under way or held.
 */
#ifndef SLUICE_AHEAD_H
#define SLUICE_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "http.h"
#include "walk.h"

struct ahead {
	struct http *http;  /* an ordered one */
	const char *method; /* NULL: as the body says */
	const char *home;   /* as http's; NULL: the first page's URL */

	/* the module's own */
	struct pageask *asked; /* in that order */
	size_t n, room;
};

/*
 * Asks for the page in hand, if that was not done, and for others; waits for
 * its exchange, which is released by http_release. NULL, with *why, if what
 * is to be asked is no URL.
 */
struct http_exchange *ahead_page(
    struct ahead *, const struct walk *, struct buf *why);
void ahead_free(struct ahead *);

#endif
