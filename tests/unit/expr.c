/* Expressions: plain paths on raw text, programs in libjq, lost digits. */
#include <stdlib.h>

#include "expr.h"
#include "key.h"
#include "shape.h"
#include "unit.h"

static const struct {
	const char *expr, *record;
	enum expr_is is;
	const char *result; /* the value, or a part of the reason */
	bool path;
} cases[] = {
    {".", " {\"a\": 1}", EXPR_VALUE, "{\"a\": 1}", true},
    {".a", "{\"a\":19.90}", EXPR_VALUE, "19.90", true},
    {".a", "{\"a\":null}", EXPR_VALUE, "null", true},
    {".a", "{}", EXPR_NONE, "", true},
    {".a.b", "{\"a\":null}", EXPR_NONE, "", true},
    {".a", "{\"a\":1,\"a\":2}", EXPR_VALUE, "2", true},
    {".a", "{\"\\u0061\":1e400}", EXPR_VALUE, "1e400", true},
    {".a.b[1].c", "{\"a\":{\"b\":[0,{\"c\":\"\\u0026\"}]}}", EXPR_VALUE,
	"\"\\u0026\"", true},
    {".\"odd key\"", "{\"odd key\":[]}", EXPR_VALUE, "[]", true},
    {".[\"a\"][-1]", "{\"a\":[1,2,3]}", EXPR_VALUE, "3", true},
    {".a.[0]", "{\"a\":[1]}", EXPR_VALUE, "1", true},
    {".[0]", "[1]", EXPR_VALUE, "1", true},
    {".[-3]", "[1]", EXPR_NONE, "", true},
    {".[7]", "[1]", EXPR_NONE, "", true},
    {".a.b", "{\"a\":\"text\"}", EXPR_FAILED, "\"b\" in a string", true},
    {".a", "[1]", EXPR_FAILED, "in an array", true},
    {".[0]", "{}", EXPR_FAILED, "in an object", true},
    {".a|length", "{\"a\":[1,2]}", EXPR_VALUE, "2", false},
    {".a[]", "{\"a\":[\"x\",\"y\"]}", EXPR_VALUE, "\"x\"", false},
    {".a|tonumber", "{\"a\":\"x\"}", EXPR_FAILED, "", false},
    {"empty", "{}", EXPR_NONE, "", false},
    {"error({\"x\":1})", "{}", EXPR_FAILED, "x", false},
    {".id|tostring", "{\"id\":9007199254740993}", EXPR_FAILED,
	"a number that jq would change", false},
    {".id == 9007199254740993", "{\"id\":9007199254740993}", EXPR_FAILED,
	"jq would change", false},
    {".id > 5", "{\"id\":9007199254740993}", EXPR_VALUE, "true", false},
    {".n|tostring", "{\"id\":9007199254740993,\"n\":7}", EXPR_VALUE, "\"7\"",
	false},
    {".id|tostring", "{\"id\":1e400}", EXPR_FAILED, "jq would change", false},
    {".id|type", "{\"id\":820982911946154508}", EXPR_VALUE, "\"number\"",
	false},
    {".p|tostring", "{\"p\":19.90}", EXPR_VALUE, "\"19.9\"", false},
    {".p|tostring", "{\"p\":0.1}", EXPR_VALUE, "\"0.1\"", false},
};

static void
results(void)
{
	struct json_val v, record;
	struct expr *e;
	enum expr_is is;
	size_t i;
	char *why;
	bool same;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		e = expr_new(cases[i].expr, &why);
		CHECK(e, "%s: %s", cases[i].expr, why);
		if (e == NULL)
			continue;
		record = json_trim(cases[i].record, strlen(cases[i].record));
		is = expr_get(e, record, &v);
		CHECK(is == cases[i].is, "%s of %s: %d %s", cases[i].expr,
		    cases[i].record, is,
		    is == EXPR_FAILED ? expr_error(e) : "");
		CHECK(expr_is_path(e) == cases[i].path, "%s", cases[i].expr);
		same = is == EXPR_NONE ||
		       (is == EXPR_VALUE && v.len == strlen(cases[i].result) &&
			   memcmp(v.s, cases[i].result, v.len) == 0) ||
		       (is == EXPR_FAILED &&
			   strstr(expr_error(e), cases[i].result));
		CHECK(same, "%s of %s: %s", cases[i].expr, cases[i].record,
		    is == EXPR_FAILED ? expr_error(e) : v.s);
		expr_free(e);
	}
}

static void
refused(void)
{
	static const char *const texts[] = {
	    "", ".a |", ".a b", "..a.", ".[", "foo(1)", ".\"a", ".[1", "$x"};
	struct expr *e;
	size_t i;
	char *why;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		e = expr_new(texts[i], &why);
		/* The empty program is jq's identity. */
		CHECK(e == NULL || *texts[i] == '\0', "%s", texts[i]);
		CHECK(e || (why && *why), "%s: no reason", texts[i]);
		expr_free(e);
		free(why);
	}
}

static void
several(void)
{
	struct json_val v;
	char *why;
	struct expr *e = expr_new(".[]|.+1", &why);

	CHECK(expr_get(e, (struct json_val){"[1,2]", 5}, &v) == EXPR_VALUE &&
		  *v.s == '2',
	    "first");
	CHECK(expr_more(e, &v) == EXPR_VALUE && *v.s == '3', "second");
	CHECK(expr_more(e, &v) == EXPR_NONE, "end");
	expr_free(e);
}

/* A record that looks like the one before gives what it gives alone. */
static void
in_a_row(void)
{
	static const char *const texts[] = {
	    ".a", ".a.b", ".", ".b|tostring", ".b[0]", ".c", ".c.d"};
	static const char *const records[] = {"{\"a\":{\"b\":1.50},\"b\":[2]}",
	    "{\"a\":{\"b\":null},\"b\":[]}", "{\"a\":{\"b\":7},\"b\":\"x\"}",
	    "{\"a\":1,\"\\u0061\":{\"b\":null},\"b\":null}",
	    "{\"a\":2,\"\\u0061\":{\"b\":3},\"b\":4}", "{\"a\":1,\"a\":2}",
	    "{\"a\":3}", "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"c\":3}",
	    "{\"a\":1}", "{}", "{}", "null", "[1]", "7",
	    "{\"a\":\"x\",\"b\":{},\"c\":1}",
	    "{\"a\":\"y\",\"b\":{},\"c\":null}"};
	enum { N = sizeof texts / sizeof *texts };
	struct shape shape = SHAPE_INIT;
	struct expr *e[N], *alone;
	struct json_error bad;
	struct json_val record, v, want;
	enum expr_is is;
	size_t i, j;
	char *why;

	for (j = 0; j < N; j++)
		e[j] = expr_new(texts[j], &why);
	for (i = 0; i < sizeof records / sizeof *records; i++) {
		record = (struct json_val){records[i], strlen(records[i])};
		for (j = 0; j < N; j++) {
			CHECK(
			    shape_check(&shape, record, &bad), "%s", record.s);
			is = expr_get(e[j], record, &v);
			shape.s = NULL;
			alone = expr_new(texts[j], &why);
			CHECK(expr_get(alone, record, &want) == is,
			    "%s of %s: %d", texts[j], record.s, is);
			CHECK(is != EXPR_VALUE ||
				  (v.len == want.len &&
				      memcmp(v.s, want.s, v.len) == 0),
			    "%s of %s: %.*s", texts[j], record.s, (int)v.len,
			    v.s);
			expr_free(alone);
		}
	}
	for (j = 0; j < N; j++)
		expr_free(e[j]);
	shape_free(&shape);
}

static bool
same_key(struct key *k, const char *a, const char *b)
{
	struct buf first = BUF_INIT;
	bool same;

	CHECK(key_get(k, (struct json_val){a, strlen(a)}) == KEY_OK, "%s: %s",
	    a, k->why.s);
	buf_add(&first, k->bytes.s, k->bytes.len);
	CHECK(key_get(k, (struct json_val){b, strlen(b)}) == KEY_OK, "%s: %s",
	    b, k->why.s);
	same = first.len == k->bytes.len &&
	       memcmp(first.s, k->bytes.s, first.len) == 0;
	buf_free(&first);
	return same;
}

static enum key_is
key_of(struct key *k, const char *a)
{
	return key_get(k, (struct json_val){a, strlen(a)});
}

static bool
text_is(struct key *k, const char *record, const char *text)
{
	struct buf b = BUF_INIT;
	bool same;

	if (key_of(k, record) == KEY_OK)
		key_text(k, &b);
	same = b.s && strcmp(b.s, text) == 0;
	buf_free(&b);
	return same;
}

static void
keys(void)
{
	struct key k = KEY_INIT;

	CHECK(key_opt(&k, ".a") == NULL, "path");
	CHECK(same_key(&k, "{\"a\":\"x\"}", "{\"a\":\"\\u0078\"}"), "escape");
	CHECK(!same_key(&k, "{\"a\":1}", "{\"a\":\"1\"}"), "type");
	CHECK(!same_key(&k, "{\"a\":1}", "{\"a\":1.0}"), "text");
	CHECK(!same_key(&k, "{\"a\":true}", "{\"a\":\"true\"}"), "boolean");
	CHECK(!same_key(&k, "{\"a\":true}", "{\"a\":false}"), "booleans");
	CHECK(!same_key(
		  &k, "{\"a\":9007199254740993}", "{\"a\":9007199254740992}"),
	    "beyond doubles");
	k.numeric = true;
	CHECK(same_key(&k, "{\"a\":1}", "{\"a\":1.0e0}"), "value");
	CHECK(key_of(&k, "{\"a\":null}") == KEY_NULL, "null");
	CHECK(key_of(&k, "{}") == KEY_NULL, "missing");
	CHECK(key_of(&k, "{\"a\":[]}") == KEY_FAILED, "array");
	CHECK(key_of(&k, "3") == KEY_FAILED, "scalar record");
	CHECK(key_opt(&k, ".b") == NULL, "second part");
	CHECK(!same_key(&k, "{\"a\":\"x\",\"b\":\"yz\"}",
		  "{\"a\":\"xy\",\"b\":\"z\"}"),
	    "parts");
	k.numeric = false;
	CHECK(text_is(&k, "{\"a\":7.0,\"b\":\"\\u007a\"}", "7.0,z"), "text");
	CHECK(text_is(&k, "{\"a\":false,\"b\":true}", "false,true"), "words");
	CHECK(text_is(&k, "{\"a\":\"\",\"b\":\"\\ud800\"}", ",\xef\xbf\xbd"),
	    "half a pair");
	key_free(&k);
}

int
main(void)
{
	results();
	refused();
	several();
	in_a_row();
	keys();
	return UNIT_END();
}
