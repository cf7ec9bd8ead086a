/* Regular expressions: what is found, and what is refused. */
#include "pattern.h"
#include "unit.h"

struct find {
	const char *expr, *text;
	const char *found; /* each with a bar behind; or "!" and of *why */
};

static const struct find finds[] = {
    {"b", "abcb", "b|b|"},
    {"(b)c", "abcb", "b|"},
    {"[0-9]+", "a1b22", "1|22|"},
    {"x", "abc", ""},
    {"", "ab", "|||"},
    {"x*", "a\xc3\xa9", "|||"},
    {"(?=a)", "aa", "||"},
    {".", "\xc3\xa9\xe2\x82\xac", "\xc3\xa9|\xe2\x82\xac|"},
    {"(?i)\xc3\x89", "\xc3\xa9", "\xc3\xa9|"},
    /* a group that has no part in a match */
    {"a|b(.)", "aabxby", "x|y|"},
    {"(?:a)(b)?", "aab", "b|"},
    {"(a)|b", "bb", ""},
    {"(b)(c)", "abc", "b|"},
    {"a.c", "a\nc", ""},
    {"(?s)a.c", "a\nc", "a\nc|"},
    {"'(.*?)'", "'1' '2'", "1|2|"},
    {"^a", "aa", "a|"},
    {"(", "", "!\"(\" is no regular expression: missing"},
    {"a\\C", "", "!\\C"},
    {"\xff", "", "!is no regular expression: UTF-8 error"},
    {"(a|a)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
	"!could not look for \"(a|a)+$\": match limit exceeded"},
};

static void
try_find(const struct find *t)
{
	struct buf why = BUF_INIT, got = BUF_INIT;
	struct pattern *p = pattern_new(t->expr, &why);
	struct pattern_found f = {NULL, 0, 0};
	enum pattern_is is = PATTERN_FAILED;

	buf_str(&got, "");
	while (p && (is = pattern_find(p, t->text, strlen(t->text), f.next, &f,
			 &why)) == PATTERN_FOUND) {
		buf_add(&got, f.s, f.len);
		buf_char(&got, '|');
	}
	if (*t->found == '!')
		CHECK(is == PATTERN_FAILED && why.len > 0 &&
			  strstr(why.s, t->found + 1),
		    "%s: %s", t->expr, why.len ? why.s : "");
	else
		CHECK(is == PATTERN_NONE && strcmp(got.s, t->found) == 0,
		    "%s in %s: %s%s", t->expr, t->text, got.s,
		    why.len ? why.s : "");
	pattern_free(p);
	buf_free(&why);
	buf_free(&got);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof finds / sizeof *finds; i++)
		try_find(&finds[i]);
	return UNIT_END();
}
