/* Encoding, templates, references, origins, query parameters. */
#include <stdlib.h>

#include "unit.h"
#include "url.h"

static const struct {
	const char *tmpl, *record, *result, *why;
} templates[] = {
    {"/a", "{}", "/a", NULL},
    {"/p/{id}/offers", "{\"id\":17}", "/p/17/offers", NULL},
    {"/p/{id}", "{\"id\":\"17\"}", "/p/17", NULL},
    {"/p/{id}", "{\"id\":9007199254740993}", "/p/9007199254740993", NULL},
    {"/p/{id}", "{\"id\":19.90}", "/p/19.90", NULL},
    {"/p/{id}", "{\"id\":true}", "/p/true", NULL},
    {"/p/{id}", "{\"id\":\"a b/c?d&e#f%\"}", "/p/a%20b%2Fc%3Fd%26e%23f%25",
	NULL},
    {"/p/{id}", "{\"id\":\"\\u0026\\u00e9\"}", "/p/%26%C3%A9", NULL},
    {"/p/{id}", "{\"id\":\"-._~\"}", "/p/-._~", NULL},
    {"/{a}/{b}?q={a}", "{\"a\":1,\"b\":2}", "/1/2?q=1", NULL},
    {"/{odd key}", "{\"odd key\":1}", "/1", NULL},
    {"/{id}", "{\"id\":1,\"id\":2}", "/2", NULL},
    {"/s?q={q}", "{\"q\":\"\"}", "/s?q=", NULL},
    {"/s?q={q}", "{\"q\":\"..\"}", "/s?q=..", NULL},
    {"/a{", "{}", "/a{", NULL},
    {"/{id}", "{}", NULL, "no member \"id\""},
    {"/{id}", "{\"id\":null}", NULL, "\"id\" has to be a string or a number"},
    {"/{id}", "{\"id\":[1]}", NULL, "is an array"},
    {"/{id}", "{\"id\":{}}", NULL, "is an object"},
    {"/{id}", "[1]", NULL, "has to be an object, is an array"},
    {"/{id}", "{\"id\":\"\"}", NULL, "cannot stand in a path"},
    {"/{id}", "{\"id\":\"..\"}", NULL, "cannot stand in a path"},
    {"/{id}", "{\"id\":\".\"}", NULL, "cannot stand in a path"},
    {"/{id}", "{\"id\":\"\\ud800\"}", NULL, "lone surrogate"},
    {"{+u}", "{\"u\":\"https://h:8/a%20b?c=d&e#f\"}",
	"https://h:8/a%20b?c=d&e#f", NULL},
    {"{+u}?v=1", "{\"u\":\"http://[::1]/!$'()*+,;=@~\"}",
	"http://[::1]/!$'()*+,;=@~?v=1", NULL},
    {"{+u}", "{\"u\":\"http://h/a b\\u00e9\\n<\\\"%zz%4\"}",
	"http://h/a%20b%C3%A9%0A%3C%22%25zz%254", NULL},
    {"/a/{+p}/{p}", "{\"p\":\"b/c\"}", "/a/b/c/b%2Fc", NULL},
    {"/{+p}", "{\"p\":\"\"}", NULL, "\"p\" is \"\", which cannot stand"},
    {"/{+p}", "{\"p\":\"..\"}", NULL, "cannot stand in a path"},
    {"/?q={+q}", "{\"q\":\"..\"}", "/?q=..", NULL},
    {"{+u}", "{\"v\":1}", NULL, "no member \"u\""},
    {"/{+}", "{\"\":1}", "/1", NULL},
};

static const struct {
	const char *tmpl;
	bool anywhere;
} leads[] = {
    {"{+u}", true},
    {"{+u}?a=1", true},
    {"http://h/{u}", false},
    {"http://{u}/", false},
    {"http://h/{+u}", false},
    {"http://h?{+u}", false},
    {"http://h#{+u}", false},
    {"http://h{+u}", true},
    {"http://h:{+u}/a", true},
    {"http://{a}{+u}/b", true},
    {"http:{+u}", true},
    {"{a}{+u}", true},
    {"{a}{+u}/?b=http://h/", true},
    {"http://{a}/{+u}", false},
    {"{+u", false},
};

static void
try_leads(void)
{
	size_t i;

	for (i = 0; i < sizeof leads / sizeof *leads; i++)
		CHECK(url_leads_anywhere(leads[i].tmpl) == leads[i].anywhere,
		    "%s", leads[i].tmpl);
}

static void
try_templates(void)
{
	struct buf b = BUF_INIT, why = BUF_INIT;
	struct json_val v;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof templates / sizeof *templates; i++) {
		buf_cut(&b, 0);
		buf_str(&b, "before");
		buf_cut(&why, 0);
		v.s = templates[i].record;
		v.len = strlen(v.s);
		ok = url_expand(&b, templates[i].tmpl, v, &why);
		CHECK(ok == (templates[i].result != NULL), "%s of %s",
		    templates[i].tmpl, templates[i].record);
		CHECK(strcmp(b.s + 6, ok ? templates[i].result : "") == 0,
		    "%s of %s: %s", templates[i].tmpl, templates[i].record,
		    b.s);
		CHECK(ok || strstr(why.s, templates[i].why), "%s of %s: %s",
		    templates[i].tmpl, templates[i].record, why.s);
	}
	buf_free(&b);
	buf_free(&why);
}

static const struct {
	const char *base, *ref, *result;
} references[] = {
    {"http://h/a/b?c", "d", "http://h/a/d"},
    {"http://h/a/b?c", "/d?e=f", "http://h/d?e=f"},
    {"http://h/a/b?c", "?page=2", "http://h/a/b?page=2"},
    {"http://h/a/b", "//other/x", "http://other/x"},
    {"https://h/a/b", "http://other/x", "http://other/x"},
    {"http://h/a/b/c", "../d", "http://h/a/d"},
    {"http://h/a", "?q=a b", "http://h/a?q=a+b"},
    {"http://h/a", "http://", NULL},
};

static const struct {
	const char *url, *origin;
} origins[] = {
    {"http://h/a", "http://h:80"},
    {"https://h/a", "https://h:443"},
    {"https://h:443/", "https://h:443"},
    {"http://user:secret@h:8080/", "http://h:8080"},
    {"http://[::1]:9/", "http://[::1]:9"},
    {"nonsense", NULL},
    {"", NULL},
};

static void
try_references(void)
{
	struct buf b = BUF_INIT, why = BUF_INIT;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof references / sizeof *references; i++) {
		buf_cut(&b, 0);
		ok = url_resolve(
		    &b, references[i].base, references[i].ref, &why);
		CHECK(ok == (references[i].result != NULL), "%s",
		    references[i].ref);
		CHECK(!ok || strcmp(b.s, references[i].result) == 0, "%s: %s",
		    references[i].ref, b.s);
	}
	for (i = 0; i < sizeof origins / sizeof *origins; i++) {
		buf_cut(&b, 0);
		ok = url_origin(&b, origins[i].url, &why);
		CHECK(ok == (origins[i].origin != NULL), "%s", origins[i].url);
		CHECK(!ok || strcmp(b.s, origins[i].origin) == 0, "%s: %s",
		    origins[i].url, b.s);
	}
	buf_free(&b);
	buf_free(&why);
}

/* Each behind each other: the one before never shows. */
static const char *const neighbours[] = {"http://h/a", "http://h/b?q=1#f",
    "http://h", "http://h?q", "http://h:80/", "http://h:8/", "http://hh/",
    "http://h./", "http://h@g/", "http://u:p@h/a", "http://u:p@h/b",
    "https://h/a", "HTTP://h/a", "http://H/a", "http://h/a b", "http://h/\t",
    "http://h/\x7f", "http://h/\xc3\xa9", "http://h\\/", "http:///h/a",
    "http://h:x/", "http:/h/a", "nonsense", "", "a://b://c/", "//h/a",
    "http://[::1]:9/a", "http://[::1]:9/b", "http://h/a://b/"};

static void
try_neighbours(void)
{
	struct buf b = BUF_INIT, again = BUF_INIT, why = BUF_INIT;
	struct url_known known;
	size_t i, n = sizeof neighbours / sizeof *neighbours;
	const char *url;
	bool ok;

	for (i = 0; i < n * n; i++) {
		memset(&known, 0, sizeof known);
		url_origin_known(&known, &b, neighbours[i / n], &why);
		url = neighbours[i % n];
		buf_cut(&b, 0);
		buf_cut(&again, 0);
		buf_cut(&why, 0);
		ok = url_origin(&b, url, &why);
		CHECK(url_origin_known(&known, &again, url, &why) == ok,
		    "%s behind %s", url, neighbours[i / n]);
		CHECK(!ok || strcmp(b.s, again.s) == 0, "%s behind %s: %s", url,
		    neighbours[i / n], again.s);
		url_known_free(&known);
	}
	buf_free(&b);
	buf_free(&again);
	buf_free(&why);
}

static const struct {
	const char *url, *result;
} queries[] = {
    {"http://h/a", "http://h/a?n%20m=1%262"},
    {"http://h/a?", "http://h/a?n%20m=1%262"},
    {"http://h/a?b=c", "http://h/a?b=c&n%20m=1%262"},
    {"http://h/a?b=c&", "http://h/a?b=c&n%20m=1%262"},
    {"http://h/a?b#f?", "http://h/a?b&n%20m=1%262#f?"},
};

static void
try_queries(void)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof queries / sizeof *queries; i++) {
		buf_cut(&b, 0);
		buf_str(&b, queries[i].url);
		url_query(&b, "n m", 3, "1&2", 3);
		CHECK(strcmp(b.s, queries[i].result) == 0, "%s: %s",
		    queries[i].url, b.s);
	}
	buf_free(&b);
}

static const struct {
	const char *from, *url, *result;
} users[] = {
    {"http://h/", "http://h/a", "http://h/a"},
    {"http://u:p@h/", "http://h/a", "http://u:p@h/a"},
    {"http://u@h/", "http://h/a?b@c", "http://u@h/a?b@c"},
    {"http://u:p%20@h/", "http://v@h/a", "http://v@h/a"},
    {"http://u:p%40@h/b/../", "http://h:8/a/../b", "http://u:p%40@h:8/a/../b"},
    {"http://h/@", "http://h/a", "http://h/a"},
};

static void
try_users(void)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof users / sizeof *users; i++) {
		buf_cut(&b, 0);
		buf_str(&b, users[i].url);
		url_take_user(&b, users[i].from);
		CHECK(strcmp(b.s, users[i].result) == 0, "%s: %s",
		    users[i].from, b.s);
	}
	buf_free(&b);
}

static const struct {
	const char *url, *result;
} drops[] = {
    {"http://h/a", "http://h/a"},
    {"http://h/a?", "http://h/a?"},
    {"http://h/a?p%5B=1", "http://h/a"},
    {"http://h/a?p[", "http://h/a"},
    {"http://h/a?p[=1&b=2#p[=3", "http://h/a?b=2#p[=3"},
    {"http://h/a?b=2&p%5b=1&c", "http://h/a?b=2&c"},
    {"http://h/a?b=p[&p[[=1&p=2&%=3&p%5", "http://h/a?b=p[&p[[=1&p=2&%=3&p%5"},
    {"http://h/a#?p[=1", "http://h/a#?p[=1"},
    {"http://h/?p[=1&p[=2", "http://h/"},
};

static void
try_drops(void)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof drops / sizeof *drops; i++) {
		buf_cut(&b, 0);
		buf_str(&b, drops[i].url);
		url_drop_query(&b, "p[", 2);
		CHECK(strcmp(b.s, drops[i].result) == 0, "%s: %s", drops[i].url,
		    b.s);
	}
	buf_free(&b);
}

int
main(void)
{
	try_drops();
	try_templates();
	try_leads();
	try_references();
	try_neighbours();
	try_queries();
	try_users();
	return UNIT_END();
}
