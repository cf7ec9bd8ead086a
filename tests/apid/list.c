#include "list.h"

#include <limits.h>
#include <microhttpd.h>
#include <string.h>

#include "num.h"

#define PREFIX "/list/v1/"

enum shape { PAGE, OFFSET, CURSOR, NEXT, LINK, HTML, SHAPES };

static const char *const shapes[SHAPES] = {
    "page", "offset", "cursor", "next", "link", "html"};

/* What the list is like, and which part of it is asked for. */
struct list {
	long n, size, base, hole, holes, lacks, shift, grow;
	long at;   /* the page asked for, the first is 0 */
	long from; /* its first record */
	long end;  /* how many there are by now */
};

/* The number that a member of the body of that name has, if any. */
static void
body_number(const struct req *r, const char *name, const char *before, long *n)
{
	struct text member = {0}, digits = {0};
	const char *s, *end = r->body ? r->body + r->body_len : NULL;

	text_printf(&member, "\"%s\":%s", name, before);
	s = end ? memmem(r->body, r->body_len, member.at, member.len) : NULL;
	if (s != NULL) {
		for (s += member.len; s < end && *s >= '0' && *s <= '9'; s++)
			text_add(&digits, s, 1);
		if (digits.len > 0)
			num_int(digits.at, 0, INT_MAX, n);
	}
	text_free(&member);
	text_free(&digits);
}

/* A number of the query or the body. */
static long
number(const struct req *r, const char *name, long standard)
{
	const char *arg = req_arg(r, name);
	long n = standard;

	if (arg == NULL)
		body_number(r, name, "", &n);
	else if (!num_int(arg, 0, INT_MAX, &n))
		n = standard;
	return n;
}

/* The cursor `cN`, of the query, the body or X-Cursor. */
static long
cursor(const struct req *r)
{
	const char *s = req_arg(r, "cursor");
	long n = 0;

	if (s == NULL)
		s = MHD_lookup_connection_value(
		    r->connection, MHD_HEADER_KIND, "X-Cursor");
	if (s == NULL)
		body_number(r, "cursor", "\"c", &n);
	else if (*s == 'c')
		num_int(s + 1, 0, INT_MAX, &n);
	return n;
}

static void
read_list(const struct req *r, enum shape shape, struct list *l)
{
	long cap = number(r, "cap", LONG_MAX);

	l->n = number(r, "n", 25);
	l->base = number(r, "base", 1);
	l->size = number(r, "limit", 10);
	if (l->size > cap)
		l->size = cap;
	if (l->size < 1)
		l->size = 1;
	l->hole = number(r, "hole", 0);
	l->holes = number(r, "holes", 1);
	l->lacks = number(r, "short", 0);
	l->shift = number(r, "shift", 0);
	l->grow = number(r, "grow", 0);
	l->from = shape == CURSOR ? cursor(r) : number(r, "offset", 0);
	if (shape == PAGE || shape == HTML)
		l->from = (number(r, "page", l->base) - l->base) * l->size;
	l->at = l->from / l->size;
	l->end = l->n + l->grow * l->at + (l->at > 0 ? l->shift : 0);
}

static bool
is_hole(const struct list *l)
{
	return l->hole > 0 && l->at + 1 >= l->hole &&
	       l->at + 1 < l->hole + l->holes;
}

/* The page's ids, by commas; what was put in front of them counts down from -1.
 */
static void
put_ids(
    struct text *t, const struct list *l, const char *before, const char *after)
{
	long end = l->from + l->size, moved = l->at > 0 ? l->shift : 0;

	if (end > l->end)
		end = l->end;
	if (l->at + 1 == l->lacks)
		end--;
	if (is_hole(l))
		end = l->from;
	for (long i = l->from; i < end; i++) {
		text_printf(t, "%s%s%ld%s", i > l->from ? "," : "", before,
		    i - moved, after);
	}
}

/* Where the next page is: the same query, but for the one parameter. */
static void
put_next(struct text *t, const struct req *r, const char *name, long value)
{
	const char *s = strchr(r->url, '?'), *end;
	size_t len = strlen(name);

	text_printf(t, "?%s=%ld", name, value);
	if (s == NULL)
		return;
	while (*s != '\0' && s[1] != '\0') {
		end = s + 1 + strcspn(s + 1, "&");
		if (strncmp(s + 1, name, len) != 0 || s[1 + len] != '=') {
			text_puts(t, "&");
			text_add(t, s + 1, (size_t)(end - s - 1));
		}
		s = end;
	}
}

static void
serve_html(const struct req *r, struct answer *a, const struct list *l)
{
	struct text next = {0};

	answer_start(a, 200, "text/html; charset=utf-8");
	text_puts(&a->body, "<!DOCTYPE html><title>A list</title><ul>");
	put_ids(&a->body, l, "<li>", "</li>");
	text_puts(&a->body, "</ul><p class='x pager'>");
	if (l->at > 0) {
		put_next(&next, r, "page", l->base + l->at - 1);
		text_printf(&a->body, "<a href='%s'>Previous</a>", next.at);
		next.len = 0;
	}
	if (l->from + l->size < l->end) {
		put_next(&next, r, "page", l->base + l->at + 1);
		text_printf(
		    &a->body, "<a rel=next href='%s'>Next</a>", next.at);
	}
	text_free(&next);
}

static void
tell_next(const struct req *r, struct answer *a, const struct list *l,
    enum shape shape)
{
	long then = l->from + l->size;
	bool more = then < l->end;
	struct text url = {0}, link = {0};

	put_next(&url, r, "offset", then);
	if (shape == LINK && more) {
		text_printf(&link, "<%s>; rel=\"next\"", url.at);
		answer_header(a, "Link", link.at);
	} else if (shape == NEXT) {
		text_puts(&a->body, ",\"next\":");
		text_json_or_null(&a->body, more ? url.at : NULL);
	} else if (shape == CURSOR) {
		text_printf(&link, "c%ld", then);
		text_puts(&a->body, ",\"next_cursor\":");
		text_json_or_null(&a->body, more ? link.at : NULL);
		if (more)
			answer_header(a, "X-Next", link.at);
	}
	text_free(&url);
	text_free(&link);
}

static void
serve_json(const struct req *r, struct answer *a, const struct list *l,
    enum shape shape)
{
	answer_start(a, 200, "application/json");
	text_puts(&a->body, "{\"items\":[");
	put_ids(&a->body, l, "{\"id\":", "}");
	text_puts(&a->body, "]");
	if (shape == PAGE)
		text_printf(&a->body, ",\"page\":%ld,\"total_pages\":%ld",
		    l->base + l->at, (l->end + l->size - 1) / l->size);
	if (shape == OFFSET)
		text_printf(&a->body, ",\"offset\":%ld", l->from);
	if (shape == PAGE || shape == OFFSET)
		text_printf(&a->body, ",\"total\":%ld", l->end);
	else
		tell_next(r, a, l, shape);
	text_puts(&a->body, "}");
}

void
list_serve(const struct req *r, struct answer *a)
{
	const char *name = r->path + strlen(PREFIX);
	struct list l;
	int shape = 0;

	while (shape < SHAPES && strcmp(name, shapes[shape]) != 0)
		shape++;
	if (shape == SHAPES) {
		answer_start(a, 404, "text/plain");
		text_puts(&a->body, "apid: no list has this shape\n");
		return;
	}
	read_list(r, shape, &l);
	if (shape == HTML)
		serve_html(r, a, &l);
	else
		serve_json(r, a, &l, shape);
}
