#include "orders.h"

#include <limits.h>
#include <microhttpd.h>
#include <string.h>

#include "names.h"
#include "num.h"
#include "rng.h"

#define FIRST_ID 820982911946154508u /* beyond 2^53 */

enum { LARGEST = 250, USERS = 40 };

static uint64_t
value(const struct world *w, long n, unsigned field)
{
	return rng_value(w->seed, RNG_ORDER, (uint64_t)n, field);
}

/* `,"name":12.50`, as a string, as the API tells money. */
static void
put_money(struct text *t, const char *name, uint64_t cents)
{
	text_printf(t, ",\"%s\":\"%llu.%02d\"", name,
	    (unsigned long long)(cents / 100), (int)(cents % 100));
}

/* A time in New York, with its offset; orders come in no order of time. */
static void
put_time(struct text *t, const char *name, uint64_t h)
{
	text_printf(t, ",\"%s\":\"2023-%02d-%02dT%02d:%02d:%02d-05:00\"", name,
	    (int)(1 + h % 12), (int)(1 + h / 16 % 28), (int)(h / 512 % 24),
	    (int)(h / 16384 % 60), (int)(h / 1048576 % 60));
}

static void
put_user(struct text *t, const struct world *w, long n)
{
	uint64_t user = value(w, n, 1) % (USERS + USERS / 4);

	if (user >= USERS)
		text_puts(t, ",\"user_id\":null");
	else
		text_printf(t, ",\"user_id\":%llu",
		    (unsigned long long)(FIRST_ID + user * 7));
	if (value(w, n, 2) % 3)
		text_printf(t,
		    ",\"email\":\"user%d@example.com\",\"contact_email\":null",
		    (int)(value(w, n, 3) % 1000));
	else
		text_puts(t, ",\"email\":null,\"contact_email\":null");
	if (value(w, n, 4) % 2)
		text_printf(t, ",\"phone\":\"+1%010d\"",
		    (int)(value(w, n, 5) % 1000000000));
	text_puts(t, value(w, n, 6) % 4 ? ",\"customer_locale\":\"en-US\""
					: ",\"customer_locale\":null");
}

static void
put_items(struct text *t, const struct world *w, long n)
{
	unsigned items = (unsigned)(value(w, n, 7) % 5);

	text_puts(t, ",\"line_items\":[");
	for (unsigned i = 0; i < items; i++) {
		uint64_t h = value(w, n, 40 + i);

		text_printf(t,
		    "%s{\"id\":%llu,\"variant_id\":%d,\"quantity\":%d,"
		    "\"product_id\":%s,\"title\":",
		    i ? "," : "",
		    (unsigned long long)(FIRST_ID * 2 + (uint64_t)n * 8 + i),
		    (int)(h % 100000), (int)(1 + h % 5),
		    h % 9 ? "632910392" : "null");
		text_json(t, names_pick(&names_model, h));
		put_money(t, "price", h % 100000);
		text_puts(t, ",\"tax_lines\":[{\"rate\":0.060}]}");
	}
	text_puts(t, "]");
}

static void
put_order(struct text *t, const struct world *w, long n)
{
	uint64_t total = value(w, n, 10) % 1000000, tax = total / 16;

	text_printf(
	    t, "{\"id\":%llu", (unsigned long long)(FIRST_ID + (uint64_t)n));
	put_time(t, "created_at", value(w, n, 11));
	put_time(t, "updated_at", value(w, n, 12));
	put_time(t, "processed_at", value(w, n, 13));
	text_puts(t, value(w, n, 14) % 2 ? ",\"closed_at\":null" : "");
	text_printf(t,
	    ",\"number\":%ld,\"order_number\":%ld,\"name\":\"#%ld\","
	    "\"note\":\"a \\u0026 b\\n\\\"c\\\"\",\"token\":\"%016llx\","
	    "\"test\":%s,\"total_weight\":%d,\"taxes_included\":false,"
	    "\"currency\":\"USD\",\"financial_status\":\"%s\","
	    "\"confirmed\":true,\"buyer_accepts_marketing\":%s,"
	    "\"location_id\":%d,\"app_id\":%d,\"device_id\":null,"
	    "\"source_name\":\"web\",\"fulfillment_status\":%s,\"tags\":\"\"",
	    n + 1, n + 1001, n + 1001, (unsigned long long)value(w, n, 15),
	    value(w, n, 16) % 10 ? "false" : "true",
	    (int)(value(w, n, 17) % 5000),
	    value(w, n, 18) % 3 ? "paid" : "pending",
	    value(w, n, 19) % 2 ? "true" : "false",
	    (int)(1 + value(w, n, 20) % 4), (int)(1 + value(w, n, 21) % 3),
	    value(w, n, 22) % 2 ? "null" : "\"fulfilled\"");
	put_money(t, "total_price", total);
	put_money(t, "total_price_usd", total);
	put_money(t, "subtotal_price", total - tax);
	put_money(t, "total_tax", tax);
	put_money(t, "total_discounts", value(w, n, 23) % 1000);
	put_money(t, "total_line_items_price", total);
	put_user(t, w, n);
	text_printf(t,
	    ",\"client_details\":{\"browser_ip\":null},"
	    "\"browser_ip\":\"192.0.2.%d\"",
	    (int)(value(w, n, 24) % 256));
	put_items(t, w, n);
	text_puts(t, "}");
}

/* `page_info` is the number of the page's first order, in letters. */
static bool
page_from(const struct req *r, long *from)
{
	const char *s = req_arg(r, "page_info");

	*from = 0;
	return s == NULL || (*s == 'p' && num_int(s + 1, 0, INT_MAX, from));
}

static void
put_link(struct answer *a, const struct req *r, long next, long limit)
{
	struct text link = {0};
	const char *host =
	    MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Host");

	text_printf(&link,
	    "<http://%s%s?limit=%ld&page_info=p%ld>; rel=\"next\"",
	    host ? host : "", r->path, limit, next);
	answer_header(a, "Link", link.at);
	text_free(&link);
}

void
orders_serve(const struct req *r, struct answer *a)
{
	const char *end = strrchr(r->path, '/'), *arg = req_arg(r, "limit");
	long limit = 50, from, n;

	if (MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
		"X-Shopify-Access-Token") == NULL) {
		answer_start(a, 401, "application/json");
		text_puts(&a->body,
		    "{\"errors\":\"[API] Invalid API key or access token\"}");
		return;
	}
	if (strcmp(end, "/orders.json") != 0) {
		answer_start(a, 404, "application/json");
		text_puts(&a->body, "{\"errors\":\"Not Found\"}");
		return;
	}
	if ((arg && !num_int(arg, 1, LARGEST, &limit)) ||
	    !page_from(r, &from)) {
		answer_start(a, 400, "application/json");
		text_puts(&a->body, "{\"errors\":\"Bad Request\"}");
		return;
	}
	answer_start(a, 200, "application/json");
	answer_header(a, "X-Shopify-Shop-Api-Call-Limit", "1/40");
	text_puts(&a->body, "{\"orders\":[");
	for (n = from; n < from + limit && n < r->world->orders; n++) {
		text_puts(&a->body, n > from ? "," : "");
		put_order(&a->body, r->world, n);
	}
	text_puts(&a->body, "]}");
	if (n < r->world->orders)
		put_link(a, r, n, limit);
}

void
orders_truth(const struct world *w, FILE *f)
{
	struct text t = {0};

	for (long n = 0; n < w->orders; n++) {
		put_order(&t, w, n);
		text_puts(&t, "\n");
	}
	if (t.len > 0)
		fwrite(t.at, 1, t.len, f);
	text_free(&t);
}
