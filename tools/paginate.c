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

#include "ahead.h"
#include "answer.h"
#include "ask.h"
#include "http.h"
#include "httpopt.h"
#include "msg.h"
#include "opt.h"
#include "pageopt.h"
#include "rec.h"
#include "repeat.h"
#include "stop.h"
#include "walk.h"
#include "walkauto.h"
#include "walkresume.h"
#include "walkstate.h"

static struct answer answer;
static struct api_page rules = PAGEOPT_NONE;
static struct ask ask;
static struct repeat repeat = REPEAT_INIT;
static uint64_t parallel = 1;
static bool keep;

static struct rec rec;
static struct http *http;
static struct httpopt_source source;
static struct walk walk;
static struct walkresume kept;
static struct buf input; /* the name=value operands, as an object */
static const char *id;   /* the value of the first of them */
static bool *complete;
static uint64_t *repeated;

static const struct opt options[] = {ANSWER_OPTIONS(&answer), HTTPOPT_RETRY_ON,
    PAGEOPT_OPTIONS(&rules),
    {0, "method", "METHOD", OPT_CALL, &ask,
	"ask by this method (GET; with --data POST)", ask_method, 0, 0},
    {0, "data", "EXPR", OPT_CALL, &ask, "ask with this body, JSON", ask_body, 0,
	0},
    {'k', "key", "EXPR", OPT_CALL, &repeat.key,
	"the record's key: what comes twice counts once", key_opt, 0, 0},
    {0, "parallel-max", "N", OPT_NUM, &parallel,
	"requests in flight, where the pages are known (1)", NULL, 1, 1000},
    {0, "resume", NULL, OPT_FLAG, &keep,
	"go on with a walk that did not end, into --output", NULL, 0, 0},
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

_Noreturn static void
refuse(int bad, const char *why)
{
	if (bad == EX_USAGE)
		opt_usage("%s", why);
	die(bad, "%s", why);
}

/* The rules are the profile's where it says how to walk. */
static void
begin_walk(const char *url, struct json_val body)
{
	const struct api_resource *r = source.resource;
	struct buf why = BUF_INIT;

	if (r)
		pageopt_complete(&rules, &r->page);
	if (walk_init(&walk, &rules, url, body, &why)) {
		if (walk_is_html(&walk) && answer.records)
			refuse(EX_USAGE, "a walk by html prints envelopes: "
					 "there is no use for --records");
		answer.envelope = answer.envelope || walk_is_html(&walk);
		if (answer.envelope && repeat.key.n > 0)
			refuse(EX_USAGE, "envelopes have no key: --key");
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
	struct http_request r = {.body = NULL};
	int bad = EX_CONFIG;
	bool ok;

	ok = httpopt_source(&source, &args, &bad, &why) &&
	     answer_open(&answer, source.resource, source.api.file, &why) &&
	     ask_open(&ask, source.resource, source.api.file, &why) &&
	     (http = httpopt_open(
		  &source, parallel, true, &answer.skip, &bad, &why));
	if (ok) {
		bad = EX_USAGE;
		ok =
		    pageopt_operands(&input, args, &why) &&
		    ask_fill(&ask, val(&input), &r, &why) &&
		    pageopt_url(&url, source.tmpl, args, &input, !r.body, &why);
	}
	if (!ok)
		refuse(bad, why.s);
	if (*args)
		id = strchr(*args, '=') + 1;
	begin_walk(url.s, (struct json_val){r.body, r.len});
	buf_free(&why);
	buf_free(&url);
}

/* What tells this walk, and what is printed of it, from others. */
static void
identify(struct buf *b)
{
	struct buf key = BUF_INIT;
	const char *e;
	size_t i;

	walkstate_identity(&walk, b);
	buf_printf(b, ",\"operands\":%s,\"envelope\":%s", input.s,
	    answer.envelope ? "true" : "false");
	if (answer.records) {
		e = expr_text(answer.records);
		buf_str(b, ",\"records\":");
		json_quote(b, e, strlen(e));
	}
	for (i = 0; i < answer.with.n; i++) {
		buf_cut(&key, 0);
		buf_printf(&key, "with %s", answer.with.v[i].name);
		e = expr_text(answer.with.v[i].expr);
		buf_char(b, ',');
		json_quote(b, key.s, key.len);
		buf_char(b, ':');
		json_quote(b, e, strlen(e));
	}
	buf_free(&key);
}

/* Opens the output, and finds out where the walk is; false: at its end. */
static bool
open_output(void)
{
	static char *none[] = {NULL};
	struct buf identity = BUF_INIT, why = BUF_INIT;
	bool over = false;
	int bad;

	if (keep && (!opt_common.output || strcmp(opt_common.output, "-") == 0))
		opt_usage("--resume needs a file to go on with: --output");
	identify(&identity);
	if (keep &&
	    !walkresume_open(&kept, opt_common.output, &identity, &bad, &why))
		die(bad, "could not resume: %s", why.s);
	rec_open_args(&rec, REC_PLAIN, none);
	rec.deferred = true;
	answer_stats(&answer, &rec);
	complete = rec_flag(&rec, "complete", false);
	repeated = rec_counter(&rec, "repeated");
	if (keep && !walkresume_go_on(&kept, &walk, &rec,
			answer.envelope ? NULL : &repeat, &over, &bad, &why))
		die(bad, "could not resume: %s", why.s);
	*complete = over && kept.file.whole;
	*repeated = repeat.n;
	if (keep)
		*rec_counter(&rec, "resumed") = kept.file.pages;
	answer.envelope = answer.envelope || walk_is_html(&walk);
	buf_free(&identity);
	buf_free(&why);
	return !over;
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
	struct walk_page p = {{x, answer.body}, &answer.lines, count, count};
	struct buf why = BUF_INIT;
	uint64_t page = walk.page, n = answer.n, repeated_here = 0;
	enum walk_is is;
	int status = 0;

	/* Headers differ each time; the body is what may repeat. */
	if (answer.envelope)
		p.content = x->body.s ? &x->body : &nothing;
	else
		repeated_here = repeat_page(&repeat, &answer.lines);
	if (repeat.key.n > 0)
		p.fresh -= repeated_here;
	is = walk_next(&walk, &p, &why);
	if (page == 1 && walk.found.len > 0)
		msg_note("%s", walk.found.s);
	*complete = is == WALK_WHOLE;
	*more = is == WALK_ON;
	if (is == WALK_REPEAT) {
		n = 0;
	} else {
		answer_print(&answer, rec.out);
		rec_done(&rec, 1);
		*repeated += repeated_here;
	}
	receipt(x, page, n, why.len ? why.s : NULL);
	if (!walkresume_page(&kept, &walk, &rec, is, &status, &why))
		die(status, "%s", why.s);
	status = 0;
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
	if (!walk.way && !answer.records && walkauto_is_html(x))
		answer.envelope = true;
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
	struct ahead ahead = {
	    .http = http, .method = ask.method, .home = source.home};
	struct buf why = BUF_INIT;
	struct http_exchange *x;
	bool more = true;
	int status = 0;

	while (more && status == 0 && !stop_asked()) {
		more = false;
		x = ahead_page(&ahead, &walk, &why);
		if (!x) {
			msg_warn("could not fetch page %" PRIu64 ": %s",
			    walk.page, why.s);
			status = EX_DATAERR;
			break;
		}
		rec.bytes += x->bytes;
		answer_tally(&answer, x);
		status = one_page(x, &more);
		http_release(http, x);
		if (more && parallel > 1 && walk.page == 2 && walk.ahead == 0)
			msg_note("--parallel-max: it is not known how many "
				 "pages there are, so one comes after the "
				 "other");
	}
	ahead_free(&ahead);
	buf_free(&why);
	return status;
}

/* The end: what was said above is closed, and the state goes. */
static int
finish(int status)
{
	struct buf why = BUF_INIT;

	if (*repeated > 0)
		msg_note("%" PRIu64 " records came more than once, as "
			 "happens where a list changes while it is walked; "
			 "others may be missing",
		    *repeated);
	walk_free(&walk);
	repeat_free(&repeat);
	http_free(http);
	answer_free(&answer);
	ask_free(&ask);
	httpopt_free(&source);
	buf_free(&input);
	status = rec_close(&rec, status);
	if (status <= EX_NO && !walkresume_done(&kept, &why)) {
		msg_warn("%s", why.s);
		status = EX_IOERR;
	}
	walkresume_free(&kept);
	buf_free(&why);
	return status;
}

int
main(int argc, char *argv[])
{
	int status = 0;

	set_up(argv + opt_parse(&tool, argc, argv));
	if (open_output())
		status = walk_all();
	return finish(status);
}
