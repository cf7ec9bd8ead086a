/* What is secret in a URL, and what is left without it. */
#include "secreturl.h"

#include "unit.h"

static const struct {
	const char *url, *secrets, *masked, *stripped;
} cases[] = {
    {"http://h/p?q=1", "", "http://h/p?q=1", "http://h/p?q=1"},
    {"http://h/p?api_key=longenough&q=1", "longenough ",
	"http://h/p?api_key=***&q=1", "http://h/p?q=1"},
    {"http://h/p?q=1&Api-Key=a%2Fb%20c+d%zz&r=2", "a/b c d%zz ",
	"http://h/p?q=1&Api-Key=***&r=2", "http://h/p?q=1&r=2"},
    {"http://h/p?token=short&sig=", "",
	"http://h/p?token=***&sig=", "http://h/p"},
    {"http://h/p?tokens=longenough&x&=longenough", "",
	"http://h/p?tokens=longenough&x&=longenough",
	"http://h/p?tokens=longenough&x&=longenough"},
    {"http://me:pa%40ss@h/p@x?q=1",
	"pa@ss bWU6cGFAc3M= ", "http://me:***@h/p@x?q=1", "http://h/p@x?q=1"},
    {"http://me@h/", "", "http://me@h/", "http://h/"},
    {"http://h/a&token=longenough/b?q=1", "",
	"http://h/a&token=longenough/b?q=1",
	"http://h/a&token=longenough/b?q=1"},
    {"http://h/#access_token=longenough&q=2", "longenough ",
	"http://h/#access_token=***&q=2", "http://h/"},
    {"http://h/?a=http://g?key=longenough&b=1#f", "longenough ",
	"http://h/?a=http://g?key=***&b=1#f", "http://h/?a=http://g&b=1"},
    {"http://h/?sig2=longenough&token=a-cursor-here", "longenough ",
	"http://h/?sig2=***&token=a-cursor-here",
	"http://h/?token=a-cursor-here"},
    {"/relative?key=longenough", "longenough ", "/relative?key=***",
	"/relative"},
    {"", "", "", ""},
};

static void
gather(void *to, const char *s, size_t len)
{
	buf_add(to, s, len);
	buf_char(to, ' ');
}

int
main(void)
{
	struct buf b = BUF_INIT;
	const char *names;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		names = strstr(cases[i].url, "sig2") ? "-token,sig_2" : NULL;
		buf_cut(&b, 0);
		buf_str(&b, "");
		secreturl_each(names, cases[i].url, gather, &b);
		CHECK(strcmp(b.s, cases[i].secrets) == 0, "%s: %s",
		    cases[i].url, b.s);
		buf_cut(&b, 0);
		secreturl_mask(names, cases[i].url, &b);
		CHECK(strcmp(b.s, cases[i].masked) == 0, "%s: %s", cases[i].url,
		    b.s);
		buf_cut(&b, 0);
		secreturl_strip(names, cases[i].url, &b);
		CHECK(strcmp(b.s, cases[i].stripped) == 0, "%s: %s",
		    cases[i].url, b.s);
	}
	CHECK(secreturl_named(NULL, "X-Amz-Signature", 15), "of AWS");
	CHECK(!secreturl_named(NULL, "", 0) && !secreturl_named(NULL, "-", 1),
	    "no name");
	buf_free(&b);
	return UNIT_END();
}
