/*
 * walk: where the next page is.
 *
 * The rules are a profile's `page` (api.h), whose keys are the options of
 * paginate. A walk that counts pages or records ends at an empty page, or
 * when as many records as the total says were received: what was asked for
 * (a page size) is never counted on, as a server may give less. A walk that
 * is told where the next page is ends where it is told nothing.
 *
 * Guards: a URL asked for before, a page whose content came before, an end
 * before the total, the last page or where the server says that there is
 * more.
 */
#ifndef SLUICE_WALK_H
#define SLUICE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "api.h"
#include "buf.h"
#include "html.h"
#include "http.h"
#include "json.h"
#include "set.h"
#include "tell.h"

struct walk {
	const struct walk_way *way;
	struct api_page rules;
	struct tell cursor, next, total, total_pages, more;
	struct html_path *link; /* of the next page, in HTML */
	struct buf base;        /* the URL without what paging adds to it */
	struct buf url;         /* of the page in hand */
	uint64_t page;          /* its number in this walk, from 1 */
	uint64_t number;        /* what a walk by page calls it */
	uint64_t received;      /* records so far */
	struct set urls, contents;
};

/*
 * Sets `url` to the first page. False, with *why, if the rules are no good;
 * free it anyway. url and rules are copied, the rules' strings have to outlive
 * the walk.
 */
bool walk_init(
    struct walk *, const struct api_page *, const char *url, struct buf *why);
void walk_free(struct walk *);

/* Are its pages HTML? */
bool walk_is_html(const struct walk *);

/* The page in hand, when it came. */
struct walk_page {
	struct tell_answer answer;
	const struct buf *content; /* what must not come again */
	uint64_t n;                /* records in it */
};

enum walk_is {
	WALK_ON,     /* `url` and `page` are the next page's */
	WALK_WHOLE,  /* that was the last page */
	WALK_CUT,    /* max_pages is reached, and there is more */
	WALK_REPEAT, /* this page came before: *why; do not use it */
	WALK_BROKEN  /* this page is good, but the walk is not whole: *why */
};

enum walk_is walk_next(
    struct walk *, const struct walk_page *, struct buf *why);

#endif
