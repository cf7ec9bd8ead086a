#include "wdn.h"

#include <limits.h>
#include <string.h>

#include "num.h"
#include "wdn_data.h"

#define PREFIX "/api/v1/"
#define PAGE_SIZE 20
#define PAGE_SIZE_MAX 1000000

static const char *const wanted[] = {
    "Converse", "Vans", "Nike", "Adidas", "Jordan"};

/* A page of a list: which records of it, and what is said about it. */
struct page {
	long number;
	long size;
	long from, to; /* the records, as places in the whole list */
	long total;    /* as it is told, which a fault may change */
};

static void
put_error(struct answer *a, unsigned status, const char *title,
    const char *detail, const char *name)
{
	answer_start(a, status, "application/json");
	text_printf(&a->body,
	    "{\"errors\":[{\"status\":\"%u\",\"title\":\"%s\",\"detail\":",
	    status, title);
	text_printf(&a->body, "\"%s\"", detail);
	if (name != NULL)
		text_printf(
		    &a->body, ",\"source\":{\"parameter\":\"%s\"}", name);
	text_puts(&a->body, "}]}");
}

static void
not_found(struct answer *a, const char *what)
{
	put_error(a, 404, "Record not found", what, NULL);
}

static bool
read_arg(
    const struct req *r, struct answer *a, const char *name, long max, long *n)
{
	const char *arg = req_arg(r, name);

	if (arg == NULL || num_int(arg, 1, max, n))
		return true;
	put_error(a, 400, "Invalid parameter", "not a number above 0", name);
	return false;
}

static void
cap(long *size, long most)
{
	if (most > 0 && *size > most)
		*size = most;
}

/* Reads page and page_size; false if that was answered with an error. */
static bool
read_page(const struct req *r, struct answer *a, long count, struct page *p)
{
	long from;

	p->number = 1;
	p->size = PAGE_SIZE;
	if (!read_arg(r, a, "page", INT_MAX, &p->number) ||
	    !read_arg(r, a, "page_size", PAGE_SIZE_MAX, &p->size))
		return false;
	cap(&p->size, r->world->page_cap);
	cap(&p->size, r->tweak.page_cap);
	from = p->number;
	if (r->tweak.repeat_page == p->number && p->number > 1)
		from--;
	p->from = (from - 1) * p->size;
	p->to = p->from + p->size;
	if (p->from > count || r->tweak.empty_page == p->number)
		p->from = count;
	if (p->to > count)
		p->to = count;
	p->total = count + r->tweak.wrong_total;
	if (p->total < 0)
		p->total = 0;
	return true;
}

static void
start_list(struct answer *a)
{
	answer_start(a, 200, "application/json");
	text_puts(&a->body, "{\"data\":[");
}

/* Ends a list by its meta member; a fault adds a link that leads back. */
static void
end_list(const struct req *r, struct answer *a, const struct page *p)
{
	struct text next = {0};

	text_printf(&a->body,
	    "],\"meta\":{\"page\":{\"current_page\":%ld,\"page_size\":%ld,"
	    "\"total_count\":%ld,\"total_pages\":%ld}}",
	    p->number, p->size, p->total, (p->total + p->size - 1) / p->size);
	if (r->tweak.loop_next) {
		text_printf(&next, "%s?page=%ld&page_size=%ld", r->path,
		    p->number > 1 ? p->number - 1 : 1, p->size);
		text_puts(&a->body, ",\"links\":{\"next\":");
		text_json(&a->body, next.at);
		text_puts(&a->body, "}");
		text_free(&next);
	}
	text_puts(&a->body, "}");
}

static bool
brand_matches(long brand, const char *q)
{
	return strcasestr(wdn_brand_name(brand), q) != NULL;
}

static void
serve_search(const struct req *r, struct answer *a)
{
	const char *q = req_arg(r, "q");
	long brand, hit = 0, hits = 0;
	struct page p;

	if (q == NULL || *q == '\0') {
		put_error(a, 400, "Missing parameter", "q is required", "q");
		return;
	}
	for (brand = 0; brand < wdn_brands(); brand++)
		hits += brand_matches(brand, q);
	if (!read_page(r, a, hits, &p))
		return;
	start_list(a);
	for (brand = 0; brand < wdn_brands(); brand++) {
		if (!brand_matches(brand, q))
			continue;
		if (hit >= p.from && hit < p.to) {
			text_printf(&a->body,
			    "%s{\"id\":\"%ld\",\"type\":\"brands\","
			    "\"attributes\":{",
			    hit > p.from ? "," : "",
			    wdn_brand_id(r->world, brand));
			wdn_put_brand(&a->body, r->world, brand);
			text_puts(&a->body, "}}");
		}
		hit++;
	}
	end_list(r, a, &p);
}

static void
serve_products(const struct req *r, struct answer *a, long id)
{
	long brand = wdn_brand_of(r->world, id), first, end;
	struct page p;

	if (brand < 0) {
		not_found(a, "no brand has this id");
		return;
	}
	wdn_products_of(r->world, brand, &first, &end);
	if (!read_page(r, a, end - first, &p))
		return;
	start_list(a);
	for (long i = first + p.from; i < first + p.to; i++) {
		text_printf(&a->body,
		    "%s{\"id\":\"%ld\",\"type\":\"products\",\"attributes\":{",
		    i > first + p.from ? "," : "", wdn_product_id(r->world, i));
		wdn_put_product(&a->body, r->world, i);
		text_puts(&a->body, "}}");
	}
	end_list(r, a, &p);
}

static void
serve_offers(const struct req *r, struct answer *a, long id)
{
	long product = wdn_product_of(r->world, id);

	if (product < 0 || wdn_product_missing(r->world, product)) {
		not_found(a, "no product has this id");
		return;
	}
	start_list(a);
	for (int i = 0; i < wdn_offers(r->world, product); i++) {
		text_puts(&a->body, i ? ",{\"id\":" : "{\"id\":");
		wdn_put_offer_id(&a->body, r->world, product, i);
		text_puts(&a->body, ",\"type\":\"offers\",\"attributes\":{");
		wdn_put_offer(&a->body, r->world, product, i);
		text_puts(&a->body, "}}");
	}
	text_puts(&a->body, "]}");
}

static void
serve_retailer(const struct req *r, struct answer *a, long id)
{
	long retailer = wdn_retailer_of(r->world, id);

	if (retailer < 0 || wdn_retailer_missing(r->world, retailer)) {
		not_found(a, "no retailer has this id");
		return;
	}
	answer_start(a, 200, "application/json");
	text_printf(&a->body,
	    "{\"data\":{\"id\":\"%ld\",\"type\":\"retailers\","
	    "\"attributes\":{",
	    id);
	wdn_put_retailer(&a->body, r->world, retailer);
	text_puts(&a->body, "}}}");
}

/* Is the path before, a number, and after? */
static bool
path_id(const char *path, const char *before, const char *after, long *id)
{
	char digits[20];
	size_t n;

	if (strncmp(path, before, strlen(before)) != 0)
		return false;
	path += strlen(before);
	n = strspn(path, "0123456789");
	if (n == 0 || n >= sizeof(digits) || strcmp(path + n, after) != 0)
		return false;
	memcpy(digits, path, n);
	digits[n] = '\0';
	/* A number that is too large is an id that nothing has. */
	if (!num_int(digits, 0, LONG_MAX, id))
		*id = 0;
	return true;
}

void
wdn_serve(const struct req *r, struct answer *a)
{
	const char *path = r->path + strlen(PREFIX);
	long id;

	if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0) {
		put_error(a, 405, "Method not allowed", "only GET", NULL);
		answer_header(a, "Allow", "GET, HEAD");
	} else if (strcmp(path, "searches/brand_search") == 0) {
		serve_search(r, a);
	} else if (path_id(path, "brands/", "/products", &id)) {
		serve_products(r, a, id);
	} else if (path_id(path, "products/", "/offers", &id)) {
		serve_offers(r, a, id);
	} else if (path_id(path, "retailers/", "", &id)) {
		serve_retailer(r, a, id);
	} else {
		not_found(a, "no such path");
	}
}

void
wdn_truth_brands(const struct world *w, FILE *f)
{
	struct text t = {0};
	size_t n = sizeof(wanted) / sizeof(wanted[0]), i;

	for (long brand = 0; brand < wdn_brands(); brand++) {
		for (i = 0; i < n && !brand_matches(brand, wanted[i]); i++)
			;
		if (i == n)
			continue;
		t.len = 0;
		wdn_put_brand(&t, w, brand);
		fprintf(f, "{\"id\":%ld,%s}\n", wdn_brand_id(w, brand), t.at);
	}
	text_free(&t);
}

void
wdn_truth_products(const struct world *w, FILE *f)
{
	struct text t = {0};
	long first, end;

	for (long brand = 0; brand < wdn_brands(); brand++) {
		wdn_products_of(w, brand, &first, &end);
		for (long i = first; i < end; i++) {
			t.len = 0;
			wdn_put_product(&t, w, i);
			fprintf(f, "{\"id\":%ld,\"brand_id\":%ld,%s}\n",
			    wdn_product_id(w, i), wdn_brand_id(w, brand), t.at);
		}
	}
	text_free(&t);
}

void
wdn_truth_offers(const struct world *w, FILE *f)
{
	struct text t = {0};

	for (long product = 0; product < w->products; product++) {
		if (wdn_product_missing(w, product))
			continue;
		for (int i = 0; i < wdn_offers(w, product); i++) {
			t.len = 0;
			text_puts(&t, "{\"id\":");
			wdn_put_offer_id(&t, w, product, i);
			text_puts(&t, ",");
			wdn_put_offer(&t, w, product, i);
			fprintf(f, "%s}\n", t.at);
		}
	}
	text_free(&t);
}

void
wdn_truth_retailers(const struct world *w, FILE *f)
{
	struct text t = {0};

	for (long i = 0; i < w->retailers; i++) {
		if (wdn_retailer_missing(w, i))
			continue;
		t.len = 0;
		wdn_put_retailer(&t, w, i);
		fprintf(f, "{\"id\":%ld,%s}\n", wdn_retailer_id(w, i), t.at);
	}
	text_free(&t);
}
