/* Counters of keys, ranges of ids: what came, how often. */
#include <stdint.h>

#include "counts.h"
#include "idrange.h"
#include "unit.h"

static void
many(void)
{
	struct counts c = COUNTS_INIT;
	const uint32_t n = 200000;
	uint32_t i, round, *p, wrong = 0;

	CHECK(counts_get(&c, "a", 1, false) == NULL, "before the first");
	for (round = 0; round < 3; round++)
		for (i = 0; i < n; i++)
			*counts_get(&c, &i, sizeof i, true) += i % 7 + 1;
	CHECK(c.n == n, "%zu", c.n);
	for (i = 0; i < n; i++) {
		p = counts_get(&c, &i, sizeof i, false);
		wrong += p == NULL || *p != 3 * (i % 7 + 1);
	}
	CHECK(wrong == 0, "%u", wrong);
	for (i = n; i < 2 * n; i++)
		wrong += counts_get(&c, &i, sizeof i, false) != NULL;
	CHECK(wrong == 0, "%u are there that were not added", wrong);
	*counts_get(&c, "", 0, true) = 5;
	CHECK(*counts_get(&c, "", 0, true) == 5, "the empty key");
	counts_reserve(&c, 4 * n);
	CHECK(*counts_get(&c, "", 0, false) == 5, "after growing at once");
	counts_free(&c);
	CHECK(counts_get(&c, "", 0, false) == NULL, "after free");
}

static void
ranges(void)
{
	static const char *const bad[] = {"", "..", "1", "1..", "..1", "1.2",
	    "1...2", "01..2", "1..+2", "1.. 2", "-..1", "a..b", "1..2x",
	    "--1..2", "0..9223372036854775808", "-9223372036854775809..0"};
	struct idrange r = IDRANGE_INIT;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!idrange_parse(&r, bad[i]), "%s", bad[i]);
	CHECK(idrange_parse(&r, "0..0") && idrange_size(&r) == 1, "0..0");
	CHECK(idrange_parse(&r, "-9223372036854775808..9223372036854775807") &&
		  r.from == INT64_MIN && r.to == INT64_MAX,
	    "the widest");
	CHECK(idrange_parse(&r, "5..1") && r.to < r.from, "the caller's");
	CHECK(idrange_parse(&r, "-3..12") && idrange_size(&r) == 16, "16");
}

static void
marks(void)
{
	static const char *const outside[] = {"", "-4", "13", "-0", "00", "1.0",
	    "1e0", "+1", " 1", "1 ", "x", "-", "99999999999999999999"};
	struct idrange r = IDRANGE_INIT;
	size_t i;

	idrange_parse(&r, "-3..12");
	idrange_alloc(&r);
	for (i = 0; i < sizeof outside / sizeof *outside; i++)
		CHECK(idrange_mark(&r, outside[i], strlen(outside[i])) ==
			  IDRANGE_OUTSIDE,
		    "%s", outside[i]);
	CHECK(idrange_mark(&r, "-3", 2) == IDRANGE_FIRST, "the first");
	CHECK(idrange_mark(&r, "12", 2) == IDRANGE_FIRST, "the last");
	CHECK(idrange_mark(&r, "0", 1) == IDRANGE_FIRST, "0");
	CHECK(idrange_mark(&r, "12", 2) == IDRANGE_AGAIN, "again");
	for (i = 0; i < idrange_size(&r); i++)
		CHECK(idrange_came(&r, i) == (i == 0 || i == 3 || i == 15),
		    "%zu", i);
	idrange_free(&r);
}

int
main(void)
{
	many();
	ranges();
	marks();
	return UNIT_END();
}
