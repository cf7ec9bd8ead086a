/* JSON values as COPY fields: escapes, arrays, bytea, what cannot be. */
#include <stdlib.h>

#include "pgcopy.h"
#include "unit.h"

static const struct {
	const char *json, *copy;
	enum pgcopy_kind kind;
} good[] = {
    /* scalars are not touched */
    {"null", "\\N", PGCOPY_PLAIN},
    {"true", "true", PGCOPY_PLAIN},
    {"false", "false", PGCOPY_PLAIN},
    {"9007199254740993", "9007199254740993", PGCOPY_PLAIN},
    {"19.90", "19.90", PGCOPY_PLAIN},
    {"-1e400", "-1e400", PGCOPY_PLAIN},
    {"\"\"", "", PGCOPY_PLAIN},
    {"\"abc\"", "abc", PGCOPY_PLAIN},
    {"\"\xc3\xa9\xf0\x9f\x98\x80\"", "\xc3\xa9\xf0\x9f\x98\x80", PGCOPY_PLAIN},
    {"\"\x7f\"", "\x7f", PGCOPY_PLAIN},
    /* every escape of JSON */
    {"\"\\\"\"", "\"", PGCOPY_PLAIN},
    {"\"\\\\\"", "\\\\", PGCOPY_PLAIN},
    {"\"\\/\"", "/", PGCOPY_PLAIN},
    {"\"\\b\\f\\n\\r\\t\"", "\\b\\f\\n\\r\\t", PGCOPY_PLAIN},
    {"\"a\\tb\\\\c\\\"d\"", "a\\tb\\\\c\"d", PGCOPY_PLAIN},
    /* what would mean something to COPY */
    {"\"\\\\N\"", "\\\\N", PGCOPY_PLAIN},
    {"\"\\\\.\"", "\\\\.", PGCOPY_PLAIN},
    {"\"N\"", "N", PGCOPY_PLAIN},
    {"\"\\\\\\\\\"", "\\\\\\\\", PGCOPY_PLAIN},
    /* \u: ASCII, the three special ones, two to four bytes, pairs */
    {"\"\\u0041\"", "A", PGCOPY_PLAIN},
    {"\"\\u0001\\u001f\"", "\x01\x1f", PGCOPY_PLAIN},
    {"\"\\u0009\\u000a\\u000D\"", "\\t\\n\\r", PGCOPY_PLAIN},
    {"\"\\u005c\\u005C\"", "\\\\\\\\", PGCOPY_PLAIN},
    {"\"\\u0022\\u007f\"", "\"\x7f", PGCOPY_PLAIN},
    {"\"\\u0080\\u07ff\"", "\xc2\x80\xdf\xbf", PGCOPY_PLAIN},
    {"\"\\u0800\\uFFFF\"", "\xe0\xa0\x80\xef\xbf\xbf", PGCOPY_PLAIN},
    {"\"\\ud7ff\\ue000\"", "\xed\x9f\xbf\xee\x80\x80", PGCOPY_PLAIN},
    {"\"\\ud800\\udc00\"", "\xf0\x90\x80\x80", PGCOPY_PLAIN},
    {"\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf", PGCOPY_PLAIN},
    {"\"x\\ud83d\\ude00y\"", "x\xf0\x9f\x98\x80y", PGCOPY_PLAIN},
    {"\"\\\\u0000\"", "\\\\u0000", PGCOPY_PLAIN},
    /* objects and arrays as raw text */
    {"{\"a\": \"b\\n\"}", "{\"a\": \"b\\\\n\"}", PGCOPY_PLAIN},
    {"[1,\t2]", "[1,\\t2]", PGCOPY_PLAIN},
    {"[1,\r2]", "[1,\\r2]", PGCOPY_PLAIN},
    {"{}", "{}", PGCOPY_PLAIN},
    /* json columns keep the quotes and the escapes */
    {"null", "\\N", PGCOPY_JSON},
    {"\"a\"", "\"a\"", PGCOPY_JSON},
    {"\"\\u0041\\\"\"", "\"\\\\u0041\\\\\"\"", PGCOPY_JSON},
    {"1.50", "1.50", PGCOPY_JSON},
    {"[\"\\\\\"]", "[\"\\\\\\\\\"]", PGCOPY_JSON},
    /* arrays */
    {"[]", "{}", PGCOPY_ARRAY},
    {"[ ]", "{}", PGCOPY_ARRAY},
    {"[1, 2.50 ,-3]", "{1,2.50,-3}", PGCOPY_ARRAY},
    {"[null,true,\"NULL\",\"\"]", "{NULL,true,\"NULL\",\"\"}", PGCOPY_ARRAY},
    {"[\"a,b\",\"{\",\" \"]", "{\"a,b\",\"{\",\" \"}", PGCOPY_ARRAY},
    {"[\"\\\"\"]", "{\"\\\\\"\"}", PGCOPY_ARRAY},
    {"[\"\\\\\"]", "{\"\\\\\\\\\"}", PGCOPY_ARRAY},
    {"[\"\\u0022\\u005c\\n\"]", "{\"\\\\\"\\\\\\\\\\n\"}", PGCOPY_ARRAY},
    {"[[1,2],[3,4]]", "{{1,2},{3,4}}", PGCOPY_ARRAY},
    {"[{\"a\":\"\\n\"}]", "{\"{\\\\\"a\\\\\":\\\\\"\\\\\\\\n\\\\\"}\"}",
	PGCOPY_ARRAY},
    {"\"{1,2}\"", "{1,2}", PGCOPY_ARRAY},
    {"null", "\\N", PGCOPY_ARRAY},
    {"[[1,2],3]", "{{1,2},3}", PGCOPY_ARRAY},
    {"[1,[2]]", "{1,\"[2]\"}", PGCOPY_ARRAY},
    {"[[[\"a\"]],[[\"b\"]]]", "{{{\"a\"}},{{\"b\"}}}", PGCOPY_ARRAY},
    {"[\"a\",null,1.0]", "{\"\\\\\"a\\\\\"\",NULL,1.0}",
	PGCOPY_ARRAY | PGCOPY_JSON},
    {"[\"AA==\",null]", "{\"\\\\\\\\x00\",NULL}", PGCOPY_ARRAY | PGCOPY_BYTEA},
    /* bytea */
    {"\"\\u005cx00\"", "\\\\x00", PGCOPY_BYTEA},
    {"\"\\\\x00ff\"", "\\\\x00ff", PGCOPY_BYTEA},
    {"\"\"", "\\\\x", PGCOPY_BYTEA},
    {"\"AA==\"", "\\\\x00", PGCOPY_BYTEA},
    {"\"AP8=\"", "\\\\x00ff", PGCOPY_BYTEA},
    {"\"AP8\"", "\\\\x00ff", PGCOPY_BYTEA},
    {"\"SGVsbG8h\"", "\\\\x48656c6c6f21", PGCOPY_BYTEA},
    {"\"-_+\\/\"", "\\\\xfbffbf", PGCOPY_BYTEA},
    {"null", "\\N", PGCOPY_BYTEA},
};

static const struct {
	const char *json, *code;
	enum pgcopy_kind kind;
} bad[] = {
    {"\"a\\u0000b\"", "22P05", PGCOPY_PLAIN},
    {"[\"\\u0000\"]", "22P05", PGCOPY_ARRAY},
    {"[[\"\\u0000\"],[]]", "22P05", PGCOPY_ARRAY},
    {"\"\\ud800\"", "22P02", PGCOPY_PLAIN},
    {"\"\\udc00\"", "22P02", PGCOPY_PLAIN},
    {"\"\\ud800x\"", "22P02", PGCOPY_PLAIN},
    {"\"\\ud800\\n12345\"", "22P02", PGCOPY_PLAIN},
    {"\"\\ud800\\u0041\"", "22P02", PGCOPY_PLAIN},
    {"\"\\ud800\\ud800\"", "22P02", PGCOPY_PLAIN},
    {"\"\\udc00\\ud800\"", "22P02", PGCOPY_PLAIN},
    {"\"A\"", "22023", PGCOPY_BYTEA},
    {"\"AB==\"", "22023", PGCOPY_BYTEA}, /* bits that belong to no byte */
    {"\"A*==\"", "22023", PGCOPY_BYTEA},
    {"\"AA==AA==\"", "22023", PGCOPY_BYTEA},
    {"1", "22023", PGCOPY_BYTEA},
    {"[1]", "22023", PGCOPY_ARRAY | PGCOPY_BYTEA},
};

/*
 * pgcopy_quick of a value with so many bytes of text behind it, all of them
 * the same: what it takes has to be right. Did it take it?
 */
static bool
quick(const char *json, enum pgcopy_kind kind, const char *copy, size_t behind,
    char with)
{
	size_t len = strlen(json);
	/* No byte more than it may read or write, for the sanitizer. */
	char *text = buf_array(NULL, len + behind, 1);
	char *to = buf_array(NULL, len + PGCOPY_SPARE, 1), *end;
	bool taken;

	memcpy(text, json, len);
	memset(text + len, with, behind);
	end = pgcopy_quick(
	    to, (struct json_val){text, len}, kind, text + len + behind);
	taken = end != NULL;
	if (taken)
		CHECK((size_t)(end - to) == strlen(copy) &&
			  memcmp(to, copy, strlen(copy)) == 0,
		    "%s, quickly: %.*s, not %s", json, (int)(end - to), to,
		    copy);
	free(text);
	free(to);
	return taken;
}

/* Strings of any length are taken, none with a backslash in it. */
static void
quick_strings(void)
{
	char json[100], copy[80];
	size_t len, at;

	for (len = 0; len < 70; len++) {
		memset(copy, 'x', len);
		copy[len] = '\0';
		snprintf(json, sizeof json, "\"%s\"", copy);
		CHECK(quick(json, PGCOPY_PLAIN, copy, 16, ','), "%s", json);
		CHECK(quick(json, PGCOPY_JSON, json, 16, ','), "%s", json);
		for (at = 1; at <= len; at++) {
			json[at] = '\\';
			CHECK(!quick(json, PGCOPY_PLAIN, "", 16, ','), "%s",
			    json);
			json[at] = 'x';
		}
	}
}

int
main(void)
{
	struct buf b = BUF_INIT;
	const char *why, *code;
	struct json_val v;
	size_t i, n;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		v = (struct json_val){good[i].json, strlen(good[i].json)};
		buf_cut(&b, 0);
		buf_str(&b, "x\t"); /* it appends */
		code = "";
		why = pgcopy_value(&b, v, good[i].kind, &code);
		CHECK(why == NULL && *code == '\0', "%s: %s", good[i].json,
		    why ? why : code);
		CHECK(strcmp(b.s + 2, good[i].copy) == 0, "%s: %s, not %s",
		    good[i].json, b.s + 2, good[i].copy);
		for (n = 0; n < 40; n++) {
			quick(good[i].json, good[i].kind, good[i].copy, n, ',');
			quick(
			    good[i].json, good[i].kind, good[i].copy, n, '\\');
		}
	}
	quick_strings();
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		v = (struct json_val){bad[i].json, strlen(bad[i].json)};
		code = "";
		why = pgcopy_value(&b, v, bad[i].kind, &code);
		CHECK(why && strcmp(code, bad[i].code) == 0, "%s: %s %s",
		    bad[i].json, code, why ? why : "passed");
	}
	buf_free(&b);
	return UNIT_END();
}
