/* Pages, as broken as they come: what XPath finds in them. */
#include <stdlib.h>

#include "charset.h"
#include "html.h"
#include "unit.h"

#define URL "http://h/shop/list.html?page=1"

struct find {
	const char *page, *type, *xpath;
	const char *found; /* texts, each with a bar behind; or of *why */
};

static const struct find finds[] = {
    {"<p>a<p>b", NULL, "//p", "a|b|"},
    {"", NULL, "//p", ""},
    {"no markup at all", NULL, "//p", "no markup at all|"},
    {"<table><tr><td>1<td>2</table>", NULL, "//td", "1|2|"},
    {"<DIV CLASS=x>A</DIV>", NULL, "//div[@class='x']", "A|"},
    {"<p> a\n\t b\f c </p>", NULL, "//p", "a b c|"},
    {"<p>a<br>b</p>", NULL, "//p", "ab|"},
    {"<a title=' t\n'>x</a>", NULL, "//a/@title", "t|"},
    {"<p>&amp;&lt;&eacute;&nbsp;&#x4e2d;</p>", NULL, "//p",
	"&<\xc3\xa9\xc2\xa0\xe4\xb8\xad|"},
    {"<script>var x = '<b>';</script><b>y</b>", NULL, "//b | //script",
	"var x = '<b>';|y|"},
    {"<b>1</b><i>2</i><b>3</b>", NULL, "//i | //b", "1|2|3|"},
    {"<b>1</b><b>2</b>", NULL, "count(//b)", "2|"},
    {"<b>1</b>", NULL, "string(//b)", "1|"},
    {"<b>1</b>", NULL, "//b = '1'", "true|"},
    {"<b>1</b>", NULL, "//c", ""},
    /* classes */
    {"<p class='a b'>1</p><p class='ab'>2</p><p>3</p>", NULL, "//p[class('a')]",
	"1|"},
    {"<p class='a\tc b'>1</p><p class='b'>2</p>", NULL, "//p[class('b  a')]",
	"1|"},
    {"<p class='a'>1</p>", NULL, "//p[class('')]", ""},
    {"<p class='a'>1</p>", NULL, "//text()[class('a')]", ""},
    {"<p class='a'>1</p>", NULL, "//p[class()]", "!Invalid number of arg"},
    {"<p>1</p>", NULL, "//p[klass('a')]", "!klass"},
    {"<p>1</p>", NULL, "//p[$a]", "!variable"},
    /* match() */
    {"<a href='/1998-x_c_263.html'>", NULL, "match(//a/@href, '[0-9]+')",
	"1998|"},
    {"<p>a=1 b=22</p>", NULL, "match(//p, 'b=(\\d)')", "2|"},
    {"<p>abc</p>", NULL, "match(//p, 'x')", "|"},
    {"<p>1</p><p>x</p>", NULL, "//p[match(., '^\\d$')]", "1|"},
    {"<p>\xc3\xa9\xe2\x82\xac</p>", NULL, "match(//p, '^.(.)$')",
	"\xe2\x82\xac|"},
    {"<p>1</p>", NULL, "match(//p)", "!Invalid number of arg"},
    {"<p>1</p>", NULL, "match(//p, '(')",
	"!\"(\" is no regular expression: missing"},
    {"<p>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!</p>", NULL,
	"match(//p, '(a|a)+$')",
	"!could not look for \"(a|a)+$\": match limit"},
    /* a page declares no entities, and none are read */
    {"<!DOCTYPE html [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><p>&e;</p>",
	NULL, "(//p)[last()]", "&e;|"},
    /* character sets */
    {"<p>\xc3\xa9</p>", NULL, "//p", "\xc3\xa9|"},
    {"<p>\xe9</p>", NULL, "//p", "\xc3\xa9|"},
    {"<p>\x80</p>", "text/html; charset=ISO-8859-1", "//p", "\xe2\x82\xac|"},
    {"<p>\xc3\xa9</p>", "text/html; Charset=\"utf-8\"", "//p", "\xc3\xa9|"},
    {"<p>a\xff"
     "b</p>",
	"text/html;charset=utf-8", "//p",
	"a\xef\xbf\xbd"
	"b|"},
    {"<meta charset='windows-1251'><p>\xff</p>", NULL, "//p", "\xd1\x8f|"},
    {"<META http-equiv=Content-Type content='text/html; charset=koi8-r'>"
     "<p>\xd1</p>",
	NULL, "//p", "\xd1\x8f|"},
    {"<meta charset=utf-16><p>\xc3\xa9</p>", NULL, "//p", "\xc3\xa9|"},
    {"<meta charset=nonsense><p>\xe9</p>", NULL, "//p", "\xc3\xa9|"},
    {"<meta charset=koi8-r><p>\xc3\xa9</p>", "text/html; charset=utf-8", "//p",
	"\xc3\xa9|"},
    {"\xef\xbb\xbf<p>\xc3\xa9</p>", "text/html; charset=koi8-r", "//p",
	"\xc3\xa9|"},
    {"<meta charset=shift_jis><p>\x83\x65\x83</p>", NULL, "//p",
	"\xe3\x83\x86\xef\xbf\xbd|"},
};

static void
list(struct html *h, const struct html_found *f, struct buf *b)
{
	size_t i;

	(void)h;
	for (i = 0; i < f->n; i++) {
		html_text(f, i, b);
		buf_char(b, '|');
	}
}

static void
try_find(const struct find *t)
{
	struct buf why = BUF_INIT, got = BUF_INIT;
	struct html_found f = {0, NULL};
	struct html_path *p = html_path(t->xpath, &why);
	struct html *h =
	    html_parse(t->page, strlen(t->page), t->type, URL, &why);
	bool ok = p && h && html_find(h, NULL, p, &f, &why);

	if (ok)
		list(h, &f, &got);
	if (*t->found == '!')
		CHECK(!ok && strstr(why.s, t->found + 1), "%s: %s", t->xpath,
		    why.len ? why.s : "");
	else
		CHECK(ok && strcmp(got.len ? got.s : "", t->found) == 0,
		    "%s of %s: %s%s", t->xpath, t->page, got.len ? got.s : "",
		    why.len ? why.s : "");
	html_found_free(&f);
	html_path_free(p);
	html_free(h);
	buf_free(&why);
	buf_free(&got);
}

static const struct {
	const char *page, *xpath, *link; /* NULL: it is none */
} links[] = {
    {"<a href='?page=2'>", "//a", "http://h/shop/list.html?page=2"},
    {"<a href=' /x\n'>", "//a/@href", "http://h/x"},
    {"<a href='b c.html'>", "//a", "http://h/shop/b%20c.html"},
    {"<a href='//o/x'>", "//a", "http://o/x"},
    {"<img src='i.png'>", "//img", "http://h/shop/i.png"},
    {"<a href='a.asp?x=1&amp;y=2'>", "//a", "http://h/shop/a.asp?x=1&y=2"},
    {"<base href='/b/'><a href='c'>", "//a", "http://h/b/c"},
    {"<base href='http://o/d/'><a href='c'>", "//a", "http://o/d/c"},
    {"<base target=x><base href='/b/'><base href='/z/'><a href='c'>", "//a",
	"http://h/b/c"},
    {"<base href='::'><a href='c'>", "//a", "http://h/shop/c"},
    {"<p>x.html</p>", "string(//p)", "http://h/shop/x.html"},
    {"<a name=x>", "//a", NULL},
    {"<a href='http://'>", "//a", NULL},
};

static void
try_link(size_t i)
{
	struct buf why = BUF_INIT, got = BUF_INIT;
	struct html_found f = {0, NULL};
	const char *s = links[i].page;
	struct html_path *p = html_path(links[i].xpath, &why);
	struct html *h = html_parse(s, strlen(s), NULL, URL, &why);
	bool ok = html_find(h, NULL, p, &f, &why) && f.n == 1 &&
		  html_link(h, &f, 0, &got, &why);

	CHECK(ok == (links[i].link != NULL) && (ok || why.len > 0), "%s", s);
	CHECK(!ok || strcmp(got.s, links[i].link) == 0, "%s: %s", s, got.s);
	html_found_free(&f);
	html_path_free(p);
	html_free(h);
	buf_free(&why);
	buf_free(&got);
}

/* Rows, and fields seen from a row. */
static void
try_rows(void)
{
	static const char page[] =
	    "<div class=item><b>1</b><i>x</i></div><div class='item sold'>"
	    "<b>2</b></div><b>3</b>";
	struct buf why = BUF_INIT, got = BUF_INIT;
	struct html_found rows = {0, NULL}, f;
	struct html_path *row = html_path("//div[class('item')]", &why);
	struct html_path *b = html_path("b", &why), *i = html_path("i", &why);
	struct html *h = html_parse(page, sizeof(page) - 1, NULL, URL, &why);
	size_t n;

	CHECK(html_find(h, NULL, row, &rows, &why) && rows.n == 2, "rows");
	for (n = 0; n < rows.n; n++) {
		html_find(h, html_node(&rows, n), b, &f, &why);
		list(h, &f, &got);
		html_found_free(&f);
		html_find(h, html_node(&rows, n), i, &f, &why);
		list(h, &f, &got);
		html_found_free(&f);
	}
	CHECK(got.len && strcmp(got.s, "1|x|2|") == 0, "%s", got.s);
	CHECK(html_find(h, NULL, row, &f, &why) && html_node(&f, 0), "node");
	html_found_free(&f);
	html_found_free(&rows);
	html_path_free(row);
	html_path_free(b);
	html_path_free(i);
	html_free(h);
	buf_free(&why);
	buf_free(&got);
}

/* What is deep or long is read whole, or refused. */
static void
try_sizes(void)
{
	struct buf page = BUF_INIT, why = BUF_INIT, got = BUF_INIT;
	struct html_path *p = html_path("//b", &why);
	struct html_found f = {0, NULL};
	struct html *h;
	size_t i;

	for (i = 0; i < HTML_DEPTH - 4; i++)
		buf_str(&page, "<div>");
	buf_str(&page, "<b>deep</b>");
	h = html_parse(page.s, page.len, NULL, URL, &why);
	CHECK(h && html_find(h, NULL, p, &f, &why) && f.n == 1, "%s",
	    why.len ? why.s : "");
	html_found_free(&f);
	html_free(h);
	buf_cut(&page, page.len - 11);
	buf_str(&page, "<div><div><div><div><div>x");
	h = html_parse(page.s, page.len, NULL, URL, &why);
	CHECK(!h && strstr(why.s, "within each other"), "deeper");
	buf_cut(&why, 0);
	h = html_parse(page.s, (size_t)HTML_MAX + 1, NULL, URL, &why);
	CHECK(!h && strstr(why.s, "longer than"), "%s", why.s);
	html_path_free(p);
	buf_cut(&page, 0);
	buf_add(&page, "a\0b<b>c\0d</b>", 13);
	p = html_path("//b", &why);
	h = html_parse(page.s, page.len, NULL, URL, &why);
	html_find(h, NULL, p, &f, &why);
	html_raw_text(&f, 0, &got);
	CHECK(strcmp(got.s, "c\xef\xbf\xbd"
			    "d") == 0,
	    "%s", got.s);
	html_found_free(&f);
	html_free(h);
	html_path_free(p);
	p = html_path("//a[", &why);
	CHECK(!p && strstr(why.s, "\"//a[\" is no XPath: "), "%s", why.s);
	buf_free(&page);
	buf_free(&why);
	buf_free(&got);
}

static void
try_utf16(void)
{
	struct buf b = BUF_INIT;

	charset_utf8(&b,
	    "\xff\xfe"
	    "a\0\x16\x4e",
	    6, "text/html; charset=utf-8");
	CHECK(strcmp(b.s, "a\xe4\xb8\x96") == 0, "%s", b.s);
	buf_cut(&b, 0);
	charset_utf8(&b, "\xfe\xff\0a\x4e", 5, NULL);
	CHECK(strcmp(b.s, "a\xef\xbf\xbd") == 0, "%s", b.s);
	buf_free(&b);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof finds / sizeof *finds; i++)
		try_find(&finds[i]);
	for (i = 0; i < sizeof links / sizeof *links; i++)
		try_link(i);
	try_rows();
	try_sizes();
	try_utf16();
	return UNIT_END();
}
