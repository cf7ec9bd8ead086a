/*
 * html: a web page, and what XPath finds in it, over libxml2.
 *
 *	page = html_parse(body, len, type, url, &why);
 *	html_find(page, NULL, rows, &found, &why);
 *	for (i = 0; i < found.n; i++)
 *		html_find(page, html_node(&found, i), price, &prices, &why);
 *
 * A page may be as broken as pages are: the parser makes a tree of anything,
 * as browsers do. Nothing is fetched for it and no entity of its own is
 * expanded. XPath is 1.0 over lower-case element names without namespaces,
 * with two functions more. class('x') is true for an element that has that
 * class; class('x y') wants both. match(text, 'regex') is what the regular
 * expression finds in the text (pattern.h), or ''.
 *
 * Functions that can fail append a reason to *why. Running out of memory
 * ends the process with EX_OSERR, as everywhere.
 */
#ifndef SLUICE_HTML_H
#define SLUICE_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct html;      /* a page */
struct html_path; /* an XPath, compiled */
struct html_node; /* part of a page, and gone with it */

enum {
	HTML_MAX = 64 << 20, /* bytes of a page; its tree takes some 10x */
	HTML_DEPTH = 4000    /* elements within each other */
};

/*
 * type: the Content-Type it came with, or NULL (charset.h). url: where it
 * came from; links are relative to it, or to the page's <base href>. NULL if
 * the page is longer or deeper than the limits, or libxml2 could not read all
 * of it.
 */
struct html *html_parse(const char *s, size_t len, const char *type,
    const char *url, struct buf *why);
void html_free(struct html *);

/* The page's text as UTF-8, without NUL; valid until html_free. */
const char *html_source(const struct html *, size_t *len);

/* NULL if the text is no XPath. */
struct html_path *html_path(const char *text, struct buf *why);
void html_path_free(struct html_path *);

/*
 * What was found: n nodes in the page's order; or, of an expression that
 * gives a string, a number or a boolean, that one value, which is no node.
 */
struct html_found {
	size_t n;
	void *object; /* the module's own */
};

/*
 * Works the path out, seen from a node or (NULL) from the page. False if the
 * expression cannot be worked out there. Free what was found, after a
 * failure too, and before the page.
 */
bool html_find(struct html *, const struct html_node *from,
    const struct html_path *, struct html_found *, struct buf *why);
void html_found_free(struct html_found *);

/* The i-th of them; NULL for a value that is no node. */
const struct html_node *html_node(const struct html_found *, size_t i);

/*
 * Appends the text of the i-th, of an attribute its value: without white
 * space around it, and with one space for each run of white space inside.
 */
void html_text(const struct html_found *, size_t i, struct buf *);
/* The same as it stands in the page. */
void html_raw_text(const struct html_found *, size_t i, struct buf *);

/* That, for any text: changes b from offset `from` on. */
void html_squeeze(struct buf *b, size_t from);

/*
 * Appends what the i-th refers to, as it stands there: of an element its href
 * or src, else its text. False if there is none.
 */
bool html_reference(
    const struct html_found *, size_t i, struct buf *, struct buf *why);
/* Makes a reference of the page absolute; false if that gives no URL. */
bool html_resolve(
    const struct html *, const char *ref, struct buf *, struct buf *why);
/* Both. */
bool html_link(struct html *, const struct html_found *, size_t i, struct buf *,
    struct buf *why);

#endif
