/* Numbers compared by value, in every order of a sorted list. */
#include "json.h"
#include "unit.h"

/* Ascending; texts of one value are joined by spaces. */
static const char *const sorted[] = {"-1e999999999999", "-1e400", "-12.5",
    "-12.4999", "-10 -1e1 -10.0", "-9", "-1.5", "-1", "-0.5 -5e-1", "-1e-400",
    "0 -0 0.0 0e5 -0e-5", "1e-400", "1e-399", "0.001", "0.01", "0.1 1e-1 0.10",
    "0.10000000000000000000001", "0.9", "0.99", "1 1.0 1e0 10e-1 0.1e1", "1.5",
    "2", "9", "10 1e1 1e+1", "11", "99", "100 1E2", "9007199254740992",
    "9007199254740993 9007199254740993.0", "18446744073709551616", "1e400",
    "1.0000000000000001e400", "2e400", "1e999999999999"};

enum { TEXTS = sizeof sorted / sizeof *sorted };

/* Every text of entry i against every one of entry j. */
static void
compare(size_t i, size_t j)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	const char *s, *t;
	int c, expected = (i > j) - (i < j);

	for (s = sorted[i]; *s; s += strcspn(s, " "), s += *s == ' ')
		for (t = sorted[j]; *t; t += strcspn(t, " "), t += *t == ' ') {
			buf_cut(&a, 0);
			buf_cut(&b, 0);
			json_canonical_number(
			    &a, (struct json_val){s, strcspn(s, " ")});
			json_canonical_number(
			    &b, (struct json_val){t, strcspn(t, " ")});
			c = json_compare_canonical(
			    (struct json_val){a.s, a.len},
			    (struct json_val){b.s, b.len});
			CHECK((c > 0) - (c < 0) == expected, "%s %s: %d", a.s,
			    b.s, c);
		}
	buf_free(&a);
	buf_free(&b);
}

static bool
count_is(const char *value, uint64_t n)
{
	struct buf b = BUF_INIT;
	uint64_t got = 77;
	bool is;

	buf_printf(&b, "{\"n\":0,\"n\":%s}", value);
	is = json_count((struct json_val){b.s, b.len}, "n", &got);
	buf_free(&b);
	return got == n && is == (n != 77);
}

static void
counts(void)
{
	static const char *const none[] = {"-1", "1.0", "1e3", "\"1\"", "null",
	    "[1]", "18446744073709551616", "184467440737095516150"};
	struct json_val empty = {"{}", 2};
	uint64_t n;
	size_t i;

	CHECK(count_is("0", 0), "0");
	CHECK(count_is("18446744073709551615", UINT64_MAX), "the largest");
	for (i = 0; i < sizeof none / sizeof *none; i++)
		CHECK(count_is(none[i], 77), "%s", none[i]);
	CHECK(!json_count(empty, "n", &n), "missing");
}

int
main(void)
{
	size_t i, j;

	for (i = 0; i < TEXTS; i++)
		for (j = 0; j < TEXTS; j++)
			compare(i, j);
	counts();
	return UNIT_END();
}
