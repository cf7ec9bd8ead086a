#include "api.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "animals.h"
#include "die.h"
#include "echo.h"
#include "list.h"
#include "orders.h"
#include "ornaments.h"
#include "users.h"
#include "wdn.h"

static const struct {
	const char *prefix;
	void (*serve)(const struct req *, struct answer *);
} apis[] = {
    {"/api/v1/", wdn_serve},
    {"/api/v2/", users_serve},
    {"/admin/api/", orders_serve},
    {"/animals/v1/", animals_serve},
    {"/list/v1/", list_serve},
    {"/echo/", echo_serve},
    {"/hallmark/", ornaments_serve},
    {"/hooked/", ornaments_serve},
    {"/ornament-shop/", ornaments_serve},
};

static const struct {
	const char *name;
	void (*print)(const struct world *, FILE *);
} truths[] = {
    {"brands", wdn_truth_brands},
    {"products", wdn_truth_products},
    {"offers", wdn_truth_offers},
    {"retailers", wdn_truth_retailers},
    {"animals", animals_truth},
    {"users", users_truth},
    {"ornaments", ornaments_truth},
    {"orders", orders_truth},
};

const char *
req_arg(const struct req *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_GET_ARGUMENT_KIND, name);
}

void
answer_start(struct answer *a, unsigned status, const char *type)
{
	a->status = status;
	a->type = type;
}

void
answer_header(struct answer *a, const char *name, const char *value)
{
	if (a->header_count == ANSWER_HEADERS)
		die(70, "an answer has more than %d headers", ANSWER_HEADERS);
	a->headers[a->header_count].name = name;
	a->headers[a->header_count].value = need(strdup(value));
	a->header_count++;
}

void
answer_free(struct answer *a)
{
	for (size_t i = 0; i < a->header_count; i++)
		free(a->headers[i].value);
	text_free(&a->body);
	*a = (struct answer){0};
}

void
api_serve(const struct req *r, struct answer *a)
{
	if (strcmp(r->path, "/") == 0) {
		answer_start(a, 200, "text/plain");
		text_puts(&a->body, "Hello!");
		return;
	}
	for (size_t i = 0; i < sizeof(apis) / sizeof(apis[0]); i++) {
		size_t n = strlen(apis[i].prefix);

		if (strncmp(r->path, apis[i].prefix, n) == 0) {
			apis[i].serve(r, a);
			return;
		}
	}
	answer_start(a, 404, "text/plain");
	text_puts(&a->body, "apid: no API has this path\n");
}

bool
api_truth(const char *what, const struct world *w, FILE *f)
{
	for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++) {
		if (strcmp(truths[i].name, what) == 0) {
			truths[i].print(w, f);
			return true;
		}
	}
	return false;
}

const char *
api_truths(void)
{
	return "brands, products, offers, retailers, animals, users, "
	       "ornaments, orders";
}
