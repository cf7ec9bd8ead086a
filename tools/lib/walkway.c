/* walkway: by page, offset, cursor, next URL, Link field and HTML. */
#include "walkway.h"

#include <string.h>

#include "linkfield.h"
#include "url.h"

/* Links and anchors say by their relation where they lead (HTML, 4.6.6). */
#define NEXT_LINK                                                 \
	"(//link | //a | //area)[@href and contains(concat(' ', " \
	"normalize-space(translate(@rel, 'NEXT', 'next')), ' '), ' next ')]"

/* ---- those that count ---- */

/* Makes *ask that of the i-th page behind the one that was counted to. */
static bool
counted(const struct walk *w, uint64_t i, struct pageask *ask, struct buf *why)
{
	const struct api_page *p = &w->rules;

	pageask_copy(ask, &w->base);
	if (w->way->counts == WALK_PAGES)
		return pageask_set_number(
		    ask, p->param ? p->param : "page", w->number + i, why);
	return pageask_set_number(ask,
	    p->offset_param ? p->offset_param : "offset",
	    w->offset + i * w->fullest, why);
}

bool
walkway_ahead(const struct walk *w, uint64_t i, struct pageask *ask)
{
	struct buf ignored = BUF_INIT;
	bool ok = w->way->counts && counted(w, i, ask, &ignored);

	buf_free(&ignored);
	return ok;
}

static bool
by_page(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	(void)a;
	(void)n;
	w->number++;
	return counted(w, 0, &w->ask, why);
}

/* An empty page is as long as the fullest before, or as what was asked for. */
static bool
by_offset(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	(void)a;
	if (n == 0)
		n = w->fullest;
	if (n == 0 && w->rules.size != API_NONE)
		n = w->rules.size;
	w->offset += n;
	return n > 0 && counted(w, 0, &w->ask, why);
}

/* ---- those that are told ---- */

static bool
by_cursor(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	struct buf value = BUF_INIT;
	bool told = tell_value(&w->cursor, a, &value, why);

	(void)n;
	if (told) {
		pageask_copy(&w->ask, &w->base);
		told = pageask_set(&w->ask, w->cursor_to.s,
		    (struct json_val){value.s, value.len}, why);
	}
	buf_free(&value);
	return told;
}

/* Makes a reference the URL; its fragment is nothing to the server. */
static bool
refer(struct walk *w, const char *from, const struct buf *ref, struct buf *why)
{
	struct buf url = BUF_INIT;
	char *hash;
	bool ok = strlen(ref->s) == ref->len;

	if (ok)
		ok = url_resolve(&url, from, ref->s, why);
	else
		buf_printf(why, "no URL: \"%s\" with a NUL byte", ref->s);
	if (ok) {
		hash = strchr(url.s, '#');
		if (hash)
			buf_cut(&url, (size_t)(hash - url.s));
		pageask_copy(&w->ask, &w->base);
		buf_cut(&w->ask.url, 0);
		buf_add(&w->ask.url, url.s, url.len);
	}
	buf_free(&url);
	return ok;
}

static bool
by_next(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool told = tell_text(&w->next, a, &text, why) &&
		    refer(w, a->x->at.s, &text, why);

	(void)n;
	buf_free(&text);
	return told;
}

static bool
by_link(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool told =
	    linkfield_next(a->x, &text) && refer(w, a->x->at.s, &text, why);

	(void)n;
	buf_free(&text);
	return told;
}

static bool
by_html(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	const struct http_exchange *x = a->x;
	struct tell type = {.header = "Content-Type"};
	struct buf text = BUF_INIT, url = BUF_INIT;
	struct html_found f = {0, NULL};
	struct html *page;
	bool told;

	(void)n;
	tell_text(&type, a, &text, why);
	page = html_parse(x->body.s, x->body.len, text.s, x->at.s, why);
	told = page && html_find(page, NULL, w->link, &f, why) && f.n > 0 &&
	       html_link(page, &f, 0, &url, why) &&
	       refer(w, x->at.s, &url, why);
	html_found_free(&f);
	html_free(page);
	buf_free(&text);
	buf_free(&url);
	return told;
}

static bool
nowhere(
    struct walk *w, const struct tell_answer *a, uint64_t n, struct buf *why)
{
	(void)w;
	(void)a;
	(void)n;
	(void)why;
	return false;
}

const struct walk_way walkway_nowhere = {"auto", WALK_TOLD, false, nowhere};

static const struct walk_way ways[] = {{"page", WALK_PAGES, false, by_page},
    {"offset", WALK_RECORDS, false, by_offset},
    {"cursor", WALK_TOLD, false, by_cursor},
    {"next", WALK_TOLD, false, by_next}, {"link", WALK_TOLD, false, by_link},
    {"html", WALK_TOLD, true, by_html}};

enum { WAYS = sizeof(ways) / sizeof(*ways) };

/* ---- the rules ---- */

static bool
find_way(struct walk *w, struct buf *why)
{
	const char *by = w->rules.by;
	size_t i;

	for (i = 0; by && i < WAYS; i++)
		if (strcmp(by, ways[i].name) == 0) {
			w->way = &ways[i];
			return true;
		}
	if (by)
		buf_printf(why, "by: \"%s\" is not known; ", by);
	else
		buf_str(why, "nothing says how to walk; ");
	buf_str(why, "wanted: auto");
	for (i = 0; i < WAYS; i++)
		buf_printf(why, ", %s", ways[i].name);
	return false;
}

/* Where the cursor is put: a parameter, unless it is said to go elsewhere. */
static bool
set_cursor(struct walk *w, struct buf *why)
{
	const struct api_page *p = &w->rules;
	unsigned n = !!p->cursor_param + !!p->cursor_header + !!p->cursor_body;

	if (!p->cursor) {
		buf_str(why, "a walk by cursor needs to be told where it is: "
			     "cursor");
		return false;
	}
	if (n > 1) {
		buf_str(why, "a cursor goes to one place: cursor_param, "
			     "cursor_header or cursor_body");
		return false;
	}
	buf_cut(&w->cursor_to, 0);
	if (p->cursor_header)
		buf_printf(&w->cursor_to, "header:%s", p->cursor_header);
	else if (p->cursor_body)
		buf_printf(&w->cursor_to, "%s%s",
		    *p->cursor_body == '.' ? "" : ".", p->cursor_body);
	else
		buf_str(&w->cursor_to,
		    p->cursor_param ? p->cursor_param : "cursor");
	return tell_init(&w->cursor, p->cursor, "cursor", why);
}

bool
walkway_set(struct walk *w, struct buf *why)
{
	const struct api_page *p = &w->rules;

	if (!find_way(w, why))
		return false;
	w->number = p->first != API_NONE ? p->first : 1;
	if (w->way->next == by_cursor)
		return set_cursor(w, why);
	if (w->way->next == by_next && !p->next) {
		buf_str(why, "a walk by next needs to be told where it is: "
			     "next");
		return false;
	}
	if (!w->way->html)
		return tell_init(&w->next, p->next, "next", why);
	w->link = html_path(p->next ? p->next : NEXT_LINK, why);
	return w->link != NULL;
}

bool
walkway_begin(struct walk *w, struct buf *why)
{
	struct pageask try = {BUF_INIT, BUF_INIT, BUF_INIT};
	bool ok = true;

	if (w->way->counts)
		return counted(w, 0, &w->ask, why);
	/* Better now than after the first page. */
	if (w->way->next == by_cursor) {
		pageask_copy(&try, &w->base);
		ok = pageask_set(
		    &try, w->cursor_to.s, (struct json_val){"0", 1}, why);
		pageask_free(&try);
	}
	return ok;
}
