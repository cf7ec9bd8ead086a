#ifndef APID_WDN_DATA_H
#define APID_WDN_DATA_H

#include <stdbool.h>

#include "api.h"

/*
 * What the product API serves: brands, products, offers and retailers, each a
 * pure function of the seed and its number (its index, from 0). Records are
 * written as the members of a JSON object without its braces, so that an
 * answer's attributes and a table's row are the same bytes.
 */

/* Every product's id is above it. */
#define WDN_PRODUCT_BASE 100000

/* Brands: a fixed list, in which five names are those of the brands that have
 * products. Ids are below 2^31. */
long wdn_brands(void);
const char *wdn_brand_name(long brand);
long wdn_brand_id(const struct world *w, long brand);
/* The brand of that id, -1 if there is none. */
long wdn_brand_of(const struct world *w, long id);
void wdn_put_brand(struct text *t, const struct world *w, long brand);

/* Products: those of one brand are from *first to before *end; a brand without
 * products has none of them. */
void wdn_products_of(const struct world *w, long brand, long *first, long *end);
long wdn_product_id(const struct world *w, long product);
long wdn_product_of(const struct world *w, long id);
/* Does the API answer 404 to the offers of this one? */
bool wdn_product_missing(const struct world *w, long product);
/* Is its first offer one that names a product that does not exist? */
bool wdn_product_orphan(const struct world *w, long product);
void wdn_put_product(struct text *t, const struct world *w, long product);

/* Offers: how many a product has, and the nth of them, from 0. The id is a
 * text, written with its quotes. */
int wdn_offers(const struct world *w, long product);
void wdn_put_offer_id(
    struct text *t, const struct world *w, long product, int nth);
void wdn_put_offer(
    struct text *t, const struct world *w, long product, int nth);

/* Retailers. */
long wdn_retailer_id(const struct world *w, long retailer);
long wdn_retailer_of(const struct world *w, long id);
bool wdn_retailer_missing(const struct world *w, long retailer);
void wdn_put_retailer(struct text *t, const struct world *w, long retailer);

#endif
