/* Sets of keys and of names: what is in, what is not, what they cost. */
#include <stdint.h>
#include <stdlib.h>

#include "names.h"
#include "set.h"
#include "unit.h"

static void
many(void)
{
	static struct set s = SET_INIT;
	const uint64_t n = 1000000;
	uint64_t i, wrong = 0, worst = 0;

	for (i = 0; i < n; i++) {
		wrong += !set_add(&s, &i, sizeof i);
		if (i > 100000 && s.bytes / s.n > worst)
			worst = s.bytes / s.n;
	}
	CHECK(wrong == 0 && s.n == n, "%llu", (unsigned long long)wrong);
	for (i = 0; i < n; i++)
		wrong += set_add(&s, &i, sizeof i);
	for (i = 0; i < n; i++)
		wrong += !set_has(&s, &i, sizeof i);
	for (i = n; i < 2 * n; i++)
		wrong += set_has(&s, &i, sizeof i);
	CHECK(wrong == 0 && s.n == n, "%llu", (unsigned long long)wrong);
	CHECK(worst <= 24, "%llu bytes a key", (unsigned long long)worst);
	CHECK(set_add(&s, "", 0) && !set_add(&s, "", 0), "the empty key");
	set_free(&s);
	CHECK(!set_has(&s, "", 0), "after free");
}

static void
name_rounds(void)
{
	struct names n = NAMES_INIT;
	char text[16];
	int round, i;

	for (round = 0; round < 3; round++) {
		names_reset(&n);
		for (i = 0; i < 1000; i++) {
			snprintf(text, sizeof text, "n%d", i);
			CHECK(names_add(&n, text, strlen(text)), "%s", text);
		}
		CHECK(!names_add(&n, "n7", 2), "again");
		/* The quotes around are the caller's. */
		CHECK(!names_add(&n, "\"\\u006e8\"" + 1, 7), "escaped");
		CHECK(names_add(&n, "", 0) && !names_add(&n, "", 0), "empty");
	}
	names_free(&n);
}

int
main(void)
{
	many();
	name_rounds();
	return UNIT_END();
}
