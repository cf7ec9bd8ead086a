/* Walks over made-up answers: where they go, and where they end. */
#include <stdlib.h>

#include "unit.h"
#include "walk.h"

struct page {
	const char *head, *body;
	uint64_t n;
	enum walk_is is;
	const char *then; /* the next URL, or a part of the reason */
};

struct one {
	struct api_page rules;
	struct page page[6];
};

#define RULES                                                       \
	.first = API_NONE, .size = API_NONE, .max_pages = API_NONE, \
	.empty_pages = API_NONE

static const struct json_val nobody = {NULL, 0};

static const struct one walks[] = {
    {{RULES, .by = "page"}, {{"", "{}", 2, WALK_ON, "http://h/l?page=2"},
				{"", "{}", 1, WALK_ON, "http://h/l?page=3"},
				{"", "{}", 0, WALK_WHOLE, ""}}},
    {{.first = 0,
	 .empty_pages = API_NONE,
	 .size = 5,
	 .max_pages = 2,
	 .by = "page",
	 .param = "p",
	 .size_param = "n"},
	{{"", "{}", 2, WALK_ON, "http://h/l?n=5&p=1"},
	    {"", "{}", 1, WALK_CUT, ""}}},
    {{RULES, .by = "page", .total = ".t"},
	{{"", "{\"t\":\"3\"}", 2, WALK_ON, "http://h/l?page=2"},
	    {"", "{\"t\":3}", 1, WALK_WHOLE, ""}}},
    /* a total that grows, and one that is not told on each page */
    {{RULES, .by = "page", .total = ".t"},
	{{"", "{\"t\":2}", 1, WALK_ON, "http://h/l?page=2"},
	    {"", "{\"t\":3}", 1, WALK_ON, "http://h/l?page=3"},
	    {"", "{}", 1, WALK_ON, "http://h/l?page=4"},
	    {"", "{\"t\":null}", 0, WALK_WHOLE, ""}}},
    {{RULES, .by = "page", .total = ".t"},
	{{"", "{\"t\":1}", 2, WALK_ON, "http://h/l?page=2"},
	    {"", "{\"t\":1}", 0, WALK_WHOLE, ""}}},
    {{RULES, .by = "page", .total = ".t"},
	{{"", "{\"t\":9}", 2, WALK_ON, "http://h/l?page=2"},
	    {"", "{\"t\":9}", 0, WALK_BROKEN, "9 was not reached: got 2"}}},
    {{RULES, .by = "page", .total = ".t"},
	{{"", "{\"t\":1.5}", 2, WALK_BROKEN, ".t is 1.5, wanted: a count"}}},
    {{RULES, .by = "page", .total = ".t"},
	{{"", "{\"t\":[]}", 2, WALK_BROKEN, ".t is an array"}}},
    {{RULES, .by = "page", .total_pages = ".p"},
	{{"", "{\"p\":2}", 2, WALK_ON, "http://h/l?page=2"},
	    {"", "{\"p\":2}", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "page", .more = ".m"},
	{{"", "{\"m\":true}", 2, WALK_ON, "http://h/l?page=2"},
	    {"", "{\"m\":false}", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "offset", .offset_param = "from"},
	{{"", "{}", 2, WALK_ON, "http://h/l?from=2"},
	    {"", "{}", 5, WALK_ON, "http://h/l?from=7"},
	    {"", "{}", 0, WALK_WHOLE, ""}}},
    {{RULES, .by = "cursor", .cursor = ".c", .cursor_param = "after"},
	{{"", "{\"c\":\"a b\"}", 2, WALK_ON, "http://h/l?after=a%20b"},
	    {"", "{\"c\":7}", 0, WALK_ON, "http://h/l?after=7"},
	    {"", "{\"c\":\"\"}", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "cursor", .cursor = "header:X-Next"},
	{{"x-next: q\r\n", "", 2, WALK_ON, "http://h/l?cursor=q"},
	    {"X-Next: q\r\n", "", 2, WALK_BROKEN, "asked for before"}}},
    {{RULES, .by = "cursor", .cursor = "header:X-Next"},
	{{"X-Nex: q\r\n", "", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "next", .next = ".links.next"},
	{{"", "{\"links\":{\"next\":\"/m?p=2\"}}", 2, WALK_ON,
	     "http://h/m?p=2"},
	    {"", "{\"links\":{\"next\":\"http://o/\"}}", 0, WALK_ON,
		"http://o/"},
	    {"", "{\"links\":{\"next\":null}}", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "next", .next = ".n"},
	{{"", "{\"n\":\"http://\"}", 2, WALK_BROKEN, "no URL: \"http://\""}}},
    {{RULES, .by = "next", .next = ".n"}, {{"", "{}", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "next", .next = ".n"},
	{{"", "{\"n\":\"?p=2\\u0000x\"}", 2, WALK_BROKEN,
	    "\"?p=2\" with a NUL byte"}}},
    {{RULES, .by = "link"},
	{{"Link: <http://h/l?p=2>; rel=\"next\"\r\n", "", 2, WALK_ON,
	     "http://h/l?p=2"},
	    {"link: </a,b>; title=\"a, b; c\"; rel=prev, <?p=3>;rel=next\r\n",
		"", 2, WALK_ON, "http://h/l?p=3"},
	    {"Link: <x>; rel=\"last\"\r\nLink: <?p=4>; rel=\"x NEXT\"\r\n", "",
		2, WALK_ON, "http://h/l?p=4"},
	    {"Link: <?p=5>; rel=\"nextish\", <?p=6>; rel=\"unnext\"\r\n", "", 2,
		WALK_WHOLE, ""}}},
    {{RULES, .by = "link"}, {{"Link: <?p=2>; title=\"rel=next\"; rel=prev\r\n",
				"", 2, WALK_WHOLE, ""}}},
    {{RULES, .by = "link"},
	{{"Link: <?p=2; rel=next\r\n", "", 2, WALK_WHOLE, ""}}},
};

static void
walk_through(size_t i)
{
	const struct one *o = &walks[i];
	struct http_exchange x = {.status = 200};
	struct buf why = BUF_INIT, content = BUF_INIT;
	struct json_val body;
	struct walk_page came = {{&x, {NULL, 0}}, &content, 0, 0};
	const struct page *p;
	struct walk w;
	enum walk_is is;

	CHECK(walk_init(&w, &o->rules, "http://h/l", nobody, &why),
	    "walk %zu: %s", i, why.s);
	for (p = o->page; p->then; p++) {
		buf_cut(&x.at, 0);
		buf_str(&x.at, w.ask.url.s);
		buf_cut(&x.head, 0);
		buf_str(&x.head, p->head);
		buf_cut(&content, 0);
		buf_printf(&content, "page %td", p - o->page);
		body.s = *p->body ? p->body : NULL;
		body.len = strlen(p->body);
		came.answer.body = body;
		came.n = came.fresh = p->n;
		is = walk_next(&w, &came, &why);
		CHECK(is == p->is, "walk %zu page %td: %d (%s)", i, p - o->page,
		    (int)is, why.len ? why.s : "");
		if (is == WALK_ON)
			CHECK(strcmp(w.ask.url.s, p->then) == 0,
			    "walk %zu page %td: %s", i, p - o->page,
			    w.ask.url.s);
		else if (is == WALK_BROKEN)
			CHECK(strstr(why.s, p->then) != NULL,
			    "walk %zu page %td: %s", i, p - o->page, why.s);
		if (is != WALK_ON)
			break;
	}
	walk_free(&w);
	buf_free(&x.at);
	buf_free(&x.head);
	buf_free(&why);
	buf_free(&content);
}

/* The content counts, not the URL, and not that of an empty page. */
static void
repeats(void)
{
	static const struct api_page rules = {RULES, .by = "next", .next = "."};
	static const struct {
		const char *body;
		uint64_t n;
		enum walk_is is;
	} page[] = {{"\"/a\"", 0, WALK_ON}, {"\"/b\"", 3, WALK_ON},
	    {"\"/c\"", 3, WALK_REPEAT}};
	struct http_exchange x = {.status = 200};
	struct buf why = BUF_INIT, content = BUF_INIT;
	struct walk_page came = {{&x, {NULL, 0}}, &content, 0, 0};
	struct walk w;
	size_t i;

	walk_init(&w, &rules, "http://h/", nobody, &why);
	buf_str(&x.at, "http://h/");
	buf_str(&content, "same");
	for (i = 0; i < 3; i++) {
		came.answer.body = (struct json_val){page[i].body, 4};
		came.n = came.fresh = page[i].n;
		CHECK(walk_next(&w, &came, &why) == page[i].is, "page %zu", i);
	}
	CHECK(strstr(why.s, "came before") && w.received == 3, "%s", why.s);
	walk_free(&w);
	buf_free(&x.at);
	buf_free(&why);
	buf_free(&content);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof walks / sizeof *walks; i++)
		walk_through(i);
	repeats();
	return UNIT_END();
}
