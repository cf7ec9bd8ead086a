/*
 * scrape: records from web pages.
 *
 * A page comes in an envelope, as wdn-fetch and paginate print them, and is
 * one record, or as many as --rows finds in it. A page with one bad row is
 * bad as a whole: nothing of it is printed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "opt.h"
#include "page.h"
#include "pick.h"
#include "rec.h"
#include "with.h"

static struct with with;
static struct page page = PAGE_INIT;
static const char *rows_text;
static struct html_path *rows;
static uint64_t min_rows = 1;

static struct pick *picks;
static struct buf *of_page; /* for each, what is the same in all rows */
static size_t npicks;
static struct opt_list required;

/* ---- operands ---- */

static const char *
add_required(void *to, const char *value)
{
	struct opt_list *names = to;

	names->v = buf_array(names->v, names->n + 1, sizeof(*names->v));
	names->v[names->n++] = value;
	return NULL;
}

static struct pick *
find_pick(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < npicks; i++)
		if (strlen(picks[i].name) == len &&
		    memcmp(picks[i].name, name, len) == 0)
			return &picks[i];
	return NULL;
}

static void
operands(char **args)
{
	struct buf why = BUF_INIT;
	struct pick p;

	for (; *args; args++) {
		if (!pick_parse(&p, *args, &why))
			opt_usage("bad field \"%s\": %s", *args, why.s);
		if (find_pick(p.name, strlen(p.name)) ||
		    with_has(&with, p.name, strlen(p.name)))
			opt_usage("two fields are called \"%s\"", p.name);
		picks = buf_array(picks, npicks + 1, sizeof(*picks));
		picks[npicks++] = p;
	}
	if (npicks == 0)
		opt_usage("no field: say what to take of a page, as "
			  "'name=//h1'");
	of_page = buf_array(NULL, npicks, sizeof(*of_page));
	memset(of_page, 0, npicks * sizeof(*of_page));
}

/* --required takes NAME[,NAME...]. */
static void
mark_required(void)
{
	struct pick *p;
	const char *s;
	size_t i, len;

	for (i = 0; i < required.n; i++) {
		for (s = required.v[i];; s += len + 1) {
			len = strcspn(s, ",");
			p = find_pick(s, len);
			if (!p)
				opt_usage("--required: no field is called "
					  "\"%.*s\"",
				    (int)len, s);
			else
				p->required = true;
			if (s[len] == '\0')
				break;
		}
	}
}

/* What is wrong for every page is an error before the first one. */
static void
try_paths(void)
{
	struct buf why = BUF_INIT;
	struct html *h = html_parse("", 0, NULL, "", &why);
	struct html_found found = {0, NULL};
	size_t i;

	if (rows_text) {
		rows = html_path(rows_text, &why);
		if (!rows || !html_find(h, NULL, rows, &found, &why))
			opt_usage("--rows: %s", why.s);
		if (found.n == 1 && !html_node(&found, 0))
			opt_usage("--rows: \"%s\" is a value, no part of a "
				  "page",
			    rows_text);
		html_found_free(&found);
	}
	for (i = 0; i < npicks; i++) {
		if (picks[i].path &&
		    !html_find(h, NULL, picks[i].path, &found, &why))
			opt_usage("bad field \"%s\": %s", picks[i].name, why.s);
		html_found_free(&found);
	}
	html_free(h);
	buf_free(&why);
}

/* ---- pages ---- */

/* Appends the line of a row, or (NULL) of the page. */
static bool
print_row(struct html *h, const struct html_node *row, struct buf *out,
    struct buf *why)
{
	size_t i;

	buf_char(out, '{');
	/* Without the comma in front. */
	if (with.n > 0) {
		buf_add(out, with.tail.s + 1, with.tail.len - 1);
		buf_char(out, ',');
	}
	for (i = 0; i < npicks; i++) {
		if (i > 0)
			buf_char(out, ',');
		buf_add(out, picks[i].quoted.s, picks[i].quoted.len);
		buf_char(out, ':');
		if (of_page[i].len > 0)
			buf_add(out, of_page[i].s, of_page[i].len);
		else if (!pick_get(&picks[i], h, row, out, why))
			return false;
	}
	buf_add(out, "}\n", 2);
	return true;
}

static bool
print_rows(struct html *h, struct buf *out, size_t *n, struct buf *why)
{
	struct html_found found = {0, NULL};
	size_t i = 0;
	struct buf bad = BUF_INIT;
	bool ok = html_find(h, NULL, rows, &found, why);

	if (ok && found.n < min_rows)
		buf_printf(why,
		    "--rows %s found %zu in the page, and --min-rows is "
		    "%" PRIu64,
		    rows_text, found.n, min_rows);
	else if (ok && found.n == 1 && !html_node(&found, 0))
		buf_printf(why, "--rows %s is a value, no part of the page",
		    rows_text);
	for (ok = why->len == 0; ok && i < found.n; i += ok)
		ok = print_row(h, html_node(&found, i), out, &bad);
	if (bad.len > 0)
		buf_printf(why, "row %zu of %zu: %s", i + 1, found.n, bad.s);
	*n = found.n;
	html_found_free(&found);
	buf_free(&bad);
	return ok;
}

/* What is the same for each row is looked for once. */
static bool
search_page(struct html *h, struct buf *why)
{
	size_t i;

	for (i = 0; i < npicks; i++) {
		buf_cut(&of_page[i], 0);
		if (picks[i].of_page &&
		    !pick_get(&picks[i], h, NULL, &of_page[i], why))
			return false;
	}
	return true;
}

static void
one_record(struct rec *r)
{
	struct json_val v = {r->s, r->len};
	struct buf why = BUF_INIT, *out = out_buf(r->out);
	struct html *h;
	size_t n = 1;
	char code[4];

	h = page_read(&page, v, code, &why);
	if (h && with_build(&with, v, &why) && search_page(h, &why) &&
	    (rows ? print_rows(h, out, &n, &why)
		  : print_row(h, NULL, out, &why))) {
		if (n > 0)
			out_end_lines(r->out, n);
	} else {
		out_undo(r->out);
		rec_reject_code(
		    r, *code ? code : NULL, page_url(&page), "%s", why.s);
	}
	html_free(h);
	buf_free(&why);
}

static const struct opt options[] = {
    {0, "rows", "XPATH", OPT_STR, &rows_text,
	"what of a page is a record each (the page)", NULL, 0, 0},
    {0, "min-rows", "N", OPT_NUM, &min_rows,
	"a page with fewer rows is a bad one (1)", NULL, 0, 0},
    {0, "required", "NAME[,NAME...]", OPT_CALL, &required,
	"fields that no record may lack", add_required, 0, 0},
    {0, "with", "NAME=EXPR", OPT_CALL, &with,
	"add a field of the input to each record", with_opt, 0, 0},
    PAGE_OPTIONS(&page), {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {.name = "scrape",
    .synopsis = "name=XPATH|name~REGEX ...",
    .purpose = "Makes records of the web pages that envelopes hold.",
    .opts = options};

static void
free_all(void)
{
	size_t i;

	for (i = 0; i < npicks; i++) {
		pick_free(&picks[i]);
		buf_free(&of_page[i]);
	}
	free(picks);
	free(of_page);
	free(required.v);
	html_path_free(rows);
	with_free(&with);
	page_free(&page);
}

int
main(int argc, char *argv[])
{
	struct rec r;
	int status;

	operands(argv + opt_parse(&tool, argc, argv));
	mark_required();
	try_paths();
	page_init(&page);
	rec_open(&r, REC_JSON);
	while (rec_next(&r))
		one_record(&r);
	status = rec_close(&r, 0);
	free_all();
	return status;
}
