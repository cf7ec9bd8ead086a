#ifndef APID_ORDERS_H
#define APID_ORDERS_H

#include "api.h"

/*
 * A shop's orders as Shopify's Admin API lists them,
 * /admin/api/VERSION/orders.json?status=any&limit=N: up to 250 a page, the
 * next one told by `Link` alone. Only with the header field
 * X-Shopify-Access-Token.
 */
void orders_serve(const struct req *r, struct answer *a);

/* All orders, one a line. */
void orders_truth(const struct world *w, FILE *f);

#endif
