/* walkauto: the names by which APIs tell their pages. */
#include "walkauto.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "linkfield.h"
#include "opt.h"

/* Next URLs. */
static const char *const nexts[] = {".next", ".links.next", ".links.next.href",
    "._links.next", "._links.next.href", ".paging.next", ".paging.next.link",
    ".pagination.next", ".pagination.next_url", ".pagination.links.next",
    ".meta.next", ".meta.next_url", ".meta.pagination.links.next", ".info.next",
    ".next_url", ".next_page", ".next_page_url", ".next_href", ".nextLink",
    ".nextPage", ".nextPageUrl", ".nextRecordsUrl", ".\"@odata.nextLink\"",
    ".\"odata.nextLink\""};

/* Cursors, and the parameter that takes them. */
static const struct cursor {
	const char *from, *param;
} cursors[] = {{".next_cursor", "cursor"}, {".nextCursor", "cursor"},
    {".meta.next_cursor", "cursor"}, {".meta.nextCursor", "cursor"},
    {".pagination.next_cursor", "cursor"},
    {".response_metadata.next_cursor", "cursor"}, {".cursors.next", "cursor"},
    {"header:X-Next-Cursor", "cursor"}, {".paging.next.after", "after"},
    {".paging.cursors.after", "after"}, {".pagination.cursor", "after"},
    {".next_page_token", "page_token"}, {".nextPageToken", "pageToken"},
    {".next_token", "next_token"}, {".nextToken", "nextToken"},
    {".meta.next_token", "pagination_token"},
    {".continuation_token", "continuation_token"},
    {".continuationToken", "continuationToken"}};

/* The number of the next page, for the parameter `page`. */
static const char *const next_numbers[] = {".next", ".next_page", ".nextPage",
    ".meta.next_page", ".meta.pagination.next_page", ".pagination.next_page",
    ".pagination.next", "header:X-Next-Page"};

static const char *const totals[] = {".total", ".total_count", ".totalCount",
    ".total_results", ".totalResults", ".meta.total", ".meta.total_count",
    ".meta.page.total", ".meta.page.total_count", ".meta.pagination.total",
    ".pagination.total", ".pagination.total_count", ".paging.total",
    ".page.totalElements", ".totalElements", ".info.count",
    "header:X-Total-Count", "header:X-Total", "header:X-WP-Total", ".count"};

static const char *const all_pages[] = {".total_pages", ".totalPages",
    ".last_page", ".page_count", ".pages", ".meta.total_pages",
    ".meta.last_page", ".meta.page.total_pages", ".meta.pagination.total_pages",
    ".pagination.total_pages", ".pagination.pages", ".page.totalPages",
    ".info.pages", "header:X-Total-Pages", "header:X-WP-TotalPages"};

static const char *const numbers[] = {".page", ".current_page", ".currentPage",
    ".meta.page", ".meta.current_page", ".meta.page.current_page",
    ".meta.pagination.current_page", ".pagination.page",
    ".pagination.current_page", ".page.number", ".number"};

static const struct cursor offsets[] = {{".offset", "offset"},
    {".skip", "skip"}, {".start", "start"}, {".meta.offset", "offset"},
    {".meta.skip", "skip"}, {".pagination.offset", "offset"},
    {".paging.offset", "offset"}};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

bool
walkauto_is_html(const struct http_exchange *x)
{
	struct tell type = {.header = "Content-Type"};
	struct tell_answer a = {x, {NULL, 0}};
	struct buf text = BUF_INIT, ignored = BUF_INIT;
	bool is = tell_text(&type, &a, &text, &ignored) &&
		  (strncasecmp(text.s, "text/html", 9) == 0 ||
		      strncasecmp(text.s, "application/xhtml+xml", 21) == 0);

	buf_free(&text);
	return is;
}

/* The text that is told there, if it is any; what is wrong is not there. */
static bool
told(const struct tell_answer *a, const char *where, struct buf *text)
{
	struct buf why = BUF_INIT;
	struct tell t;
	bool is;

	buf_cut(text, 0);
	is = tell_init(&t, where, "", &why) && tell_text(&t, a, text, &why);
	tell_free(&t);
	buf_free(&why);
	return is;
}

static bool
told_number(const struct tell_answer *a, const char *where, uint64_t *n)
{
	struct buf text = BUF_INIT;
	bool is = told(a, where, &text) && opt_number(text.s, n);

	buf_free(&text);
	return is;
}

/* Is there a member, which tells nothing? */
static bool
is_silent(const struct tell_answer *a, const char *where)
{
	char *error = NULL;
	struct expr *e;
	struct json_val v;
	bool is;

	if (*where != '.' || !a->body.s)
		return false;
	e = expr_new(where, &error);
	is = e && expr_get(e, a->body, &v) == EXPR_VALUE &&
	     (json_type(v.s) <= JSON_FALSE ||
		 (json_type(v.s) == JSON_STRING && v.len == 2));
	expr_free(e);
	free(error);
	return is;
}

static bool
is_url(const char *s)
{
	return *s == '/' || *s == '?' || strncasecmp(s, "http://", 7) == 0 ||
	       strncasecmp(s, "https://", 8) == 0;
}

/* ---- what leads on ---- */

static const char *
find_next(const struct tell_answer *a, bool silent)
{
	struct buf text = BUF_INIT;
	const char *is = NULL;
	size_t i;

	for (i = 0; !is && i < COUNT(nexts); i++)
		if (silent ? is_silent(a, nexts[i])
			   : told(a, nexts[i], &text) && is_url(text.s))
			is = nexts[i];
	buf_free(&text);
	return is;
}

static struct cursor
find_cursor(const struct tell_answer *a, bool silent)
{
	struct cursor is = {NULL, NULL};
	struct buf text = BUF_INIT;
	uint64_t n;
	size_t i;

	for (i = 0; !is.from && i < COUNT(cursors); i++)
		if (silent ? is_silent(a, cursors[i].from)
			   : told(a, cursors[i].from, &text))
			is = cursors[i];
	for (i = 0; !is.from && !silent && i < COUNT(next_numbers); i++)
		if (told_number(a, next_numbers[i], &n))
			is = (struct cursor){next_numbers[i], "page"};
	buf_free(&text);
	return is;
}

static bool
lead(const struct tell_answer *a, struct api_page *p, bool silent,
    struct buf *said)
{
	struct buf text = BUF_INIT;
	struct cursor c;
	bool link = !silent && linkfield_next(a->x, &text);

	buf_free(&text);
	if (link) {
		p->by = "link";
		buf_str(said, "--by link");
		return true;
	}
	if (!p->next)
		p->next = find_next(a, silent);
	if (p->next) {
		p->by = "next";
		buf_printf(said, "--by next --next '%s'", p->next);
		return true;
	}
	c = find_cursor(a, silent);
	if (!p->cursor)
		p->cursor = c.from;
	if (!p->cursor)
		return false;
	if (!p->cursor_param && !p->cursor_header && !p->cursor_body)
		p->cursor_param = c.param;
	p->by = "cursor";
	buf_printf(said, "--by cursor --cursor '%s'", p->cursor);
	if (p->cursor_param)
		buf_printf(said, " --cursor-param %s", p->cursor_param);
	return true;
}

/* ---- what counts ---- */

/* The first that is told and at least `least`. */
static const char *
find_count(const struct tell_answer *a, const char *const *list, size_t n,
    uint64_t least)
{
	uint64_t count;
	size_t i;

	for (i = 0; i < n; i++)
		if (told_number(a, list[i], &count) && count >= least)
			return list[i];
	return NULL;
}

/* The parameter of a walk by offset, if the page says that it has one. */
static const char *
find_offset(const struct tell_answer *a, uint64_t *current)
{
	size_t i;

	for (i = 0; i < COUNT(offsets); i++)
		if (told_number(a, offsets[i].from, current))
			return offsets[i].param;
	return NULL;
}

/* Counts that say that there is more (or, if `only`, that this is all). */
static bool
count(const struct tell_answer *a, uint64_t n, struct api_page *p, bool only,
    uint64_t *current, struct buf *said)
{
	const char *total, *pages, *offset = NULL, *number;

	total = p->total
		    ? find_count(a, &p->total, 1, only ? n : n + 1)
		    : find_count(a, totals, COUNT(totals), only ? n : n + 1);
	pages = p->total_pages
		    ? find_count(a, &p->total_pages, 1, only ? 1 : 2)
		    : find_count(a, all_pages, COUNT(all_pages), only ? 1 : 2);
	if ((!total && !pages) || (n == 0 && !only))
		return false;
	if (!pages)
		offset = find_offset(a, current);
	p->by = offset ? "offset" : "page";
	buf_printf(said, "--by %s", p->by);
	if (offset && !p->offset_param)
		p->offset_param = offset;
	if (offset)
		buf_printf(said, " --offset-param %s", p->offset_param);
	number = find_count(a, numbers, COUNT(numbers), 0);
	if (!offset && number)
		told_number(a, number, current);
	if (total && !p->total)
		buf_printf(said, " --total '%s'", p->total = total);
	if (pages && !p->total_pages)
		buf_printf(said, " --total-pages '%s'", p->total_pages = pages);
	return true;
}

bool
walkauto_find(const struct tell_answer *a, uint64_t n, struct api_page *p,
    uint64_t *current, struct buf *said)
{
	*current = API_NONE;
	if (!a->body.s && walkauto_is_html(a->x)) {
		p->by = "html";
		buf_str(said, "--by html");
		return true;
	}
	return lead(a, p, false, said) ||
	       count(a, n, p, false, current, said) || lead(a, p, true, said) ||
	       count(a, n, p, true, current, said);
}
