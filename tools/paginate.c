/*
 * paginate: walks the pages of a list and prints their records.
 *
 * walk.h knows where the next page is. A page is printed when it is whole, so
 * what was printed before a walk breaks off is good; the exit status and the
 * receipts say whether the walk was whole.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "http.h"
#include "httpopt.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "stop.h"
#include "url.h"
#include "walk.h"

static struct answer answer;
static struct api_page rules = {
    .first = API_NONE, .size = API_NONE, .max_pages = API_NONE};

static struct rec rec;
static struct http *http;
static struct httpopt_source source;
static struct walk walk;
static struct buf input; /* the name=value operands, as an object */
static const char *id;   /* the value of the first of them */
static bool *complete;

static const struct opt options[] = {ANSWER_OPTIONS(&answer), HTTPOPT_RETRY_ON,
    {0, "by", "page|offset|cursor|next|link|html", OPT_STR, &rules.by,
	"how the next page is found", NULL, 0, 0},
    {0, "page-param", "NAME", OPT_STR, &rules.param,
	"parameter of the page's number (page)", NULL, 0, 0},
    {0, "first-page", "N", OPT_NUM, &rules.first,
	"number of the first page (1)", NULL, 0, 0},
    {0, "page-size", "N", OPT_NUM, &rules.size, "records to ask for at once",
	NULL, 1, 0},
    {0, "size-param", "NAME", OPT_STR, &rules.size_param,
	"parameter of the page's size", NULL, 0, 0},
    {0, "offset-param", "NAME", OPT_STR, &rules.offset_param,
	"parameter of the first record's number (offset)", NULL, 0, 0},
    {0, "cursor", "EXPR", OPT_STR, &rules.cursor,
	"where the cursor of the next page is", NULL, 0, 0},
    {0, "cursor-param", "NAME", OPT_STR, &rules.cursor_param,
	"parameter of the cursor (cursor)", NULL, 0, 0},
    {0, "next", "EXPR|XPATH", OPT_STR, &rules.next,
	"where the next page's URL is", NULL, 0, 0},
    {0, "total", "EXPR", OPT_STR, &rules.total,
	"where the number of all records is", NULL, 0, 0},
    {0, "total-pages", "EXPR", OPT_STR, &rules.total_pages,
	"where the number of all pages is", NULL, 0, 0},
    {0, "more", "EXPR", OPT_STR, &rules.more,
	"what is true where there are more pages", NULL, 0, 0},
    {0, "max-pages", "N", OPT_NUM, &rules.max_pages, "stop after so many pages",
	NULL, 1, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {
    .name = "paginate",
    .synopsis = "[-p api.json] resource [name=value ...]",
    .purpose = "Walks the pages of a list and prints their records.",
    .opts = options,
    .more = httpopt_table,
    .libs = httpopt_libs,
};

static struct json_val
val(const struct buf *b)
{
	return (struct json_val){b->s, b->len};
}

/* Makes the object of the name=value operands. */
static void
read_operands(char **args)
{
	const char *equals;

	buf_char(&input, '{');
	for (; *args; args++) {
		equals = strchr(*args, '=');
		if (!equals || equals == *args)
			opt_usage(
			    "bad operand \"%s\": wanted name=value", *args);
		if (!id)
			id = equals + 1;
		if (input.len > 1)
			buf_char(&input, ',');
		json_quote(&input, *args, (size_t)(equals - *args));
		buf_char(&input, ':');
		json_quote(&input, equals + 1, strlen(equals + 1));
	}
	buf_char(&input, '}');
}

static bool
is_placeholder(const char *name, size_t len)
{
	const char *at = source.tmpl, *p;
	size_t plen;

	while (url_placeholder(&at, &p, &plen))
		if (plen == len && memcmp(p, name, len) == 0)
			return true;
	return false;
}

/* The template filled; operands it does not name become parameters. */
static bool
first_url(struct buf *url, char **args, struct buf *why)
{
	const char *equals;
	size_t len;

	if (!url_expand(url, source.tmpl, val(&input), why))
		return false;
	for (; *args; args++) {
		equals = strchr(*args, '=');
		len = (size_t)(equals - *args);
		if (!is_placeholder(*args, len))
			url_query(
			    url, *args, len, equals + 1, strlen(equals + 1));
	}
	return true;
}

/* What the options left open is the profile's. */
static void
complete_rules(const struct api_page *p)
{
	const char **to[] = {&rules.by, &rules.param, &rules.size_param,
	    &rules.offset_param, &rules.cursor, &rules.cursor_param,
	    &rules.next, &rules.total, &rules.total_pages, &rules.more};
	const char *const from[] = {p->by, p->param, p->size_param,
	    p->offset_param, p->cursor, p->cursor_param, p->next, p->total,
	    p->total_pages, p->more};
	size_t i;

	for (i = 0; i < sizeof(to) / sizeof(*to); i++)
		if (!*to[i])
			*to[i] = from[i];
	if (rules.first == API_NONE)
		rules.first = p->first;
	if (rules.size == API_NONE)
		rules.size = p->size;
	if (rules.max_pages == API_NONE)
		rules.max_pages = p->max_pages;
}

_Noreturn static void
refuse(int bad, const char *why)
{
	if (bad == EX_USAGE)
		opt_usage("%s", why);
	die(bad, "%s", why);
}

/* The rules are the profile's where it says how to walk. */
static void
begin_walk(const char *url)
{
	const struct api_resource *r = source.resource;
	struct buf why = BUF_INIT;

	if (r)
		complete_rules(&r->page);
	if (walk_init(&walk, &rules, url, &why)) {
		if (walk_is_html(&walk) && answer.records)
			refuse(EX_USAGE, "a walk by html prints envelopes: "
					 "there is no use for --records");
		answer.envelope = answer.envelope || walk_is_html(&walk);
		return;
	}
	if (r && r->page.by && rules.by == r->page.by)
		die(EX_CONFIG, "%s: key \"resources.%s.page\": %s",
		    source.api.file, r->name, why.s);
	refuse(EX_USAGE, why.s);
}

/* From the operands to an engine and the first page's URL. */
static void
set_up(char **args)
{
	struct buf why = BUF_INIT, url = BUF_INIT;
	int bad = EX_CONFIG;
	bool ok;

	ok = httpopt_source(&source, &args, &bad, &why) &&
	     answer_open(&answer, source.resource, source.api.file, &why) &&
	     (http = httpopt_open(&source, 1, true, &answer.skip, &bad, &why));
	if (ok) {
		bad = EX_USAGE;
		read_operands(args);
		ok = first_url(&url, args, &why);
	}
	if (!ok)
		refuse(bad, why.s);
	begin_walk(url.s);
	buf_free(&why);
	buf_free(&url);
}

static void
receipt(
    const struct http_exchange *x, uint64_t page, uint64_t n, const char *error)
{
	struct answer_receipt r = {id, n, page, *complete, error};

	answer_receipt(&answer, rec.out, x, &r);
}

/* A page that did not come, or is no good: the walk ends there. */
static int
bad_page(const struct http_exchange *x, const char *why, int status)
{
	receipt(x, walk.page, 0, why);
	msg_warn("could not fetch page %" PRIu64 ", \"%s\": %s", walk.page,
	    x->url.s, why);
	return status;
}

/* The page is whole: prints it, unless it came before. */
static int
good_page(const struct http_exchange *x, uint64_t count, bool *more)
{
	static const struct buf nothing = BUF_INIT;
	struct walk_page p = {{x, answer.body}, &answer.lines, count};
	struct buf why = BUF_INIT;
	uint64_t page = walk.page, n = answer.n;
	enum walk_is is;
	int status = 0;

	/* Headers differ each time; the body is what may repeat. */
	if (answer.envelope)
		p.content = x->body.s ? &x->body : &nothing;
	is = walk_next(&walk, &p, &why);
	*complete = is == WALK_WHOLE;
	*more = is == WALK_ON;
	if (is == WALK_REPEAT) {
		n = 0;
	} else {
		answer_print(&answer, rec.out);
		rec_done(&rec, 1);
	}
	receipt(x, page, n, why.len ? why.s : NULL);
	if (is == WALK_REPEAT || is == WALK_BROKEN) {
		msg_warn("the walk broke off at page %" PRIu64 ", \"%s\": %s",
		    page, x->url.s, why.s);
		status = EX_DATAERR;
	} else if (is == WALK_CUT) {
		msg_note("stopped after page %" PRIu64 ": --max-pages", page);
	}
	buf_free(&why);
	return status;
}

static int
one_page(const struct http_exchange *x, bool *more)
{
	struct buf why = BUF_INIT;
	uint64_t n;
	int status;

	switch (x->is) {
	case HTTP_ANSWERED:
		break;
	case HTTP_DENIED:
		return bad_page(x, x->why.s, EX_NOPERM);
	case HTTP_REFUSED:
		return bad_page(x, x->why.s, EX_UNAVAILABLE);
	case HTTP_GAVE_UP:
		return bad_page(x, x->why.s, EX_TEMPFAIL);
	case HTTP_STOPPED:
		return 0;
	}
	if (answer_skipped(&answer, x)) {
		answer_none(&answer);
		return good_page(x, 0, more);
	}
	if (answer_read(&answer, x, val(&input), &why) &&
	    answer_count(&answer, x, &n, &why))
		return good_page(x, n, more);
	status = bad_page(x, why.s, EX_DATAERR);
	buf_free(&why);
	return status;
}

static int
walk_all(void)
{
	struct buf first = BUF_INIT, why = BUF_INIT;
	struct http_request what;
	struct http_exchange *x;
	bool more = true;
	int status = 0;

	buf_add(&first, walk.url.s, walk.url.len);
	while (more && status == 0 && !stop_asked()) {
		more = false;
		what =
		    (struct http_request){.url = walk.url.s, .home = first.s};
		if (!http_submit(http, &what, NULL, &why)) {
			msg_warn("could not fetch page %" PRIu64 ": %s",
			    walk.page, why.s);
			status = EX_DATAERR;
			break;
		}
		x = http_next(http, -1);
		rec.bytes += x->bytes;
		answer_tally(&answer, x);
		status = one_page(x, &more);
		http_release(http, x);
	}
	buf_free(&first);
	buf_free(&why);
	return status;
}

int
main(int argc, char *argv[])
{
	static char *none[] = {NULL};
	int status;

	set_up(argv + opt_parse(&tool, argc, argv));
	rec_open_args(&rec, REC_PLAIN, none);
	rec.deferred = true;
	answer_stats(&answer, &rec);
	complete = rec_flag(&rec, "complete", false);
	status = walk_all();
	walk_free(&walk);
	http_free(http);
	answer_free(&answer);
	httpopt_free(&source);
	buf_free(&input);
	return rec_close(&rec, status);
}
