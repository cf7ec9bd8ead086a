/* walk: from one page to the next, and when that ends. */
#include "walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "walkauto.h"
#include "walkway.h"

enum {
	EMPTY_PAGES = 1000 /* in a row, where the server tells the way */
};

bool
walk_asked(struct walk *w)
{
	struct buf id = BUF_INIT;
	bool is;

	pageask_identity(&w->ask, &id);
	is = set_add(&w->asked, id.s, id.len);
	buf_free(&id);
	return is;
}

bool
walk_init(struct walk *w, const struct api_page *rules, const char *url,
    struct json_val body, struct buf *why)
{
	const struct api_page *p = &w->rules;

	memset(w, 0, sizeof(*w));
	w->rules = *rules;
	buf_str(&w->base.url, url);
	if (body.s)
		json_compact(&w->base.body, body);
	w->page = 1;
	if (!tell_init(&w->total, p->total, "total", why) ||
	    !tell_init(&w->total_pages, p->total_pages, "total_pages", why) ||
	    !tell_init(&w->more, p->more, "more", why))
		return false;
	if (p->size != API_NONE && !p->size_param) {
		buf_str(why, "a size needs the name of its parameter: "
			     "size_param");
		return false;
	}
	if (p->size != API_NONE &&
	    !pageask_set_number(&w->base, p->size_param, p->size, why))
		return false;
	pageask_copy(&w->ask, &w->base);
	if ((!p->by || strcmp(p->by, "auto") != 0) &&
	    (!walkway_set(w, why) || !walkway_begin(w, why)))
		return false;
	walk_asked(w);
	return true;
}

void
walk_free(struct walk *w)
{
	tell_free(&w->cursor);
	tell_free(&w->next);
	tell_free(&w->total);
	tell_free(&w->total_pages);
	tell_free(&w->more);
	html_path_free(w->link);
	buf_free(&w->cursor_to);
	pageask_free(&w->base);
	pageask_free(&w->ask);
	buf_free(&w->found);
	buf_free(&w->content);
	while (w->nkept > 0)
		free(w->kept[--w->nkept]);
	free(w->kept);
	set_free(&w->asked);
	set_free(&w->contents);
}

bool
walk_is_html(const struct walk *w)
{
	return w->way && w->way->html;
}

bool
walk_settle(struct walk *w, struct buf *why)
{
	const struct api_page *r = &w->rules;

	if (!r->by) {
		w->way = &walkway_nowhere;
		return true;
	}
	tell_free(&w->total);
	tell_free(&w->total_pages);
	return walkway_set(w, why) &&
	       tell_init(&w->total, r->total, "total", why) &&
	       tell_init(&w->total_pages, r->total_pages, "total_pages", why);
}

/* The first page came: it shows how to walk, and perhaps where it stands. */
static bool
look_at(struct walk *w, const struct walk_page *p, struct buf *why)
{
	struct api_page *r = &w->rules;
	uint64_t current;

	buf_str(&w->found, "--by auto found ");
	if (!walkauto_find(&p->answer, p->n, r, &current, &w->found)) {
		buf_str(&w->found, "nothing that leads on: this is taken for "
				   "the only page");
		r->by = NULL;
	} else if (current != API_NONE && strcmp(r->by, "offset") == 0) {
		w->offset = current;
	} else if (r->first == API_NONE && strcmp(r->by, "page") == 0) {
		/* What was asked for without a number has this one. */
		r->first = current;
	}
	return walk_settle(w, why);
}

/* Did a page with this content come before? */
static bool
is_repeated(struct walk *w, const struct walk_page *p)
{
	XXH128_hash_t h;

	buf_cut(&w->content, 0);
	if (p->n == 0)
		return false;
	h = XXH3_128bits(p->content->s, p->content->len);
	buf_printf(&w->content, "%016" PRIx64 "%016" PRIx64, h.high64, h.low64);
	return !set_add(&w->contents, w->content.s, w->content.len);
}

/* ---- what a page says about the whole ---- */

struct whole {
	bool has_total, has_pages, has_more;
	uint64_t total, pages;
	bool more;
};

static struct whole
read_whole(struct walk *w, const struct tell_answer *a, struct buf *why)
{
	struct whole t = {.total = 0};

	t.has_total = tell_count(&w->total, a, &t.total, why);
	t.has_pages = tell_count(&w->total_pages, a, &t.pages, why);
	t.has_more = w->more.text != NULL;
	if (t.has_more)
		t.more = tell_yes(&w->more, a, why);
	/* A walk from somewhere in the middle does not get them all. */
	if (w->rules.first != API_NONE && w->rules.first > 1)
		t.has_total = false;
	return t;
}

/* The number of the page in hand, where the first one is 1. */
static uint64_t
position(const struct walk *w)
{
	return w->way->counts == WALK_PAGES ? w->number + (w->rules.first == 0)
					    : w->page;
}

/*
 * Do the page's own words say that it is the last? More records than the
 * total: then that is wrong, and only an empty page can be believed. Where
 * the server tells the next page it is asked until it tells none.
 */
static bool
is_last(const struct walk *w, const struct whole *t)
{
	return (t->has_total && w->way->counts && w->received == t->total) ||
	       (t->has_pages && position(w) >= t->pages) ||
	       (t->has_more && !t->more);
}

/* The walk ended: did it bring what was promised? */
static enum walk_is
end(struct walk *w, const struct whole *t, struct buf *why)
{
	const char *but = w->way->counts ? "but this one is empty"
					 : "but it leads to no other";

	if (t->has_total && w->received < t->total) {
		buf_printf(why,
		    "the total of %" PRIu64 " was not reached: got %" PRIu64
		    " records",
		    t->total, w->received);
		if (w->repeated > 0)
			buf_printf(why, ", and %" PRIu64 " of them again",
			    w->repeated);
	} else if (t->has_pages && position(w) < t->pages)
		buf_printf(why, "it says that there are %" PRIu64 " pages, %s",
		    t->pages, but);
	else if (t->has_more && t->more)
		buf_printf(why, "it says that there is more, %s", but);
	return why->len > 0 ? WALK_BROKEN : WALK_WHOLE;
}

/* ---- the next page ---- */

/* Is an empty page the end? Else it is one of those that may be. */
static bool
ends_empty(const struct walk *w, const struct walk_page *p, struct buf *why)
{
	uint64_t allowed = w->rules.empty_pages;

	if (p->n > 0)
		return false;
	if (allowed == API_NONE)
		allowed = w->way->counts ? 0 : EMPTY_PAGES;
	/* An answer that was skipped is no page of a shop's. */
	if (w->way->html)
		return true;
	if (w->empties <= allowed)
		return false;
	if (!w->way->counts)
		buf_printf(why,
		    "%" PRIu64 " pages in a row were empty, and it leads on",
		    w->empties);
	return true;
}

/* Makes `ask` the next page's; false where there is none, or with *why. */
static bool
lead_on(struct walk *w, const struct walk_page *p, struct buf *why)
{
	if (w->way->counts && ends_empty(w, p, why))
		return false;
	if (!w->way->next(w, &p->answer, p->n, why))
		return false;
	return w->way->counts || !ends_empty(w, p, why);
}

/* How many pages there are behind this one, by its own words. */
static uint64_t
behind(const struct walk *w, const struct whole *t)
{
	uint64_t n = w->received + w->repeated;

	if (!w->way->counts)
		return 0;
	if (t->has_pages)
		return t->pages > position(w) ? t->pages - position(w) : 0;
	if (!t->has_total || w->fullest == 0 || t->total <= n)
		return 0;
	return (t->total - n - 1) / w->fullest + 1;
}

bool
walk_ahead(const struct walk *w, uint64_t i, struct pageask *ask)
{
	uint64_t max = w->rules.max_pages;

	if (i > w->ahead || (max != API_NONE && w->page + i > max))
		return false;
	return walkway_ahead(w, i, ask);
}

static void
count(struct walk *w, const struct walk_page *p)
{
	w->received += p->fresh;
	w->repeated += p->n - p->fresh;
	w->empties = p->n > 0 ? 0 : w->empties + 1;
	if (p->n > w->fullest)
		w->fullest = p->n;
}

enum walk_is
walk_next(struct walk *w, const struct walk_page *p, struct buf *why)
{
	struct whole t;

	if (is_repeated(w, p)) {
		buf_str(why, "its content came before");
		return WALK_REPEAT;
	}
	if (!w->way && !look_at(w, p, why))
		return WALK_BROKEN;
	count(w, p);
	t = read_whole(w, &p->answer, why);
	if (why->len > 0)
		return WALK_BROKEN;
	if (is_last(w, &t) || !lead_on(w, p, why))
		return why->len > 0 ? WALK_BROKEN : end(w, &t, why);
	if (!walk_asked(w)) {
		buf_printf(why,
		    "it leads to \"%s\", which was asked for before",
		    w->ask.url.s);
		return WALK_BROKEN;
	}
	if (w->rules.max_pages != API_NONE && w->page >= w->rules.max_pages)
		return WALK_CUT;
	w->ahead = behind(w, &t);
	w->ahead -= w->ahead > 0;
	w->page++;
	return WALK_ON;
}
