#include "ornaments.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "num.h"
#include "ornament_data.h"

enum { PER_PAGE = 6 };

static const struct {
	const char *prefix, *vendor, *index;
} shops[SHOPS] = {
    {"/hallmark/", "hallmark_ornaments_com",
	"Hallmark-Ornaments-By-Year_c_200.html"},
    {"/hooked/", "hookedonhallmark_com",
	"keepsake-hallmark-ornaments-by-year.html"},
    {"/ornament-shop/", "ornament_shop_com", "hallmark-ornaments-by-year.html"},
};

/* ---- pages ---- */

static void
put_html(struct text *t, const char *s)
{
	for (; *s; s++)
		if (*s == '&')
			text_puts(t, "&amp;");
		else if (*s == '<')
			text_puts(t, "&lt;");
		else if (*s == '"')
			text_puts(t, "&quot;");
		else
			text_add(t, s, 1);
}

static void
put_html_name(struct text *t, const struct world *w, long n)
{
	struct text name = {0};

	ornament_put_name(&name, w, n);
	put_html(t, name.at);
	text_free(&name);
}

static void
put_year(struct text *t, enum shop s, const char *host, long year)
{
	if (s == HALLMARK)
		text_printf(t,
		    "<div class=\"subcat\"><a href=\"/hallmark/%ld-Hallmark-"
		    "Ornaments_c_%ld.html\">%ld Ornaments</a></div>\n",
		    year, year % 1000, year);
	else if (s == HOOKED && year % 3 == 0)
		text_printf(t,
		    "<li><a href=\"%ld-keepsake-ornaments.html\"><img "
		    "src=\"y.gif\" alt=\"%ld Hallmark\"></a>\n",
		    year, year);
	else if (s == HOOKED)
		text_printf(t,
		    "<li><a href=\"%ld-keepsake-ornaments.html\">%ld Hallmark "
		    "Ornaments</a>\n",
		    year, year);
	else
		text_printf(t,
		    "<li class=\"navList-item\"><a class=\"navList-action\" "
		    "href=\"http://%s/ornament-shop/%ld-hallmark-ornaments-g1-"
		    "y%02ld.html\">%ld</a></li>\n",
		    host, year, year % 100, year);
}

static void
put_index(const struct req *r, struct text *t, enum shop s)
{
	static const char *const around[SHOPS] = {
	    "<div class=\"sub-categories\">", "<div class=\"columns-5\"><ul>",
	    "<ul class=\"navList\">"};
	const char *host =
	    MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Host");
	long year;

	text_printf(t, "%s\n", around[s]);
	for (year = ORNAMENT_NEWEST - r->world->ornament_years + 1;
	     year <= ORNAMENT_NEWEST; year++)
		put_year(t, s, host ? host : "localhost", year);
}

static void
put_item(struct text *t, const struct world *w, enum shop s, long n)
{
	struct text link = {0};

	ornament_put_link(&link, w, s, n);
	if (s == BIGCOMMERCE) {
		text_printf(t,
		    "<article class=\"card\"><figure class=\"card-figure\"><a "
		    "href=\"/ornament-shop/%s\"><img src=\"data:,\"/></a>"
		    "</figure><h4 class=\"card-title\"><a "
		    "href=\"/ornament-shop/%s\">",
		    link.at, link.at);
		put_html_name(t, w, n);
		text_puts(t, "</a></h4></article>\n");
	} else {
		text_printf(t,
		    "<div class=\"product-item\" data-catalogid=\"%ld\"><div "
		    "class=\"img\"><a href=\"%s\"><img src=\"x.jpg\" "
		    "alt=\"x\"/></a></div><div class=\"name\"><a href=\"%s\">",
		    n, link.at, link.at);
		put_html_name(t, w, n);
		text_puts(t, "</a></div><div class=\"price\"><span "
			     "class=\"hidden\">Your Price&nbsp;</span>$");
		ornament_put_price(t, w, s, n, ",");
		text_puts(t, "</div></div>\n");
	}
	text_free(&link);
}

static void
put_pager(struct text *t, enum shop s, long year, long page)
{
	if (s == BIGCOMMERCE)
		text_printf(t,
		    "<li class=\"pagination-item pagination-item--next\"><a "
		    "class=\"pagination-link\" href=\"?page=%ld\">Next</a>"
		    "</li>\n",
		    page);
	else
		text_printf(t,
		    "<div class=\"paging\"><a href=\"view_category.asp?cat=%ld"
		    "&amp;sortby=0&amp;page=%ld\">Next Page</a></div>\n",
		    year, page);
}

static void
put_list(const struct req *r, struct text *t, enum shop s, long year)
{
	const char *arg = req_arg(r, "page");
	long page = 1, size = PER_PAGE, at = 0, n;

	if (arg)
		num_int(arg, 1, ORNAMENT_OF_A_YEAR, &page);
	if (r->tweak.page_cap > 0 && r->tweak.page_cap < size)
		size = r->tweak.page_cap;
	if (req_arg(r, "viewall"))
		size = ORNAMENT_OF_A_YEAR;
	text_printf(t,
	    "<div id=\"productCategoryBlock\"><h1 class=\"page_headers\">%ld "
	    "Hallmark Ornaments</h1>\n",
	    year);
	for (n = year * 100; n < year * 100 + ORNAMENT_OF_A_YEAR; n++)
		if (ornament_is_there(r->world, s, n) &&
		    at++ / size == page - 1 && r->tweak.empty_page != page)
			put_item(t, r->world, s, n);
	if (r->tweak.loop_next)
		put_pager(t, s, year, 1);
	else if (at > page * size)
		put_pager(t, s, year, page + 1);
}

static void
put_product(struct text *t, const struct world *w, enum shop s, long n)
{
	static const char *const is[SHOPS][2] = {{"1", "0"},
	    {"Out of Stock.", "In Stock - Ships Next Business Day."},
	    {"Sold out", "New, in box"}};
	const char *there = is[s][ornament_is_available(w, s, n)];
	struct text name = {0};

	ornament_put_name(&name, w, n);
	if (s == HALLMARK) {
		text_printf(t,
		    "<script type=\"text/javascript\">\nvar _3d_cart = {};\n"
		    "var _3d_item = {\"catalogid\":%ld,\"id\":\"",
		    n);
		ornament_put_sku(t, n);
		text_puts(t, "\",\"name\":");
		text_json(t, name.at);
		text_puts(t, ",\"price\":");
		ornament_put_price(t, w, s, n, "");
		text_printf(t,
		    ",\"availability\":%s,\"currency\":\"USD\"};\n</script>\n",
		    ornament_is_available(w, s, n) ? "1" : "0");
	}
	text_printf(t, "<h1 itemprop=\"name\" class=\"%s\">",
	    s == BIGCOMMERCE ? "productView-title" : "page_headers");
	put_html(t, name.at);
	text_puts(t, "</h1>\n");
	text_puts(t, s == BIGCOMMERCE
			 ? "<dl class=\"productView-info\"><dt>"
			   "Price:</dt><dd>$"
			 : "<span itemprop=\"price\" id=\"price\">$");
	ornament_put_price(t, w, s, n, ",");
	if (s == BIGCOMMERCE) {
		text_puts(t, "</dd><dt>Brand:</dt><dd>Hallmark</dd><dt>SKU:"
			     "</dt><dd>");
		ornament_put_sku(t, n);
		text_printf(
		    t, "</dd><dt>Availability:</dt><dd>%s</dd></dl>\n", there);
	} else if (s == HOOKED) {
		text_printf(t,
		    "</span><div id=\"availability\">%s</div><span "
		    "id=\"product_id\">",
		    there);
		ornament_put_sku(t, n);
		text_puts(t, "</span>\n");
	}
	text_free(&name);
}

/* ---- which page ---- */

/* The number at the end of a product's path; 0: it is none. */
static long
product_number(const char *path)
{
	const char *p = strstr(path, "_p_");
	size_t len = strlen(path);

	if (p)
		return strtol(p + 3, NULL, 10);
	if (len == 0 || path[len - 1] != '/')
		return 0;
	p = strrchr(path, '-');
	return p ? strtol(p + 1, NULL, 10) : 0;
}

/* Which year's list it is; 0: none. */
static long
list_year(const struct req *r, const char *path)
{
	const char *arg = req_arg(r, "cat");
	long year = 0;

	if (strcmp(path, "view_category.asp") == 0 && arg)
		num_int(arg, 1, ORNAMENT_NEWEST, &year);
	else if (strncmp(path, "view-all-", 9) == 0)
		year = strtol(path + 9, NULL, 10);
	else
		year = strtol(path, NULL, 10);
	return ornament_is_year(r->world, year) ? year : 0;
}

static bool
put_page(const struct req *r, struct text *t, enum shop s, const char *path)
{
	long n = product_number(path), year = list_year(r, path);

	if (strcmp(path, shops[s].index) == 0)
		put_index(r, t, s);
	else if (ornament_is_there(r->world, s, n))
		put_product(t, r->world, s, n);
	else if (n != 0 || year == 0)
		return false;
	else if (s == HOOKED && year % 2 == 1 && *path != 'v')
		/* Such a year has no items, but a link to all of them. */
		text_printf(t,
		    "<div class=\"sub-categories\"><a href=\"help.html\">Help"
		    "</a> <a href=\"view-all-%ld-ornaments.html\">View all</a>"
		    "</div>\n",
		    year);
	else
		put_list(r, t, s, year);
	return true;
}

void
ornaments_serve(const struct req *r, struct answer *a)
{
	enum shop s = HALLMARK;
	const char *path;

	while (strncmp(r->path, shops[s].prefix, strlen(shops[s].prefix)) != 0)
		s++;
	path = r->path + strlen(shops[s].prefix);
	answer_start(a, 200, "text/html");
	text_puts(&a->body, "<!DOCTYPE html>\n<html><head><meta "
			    "charset=\"utf-8\"></head><body>\n");
	if (!put_page(r, &a->body, s, path)) {
		a->status = 404;
		text_puts(&a->body, "<h1>Page not found</h1>\n");
	}
	text_puts(&a->body, "</body></html>\n");
}

static void
put_truth(struct text *t, const struct world *w, enum shop s, long n)
{
	struct text name = {0};

	ornament_put_name(&name, w, n);
	text_printf(t, "{\"vendor\":\"%s\",\"sku\":\"", shops[s].vendor);
	ornament_put_sku(t, n);
	text_puts(t, "\",\"name\":");
	text_json(t, name.at);
	text_puts(t, ",\"price\":\"");
	ornament_put_price(t, w, s, n, "");
	text_printf(t,
	    "\",\"brand\":\"hallmark\",\"availability\":\"%s\","
	    "\"release_year\":%ld,\"path\":\"%s",
	    ornament_is_available(w, s, n) ? "available" : "unavailable",
	    n / 100, shops[s].prefix);
	ornament_put_link(t, w, s, n);
	text_puts(t, "\"}\n");
	text_free(&name);
}

void
ornaments_truth(const struct world *w, FILE *f)
{
	struct text t = {0};
	long n;

	for (enum shop s = HALLMARK; s < SHOPS; s++)
		for (n = 100; n < (ORNAMENT_NEWEST + 1) * 100; n++)
			if (ornament_is_there(w, s, n))
				put_truth(&t, w, s, n);
	if (t.len > 0)
		fwrite(t.at, 1, t.len, f);
	text_free(&t);
}
