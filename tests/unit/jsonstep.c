/*
 * The tokenizer in pieces: every document, cut at every place, against the
 * tokenizer on the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "jsonstep.h"
#include "unit.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct text {
	const char *s;
	size_t len;
} texts[] = {
    {TEXT("null")},
    {TEXT(" true ")},
    {TEXT("false,")},
    {TEXT("[null,true,false]")},
    {TEXT("[nul ]")},
    {TEXT("[nulL]")},
    {TEXT("[True]")},
    {TEXT("truefalse")},
    {TEXT("[0,-0,1,-12,10,0.0,-0.5,1e1,1E+400,0e-0,12.50e-7]")},
    {TEXT("[123456789012345678901234567890 , 5]")},
    {TEXT("0]")},
    {TEXT("12 ")},
    {TEXT("12")},
    {TEXT("[01]")},
    {TEXT("[-01]")},
    {TEXT("[00.5]")},
    {TEXT("[+1]")},
    {TEXT("[-a]")},
    {TEXT("[-]")},
    {TEXT("[1.a]")},
    {TEXT("[1.]")},
    {TEXT("[.5]")},
    {TEXT("[1ea]")},
    {TEXT("[1e]")},
    {TEXT("[1e+x]")},
    {TEXT("[1.5.5]")},
    {TEXT("[1e5e5]")},
    {TEXT("[1e5.5]")},
    {TEXT("[1-1]")},
    {TEXT("[1e+-1]")},
    {TEXT("[1x]")},
    {TEXT("\"\"")},
    {TEXT("\"a string of more than thirty-two bytes, plain\"")},
    {TEXT("\"plain for 16 bytes then \\n and more plain text\"")},
    {TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")},
    {TEXT("\"\\u0000\\uABCD\\uabcd\\ud800\"")},
    {TEXT("\"\\x\"")},
    {TEXT("\"\\\0\"")},
    {TEXT("\"\\u12g4\"")},
    {TEXT("\"\\u\"")},
    {TEXT("\"a\nb\"")},
    {TEXT("\"a\0b\"")},
    {TEXT("\"\x7f\x1f\"")},
    {TEXT("\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\xf0\x9f\x98\x80\"")},
    {TEXT("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\"")},
    {TEXT("\"\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"")},
    {TEXT("\"\x80\"")},
    {TEXT("\"\xc0\x80\"")},
    {TEXT("\"\xc3(\"")},
    {TEXT("\"\xc3\"")},
    {TEXT("\"\xe0\x9f\xbf\"")},
    {TEXT("\"\xed\xa0\x80\"")},
    {TEXT("\"\xe2\x82(\"")},
    {TEXT("\"\xf0\x8f\xbf\xbf\"")},
    {TEXT("\"\xf4\x90\x80\x80\"")},
    {TEXT("\"\xf0\x9f\x98(\"")},
    {TEXT("\"\xf5\x80\x80\x80\"")},
    {TEXT("\"\xff\"")},
    {TEXT("[]")},
    {TEXT("[ ]")},
    {TEXT("{}")},
    {TEXT("{ }")},
    {TEXT("[1,2,[3,[]],{}]")},
    {TEXT(" [ 1 , 2 ] ")},
    {TEXT("{\"a\":1,\"a\":2}")},
    {TEXT("{\"\":{\"\":[]}}")},
    {TEXT("\t\r\n {\"a\" : [ true , null ] ,\n \"b\":\n{ } }\r\n")},
    {TEXT("[\"]\",\"}\",\"\\\"\",\"\\\\\"]")},
    {TEXT("{\"id\":9007199254740993,\"e\":-1.5E+10,\"text\":\"\\u0026 x\","
	  "\"a\":[true,false,null,[],{}],\"o\":{\"deep\":{\"er\":[1,2,3]}}}")},
    {TEXT("")},
    {TEXT("   ")},
    {TEXT("]")},
    {TEXT("}")},
    {TEXT(",")},
    {TEXT("\x01")},
    {TEXT("[\x01]")},
    {TEXT("[,]")},
    {TEXT("[1,]")},
    {TEXT("[1 2]")},
    {TEXT("[1}")},
    {TEXT("{]")},
    {TEXT("{1:2}")},
    {TEXT("{\"a\"}")},
    {TEXT("{\"a\" 1}")},
    {TEXT("{\"a\":}")},
    {TEXT("{\"a\":1,}")},
    {TEXT("{\"a\":1]")},
    {TEXT("{\"a\":1 \"b\":2}")},
    {TEXT("{\"a\n\":1}")},
    {TEXT("{,}")},
};

/* A copy that ends where its block does, for the address checker. */
static char *
exact(const char *s, size_t len)
{
	char *p = malloc(len ? len : 1);

	if (p == NULL)
		abort();
	memcpy(p, s, len);
	return p;
}

struct result {
	enum jsonstep_is is;
	size_t at; /* the value's end or the bad byte */
	const char *what;
	struct buf compact;
};

/*
 * Feeds s in blocks: `first` bytes, then `then` more each time. What a block
 * leaves unused begins the next one.
 */
static void
feed(struct result *r, const char *s, size_t len, size_t first, size_t then)
{
	struct jsonstep j;
	size_t at = 0, end = first < len ? first : len, used;
	char *block;

	buf_cut(&r->compact, 0);
	jsonstep_begin(&j, 0);
	for (;;) {
		block = exact(s + at, end - at);
		r->is = jsonstep(&j, block, end - at, &r->compact, &used);
		free(block);
		at += used;
		CHECK(r->is != JSONSTEP_MORE || end - at < 6,
		    "%zu bytes left unused of %s", end - at, s);
		if (r->is != JSONSTEP_MORE || end == len)
			break;
		end = len - end > then ? end + then : len;
	}
	r->at = at;
	r->what = r->is == JSONSTEP_FAILED ? j.error.what : NULL;
	CHECK(r->is != JSONSTEP_FAILED || j.error.at == used, "%zu, %zu",
	    j.error.at, used);
}

/* The same verdict, place and words as of the whole? */
static void
compare(const char *s, size_t len, size_t first, size_t then)
{
	struct result r = {.compact = BUF_INIT};
	struct json_error e = {0, NULL};
	struct buf compact = BUF_INIT;
	size_t n = json_scan(s, len, false, &e);
	struct json_val v;

	feed(&r, s, len, first, then);
	if (n > 0) {
		v = json_trim(s, n);
		json_compact(&compact, v);
		CHECK(r.is == JSONSTEP_DONE && r.at == n, "%s: %d at %zu", s,
		    r.is, r.at);
		CHECK(compact.len == r.compact.len &&
			  memcmp(compact.s, r.compact.s, compact.len) == 0,
		    "%s: %s, not %s", s, r.compact.s, compact.s);
	} else if (e.what) {
		CHECK(r.is == JSONSTEP_FAILED && r.at == e.at &&
			  strcmp(r.what, e.what) == 0,
		    "%s: at %zu, not %zu: %s, not %s", s, r.at, e.at,
		    r.what ? r.what : "nothing", e.what);
	} else {
		CHECK(r.is == JSONSTEP_MORE, "%s: %d at %zu: %s", s, r.is, r.at,
		    r.what ? r.what : "");
	}
	buf_free(&r.compact);
	buf_free(&compact);
}

static void
splits(void)
{
	size_t i, cut, len;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		len = texts[i].len;
		for (cut = 0; cut <= len; cut++) {
			compare(texts[i].s, len, cut, len);
			/* A text that ends there. */
			compare(texts[i].s, cut, cut, cut);
			compare(texts[i].s, cut, 1, 1);
		}
		for (cut = 1; cut < 20; cut++)
			compare(texts[i].s, len, cut, cut);
	}
}

static void
depth(void)
{
	struct buf b = BUF_INIT;
	struct jsonstep j;
	size_t used;
	unsigned i;

	for (i = 0; i < JSON_DEPTH + 1; i++)
		buf_str(&b, i % 3 ? "[" : "{\"a\":");
	compare(b.s, b.len, b.len, 1);
	compare(b.s, b.len, 1, 1);
	jsonstep_begin(&j, JSON_DEPTH);
	CHECK(jsonstep(&j, "1 ", 2, NULL, &used) == JSONSTEP_DONE, "scalar");
	jsonstep_begin(&j, JSON_DEPTH);
	CHECK(jsonstep(&j, "[]", 2, NULL, &used) == JSONSTEP_FAILED, "array");
	jsonstep_begin(&j, JSON_DEPTH - 1);
	CHECK(jsonstep(&j, "[]", 2, NULL, &used) == JSONSTEP_DONE, "array");
	buf_free(&b);
}

static void
lines(void)
{
	static const char text[] = "\n[1,\n\n2\n]\n";
	struct jsonstep j;
	size_t used;

	jsonstep_begin(&j, 0);
	CHECK(jsonstep(&j, text, sizeof text - 1, NULL, &used) == JSONSTEP_DONE,
	    "%zu", used);
	CHECK(used == sizeof text - 2 && j.lines == 4, "%zu", used);
}

int
main(void)
{
	splits();
	depth();
	lines();
	return UNIT_END();
}
