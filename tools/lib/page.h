/*
 * page: the web page that a record holds.
 *
 * By default the record is an envelope (envelope.h): status, headers and the
 * bytes of a body, whose character set is told by the headers or the page.
 * Where --body says where a page is, it is a string of characters, and nothing
 * else is looked at but its URL.
 */
#ifndef SLUICE_PAGE_H
#define SLUICE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "expr.h"
#include "html.h"
#include "json.h"
#include "opt.h"

struct page {
	/* options */
	struct expr *body, *url;
	bool any_status;
	uint64_t max_body;

	/* the module's own */
	struct expr *base64, *status, *type;
	struct buf text, content_type, address;
};

#define PAGE_INIT                    \
	{                            \
		.max_body = HTML_MAX \
	}

#define PAGE_OPTIONS(p)                                                        \
	{0, "body", "EXPR", OPT_CALL, &(p)->body,                              \
	    "where the page is, as text (.body, or .body_base64)", expr_opt,   \
	    0, 0},                                                             \
	    {0, "url", "EXPR", OPT_CALL, &(p)->url, "where its URL is (.url)", \
		expr_opt, 0, 0},                                               \
	    {0, "any-status", NULL, OPT_FLAG, &(p)->any_status,                \
		"take pages whose status is not 2xx, too", NULL, 0, 0},        \
	{                                                                      \
		0, "max-body", "SIZE", OPT_SIZE, &(p)->max_body,               \
		    "a longer page is a bad one (64M)", NULL, 1, HTML_MAX      \
	}

/* After the options. */
void page_init(struct page *);
void page_free(struct page *);

/*
 * Reads the page of a record; the caller frees it. NULL, with *why, if there
 * is none or it is a bad one; if that is for its status, code is that one,
 * else empty.
 */
struct html *page_read(
    struct page *, struct json_val record, char code[4], struct buf *why);

/* The URL of the last one; NULL if its record did not tell. */
const char *page_url(const struct page *);

#endif
