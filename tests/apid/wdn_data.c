#include "wdn_data.h"

#include <stdlib.h>
#include <time.h>

#include "names.h"
#include "rng.h"

/* Ids are a base, a stride for each index, and an offset below the stride: not
 * dense, and the index can be computed back. */
#define BRAND_BASE 5
#define BRAND_STRIDE 17
#define PRODUCT_BASE WDN_PRODUCT_BASE
#define PRODUCT_STRIDE 7
/* The last product of each brand has an id close to 2^31. */
#define PRODUCT_HIGH 2147480000

/* A brand's share of all products, in percent, ends before the next one's. */
static const struct {
	const char *name;
	int from, to;
} brands[] = {
    {"All Star Converse Kids", 0, 0},
    {"CONVERSE", 0, 8},
    {"Converse Skate", 0, 0},
    {"Vans", 8, 20},
    {"Vans Vault", 0, 0},
    {"Vans Snow", 0, 0},
    {"Nike ACG", 0, 0},
    {"Nike Baseball", 0, 0},
    {"Nike Basketball", 0, 0},
    {"Nike Boxing", 0, 0},
    {"Nike Considered", 0, 0},
    {"Nike Cycling", 0, 0},
    {"Nike Football", 0, 0},
    {"Nike Golf", 0, 0},
    {"Nike Gym", 0, 0},
    {"Nike Kids", 0, 0},
    {"Nike Lab", 0, 0},
    {"Nike Outdoor", 0, 0},
    {"Nike Pro", 0, 0},
    {"Nike Running", 0, 0},
    {"Nike Sail", 0, 0},
    {"Nike SB", 0, 0},
    {"Nike Snow", 0, 0},
    {"Nike Swim", 0, 0},
    {"Nike Tennis", 0, 0},
    {"Nike Track & Field", 0, 0},
    {"Nike Women \u2013 Studio", 0, 0},
    /* Behind twenty others, so that whoever reads one page misses it. */
    {"Nike", 20, 60},
    {"Nike x Jordan \"Flight\"", 0, 0},
    {"Not Nike's", 0, 0},
    {"adidas Originals", 0, 0},
    {"adidas", 60, 85},
    {"adidas Skateboarding", 0, 0},
    {"Air Jordan", 0, 0},
    {"Jordan", 85, 100},
    {"Jordan Kids", 0, 0},
    {"Kestrel Works", 0, 0},
    {"Low Tide", 0, 0},
    {"Paper Moon", 0, 0},
};

enum { OFFSET, NAME, DETAIL, MODEL, COLOUR, RELEASE, WHEN, BRAND_NAMES };

static uint64_t
value(const struct world *w, enum rng_kind kind, long id, unsigned field)
{
	return rng_value(w->seed, kind, (uint64_t)id, field);
}

long
wdn_brands(void)
{
	return (long)(sizeof(brands) / sizeof(brands[0]));
}

const char *
wdn_brand_name(long brand)
{
	return brands[brand].name;
}

long
wdn_brand_id(const struct world *w, long brand)
{
	return BRAND_BASE + brand * BRAND_STRIDE +
	       (long)(value(w, RNG_BRAND, brand, OFFSET) % BRAND_STRIDE);
}

long
wdn_brand_of(const struct world *w, long id)
{
	for (long brand = 0; brand < wdn_brands(); brand++)
		if (wdn_brand_id(w, brand) == id)
			return brand;
	return -1;
}

void
wdn_put_brand(struct text *t, const struct world *w, long brand)
{
	uint64_t h = value(w, RNG_BRAND, brand, DETAIL);
	bool known = brands[brand].to > 0;

	text_puts(t, "\"name\":");
	text_json(t, brands[brand].name);
	if (known || h % 3 != 0)
		text_printf(t, ",\"description\":\"%s goods, since %d\"",
		    names_pick(&names_colour, h / 3), (int)(1950 + h % 70));
	else
		text_puts(t, ",\"description\":null");
	if (known || h % 5 != 0)
		text_printf(t,
		    ",\"website\":\"https:\\/\\/brand%ld.example\\/"
		    "?a=1\\u0026b=2\"",
		    brand);
	else
		text_puts(t, ",\"website\":null");
}

void
wdn_products_of(const struct world *w, long brand, long *first, long *end)
{
	*first = w->products * brands[brand].from / 100;
	*end = w->products * brands[brand].to / 100;
}

/* The brand that has this product; products are brand by brand. */
static long
brand_with(const struct world *w, long product)
{
	long brand, first, end;

	for (brand = 0; brand < wdn_brands(); brand++) {
		wdn_products_of(w, brand, &first, &end);
		if (product >= first && product < end)
			break;
	}
	return brand;
}

long
wdn_product_id(const struct world *w, long product)
{
	long brand = brand_with(w, product), first, end;

	wdn_products_of(w, brand, &first, &end);
	if (product == end - 1)
		return PRODUCT_HIGH + brand;
	return PRODUCT_BASE + product * PRODUCT_STRIDE +
	       (long)(value(w, RNG_PRODUCT, product, OFFSET) % PRODUCT_STRIDE);
}

long
wdn_product_of(const struct world *w, long id)
{
	long product, first, end;

	if (id >= PRODUCT_HIGH && id < PRODUCT_HIGH + wdn_brands()) {
		wdn_products_of(w, id - PRODUCT_HIGH, &first, &end);
		return end > first ? end - 1 : -1;
	}
	product = (id - PRODUCT_BASE) / PRODUCT_STRIDE;
	if (id < PRODUCT_BASE || product >= w->products ||
	    wdn_product_id(w, product) != id)
		return -1;
	return product;
}

bool
wdn_product_missing(const struct world *w, long product)
{
	return (long)rng_rank(w->seed, RNG_PRODUCT, (uint64_t)product,
		   (uint64_t)w->products) < w->missing_products;
}

bool
wdn_product_orphan(const struct world *w, long product)
{
	long rank = (long)rng_rank(
	    w->seed, RNG_PRODUCT, (uint64_t)product, (uint64_t)w->products);

	/* Other products than the missing ones: the next ranks. */
	return rank >= w->missing_products &&
	       rank < w->missing_products + w->orphans;
}

/* What makes names hard: what JSON escapes, what it need not, and Unicode. */
static void
put_twist(struct text *t, uint64_t h)
{
	switch (h % 24) {
	case 0:
		text_puts(t, " & Friends");
		break;
	case 1:
		text_puts(t, " \\u0026 Friends");
		break;
	case 2:
		text_puts(t, " \\\"Panda\\\"");
		break;
	case 3:
		text_puts(t, " '07 LV8");
		break;
	case 4:
		text_puts(t, " Caf\u00e9");
		break;
	case 5:
		text_puts(t, " Caf\\u00e9");
		break;
	case 6:
		text_puts(t, " \u6771\u4eac");
		break;
	case 7:
		text_puts(t, " \\ud83d\\udc5f");
		break;
	case 8:
		text_puts(t, " 1\\/2 Low, C:\\\\>");
		break;
	case 9:
		text_puts(t, " \U0001f45f");
		break;
	default:
		break;
	}
}

static void
put_release(struct text *t, const struct world *w, long product)
{
	uint64_t h = value(w, RNG_PRODUCT, product, WHEN);
	time_t at = (time_t)(1262304000 + h % 473385600); /* 2010..2024 */
	struct tm tm;

	if (value(w, RNG_PRODUCT, product, RELEASE) % 5 == 0) {
		text_puts(t, "null");
		return;
	}
	gmtime_r(&at, &tm);
	text_printf(t, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, h % 4 ? 0 : (int)(h / 4 % 1000));
}

/* A string; an array, as version 2 of the API has it, for a few. */
static void
put_brand_names(struct text *t, const char *brand, uint64_t h)
{
	const char *with = names_pick(&names_partner, h / 25);

	switch (h % 25) {
	case 0:
		text_printf(t, "[\"%s\"]", brand);
		break;
	case 1:
		text_printf(t, "[\"%s\",\"%s\"]", brand, with);
		break;
	case 2:
	case 3:
		text_printf(t, "\"%s, %s\"", brand, with);
		break;
	default:
		text_printf(t, "\"%s\"", brand);
		break;
	}
}

void
wdn_put_product(struct text *t, const struct world *w, long product)
{
	const char *model =
	    names_pick(&names_model, value(w, RNG_PRODUCT, product, MODEL));
	const char *colour =
	    names_pick(&names_colour, value(w, RNG_PRODUCT, product, COLOUR));
	uint64_t h = value(w, RNG_PRODUCT, product, NAME);

	text_printf(t, "\"name\":\"%s %d", model, (int)(h / 24 % 90));
	put_twist(t, h);
	text_printf(t, " %s\",\"description\":", colour);
	h = value(w, RNG_PRODUCT, product, DETAIL);
	if (h % 4 == 0)
		text_puts(t, "null");
	else
		text_printf(t, "\"The %s in %s.\\nUpper: %s%s, sole: %s.\"",
		    model, colour, h % 3 ? "suede" : "canvas\\t(washed)",
		    h % 7 ? "" : " \\u003cb\\u003enew\\u003c/b\\u003e",
		    h % 5 ? "rubber" : "gum");
	text_puts(t, ",\"release_at\":");
	put_release(t, w, product);
	text_puts(t, ",\"brand_names\":");
	put_brand_names(t, brands[brand_with(w, product)].name,
	    value(w, RNG_PRODUCT, product, BRAND_NAMES));
}
