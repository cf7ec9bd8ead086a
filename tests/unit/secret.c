/* In which spellings a value is found, and what is left of the text. */
#include "secret.h"
#include "unit.h"

static const struct {
	const char *value, *text, *masked; /* NULL: nothing is found */
} cases[] = {
    {"hunter2!", "hunter2!", "***"},
    {"hunter2!", "a hunter2! b hunter2!", "a *** b ***"},
    {"hunter2!", "hunter2", NULL},
    {"hunter2!", "Hunter2!", NULL},
    {"abc", "abc", NULL}, /* too short */

    /* percent-encoded: needed or not, in both cases, twice */
    {"a/b c+d", "?k=a%2Fb%20c%2Bd&x", "?k=***&x"},
    {"a/b c+d", "?k=a%2fb+c%2bd&x", "?k=***&x"},
    {"a/b c+d", "k%3Da%252Fb%2520c%252Bd", "k%3D***"},
    {"abcd", "%61%62%63%64", "***"},
    {"a%41b", "a%2541b a%41b", "*** ***"},
    {"a%25b", "a%2525b a%25b", "*** ***"},
    {"100%25", "100%2525", "***"},
    {"p\xc3\xa4ss", "p%C3%A4ss p\xc3\xa4ss", "*** ***"},

    /* JSON escapes, also in a string within a string */
    {"a\"b\\c/d", "{\"k\":\"a\\\"b\\\\c\\/d\"}", "{\"k\":\"***\"}"},
    {"a\"b\\c/d", "{\"k\":\"a\\\"b\\\\c/d\"}", "{\"k\":\"***\"}"},
    {"a\"b\\c/d", "a\"b\\c/d", "***"},
    {"say \"x\"", "{\"j\":\"{\\\"k\\\":\\\"say \\\\\\\"x\\\\\\\"\\\"}\"}",
	"{\"j\":\"{\\\"k\\\":\\\"***\\\"}\"}"},
    {"a\\\"b\\c", "{\"j\":\"{\\\"k\\\":\\\"a\\\\\\\\\\\\\"b\\\\\\\\c\\\"}\"}",
	"{\"j\":\"{\\\"k\\\":\\\"***\\\"}\"}"},
    {"abcd", "\"\\u0061\\u0062\\u0063\\u0064\"", "\"***\""},
    {"a&b=c", "\"a\\u0026b\\u003Dc\"", "\"***\""},
    {"p\xc3\xa4ss", "\"p\\u00e4ss\" \"p\\u00E4ss\"", "\"***\" \"***\""},
    {"k\xf0\x9f\x94\x91y", "\"k\\ud83d\\udd11y\"", "\"***\""},
    {"k\xf0\x9f\x94\x91y", "\"k\\ud83d\\udd12y\"", NULL},
    {"tab\tnl\n", "\"tab\\tnl\\n\"", "\"***\""},
    {"\"abc", "\"x\\\"abc\"", "\"x***\""},

    /* base64, at each offset and in both alphabets */
    {"hunter2!", "Basic aHVudGVyMiE=", "Basic ***E="},
    {"hunter2!", "dTpodW50ZXIyIQ==", "dTp***Q=="},
    {"hunter2!", "bWU6aHVudGVyMiE=", "bWU6***E="},
    {"hunter2!", "YTpodW50ZXIyIQ", "YTp***Q"},
    {"\xff\xef\xbe\xfb\xff!", "_---_", NULL},
    {"a?\?>b?\?>", "YT8/PmI/Pz4=", "***4="},
    {"a?\?>b?\?>", "YT8_PmI_Pz4", "***4"},
    {"a?\?>b?\?>", "YT8%2FPmI%2FPz4%3D", "***4%3D"},
};

static void
mask(const struct secrets *l, const char *text, const char *wanted)
{
	struct buf b = BUF_INIT;
	bool found;

	buf_str(&b, "kept hunter2! ");
	buf_str(&b, text);
	found = secrets_mask(l, &b, 14);
	CHECK(found == (wanted != NULL), "%s", text);
	CHECK(strncmp(b.s, "kept hunter2! ", 14) == 0, "%s", b.s);
	CHECK(strcmp(b.s + 14, wanted ? wanted : text) == 0,
	    "%s gave %s, wanted %s", text, b.s + 14, wanted);
	buf_free(&b);
}

/* What was JSON is JSON again, and nothing else of it has changed. */
static void
try_quote(void)
{
	static const struct {
		const char *masked, *quoted;
	} quotes[] = {
	    {"{\"a\":***,\"b\":[***,1]}", "{\"a\":\"***\",\"b\":[\"***\",1]}"},
	    {"{\"a\":-9***9.5e+1 , \"b\":t***}",
		"{\"a\":\"***\" , \"b\":\"***\"}"},
	    {"{\"***\":\"x:***,\\\"***\",\"k\":true}", NULL},
	    {"***", "\"***\""},
	    {"\"***\"\n", NULL},
	    {"\"cut ***", NULL},
	    {"\"cut ***\\", NULL},
	    {"", NULL},
	};
	struct buf b = BUF_INIT;
	const char *wanted;
	size_t i;

	for (i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
		wanted = quotes[i].quoted;
		buf_cut(&b, 0);
		buf_str(&b, "*** ");
		buf_str(&b, quotes[i].masked);
		secrets_quote(&b, 4);
		CHECK(
		    strcmp(b.s + 4, wanted ? wanted : quotes[i].masked) == 0 &&
			strncmp(b.s, "*** ", 4) == 0,
		    "%s gave %s", quotes[i].masked, b.s);
	}
	buf_free(&b);
}

int
main(void)
{
	struct secrets l = SECRETS_INIT;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		secrets_add(&l, cases[i].value, strlen(cases[i].value));
		mask(&l, cases[i].text, cases[i].masked);
		secrets_free(&l);
	}

	/* Several: the longest counts, and those that overlap are one. */
	secrets_add(&l, "Bearer abcdef", 13);
	secrets_add(&l, "abcdef", 6);
	secrets_add(&l, "defghi", 6);
	mask(&l, "Bearer abcdef, abcdef", "***, ***");
	mask(&l, "abcdefghi abcdefabcdef", "*** ******");
	mask(&l, "", NULL);
	n = l.n;
	secrets_add(&l, "abcdef", 6);
	CHECK(l.n == n, "%zu, not %zu", l.n, n);
	secrets_free(&l);
	mask(&l, "abcdef", NULL);
	try_quote();
	return UNIT_END();
}
