/*
 * Rules: what runs on raw text gives libjq's answer, which is asked through
 * an equivalent spelling that the raw half does not know.
 */
#include <stdlib.h>

#include "predicate.h"
#include "rule.h"
#include "unit.h"

static const char *const raw[] = {
    ".",
    ".a",
    " .a ",
    ".a.b",
    ".a[0]",
    ".a[-1].b",
    ".\"odd key\"",
    ".[\"a\"]",
    ".and",
    ".or.not",
    ".a | type == \"number\"",
    ".a|type==\"string\"",
    ".a | type != \"boolean\"",
    "(.a | type) == \"object\"",
    "(.a|type) != \"array\"",
    ".a.b | type == \"null\"",
    "type == \"object\"",
    "type",
    ".a | type",
    ".a == null",
    ".a != null",
    ".a==\"x\"",
    ".a != \"x\"",
    ".a == \"caf\xc3\xa9\"",
    ".a == \"caf\\u00e9\"",
    ".a == \"\\ud83d\\ude00\"",
    ".a == \"a\\nb\\\"\\\\\"",
    ".a == \"\"",
    ".a == true",
    ".a == false",
    ".a != false",
    ".a.b == \"x\"",
    ".a and .b",
    ".a or .b",
    ".a and .b or .c",
    ".a or .b and .c",
    "(.a or .b) and .c",
    ".a and .b and .c",
    ".a or .a.b",
    ".a and .a.b",
    ".a.b and .a",
    ".a != null and .a.b != null",
    ".a == null or .a.b == \"x\"",
    "(.a | type == \"string\") and (.b | type == \"number\")",
    ".a | type == \"string\" or type == \"null\"",
    ".a | . == null or type == \"array\"",
    ".a | .b | type == \"string\"",
    ".a | .b == null",
    ".a | not",
    ".a == null | not",
    "not",
    "((.a))",
    "(.a) == \"x\"",
    "(.a == \"x\") == true",
    "(.a and .b) != true",
    "(.a | not) and .b",
};

static const char *const in_libjq[] = {
    ".a == 5",
    ".a == 5.0",
    ".a < 5",
    ".a == .b",
    "\"x\" == .a",
    ".a | length > 0",
    ".a[]",
    ".a?",
    ".a // .b",
    ".a[1:2]",
    "..",
    ".a == \"\\(.b)\"",
    ".a == [1]",
    ".a == nullable",
    ".a == (true)",
    "has(\"a\")",
    "typeof",
    ".a, .b",
    ".a |= 1",
    ".a # comment",
    "(.a",
    ".a)",
    ".a == null == true",
    ".a ==",
    ".a and",
    "",
    "first(.a)",
    "not(.a)",
    ".a \"x\"",
};

static const char *const records[] = {
    "null",
    "true",
    "false",
    "0",
    "\"x\"",
    "[]",
    "[{\"a\":1}]",
    "{}",
    "{\"a\":null}",
    "{\"a\":true,\"b\":true,\"c\":true}",
    "{\"a\":false,\"b\":true,\"c\":true}",
    "{\"a\":true,\"b\":false,\"c\":true}",
    "{\"a\":true,\"b\":true,\"c\":false}",
    "{\"a\":null,\"b\":false,\"c\":0}",
    "{\"a\":0}",
    "{\"a\":12.50}",
    "{\"a\":\"x\",\"b\":7}",
    "{\"a\":\"\\u0078\"}",
    "{\"a\":\"xy\"}",
    "{\"a\":\"\"}",
    "{\"a\":\"caf\xc3\xa9\"}",
    "{\"a\":\"caf\\u00E9\"}",
    "{\"a\":\"\\ud83d\\ude00\"}",
    "{\"a\":\"a\\nb\\\"\\\\\"}",
    "{\"a\":[]}",
    "{\"a\":[1,2]}",
    "{\"a\":[{\"b\":\"x\"}]}",
    "{\"a\":{}}",
    "{\"a\":{\"b\":null}}",
    "{\"a\":{\"b\":\"x\"}}",
    "{\"a\":{\"b\":{\"c\":1}}}",
    "{\"a\":1,\"a\":\"x\"}",
    "{\"\\u0061\":\"x\"}",
    "{\"odd key\":1}",
    "{\"and\":1,\"or\":{\"not\":true}}",
    " {\"a\" : { \"b\" : \"x\" } , \"b\" : 1 } ",
    "{\"a\":9007199254740993}",
};

static struct rule *
compiled(const char *text)
{
	char *why;
	struct rule *r = rule_new(text, &why);

	CHECK(r, "%s: %s", text, why);
	free(why);
	return r;
}

/* The same program in words that only libjq knows. */
static void
same_answers(const char *text)
{
	struct buf b = BUF_INIT;
	struct rule *a, *z;
	struct json_val v;
	enum rule_is ours, theirs;
	size_t i;

	/* A number that comes out itself would be guarded. */
	buf_printf(&b, "first(%s) | if . then true else false end", text);
	a = compiled(text);
	z = compiled(b.s);
	CHECK(rule_is_raw(a) && !rule_is_raw(z), "%s", text);
	for (i = 0; i < sizeof records / sizeof *records; i++) {
		v = json_trim(records[i], strlen(records[i]));
		ours = rule_ask(a, v);
		theirs = rule_ask(z, v);
		CHECK(ours == theirs, "%s of %s: %d, not %d (%s)", text,
		    records[i], ours, theirs, rule_error(z));
		CHECK(ours != RULE_FAILED || *rule_error(a), "%s", text);
	}
	rule_free(a);
	rule_free(z);
	buf_free(&b);
}

static void
parses(void)
{
	struct predicate *p;
	size_t i;

	for (i = 0; i < sizeof in_libjq / sizeof *in_libjq; i++) {
		p = predicate_parse(in_libjq[i]);
		CHECK(p == NULL, "%s", in_libjq[i]);
		predicate_free(p);
	}
}

static enum rule_is
ask(const char *rule, const char *record)
{
	struct rule *r = compiled(rule);
	enum rule_is is =
	    rule_ask(r, (struct json_val){record, strlen(record)});

	rule_free(r);
	return is;
}

static void
several_results(void)
{
	CHECK(ask(".[] | . > 1", "[2,3]") == RULE_MET, "all");
	CHECK(ask(".[] | . > 1", "[2,1]") == RULE_UNMET, "not all");
	CHECK(ask(".[] | . > 1", "[1,2]") == RULE_UNMET, "not all");
	CHECK(ask(".[] | . > 1", "[]") == RULE_UNMET, "none");
	CHECK(ask(".[]", "[1,null]") == RULE_UNMET, "null");
	CHECK(ask(".a[0]", "{\"a\":7}") == RULE_FAILED, "path");
	CHECK(ask("error(\"x\")", "{}") == RULE_FAILED, "program");
	/* Where libjq 1.6 would refuse the record. */
	CHECK(ask(".a | type == \"string\"", "{\"a\":\"\\ud800\"}") == RULE_MET,
	    "lone surrogate");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof raw / sizeof *raw; i++)
		same_answers(raw[i]);
	parses();
	several_results();
	return UNIT_END();
}
