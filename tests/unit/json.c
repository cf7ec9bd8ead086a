/* The tokenizer: every form, every cut, both halves against each other. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "unit.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct text {
	const char *s;
	size_t len;
} good[] = {
    {TEXT("null")},
    {TEXT("true")},
    {TEXT("false")},
    {TEXT("0")},
    {TEXT("-0")},
    {TEXT("1")},
    {TEXT("-12")},
    {TEXT("10")},
    {TEXT("0.0")},
    {TEXT("-0.5")},
    {TEXT("1e1")},
    {TEXT("1E+400")},
    {TEXT("0e-0")},
    {TEXT("12.50e-7")},
    {TEXT("123456789012345678901234567890")},
    {TEXT("\"\"")},
    {TEXT("\"a\"")},
    {TEXT("\"\x7f\"")},
    {TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")},
    {TEXT("\"\\u0000\"")},
    {TEXT("\"\\uABCD\\uabcd\"")},
    {TEXT("\"\\ud800\"")},
    {TEXT("\"\\udc00\\ud800\"")},
    {TEXT("\"\\ud83d\\ude00\"")},
    {TEXT("\"\xc2\x80\"")},
    {TEXT("\"\xdf\xbf\"")},
    {TEXT("\"\xe0\xa0\x80\"")},
    {TEXT("\"\xed\x9f\xbf\"")},
    {TEXT("\"\xee\x80\x80\"")},
    {TEXT("\"\xef\xbf\xbf\"")},
    {TEXT("\"\xf0\x90\x80\x80\"")},
    {TEXT("\"\xf4\x8f\xbf\xbf\"")},
    {TEXT("\"fifteen bytes!!\"")},
    {TEXT("\"sixteen bytes !!\"")},
    {TEXT("\"a string of more than thirty-two bytes, plain\"")},
    {TEXT("\"plain for 16 bytes then \\n and more plain text\"")},
    {TEXT("[]")},
    {TEXT("[ ]")},
    {TEXT("{}")},
    {TEXT("{ }")},
    {TEXT("[1,2,[3,[]],{}]")},
    {TEXT(" [ 1 , 2 ] ")},
    {TEXT("{\"a\":1,\"a\":2}")},
    {TEXT("{\"\":{\"\":[]}}")},
    {TEXT("\t\r\n {\"a\" : [ true , null ] }\r\n")},
    {TEXT("[\"]\",\"}\",\"\\\"\",\"\\\\\"]")},
};

static const struct bad {
	const char *s;
	size_t len;
	size_t at; /* of the offending byte */
} bad[] = {
    {TEXT("nul "), 3},
    {TEXT("nulL"), 3},
    {TEXT("True"), 0},
    {TEXT("nullx"), 4},
    {TEXT("01"), 1},
    {TEXT("-01"), 2},
    {TEXT("+1"), 0},
    {TEXT("-a"), 1},
    {TEXT("1.a"), 2},
    {TEXT(".5"), 0},
    {TEXT("1ea"), 2},
    {TEXT("1e+x"), 3},
    {TEXT("1.5.5"), 3},
    {TEXT("0x10"), 1},
    {TEXT("NaN"), 0},
    {TEXT("Infinity"), 0},
    {TEXT("-Infinity"), 1},
    {TEXT("'a'"), 0},
    {TEXT("\"\\a\""), 2},
    {TEXT("\"\\x41\""), 2},
    {TEXT("\"\\u12g4\""), 5},
    {TEXT("\"\\u 123\""), 3},
    {TEXT("\"\\U0041\""), 2},
    {TEXT("\"\\'\""), 2},
    {TEXT("\"a\0b\""), 2},
    {TEXT("\"\\\0\""), 2},
    {TEXT("\"\n\""), 1},
    {TEXT("\"\x1f\""), 1},
    {TEXT("\"0123456789abcde\t\""), 16},
    {TEXT("\"\x80\""), 1},
    {TEXT("\"\xbf\""), 1},
    {TEXT("\"\xc0\xaf\""), 1},
    {TEXT("\"\xc1\xbf\""), 1},
    {TEXT("\"\xc2\x41\""), 1},
    {TEXT("\"\xe0\x80\x80\""), 1},
    {TEXT("\"\xe0\x9f\xbf\""), 1},
    {TEXT("\"\xed\xa0\x80\""), 1},
    {TEXT("\"\xed\xbf\xbf\""), 1},
    {TEXT("\"\xe2\x82\x41\""), 1},
    {TEXT("\"\xf0\x80\x80\x80\""), 1},
    {TEXT("\"\xf0\x8f\xbf\xbf\""), 1},
    {TEXT("\"\xf4\x90\x80\x80\""), 1},
    {TEXT("\"\xf5\x80\x80\x80\""), 1},
    {TEXT("\"\xff\""), 1},
    {TEXT("\"\xfe\""), 1},
    {TEXT("\"\xc3\xa9\xa9\""), 3},
    {TEXT("[1,]"), 3},
    {TEXT("[,1]"), 1},
    {TEXT("[1 2]"), 3},
    {TEXT("[1}"), 2},
    {TEXT("{]"), 1},
    {TEXT("{\"a\":1]"), 6},
    {TEXT("{\"a\":1,}"), 7},
    {TEXT("{,}"), 1},
    {TEXT("{1:2}"), 1},
    {TEXT("{a:1}"), 1},
    {TEXT("{\"a\" 1}"), 5},
    {TEXT("{\"a\":}"), 5},
    {TEXT("{\"a\"}"), 4},
    {TEXT("{\"a\"::1}"), 5},
    {TEXT("]"), 0},
    {TEXT("}"), 0},
    {TEXT(","), 0},
    {TEXT(":"), 0},
    {TEXT("1 2"), 2},
    {TEXT("{} {}"), 3},
    {TEXT("[]]"), 2},
    {TEXT("\xef\xbb\xbf{}"), 0},
    {TEXT("\0"), 0},
    {TEXT("{}\0"), 2},
    {TEXT("\v1"), 0},
    {TEXT("[1,//\n2]"), 3},
    {TEXT("\xc2\xa0"
	  "1"),
	0},
};

static void
accepts(const char *s, size_t len)
{
	struct json_error e = {0, NULL};

	CHECK(json_check(s, len, &e), "%.*s: %s at %zu", (int)len, s,
	    json_why(&e), e.at);
}

/* A text of `len` bytes exactly, so that a read beyond it is seen. */
static char *
exact(const char *s, size_t len)
{
	char *p = malloc(len > 0 ? len : 1);

	if (p == NULL)
		abort();
	memcpy(p, s, len);
	return p;
}

static void
forms(void)
{
	struct json_error e;
	size_t i;
	char *p;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		p = exact(good[i].s, good[i].len);
		accepts(p, good[i].len);
		free(p);
	}
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		p = exact(bad[i].s, bad[i].len);
		CHECK(!json_check(p, bad[i].len, &e), "%s", bad[i].s);
		CHECK(e.what && e.at == bad[i].at, "%s: at %zu, not %zu (%s)",
		    bad[i].s, e.at, bad[i].at, json_why(&e));
		free(p);
	}
}

static void
control_bytes(void)
{
	char text[40];
	struct json_error e;
	int c, at;

	/* At every distance from the ends of the wide loads. */
	for (at = 1; at < 36; at++)
		for (c = 0; c < 256; c++) {
			memset(text, 'x', sizeof text);
			text[0] = text[37] = '"';
			text[at] = (char)c;
			CHECK(json_check(text, 38, &e) ==
				  (c >= 0x20 && c < 0x80 && c != '"' &&
				      c != '\\'),
			    "byte %#x at %d", (unsigned)c, at);
		}
}

static const char whole[] =
    "{\"id\":9007199254740993,\"price\":19.90,\"e\":-1.5E+10,"
    "\"text\":\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \\u0026 \\\\ \\\"\","
    "\"a\":[true,false,null,[],{}],\"o\":{\"deep\":{\"er\":[1,2,3]}}}";

static void
truncation(void)
{
	struct json_error e;
	size_t i, len = sizeof whole - 1;
	char *p;

	for (i = 0; i < len; i++) {
		p = exact(whole, i);
		CHECK(!json_check(p, i, &e), "cut at %zu", i);
		CHECK(e.what == NULL && e.at == i, "cut at %zu: %s at %zu", i,
		    json_why(&e), e.at);
		CHECK(json_scan(p, i, false, &e) == 0 && e.what == NULL,
		    "scan cut at %zu", i);
		free(p);
	}
	p = exact(whole, len);
	CHECK(json_scan(p, len, false, &e) == len, "whole");
	free(p);
	CHECK(json_scan("12", 2, false, &e) == 0 && e.what == NULL,
	    "a number may go on");
	CHECK(json_scan("12", 2, true, &e) == 2, "the last number");
	CHECK(json_scan("12,", 3, false, &e) == 2, "an ended number");
	CHECK(json_scan(" {} {}", 6, false, &e) == 3, "the first of two");
}

static void
depth(void)
{
	struct buf b = BUF_INIT;
	struct json_error e;
	unsigned i, n;

	for (n = JSON_DEPTH; n <= JSON_DEPTH + 1; n++) {
		buf_cut(&b, 0);
		for (i = 0; i < n; i++)
			buf_str(&b, i % 2 ? "[" : "{\"a\":");
		buf_char(&b, '1');
		for (i = n; i-- > 0;)
			buf_char(&b, i % 2 ? ']' : '}');
		CHECK(json_check(b.s, b.len, &e) == (n == JSON_DEPTH),
		    "depth %u", n);
	}
	json_depth = JSON_DEPTH_MAX;
	accepts(b.s, b.len);
	buf_cut(&b, 0);
	for (i = 0; i < 100000; i++)
		buf_char(&b, '[');
	CHECK(
	    !json_check(b.s, b.len, &e) && e.at == JSON_DEPTH_MAX, "%zu", e.at);
	json_depth = JSON_DEPTH;
	buf_free(&b);
}

/* Writes v again, member by member: must give its compact form. */
static void
rewrite(struct buf *b, struct json_val v)
{
	struct json_walk w;
	struct json_val name, x;
	bool first = true;

	if (*v.s != '{' && *v.s != '[') {
		buf_add(b, v.s, v.len);
		return;
	}
	buf_char(b, *v.s);
	w = json_walk(v);
	while (json_next(&w, &name, &x)) {
		if (!first)
			buf_char(b, ',');
		first = false;
		if (name.s) {
			buf_add(b, name.s, name.len);
			buf_char(b, ':');
		}
		rewrite(b, x);
	}
	buf_char(b, v.s[v.len - 1]);
}

static void
walking(void)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct json_val v;
	size_t i;
	char *p;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		p = exact(good[i].s, good[i].len);
		v = json_trim(p, good[i].len);
		buf_cut(&a, 0);
		buf_cut(&b, 0);
		rewrite(&a, v);
		json_compact(&b, v);
		CHECK(a.len == b.len && memcmp(a.s, b.s, a.len) == 0,
		    "%s: %s, %s", good[i].s, a.s, b.s);
		CHECK(json_skip(v.s, v.s + v.len) == v.s + v.len, "%s",
		    good[i].s);
		free(p);
	}
	v = (struct json_val){TEXT("{\"a\":1,\"\\u0061\":2,\"b\":3}")};
	CHECK(json_member(v, "a", 1, &v) && *v.s == '2',
	    "the last of equal names");
	buf_free(&a);
	buf_free(&b);
}

static void
decodes(const char *raw, size_t len, const char *s, size_t n, bool whole_text)
{
	struct buf b = BUF_INIT;

	CHECK(json_decode(&b, (struct json_val){raw, len}) == whole_text, "%s",
	    raw);
	CHECK(b.len == n && memcmp(b.s, s, n) == 0, "%s: %s", raw, b.s);
	buf_free(&b);
}

static void
quotes(const char *s, size_t len, const char *raw, bool utf8)
{
	struct buf b = BUF_INIT;

	CHECK(json_quote(&b, s, len) == utf8, "%s", raw);
	CHECK(strcmp(b.s, raw) == 0, "%s, not %s", b.s, raw);
	accepts(b.s, b.len);
	buf_free(&b);
}

static void
strings(void)
{
	decodes(TEXT("\"\""), TEXT(""), true);
	decodes(TEXT("\"a\\u0026b\""), TEXT("a&b"), true);
	decodes(TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), TEXT("\"\\/\b\f\n\r\t"),
	    true);
	decodes(TEXT("\"\\u0000\""), TEXT("\0"), true);
	decodes(TEXT("\"\\u00e9\\u20AC\""), TEXT("\xc3\xa9\xe2\x82\xac"), true);
	decodes(TEXT("\"\\ud83d\\ude00!\""), TEXT("\xf0\x9f\x98\x80!"), true);
	decodes(TEXT("\"\\ud83dx\""), TEXT("\xef\xbf\xbdx"), false);
	decodes(TEXT("\"\\ude00\""), TEXT("\xef\xbf\xbd"), false);
	decodes(TEXT("\"\\ud83d\\u0041\""),
	    TEXT("\xef\xbf\xbd"
		 "A"),
	    false);
	quotes(TEXT(""), "\"\"", true);
	quotes(TEXT("a\"b\\c/d\n\x01\x7f"), "\"a\\\"b\\\\c/d\\n\\u0001\x7f\"",
	    true);
	quotes(TEXT("a\0b"), "\"a\\u0000b\"", true);
	quotes(TEXT("\xc3\xa9\xff\xe2\x82"),
	    "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"", false);
	quotes(TEXT("\xc3\xa9\xa9z"), "\"\xc3\xa9\xef\xbf\xbdz\"", false);
	CHECK(json_utf8(TEXT("\xf0\x9f\x98\x80")), "emoji");
	CHECK(!json_utf8(TEXT("\xf0\x9f\x98")), "cut");
}

static void
canonical(void)
{
	static const char *const same[][3] = {{"1", "1.0", "1e0"},
	    {"100", "1e2", "0.1e+3"}, {"19.9", "19.90", "1990e-2"},
	    {"0", "-0", "0.00e7"}, {"-12", "-12.000", "-1.2E1"}};
	struct buf a = BUF_INIT, b = BUF_INIT;
	size_t i, j;

	for (i = 0; i < sizeof same / sizeof *same; i++)
		for (j = 1; j < 3; j++) {
			buf_cut(&a, 0);
			buf_cut(&b, 0);
			json_canonical_number(&a,
			    (struct json_val){same[i][0], strlen(same[i][0])});
			json_canonical_number(&b,
			    (struct json_val){same[i][j], strlen(same[i][j])});
			CHECK(strcmp(a.s, b.s) == 0, "%s %s", a.s, b.s);
		}
	buf_cut(&a, 0);
	buf_cut(&b, 0);
	json_canonical_number(&a, (struct json_val){TEXT("9007199254740993")});
	json_canonical_number(&b, (struct json_val){TEXT("9007199254740992")});
	CHECK(strcmp(a.s, b.s) != 0, "%s", a.s);
	buf_free(&a);
	buf_free(&b);
}

int
main(void)
{
	forms();
	control_bytes();
	truncation();
	depth();
	walking();
	strings();
	canonical();
	return UNIT_END();
}
