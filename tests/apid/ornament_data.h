#ifndef APID_ORNAMENT_DATA_H
#define APID_ORNAMENT_DATA_H

#include <stdbool.h>

#include "api.h"

/*
 * The products of the three shops. A product's number n is its year times 100
 * and its place in it; in all shops the same number is the same ornament.
 *
 * Prices and what is available depend on the day: a quarter of the prices are
 * others on each, and on every third as before; a fifth is or is not there on
 * every second; a few products are gone on odd days.
 */
enum shop { HALLMARK, HOOKED, BIGCOMMERCE, SHOPS };
enum { ORNAMENT_NEWEST = 2020, ORNAMENT_OF_A_YEAR = 16 };

bool ornament_is_year(const struct world *w, long year);
/* Has the shop this one? */
bool ornament_is_there(const struct world *w, enum shop s, long n);
bool ornament_is_available(const struct world *w, enum shop s, long n);

void ornament_put_name(struct text *t, const struct world *w, long n);
/* Some have the sku of the product before them. */
void ornament_put_sku(struct text *t, long n);
/* The price, with sep where a thousand begins: 1,234.50. */
void ornament_put_price(struct text *t, const struct world *w, enum shop s,
    long n, const char *sep);
/* The path of its page, below the shop's; ends in its number. */
void ornament_put_link(
    struct text *t, const struct world *w, enum shop s, long n);

#endif
