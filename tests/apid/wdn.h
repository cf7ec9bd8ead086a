#ifndef APID_WDN_H
#define APID_WDN_H

#include "api.h"

/*
 * The product API below /api/v1/, an envelope in the manner of JSON:API:
 * searches/brand_search, brands/ID/products, products/ID/offers, retailers/ID.
 */
void wdn_serve(const struct req *r, struct answer *a);

/*
 * What is served, as rows of the tables: brands are all hits of the searches
 * for the five brands, each once; offers and retailers are those that no 404
 * hides. Values are the bytes that the API sends.
 */
void wdn_truth_brands(const struct world *w, FILE *f);
void wdn_truth_products(const struct world *w, FILE *f);
void wdn_truth_offers(const struct world *w, FILE *f);
void wdn_truth_retailers(const struct world *w, FILE *f);

#endif
