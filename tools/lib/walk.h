/*
 * walk: where the next page is.
 *
 * The rules are a profile's `page` (api.h), whose keys are the options of
 * paginate. A walk that counts pages or records ends at an empty page, or
 * when as many records as the total says were received: what was asked for
 * (a page size) is never counted on, as a server may give less. A walk that
 * is told where the next page is ends where it is told nothing.
 *
 * Guards: a request that was made before, a page whose content came before,
 * an end before the total, the last page or where the server says that there
 * is more, and too many empty pages in a row on the way that it tells.
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
#include "pageask.h"
#include "set.h"
#include "tell.h"

struct walk {
	const struct walk_way *way; /* NULL: the first page will show it */
	struct api_page rules;
	struct tell cursor, next, total, total_pages, more;
	struct html_path *link;   /* of the next page, in HTML */
	struct buf cursor_to;     /* where the cursor is put (pageask.h) */
	struct pageask base, ask; /* without what paging adds; in hand */
	uint64_t page;            /* the page's number in this walk, from 1 */
	uint64_t number, offset;  /* what a walk that counts calls it */
	uint64_t received;        /* records so far that count for the total */
	uint64_t repeated;        /* records that do not */
	uint64_t fullest;         /* records of the fullest page */
	uint64_t empties;         /* empty pages in a row */
	uint64_t ahead;           /* pages behind the one in hand; 0: unknown */
	struct buf found;         /* what the first page showed, for people */
	struct buf content;       /* fingerprint of the last page's, as text */
	char **kept;              /* texts of rules that were restored */
	size_t nkept;
	struct set asked, contents;
};

/*
 * Sets `ask` to the first page. False, with *why, if the rules are no good;
 * free it anyway. All is copied but for the rules' strings, which have to
 * outlive the walk. body may be NULL.
 */
bool walk_init(struct walk *, const struct api_page *, const char *url,
    struct json_val body, struct buf *why);
void walk_free(struct walk *);

/* Are its pages HTML? */
bool walk_is_html(const struct walk *);

/* The page in hand, when it came. */
struct walk_page {
	struct tell_answer answer;
	const struct buf *content; /* what must not come again */
	uint64_t n;                /* records in it */
	uint64_t fresh;            /* those of them that count for the total */
};

enum walk_is {
	WALK_ON,     /* `ask` and `page` are the next page's */
	WALK_WHOLE,  /* that was the last page */
	WALK_CUT,    /* max_pages is reached, and there is more */
	WALK_REPEAT, /* this page came before: *why; do not use it */
	WALK_BROKEN  /* this page is good, but the walk is not whole: *why */
};

enum walk_is walk_next(
    struct walk *, const struct walk_page *, struct buf *why);

/*
 * Makes *ask the request for the i-th page behind the one in hand. False
 * where it is not known whether there is one, or what to ask for it: only
 * walks that count know, from a number of pages or records that was told.
 */
bool walk_ahead(const struct walk *, uint64_t i, struct pageask *ask);

/*
 * For walkstate.h: takes rules that `auto` has found; remembers that `ask`
 * was asked for, and says whether that is new.
 */
bool walk_settle(struct walk *, struct buf *why);
bool walk_asked(struct walk *);

#endif
