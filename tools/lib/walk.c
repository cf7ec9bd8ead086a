/* walk: from one page to the next, and when that ends. */
#include "walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "opt.h"
#include "url.h"

static const char *const names[] = {"page", "offset", "cursor", "link", "next"};

static bool
compile(struct expr **e, const char *text, const char *name, struct buf *why)
{
	char *error = NULL;

	if (!text)
		return true;
	*e = expr_new(text, &error);
	if (!*e)
		buf_printf(why, "%s: %s", name, error);
	free(error);
	return *e != NULL;
}

static bool
find_by(struct walk *w, struct buf *why)
{
	const char *by = w->rules.by;
	size_t i;

	for (i = 0; by && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(by, names[i]) == 0) {
			w->by = (enum walk_by)i;
			return true;
		}
	if (by)
		buf_printf(why, "by: \"%s\" is not known; ", by);
	else
		buf_str(why, "nothing says how to walk; ");
	buf_str(why, "wanted: page, offset, cursor, link or next");
	return false;
}

static bool
check_rules(struct walk *w, struct buf *why)
{
	const struct api_page *p = &w->rules;

	if (w->by == WALK_CURSOR && !p->cursor)
		buf_str(why, "a walk by cursor needs to be told where it is: "
			     "cursor");
	else if (w->by == WALK_NEXT && !p->next)
		buf_str(why, "a walk by next needs to be told where it is: "
			     "next");
	else if (p->size != API_NONE && !p->size_param)
		buf_str(why, "a size needs the name of its parameter: "
			     "size_param");
	else
		return true;
	return false;
}

static void
add_number(struct buf *url, const char *name, uint64_t n)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%" PRIu64, n);
	url_query(url, name, strlen(name), text.s, text.len);
	buf_free(&text);
}

/* Sets `url` by counting. */
static void
counted_url(struct walk *w)
{
	const struct api_page *p = &w->rules;

	buf_cut(&w->url, 0);
	buf_add(&w->url, w->base.s, w->base.len);
	if (w->by == WALK_PAGE)
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
	if (!find_by(w, why) || !check_rules(w, why) ||
	    (p->cursor && strncmp(p->cursor, "header:", 7) != 0 &&
		!compile(&w->cursor, p->cursor, "cursor", why)) ||
	    !compile(&w->next, p->next, "next", why) ||
	    !compile(&w->total, p->total, "total", why) ||
	    !compile(&w->total_pages, p->total_pages, "total_pages", why) ||
	    !compile(&w->more, p->more, "more", why))
		return false;
	buf_str(&w->base, url);
	if (p->size != API_NONE)
		add_number(&w->base, p->size_param, p->size);
	w->page = 1;
	w->number = p->first != API_NONE ? p->first : 1;
	buf_add(&w->url, w->base.s, w->base.len);
	if (w->by == WALK_PAGE || w->by == WALK_OFFSET)
		counted_url(w);
	set_add(&w->urls, w->url.s, w->url.len);
	return true;
}

void
walk_free(struct walk *w)
{
	expr_free(w->cursor);
	expr_free(w->next);
	expr_free(w->total);
	expr_free(w->total_pages);
	expr_free(w->more);
	buf_free(&w->base);
	buf_free(&w->url);
	set_free(&w->urls);
	set_free(&w->contents);
}

/* ---- what a page tells ---- */

/* The text of a string or number there; false for null, missing and empty. */
static bool
told_text(
    struct expr *e, struct json_val body, struct buf *text, struct buf *why)
{
	struct json_val v;
	enum expr_is is;

	if (!e || !body.s)
		return false;
	is = expr_get(e, body, &v);
	if (is == EXPR_FAILED)
		buf_printf(why, "%s: %s", expr_text(e), expr_error(e));
	if (is != EXPR_VALUE)
		return false;
	switch (json_type(v.s)) {
	case JSON_NULL:
	case JSON_FALSE:
		return false;
	case JSON_STRING:
		json_decode(text, v);
		return text->len > 0;
	case JSON_NUMBER:
	case JSON_TRUE:
		buf_add(text, v.s, v.len);
		return true;
	default:
		buf_printf(why, "%s is %s", expr_text(e),
		    json_type_name(json_type(v.s)));
		return false;
	}
}

/* A count that the page tells; false, perhaps with *why, where it does not. */
static bool
told_count(struct expr *e, struct json_val body, uint64_t *n, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool told = told_text(e, body, &text, why);

	if (told && !opt_number(text.s, n)) {
		buf_printf(
		    why, "%s is %s, wanted: a count", expr_text(e), text.s);
		told = false;
	}
	buf_free(&text);
	return told;
}

static bool
header_cursor(const struct http_exchange *x, const char *name, struct buf *text)
{
	struct http_field f;
	size_t at = 0, nlen = strlen(name);

	while (http_field(x, &at, &f))
		if (f.nlen == nlen && strncasecmp(f.name, name, nlen) == 0) {
			buf_add(text, f.value, f.vlen);
			return f.vlen > 0;
		}
	return false;
}

/* The end of a parameter of a Link field, quotes respected. */
static const char *
parameter_end(const char *s, const char *end)
{
	bool quoted = false;

	for (; s < end && (quoted || (*s != ';' && *s != ',')); s++)
		if (*s == '"')
			quoted = !quoted;
	return s;
}

/* Is it rel=next, rel="next" or rel="prefetch next"? RFC 8288, section 3.3. */
static bool
is_rel_next(const char *s, const char *end)
{
	while (s < end && json_space(*s))
		s++;
	if (end - s < 8 || strncasecmp(s, "rel", 3) != 0)
		return false;
	for (s += 3; s < end && (*s == '=' || *s == '"' || json_space(*s)); s++)
		;
	for (; end - s >= 4; s++) {
		if (strncasecmp(s, "next", 4) == 0 &&
		    (s[-1] == '=' || s[-1] == '"' || json_space(s[-1])) &&
		    (s + 4 == end || s[4] == '"' || json_space(s[4])))
			return true;
	}
	return false;
}

/* <URL>; rel="next", of one Link field with perhaps several links. */
static bool
link_next(const char *s, size_t len, struct buf *url)
{
	const char *end = s + len, *from, *to, *p;

	while (s < end && (from = memchr(s, '<', (size_t)(end - s)))) {
		to = memchr(from, '>', (size_t)(end - from));
		if (!to)
			return false;
		for (s = to + 1; s < end && *s != ','; s = p) {
			p = parameter_end(s + (*s == ';'), end);
			if (is_rel_next(s + (*s == ';'), p)) {
				buf_add(url, from + 1, (size_t)(to - from) - 1);
				return true;
			}
		}
	}
	return false;
}

static bool
header_link(const struct http_exchange *x, struct buf *url)
{
	struct http_field f;
	size_t at = 0;

	while (http_field(x, &at, &f))
		if (f.nlen == 4 && strncasecmp(f.name, "Link", 4) == 0 &&
		    link_next(f.value, f.vlen, url))
			return true;
	return false;
}

/* ---- the next page ---- */

/* Sets `url` to where the page leads; false where it leads nowhere. */
static bool
told_url(struct walk *w, const struct http_exchange *x, struct json_val body,
    struct buf *why)
{
	const struct api_page *p = &w->rules;
	const char *param = p->cursor_param ? p->cursor_param : "cursor";
	struct buf text = BUF_INIT;
	bool told;

	if (w->by == WALK_LINK)
		told = header_link(x, &text);
	else if (w->by == WALK_NEXT)
		told = told_text(w->next, body, &text, why);
	else if (w->cursor)
		told = told_text(w->cursor, body, &text, why);
	else
		told = header_cursor(x, p->cursor + 7, &text);
	if (told) {
		buf_cut(&w->url, 0);
		if (w->by == WALK_CURSOR) {
			buf_add(&w->url, w->base.s, w->base.len);
			url_query(
			    &w->url, param, strlen(param), text.s, text.len);
		} else {
			told = url_resolve(&w->url, x->at.s, text.s, why);
		}
	}
	buf_free(&text);
	return told;
}

/* Do the page's own words say that it is the last? */
static bool
is_last(struct walk *w, struct json_val body, bool knows, uint64_t total,
    struct buf *why)
{
	struct buf text = BUF_INIT;
	uint64_t pages;
	bool more = true;

	/*
	 * More than the total: then it is wrong, and only an empty page can
	 * be believed.
	 */
	if (knows && w->received == total)
		return true;
	if (told_count(w->total_pages, body, &pages, why) && w->page >= pages)
		return true;
	if (w->more)
		more = told_text(w->more, body, &text, why);
	buf_free(&text);
	return !more;
}

/* The walk ended: did it bring what the total promised? */
static enum walk_is
end(struct walk *w, bool knows, uint64_t total, struct buf *why)
{
	if (why->len > 0)
		return WALK_BROKEN;
	if (!knows || w->received >= total)
		return WALK_WHOLE;
	buf_printf(why,
	    "the total of %" PRIu64 " was not reached: got %" PRIu64 " records",
	    total, w->received);
	return WALK_BROKEN;
}

enum walk_is
walk_next(struct walk *w, const struct http_exchange *x, struct json_val body,
    const struct buf *content, uint64_t n, struct buf *why)
{
	bool counting = w->by == WALK_PAGE || w->by == WALK_OFFSET;
	bool knows, last;
	uint64_t total = 0;

	if (n > 0 && !set_add(&w->contents, content->s, content->len)) {
		buf_str(why, "its content came before");
		return WALK_REPEAT;
	}
	w->received += n;
	knows = told_count(w->total, body, &total, why);
	last = is_last(w, body, knows, total, why);
	if (why->len > 0 || last || (counting && n == 0))
		return end(w, knows, total, why);
	w->number++;
	if (counting)
		counted_url(w);
	else if (!told_url(w, x, body, why))
		return end(w, knows, total, why);
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
