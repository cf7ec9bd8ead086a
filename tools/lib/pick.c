/* pick: the fields of a page. */
#include "pick.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decimal.h"
#include "json.h"

enum kind { TEXT, RAW, LINK, DECIMAL, DECIMAL_COMMA, JSON };
static const char *const kinds[] = {
    "text", "raw", "link", "decimal", "decimal-comma", "json"};
enum { NKINDS = sizeof(kinds) / sizeof(*kinds) };

/* What a value is. */
enum is { VALUE, EMPTY, NOTHING, BAD };

/* ---- operands ---- */

static bool
read_kind(struct pick *p, const char *s, size_t len, struct buf *why)
{
	for (p->kind = 0; p->kind < NKINDS; p->kind++)
		if (strlen(kinds[p->kind]) == len &&
		    memcmp(kinds[p->kind], s, len) == 0)
			return true;
	buf_printf(why,
	    "\"%.*s\" is no kind of value: text, raw, link, decimal, "
	    "decimal-comma or json",
	    (int)len, s);
	return false;
}

/* What is in front of `=` or `~`: a name, [] and :kind. */
static bool
read_name(struct pick *p, const char *s, size_t len, struct buf *why)
{
	const char *colon = memchr(s, ':', len);
	size_t n = colon ? (size_t)(colon - s) : len;

	if (colon && !read_kind(p, colon + 1, len - n - 1, why))
		return false;
	p->list = n >= 2 && memcmp(s + n - 2, "[]", 2) == 0;
	n -= p->list ? 2 : 0;
	if (n == 0 || !json_quote(&p->quoted, s, n)) {
		buf_str(
		    why, n == 0 ? "it has no name" : "the name is not UTF-8");
		return false;
	}
	p->name = buf_dup(s, n);
	return true;
}

/*
 * Is it one absolute path? Predicates are seen from where they stand; outside
 * of them there may be no operator, behind which a relative path could be.
 */
static bool
is_absolute(const char *xpath)
{
	const char *p = xpath;
	unsigned depth = 0;

	if (*p != '/')
		return false;
	for (; *p; p++) {
		if (*p == '"' || *p == '\'') {
			p = strchr(p + 1, *p);
			if (!p)
				return false;
		} else if (*p == '[') {
			depth++;
		} else if (*p == ']') {
			depth--;
		} else if (depth == 0 &&
			   (strchr(" \t\r\n|=<>!+,", *p) ||
			       (*p == '*' && !strchr("/:@", p[-1])))) {
			return false;
		}
	}
	return true;
}

bool
pick_parse(struct pick *p, const char *operand, struct buf *why)
{
	size_t len = strcspn(operand, "=~");
	bool ok;

	*p = (struct pick){.quoted = BUF_INIT};
	if (operand[len] == '\0') {
		buf_str(why, "wanted NAME=XPATH or NAME~REGEX");
		return false;
	}
	ok = read_name(p, operand, len, why);
	if (ok && operand[len] == '=')
		ok = (p->path = html_path(operand + len + 1, why)) != NULL;
	else if (ok)
		ok = (p->pattern = pattern_new(operand + len + 1, why)) != NULL;
	p->of_page = p->pattern || is_absolute(operand + len + 1);
	if (ok)
		p->selector =
		    buf_dup(operand + len + 1, strlen(operand + len + 1));
	else
		pick_free(p);
	return ok;
}

void
pick_free(struct pick *p)
{
	free(p->name);
	free(p->selector);
	buf_free(&p->quoted);
	html_path_free(p->path);
	pattern_free(p->pattern);
	*p = (struct pick){.quoted = BUF_INIT};
}

/* ---- values ---- */

/* Appends the begin of a text, for messages. */
static void
excerpt(struct buf *b, const char *s, size_t len)
{
	enum { ENOUGH = 60 };
	size_t n = len;

	if (len > ENOUGH)
		for (n = ENOUGH; ((unsigned char)s[n] & 0xc0) == 0x80;)
			n--;
	buf_char(b, '"');
	buf_add(b, s, n);
	buf_str(b, n < len ? "...\"" : "\"");
}

static enum is
add_text(struct buf *b, const struct buf *text)
{
	json_quote(b, text->s, text->len);
	return text->len > 0 ? VALUE : EMPTY;
}

/*
 * References of other schemes than a page's own, as mailto: and data:, are
 * absolute (RFC 3986, section 4.1).
 */
static bool
is_of_other_scheme(const char *ref)
{
	size_t n = 0;

	if (isalpha((unsigned char)*ref))
		while (isalnum((unsigned char)ref[n]) ||
		       (ref[n] && strchr("+-.", ref[n])))
			n++;
	return n > 0 && ref[n] == ':' &&
	       strncasecmp(ref, "http:", n + 1) != 0 &&
	       strncasecmp(ref, "https:", n + 1) != 0;
}

static enum is
add_link(
    struct buf *b, struct html *page, const struct buf *ref, struct buf *why)
{
	struct buf url = BUF_INIT;
	enum is is = BAD;

	if (is_of_other_scheme(ref->s))
		is = add_text(b, ref);
	else if (html_resolve(page, ref->s, &url, why))
		is = add_text(b, &url);
	buf_free(&url);
	return is;
}

static enum is
add_decimal(struct buf *b, const struct buf *text, bool comma, struct buf *why)
{
	size_t from = b->len;

	switch (decimal_read(b, text->s, text->len, comma)) {
	case DECIMAL_FOUND:
		return VALUE;
	case DECIMAL_NONE:
		return NOTHING;
	case DECIMAL_UNCLEAR:
		break;
	}
	buf_cut(b, from);
	excerpt(why, text->s, text->len);
	buf_printf(why, " is not one number, with %s",
	    comma ? "a decimal comma" : "a decimal point");
	return BAD;
}

/* len bytes of s; behind them, up to end, there may be more of the value. */
static enum is
add_json(
    struct buf *b, const char *s, size_t len, const char *end, struct buf *why)
{
	struct json_error e = {0, NULL};
	size_t n = 0;

	while (len > 0 && json_space(*s)) {
		s++;
		len--;
	}
	if (len == 0)
		return NOTHING;
	if (len == 4 && memcmp(s, "null", 4) == 0)
		return NOTHING;
	if (json_check(s, len, &e)) {
		n = len;
	} else if (*s == '{' || *s == '[') {
		len = (size_t)(end - s);
		n = json_scan(s, len, true, &e);
	}
	if (n > 0) {
		json_compact(b, json_trim(s, n));
		return VALUE;
	}
	excerpt(why, s, len);
	buf_printf(why, " is not JSON: %s at byte %zu", json_why(&e), e.at + 1);
	return BAD;
}

/* ---- what is found ---- */

/* A search on its way: the first of what is found, or all, go to b. */
struct search {
	const struct pick *pick;
	struct html *page;
	struct buf *b, *why;
	struct buf text; /* a value's, on its way */
	size_t n;        /* values so far */
	enum is is;      /* the last one's; BAD ends the search */
};

/* Takes a text; behind it, up to `end`, there may be more for json. */
static void
take(struct search *f, const char *s, size_t len, const char *end)
{
	enum kind kind = f->pick->kind;

	if (f->n++ > 0)
		buf_char(f->b, ',');
	if (kind == JSON) {
		f->is = add_json(f->b, s, len, end, f->why);
	} else {
		buf_cut(&f->text, 0);
		buf_add(&f->text, s, len);
		if (kind != RAW)
			html_squeeze(&f->text, 0);
		if (kind == LINK)
			f->is = add_link(f->b, f->page, &f->text, f->why);
		else if (kind == DECIMAL || kind == DECIMAL_COMMA)
			f->is = add_decimal(
			    f->b, &f->text, kind == DECIMAL_COMMA, f->why);
		else
			f->is = add_text(f->b, &f->text);
	}
	if (f->is == NOTHING)
		buf_str(f->b, "null");
}

static bool
wants_more(const struct search *f)
{
	return f->is != BAD && (f->pick->list || f->n == 0);
}

static void
take_nodes(struct search *f, const struct html_node *row)
{
	struct html_found nodes = {0, NULL};
	struct buf text = BUF_INIT;
	size_t i;

	if (!html_find(f->page, row, f->pick->path, &nodes, f->why))
		f->is = BAD;
	for (i = 0; i < nodes.n && wants_more(f); i++) {
		buf_cut(&text, 0);
		if (f->pick->kind != LINK)
			html_raw_text(&nodes, i, &text);
		else if (!html_reference(&nodes, i, &text, f->why))
			f->is = BAD;
		/* A function that finds nothing gives an empty string. */
		if (text.len == 0 && !html_node(&nodes, i))
			break;
		if (f->is != BAD)
			take(f, text.s, text.len, text.s + text.len);
	}
	html_found_free(&nodes);
	buf_free(&text);
}

static void
take_matches(struct search *f)
{
	struct pattern_found m = {NULL, 0, 0};
	enum pattern_is is;
	size_t len;
	const char *s = html_source(f->page, &len);

	while (wants_more(f)) {
		is = pattern_find(f->pick->pattern, s, len, m.next, &m, f->why);
		if (is == PATTERN_FAILED)
			f->is = BAD;
		if (is != PATTERN_FOUND)
			break;
		take(f, m.s, m.len, s + len);
	}
}

bool
pick_get(const struct pick *p, struct html *page, const struct html_node *row,
    struct buf *b, struct buf *why)
{
	struct buf bad = BUF_INIT;
	struct search f = {p, page, b, &bad, BUF_INIT, 0, NOTHING};
	bool ok;

	if (p->list)
		buf_char(b, '[');
	if (p->path)
		take_nodes(&f, row);
	else
		take_matches(&f);
	if (p->list)
		buf_char(b, ']');
	else if (f.n == 0)
		buf_str(b, "null");
	if (f.is != BAD && p->required && f.n == 0)
		buf_str(&bad, "it is required, and nothing is found");
	else if (f.is == EMPTY && p->required && !p->list)
		buf_str(&bad, "it is required, and what is found is empty");
	else if (f.is == NOTHING && p->required && !p->list)
		buf_str(&bad, "it is required, and there is no value in what "
			      "is found");
	ok = bad.len == 0;
	if (!ok)
		buf_printf(
		    why, "field \"%s\", %s: %s", p->name, p->selector, bad.s);
	buf_free(&bad);
	buf_free(&f.text);
	return ok;
}
