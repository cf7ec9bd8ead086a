#include <stdbool.h>
#include <sysexits.h>

#include "pgbisect.h"
#include "pgblame.h"

/* Where rows lo .. hi - 1, which failed, are cut. */
static size_t
cut(const struct pgload *s, size_t lo, size_t hi, size_t *guess)
{
	/*
	 * Every other time in the middle: where each guess lay before the last
	 * one, there would be as many attempts as bad rows for each of them.
	 */
	*guess = *guess == SIZE_MAX ? pgblame_guess(s->pg, s->rows, lo, hi)
				    : SIZE_MAX;
	if (*guess == SIZE_MAX)
		return lo + (hi - lo) / 2;
	return *guess > lo ? *guess : lo + 1;
}

int
pgbisect(struct pgload *s, pgbisect_attempt *try)
{
	size_t lo = 0, hi = s->end, fail = 0, nbad = 0, guess = SIZE_MAX;
	size_t len, bad;
	int status;

	while (lo < s->end) {
		status = try(s, lo, hi, &bad);
		if (status != 0 && status != EX_DATAERR)
			return status;
		if (status == EX_DATAERR && bad == SIZE_MAX && hi - lo > 1) {
			fail = hi;
			hi = cut(s, lo, hi, &guess);
			continue;
		}
		if (status == EX_DATAERR && bad != SIZE_MAX && bad > lo) {
			/* All rows before it are good: the next attempt. */
			hi = bad;
			continue;
		}
		len = (hi - lo) * 4;
		if (status == EX_DATAERR) {
			hi = lo + 1;
			fail = 0;
			guess = SIZE_MAX;
			nbad++;
			/* Where they are frequent, as far as to the next. */
			len = nbad < 4 ? s->end : 2 * lo / nbad + 1;
		}
		lo = hi;
		if (lo == guess)
			hi = lo + 1;
		else if (fail > lo)
			hi = lo + (fail - lo + 1) / 2;
		else
			hi = s->end - lo < len ? s->end : lo + len;
	}
	return 0;
}
