#include "ornament_data.h"

#include <string.h>

#include "names.h"
#include "rng.h"

static uint64_t
value(const struct world *w, long n, unsigned field)
{
	return rng_value(w->seed, RNG_ORNAMENT, (uint64_t)n, field);
}

bool
ornament_is_year(const struct world *w, long year)
{
	return year <= ORNAMENT_NEWEST &&
	       year > ORNAMENT_NEWEST - w->ornament_years;
}

bool
ornament_is_there(const struct world *w, enum shop s, long n)
{
	return ornament_is_year(w, n / 100) && n % 100 < ORNAMENT_OF_A_YEAR &&
	       value(w, n, 10 + s) % 4 != 0 &&
	       (*w->shops_day % 2 == 0 || value(w, n, 40 + s) % 20 != 0);
}

bool
ornament_is_available(const struct world *w, enum shop s, long n)
{
	bool odd = *w->shops_day % 2 != 0 && value(w, n, 50 + s) % 5 == 0;

	return (value(w, n, 20 + s) % 3 != 0) != odd;
}

void
ornament_put_name(struct text *t, const struct world *w, long n)
{
	const char *who = names_pick(&names_partner, value(w, n, 0));
	const char *what = names_pick(&names_animal, value(w, n, 1));

	text_printf(t, "%ld %s", n / 100, who);
	switch (value(w, n, 2) % 5) {
	case 0:
		text_printf(t, " %s, Kiddie Car Classic #%ld", what, n % 100);
		break;
	case 1:
		text_printf(t, "'s \"%s\" Caf\u00e9", what);
		break;
	case 2:
		text_printf(t, " & %s", what);
		break;
	case 3:
		text_printf(t, " %s (Adorable) NB", what);
		break;
	default:
		text_printf(t, " %s", what);
	}
}

void
ornament_put_sku(struct text *t, long n)
{
	text_printf(t, "QX%ldNB", n % 100 % 7 == 6 ? n - 1 : n);
}

void
ornament_put_price(
    struct text *t, const struct world *w, enum shop s, long n, const char *sep)
{
	unsigned day = (unsigned)(*w->shops_day % 3);
	bool moves = value(w, n, 60 + s) % 4 == 0;
	uint64_t h = value(w, n, 30 + s + (moves ? 100 * day : 0));
	unsigned cents = 795 + (unsigned)(h % 4000);

	if (h % 17 == 0)
		cents += 100000;
	if (cents >= 100000)
		text_printf(
		    t, "%u%s%03u", cents / 100000, sep, cents / 100 % 1000);
	else
		text_printf(t, "%u", cents / 100);
	text_printf(t, ".%02u", cents % 100);
}

void
ornament_put_link(struct text *t, const struct world *w, enum shop s, long n)
{
	struct text name = {0};

	ornament_put_name(&name, w, n);
	for (char *p = name.at; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789",
			*p))
			*p = '-';
	text_printf(
	    t, s == BIGCOMMERCE ? "%s-%ld/" : "%s_p_%ld.html", name.at, n);
	text_free(&name);
}
