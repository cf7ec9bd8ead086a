#ifndef APID_ORNAMENTS_H
#define APID_ORNAMENTS_H

#include "api.h"

/*
 * Three shops of ornaments as web pages: /hallmark/, /hooked/ (both of one
 * platform, 3dcart) and /ornament-shop/ (BigCommerce). Each has an index of
 * years, a listing of each year, in pages, and a page for each product. The
 * shops have most products in common, at prices of their own.
 */
void ornaments_serve(const struct req *r, struct answer *a);

/* All products of all shops: vendor, sku, name, price as text, ... */
void ornaments_truth(const struct world *w, FILE *f);

#endif
