#include "wdn_data.h"

#include "names.h"
#include "rng.h"

/* As in wdn_data.c: a base, a stride for each index, an offset below it. */
#define RETAILER_BASE 11
#define RETAILER_STRIDE 3

/* Room for the offers of one product: six and one orphan. */
#define OFFER_SLOTS 8

/* Fields of a product's offers, of one offer, and of a retailer. */
enum { HAS_OFFERS, OFFER_COUNT };
enum { RETAILER, CURRENCY, STYLE, CENTS, USD, GBP, EUR, SIZE };
enum { OFFSET, LEVEL, WEBSITE };

static uint64_t
value(const struct world *w, enum rng_kind kind, long id, unsigned field)
{
	return rng_value(w->seed, kind, (uint64_t)id, field);
}

int
wdn_offers(const struct world *w, long product)
{
	uint64_t h = value(w, RNG_OFFER, product, HAS_OFFERS) % 1000000;
	int n = wdn_product_orphan(w, product) ? 1 : 0;

	if ((double)h < w->offers_rate * 10000)
		n += 1 + (int)(value(w, RNG_OFFER, product, OFFER_COUNT) % 6);
	return n;
}

/* One field of one offer. */
static uint64_t
offer_value(const struct world *w, long product, int nth, unsigned field)
{
	return value(w, RNG_OFFER, product, 100 + (unsigned)nth * SIZE + field);
}

void
wdn_put_offer_id(struct text *t, const struct world *w, long product, int nth)
{
	long slot = product * OFFER_SLOTS + nth;

	/* Odd and above 2^53: a double rounds it to a neighbour. */
	if (offer_value(w, product, nth, STYLE) / 100 % 40 == 0)
		text_printf(t, "\"%ld\"", 9007199254740993 + 2 * slot);
	else
		text_printf(t, "\"%ld\"", 500000 + 3 * slot);
}

/* The same price as APIs write it: text or number, zeros kept or not. */
static void
put_price(struct text *t, long cents, uint64_t style, uint64_t h)
{
	if (h % 20 == 0) {
		text_puts(t, "null");
		return;
	}
	switch (style % 6) {
	case 0:
	case 1:
		text_printf(t, "\"%ld.%02ld\"", cents / 100, cents % 100);
		break;
	case 2:
		text_printf(t, "%ld.%02ld", cents / 100, cents % 100);
		break;
	case 3:
		text_printf(t, "%ld.%ld0", cents / 100, cents / 10 % 10);
		break;
	case 4:
		text_printf(t, "\"%ld.%ld0\"", cents / 100, cents / 10 % 10);
		break;
	default:
		text_printf(t, "%ld", cents / 100);
		break;
	}
}

/* A shop has its level of prices: below 100, 100 to 200, or above. */
static long
retailer_cents(const struct world *w, long retailer, uint64_t h)
{
	static const long from[] = {3000, 10500, 15000};
	static const uint64_t width[] = {8000, 9000, 30000};
	uint64_t level = value(w, RNG_RETAILER, retailer, LEVEL) % 3;

	return from[level] + (long)(h % width[level]);
}

void
wdn_put_offer(struct text *t, const struct world *w, long product, int nth)
{
	static const char *const currency[] = {"EUR", "USD", "GBP", "JPY"};
	long retailer = (long)(offer_value(w, product, nth, RETAILER) %
			       (uint64_t)w->retailers);
	uint64_t style = offer_value(w, product, nth, STYLE);
	long cents =
	    retailer_cents(w, retailer, offer_value(w, product, nth, CENTS));
	long id = wdn_product_id(w, product);

	/* No product has an id below the base. */
	if (nth == 0 && wdn_product_orphan(w, product))
		id = 1000 + product % (WDN_PRODUCT_BASE - 1000);
	text_printf(t, "\"product_id\":%ld,\"retailer_id\":%ld", id,
	    wdn_retailer_id(w, retailer));
	text_printf(t, ",\"original_currency\":\"%s\",\"price_usd\":",
	    currency[offer_value(w, product, nth, CURRENCY) % 4]);
	put_price(t, cents, style, offer_value(w, product, nth, USD));
	text_puts(t, ",\"price_gbp\":");
	put_price(
	    t, cents * 75 / 100, style, offer_value(w, product, nth, GBP));
	text_puts(t, ",\"price_eur\":");
	put_price(
	    t, cents * 82 / 100, style, offer_value(w, product, nth, EUR));
}

long
wdn_retailer_id(const struct world *w, long retailer)
{
	return RETAILER_BASE + retailer * RETAILER_STRIDE +
	       (long)(value(w, RNG_RETAILER, retailer, OFFSET) %
		      RETAILER_STRIDE);
}

long
wdn_retailer_of(const struct world *w, long id)
{
	long retailer = (id - RETAILER_BASE) / RETAILER_STRIDE;

	if (id < RETAILER_BASE || retailer >= w->retailers ||
	    wdn_retailer_id(w, retailer) != id)
		return -1;
	return retailer;
}

bool
wdn_retailer_missing(const struct world *w, long retailer)
{
	return (long)rng_rank(w->seed, RNG_RETAILER, (uint64_t)retailer,
		   (uint64_t)w->retailers) < w->missing_retailers;
}

void
wdn_put_retailer(struct text *t, const struct world *w, long retailer)
{
	long shops = (long)names_shop.n, kinds = (long)names_shop_kind.n;

	text_printf(t, "\"name\":\"%s %s", names_shop.at[retailer % shops],
	    names_shop_kind.at[(retailer + retailer / shops) % kinds]);
	/* Beyond all pairs of words a number keeps names apart. */
	if (retailer >= shops * kinds)
		text_printf(t, " %ld", retailer / (shops * kinds) + 1);
	text_puts(t, "\",\"website\":");
	if (value(w, RNG_RETAILER, retailer, WEBSITE) % 8 == 0)
		text_puts(t, "null");
	else
		text_printf(t, "\"https://shop%ld.example\"", retailer);
}
