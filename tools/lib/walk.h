/*
 * walk: where the next page is.
 *
 * The rules are a profile's `page` (api.h), whose keys are the options of
 * paginate. A walk that counts pages or records ends at an empty page, or
 * when as many records as the total says were received: what was asked for
 * (a page size) is never counted on, as a server may give less. A walk that
 * is told where the next page is ends where it is told nothing.
 *
 * Guards: a URL asked for before, a page whose content came before, a total
 * that was not reached.
 */
#ifndef SLUICE_WALK_H
#define SLUICE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "api.h"
#include "buf.h"
#include "expr.h"
#include "http.h"
#include "json.h"
#include "set.h"

enum walk_by { WALK_PAGE, WALK_OFFSET, WALK_CURSOR, WALK_LINK, WALK_NEXT };

struct walk {
	enum walk_by by;
	struct api_page rules;
	struct expr *cursor, *next, *total, *total_pages, *more;
	struct buf base;   /* the URL without what paging adds to it */
	struct buf url;    /* of the page in hand */
	uint64_t page;     /* its number in this walk, from 1 */
	uint64_t number;   /* for WALK_PAGE: what it is called there */
	uint64_t received; /* records so far */
	struct set urls, contents;
};

/*
 * Sets `url` to the first page. False, with *why, if the rules are no good.
 * url and rules are copied, the rules' strings have to outlive the walk.
 */
bool walk_init(
    struct walk *, const struct api_page *, const char *url, struct buf *why);
void walk_free(struct walk *);

enum walk_is {
	WALK_ON,     /* `url` and `page` are the next page's */
	WALK_WHOLE,  /* that was the last page */
	WALK_CUT,    /* max_pages is reached, and there is more */
	WALK_REPEAT, /* this page came before: *why; do not use it */
	WALK_BROKEN  /* this page is good, but the walk is not whole: *why */
};

/*
 * The page in hand came: its records, n of them in content, and its body
 * (s NULL: not JSON, so that only headers can lead on).
 */
enum walk_is walk_next(struct walk *, const struct http_exchange *,
    struct json_val body, const struct buf *content, uint64_t n,
    struct buf *why);

#endif
