/*
 * pageopt: the options that say how to walk, and the operands of paginate.
 */
#ifndef SLUICE_PAGEOPT_H
#define SLUICE_PAGEOPT_H

#include <stdbool.h>

#include "api.h"
#include "buf.h"
#include "opt.h"

/* What no option has set. */
#define PAGEOPT_NONE                                                        \
	{                                                                   \
		.first = API_NONE, .size = API_NONE, .max_pages = API_NONE, \
		.empty_pages = API_NONE                                     \
	}

/* The rules' options, for a tool's table. */
#define PAGEOPT_OPTIONS(p)                                                     \
	{0, "by", "HOW", OPT_STR, &(p)->by,                                    \
	    "auto, page, offset, cursor, next, link or html", NULL, 0, 0},     \
	    {0, "page-param", "NAME", OPT_STR, &(p)->param,                    \
		"parameter of the page's number (page)", NULL, 0, 0},          \
	    {0, "first-page", "N", OPT_NUM, &(p)->first,                       \
		"number of the first page (1)", NULL, 0, 0},                   \
	    {0, "page-size", "N", OPT_NUM, &(p)->size,                         \
		"records to ask for at once", NULL, 1, 0},                     \
	    {0, "size-param", "NAME", OPT_STR, &(p)->size_param,               \
		"parameter of the page's size", NULL, 0, 0},                   \
	    {0, "offset-param", "NAME", OPT_STR, &(p)->offset_param,           \
		"parameter of the first record's number (offset)", NULL, 0,    \
		0},                                                            \
	    {0, "cursor", "EXPR", OPT_STR, &(p)->cursor,                       \
		"where the cursor of the next page is", NULL, 0, 0},           \
	    {0, "cursor-param", "NAME", OPT_STR, &(p)->cursor_param,           \
		"parameter of the cursor (cursor)", NULL, 0, 0},               \
	    {0, "cursor-header", "NAME", OPT_STR, &(p)->cursor_header,         \
		"header field that the cursor is sent in", NULL, 0, 0},        \
	    {0, "cursor-body", "PATH", OPT_STR, &(p)->cursor_body,             \
		"member of the body that the cursor is sent in", NULL, 0, 0},  \
	    {0, "next", "EXPR|XPATH", OPT_STR, &(p)->next,                     \
		"where the next page's URL is", NULL, 0, 0},                   \
	    {0, "total", "EXPR", OPT_STR, &(p)->total,                         \
		"where the number of all records is", NULL, 0, 0},             \
	    {0, "total-pages", "EXPR", OPT_STR, &(p)->total_pages,             \
		"where the number of all pages is", NULL, 0, 0},               \
	    {0, "more", "EXPR", OPT_STR, &(p)->more,                           \
		"what is true where there are more pages", NULL, 0, 0},        \
	    {0, "max-pages", "N", OPT_NUM, &(p)->max_pages,                    \
		"stop after so many pages", NULL, 1, 0},                       \
	{                                                                      \
		0, "empty-pages", "N", OPT_NUM, &(p)->empty_pages,             \
		    "go on through so many empty pages in a row (0)", NULL, 0, \
		    0                                                          \
	}

/* What the options left open is the profile's. */
void pageopt_complete(struct api_page *, const struct api_page *profile);

/*
 * The name=value operands: appends the object of them, all strings. False,
 * with *why, if one is none.
 */
bool pageopt_operands(struct buf *object, char *const *args, struct buf *why);

/*
 * Appends the template filled by them. Those that it does not name become
 * query parameters, if `others`. The operands are good ones.
 */
bool pageopt_url(struct buf *url, const char *tmpl, char *const *args,
    const struct buf *object, bool others, struct buf *why);

#endif
