/* Parameters put into a URL, a body and a header field. */
#include "pageask.h"
#include "unit.h"

static const struct {
	const char *body, *name, *value;
	const char *result; /* "!": a part of *why; else the whole request */
} cases[] = {
    {"", "p", "2", "http://h/?a=1&p=2 []  "},
    {"", "a", "\"x y\\u0026\"", "http://h/?a=x%20y%26 []  "},
    {"", "p", "true", "http://h/?a=1&p=true []  "},
    {"", "p", "[1]", "!an array cannot be the parameter \"p\""},
    {"", "p", "null", "!null cannot be the parameter \"p\""},
    {"", "header:X-C", "\"a\"", "http://h/?a=1 [X-C: a] "},
    {"", "header:X-C", "{}", "!an object cannot be"},
    {"", "header:X-C", "\"a\\r\\nX: y\"", "!a control character"},
    {"", "header:X Y", "2", "!\"X Y\" is no name of a header field"},
    {"", "header:", "2", "!\"\" is no name of a header field"},
    {"", "", "2", "!a parameter needs a name"},
    {"", ".p", "2", "!there is no body"},
    {"{}", ".p", "2", "http://h/?a=1 [] {\"p\":2}"},
    {"{}", ".p", "[1,\"b\"]", "http://h/?a=1 [] {\"p\":[1,\"b\"]}"},
    {"{\"a\":1e400}", ".p", "null",
	"http://h/?a=1 [] {\"a\":1e400,\"p\":null}"},
    {"{\"p\":1,\"a\":\"\\u0026\"}", ".p", "2",
	"http://h/?a=1 [] {\"a\":\"\\u0026\",\"p\":2}"},
    {"{\"p\":1,\"p\":3,\"\\u0070\":4}", ".p", "2",
	"http://h/?a=1 [] {\"p\":2}"},
    {"{\"v\":{\"x\":1}}", ".v.w.\"odd key\"", "2",
	"http://h/?a=1 [] {\"v\":{\"x\":1,\"w\":{\"odd key\":2}}}"},
    {"{\"v\":null}", ".v.p", "2", "http://h/?a=1 [] {\"v\":{\"p\":2}}"},
    {"{\"v\":7}", ".v.p", "2", "!into no object"},
    {"{\"v\":[{}]}", ".v[0].p", "2", "!into an array"},
    {"[]", ".p", "2", "!into no object"},
    {"{}", ".p|.q", "2", "!wanted: a path of names"},
    {"{}", ".", "2", "!wanted: a path of names"},
};

static void
try_case(size_t i)
{
	struct pageask a = {BUF_INIT, BUF_INIT, BUF_INIT};
	struct pageask b = {BUF_INIT, BUF_INIT, BUF_INIT};
	struct buf why = BUF_INIT, got = BUF_INIT, one = BUF_INIT,
		   two = BUF_INIT;
	const char *v = cases[i].value;
	bool ok;

	buf_str(&a.url, "http://h/?a=1");
	buf_str(&a.body, cases[i].body);
	pageask_copy(&b, &a);
	ok = pageask_set(
	    &a, cases[i].name, (struct json_val){v, strlen(v)}, &why);
	if (*cases[i].result == '!') {
		CHECK(!ok && strstr(why.s, cases[i].result + 1), "%zu: %s", i,
		    why.len ? why.s : "");
		CHECK(pageask_same(&a, &b), "%zu: it was changed", i);
	} else {
		buf_printf(&got, "%s [%s] %s", a.url.s,
		    a.field.len ? a.field.s : "", a.body.s);
		CHECK(ok && strncmp(got.s, cases[i].result, got.len) == 0,
		    "%zu: %s", i, got.s);
		pageask_identity(&a, &one);
		pageask_identity(&b, &two);
		CHECK(strcmp(one.s, two.s) != 0 && !pageask_same(&a, &b),
		    "%zu: the same", i);
	}
	pageask_free(&a);
	pageask_free(&b);
	buf_free(&why);
	buf_free(&got);
	buf_free(&one);
	buf_free(&two);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		try_case(i);
	return UNIT_END();
}
