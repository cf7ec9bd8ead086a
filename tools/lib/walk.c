/* walk: from one page to the next, and when that ends. */
#include "walk.h"

#include <inttypes.h>
#include <string.h>

#include "linkfield.h"
#include "url.h"

/* Links and anchors say by their relation where they lead (HTML, 4.6.6). */
#define NEXT_LINK                                                 \
	"(//link | //a | //area)[@href and contains(concat(' ', " \
	"normalize-space(translate(@rel, 'NEXT', 'next')), ' '), ' next ')]"

typedef bool next_fn(struct walk *, const struct tell_answer *, struct buf *);

/* A way to walk; `next` is NULL where it counts. */
struct walk_way {
	const char *name;
	next_fn *next; /* sets url; false where the page leads nowhere */
};

static next_fn by_cursor, by_next, by_link, by_html;

static const struct walk_way ways[] = {{"page", NULL}, {"offset", NULL},
    {"cursor", by_cursor}, {"next", by_next}, {"link", by_link},
    {"html", by_html}};

enum { BY_PAGE, BY_OFFSET, BY_CURSOR, BY_NEXT, BY_LINK, BY_HTML };

/* ---- the rules ---- */

static bool
find_way(struct walk *w, struct buf *why)
{
	const char *by = w->rules.by;
	size_t i, n = sizeof(ways) / sizeof(*ways);

	for (i = 0; by && i < n; i++)
		if (strcmp(by, ways[i].name) == 0) {
			w->way = &ways[i];
			return true;
		}
	if (by)
		buf_printf(why, "by: \"%s\" is not known; ", by);
	else
		buf_str(why, "nothing says how to walk; ");
	buf_str(why, "wanted:");
	for (i = 0; i < n; i++)
		buf_printf(why, "%s %s", i ? "," : "", ways[i].name);
	return false;
}

static bool
check_rules(struct walk *w, struct buf *why)
{
	const struct api_page *p = &w->rules;

	if (w->way == &ways[BY_CURSOR] && !p->cursor)
		buf_str(why, "a walk by cursor needs to be told where it is: "
			     "cursor");
	else if (w->way == &ways[BY_NEXT] && !p->next)
		buf_str(why, "a walk by next needs to be told where it is: "
			     "next");
	else if (p->size != API_NONE && !p->size_param)
		buf_str(why, "a size needs the name of its parameter: "
			     "size_param");
	else
		return true;
	return false;
}

static bool
compile(struct walk *w, struct buf *why)
{
	const struct api_page *p = &w->rules;

	if (!walk_is_html(w))
		return tell_init(&w->next, p->next, "next", why);
	w->link = html_path(p->next ? p->next : NEXT_LINK, why);
	return w->link != NULL;
}

/* ---- URLs ---- */

static void
add_number(struct buf *url, const char *name, uint64_t n)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%" PRIu64, n);
	url_query(url, name, strlen(name), text.s, text.len);
	buf_free(&text);
}

static void
set_base(struct walk *w)
{
	buf_cut(&w->url, 0);
	buf_add(&w->url, w->base.s, w->base.len);
}

/* Sets `url` by counting. */
static void
counted_url(struct walk *w)
{
	const struct api_page *p = &w->rules;

	set_base(w);
	if (w->way == &ways[BY_PAGE])
		add_number(&w->url, p->param ? p->param : "page", w->number);
	else
		add_number(&w->url,
		    p->offset_param ? p->offset_param : "offset", w->received);
}

bool
walk_init(struct walk *w, const struct api_page *rules, const char *url,
    struct buf *why)
{
	const struct api_page *p = &w->rules;

	memset(w, 0, sizeof(*w));
	w->rules = *rules;
	if (!find_way(w, why) || !check_rules(w, why) || !compile(w, why) ||
	    !tell_init(&w->cursor, p->cursor, "cursor", why) ||
	    !tell_init(&w->total, p->total, "total", why) ||
	    !tell_init(&w->total_pages, p->total_pages, "total_pages", why) ||
	    !tell_init(&w->more, p->more, "more", why))
		return false;
	buf_str(&w->base, url);
	if (p->size != API_NONE)
		add_number(&w->base, p->size_param, p->size);
	w->page = 1;
	w->number = p->first != API_NONE ? p->first : 1;
	if (w->way->next)
		set_base(w);
	else
		counted_url(w);
	set_add(&w->urls, w->url.s, w->url.len);
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
	buf_free(&w->base);
	buf_free(&w->url);
	set_free(&w->urls);
	set_free(&w->contents);
}

bool
walk_is_html(const struct walk *w)
{
	return w->way == &ways[BY_HTML];
}

/* ---- where a page leads ---- */

static bool
by_cursor(struct walk *w, const struct tell_answer *a, struct buf *why)
{
	const char *param =
	    w->rules.cursor_param ? w->rules.cursor_param : "cursor";
	struct buf text = BUF_INIT;
	bool told = tell_text(&w->cursor, a, &text, why);

	if (told) {
		set_base(w);
		url_query(&w->url, param, strlen(param), text.s, text.len);
	}
	buf_free(&text);
	return told;
}

/* Makes a reference the URL; its fragment is nothing to the server. */
static bool
refer(struct walk *w, const char *from, const char *ref, struct buf *why)
{
	char *hash;
	bool ok;

	buf_cut(&w->url, 0);
	ok = url_resolve(&w->url, from, ref, why);
	if (ok && (hash = strchr(w->url.s, '#')))
		buf_cut(&w->url, (size_t)(hash - w->url.s));
	return ok;
}

static bool
by_next(struct walk *w, const struct tell_answer *a, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool told = tell_text(&w->next, a, &text, why) &&
		    refer(w, a->x->at.s, text.s, why);

	buf_free(&text);
	return told;
}

static bool
by_link(struct walk *w, const struct tell_answer *a, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool told =
	    linkfield_next(a->x, &text) && refer(w, a->x->at.s, text.s, why);

	buf_free(&text);
	return told;
}

static bool
by_html(struct walk *w, const struct tell_answer *a, struct buf *why)
{
	const struct http_exchange *x = a->x;
	struct tell type = {.header = "Content-Type"};
	struct buf text = BUF_INIT, url = BUF_INIT;
	struct html_found f = {0, NULL};
	struct html *page;
	bool told;

	tell_text(&type, a, &text, why);
	page = html_parse(x->body.s, x->body.len, text.s, x->at.s, why);
	told = page && html_find(page, NULL, w->link, &f, why) && f.n > 0 &&
	       html_link(page, &f, 0, &url, why) &&
	       refer(w, x->at.s, url.s, why);
	html_found_free(&f);
	html_free(page);
	buf_free(&text);
	buf_free(&url);
	return told;
}

/* ---- the next page ---- */

/* What a page says about the whole. */
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
	return w->way == &ways[BY_PAGE] ? w->number + (w->rules.first == 0)
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
	return (t->has_total && !w->way->next && w->received == t->total) ||
	       (t->has_pages && position(w) >= t->pages) ||
	       (t->has_more && !t->more);
}

/* The walk ended: did it bring what was promised? */
static enum walk_is
end(struct walk *w, const struct whole *t, struct buf *why)
{
	const char *but =
	    w->way->next ? "but it leads to no other" : "but this one is empty";

	if (t->has_total && w->received < t->total)
		buf_printf(why,
		    "the total of %" PRIu64 " was not reached: got %" PRIu64
		    " records",
		    t->total, w->received);
	else if (t->has_pages && position(w) < t->pages)
		buf_printf(why, "it says that there are %" PRIu64 " pages, %s",
		    t->pages, but);
	else if (t->has_more && t->more)
		buf_printf(why, "it says that there is more, %s", but);
	return why->len > 0 ? WALK_BROKEN : WALK_WHOLE;
}

/* Sets `url` to the next page's; false where there is none, or with *why. */
static bool
lead_on(struct walk *w, const struct walk_page *p, struct buf *why)
{
	/* An answer that was skipped is no page of the shop's. */
	if (p->n == 0 && (!w->way->next || walk_is_html(w)))
		return false;
	if (w->way->next)
		return w->way->next(w, &p->answer, why);
	w->number++;
	counted_url(w);
	return true;
}

enum walk_is
walk_next(struct walk *w, const struct walk_page *p, struct buf *why)
{
	struct whole t;

	if (p->n > 0 &&
	    !set_add(&w->contents, p->content->s, p->content->len)) {
		buf_str(why, "its content came before");
		return WALK_REPEAT;
	}
	w->received += p->n;
	t = read_whole(w, &p->answer, why);
	if (why->len > 0)
		return WALK_BROKEN;
	if (is_last(w, &t) || !lead_on(w, p, why))
		return why->len > 0 ? WALK_BROKEN : end(w, &t, why);
	if (!set_add(&w->urls, w->url.s, w->url.len)) {
		buf_printf(why,
		    "it leads to \"%s\", which was asked for before", w->url.s);
		return WALK_BROKEN;
	}
	if (w->rules.max_pages != API_NONE && w->page >= w->rules.max_pages)
		return WALK_CUT;
	w->page++;
	return WALK_ON;
}
