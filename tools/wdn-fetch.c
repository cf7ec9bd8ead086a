/*
 * wdn-fetch: one request for each id, the records of each answer.
 *
 * Ids are read from operands or standard input, requests are kept in flight
 * by http.h, and what comes back is printed in the order of the ids. Records
 * are deferred (rec.h): an id counts once its answer was printed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "ask.h"
#include "http.h"
#include "httpopt.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "url.h"

/* An id on its way. */
struct job {
	struct buf line;   /* as it was read, for the rejects */
	struct buf record; /* the object that fills the template */
	struct buf id;     /* for the receipt; empty: none */
	uint64_t number;
	struct job *next; /* in the list of spare ones */
	struct job *made; /* in the list of all */
};

static struct answer answer;
static struct ask ask;
static uint64_t parallel = 1;
static uint64_t give_up = API_NONE;
static bool unordered;

static struct rec rec;
static struct http *http;
static struct httpopt_source source;
static struct job *spare, *made;
static uint64_t failures; /* ids that failed for good, in a row */
static bool reading = true;
static int status; /* set when the run has to end */

static const struct opt options[] = {ANSWER_OPTIONS(&answer), ASK_OPTIONS(&ask),
    HTTPOPT_RETRY_ON,
    {0, "parallel-max", "N", OPT_NUM, &parallel, "requests in flight (1)", NULL,
	1, 1000},
    {0, "unordered", NULL, OPT_FLAG, &unordered, "print answers as they come",
	NULL, 0, 0},
    {0, "give-up", "N", OPT_NUM, &give_up,
	"end after so many failed ids in a row, 0: never (5)", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {
    .name = "wdn-fetch",
    .synopsis = "[-p api.json] resource [-- id ...]",
    .purpose = "Fetches one URL for each id and prints the records.",
    .opts = options,
    .more = httpopt_table,
    .libs = httpopt_libs,
};

static struct json_val
val(const struct buf *b)
{
	return (struct json_val){b->s, b->len};
}

static struct rec_saved
saved(const struct job *j)
{
	return (struct rec_saved){j->line.s, j->line.len, j->number};
}

static struct job *
job_new(void)
{
	struct job *j = spare;

	if (j) {
		spare = j->next;
	} else {
		j = buf_array(NULL, 1, sizeof(*j));
		*j = (struct job){.made = made};
		made = j;
	}
	buf_cut(&j->line, 0);
	buf_cut(&j->record, 0);
	buf_cut(&j->id, 0);
	return j;
}

static void
job_done(struct job *j)
{
	j->next = spare;
	spare = j;
}

static void
free_jobs(void)
{
	struct job *j;

	while ((j = made)) {
		made = j->made;
		buf_free(&j->line);
		buf_free(&j->record);
		buf_free(&j->id);
		free(j);
	}
}

/* A record is itself; all else is {"id": it}. */
static void
make_record(struct job *j)
{
	buf_add(&j->line, rec.s, rec.len);
	j->number = rec.line;
	if (rec.json && json_type(rec.s) == JSON_OBJECT) {
		buf_add(&j->record, rec.s, rec.len);
		return;
	}
	buf_str(&j->record, "{\"id\":");
	if (rec.json)
		buf_add(&j->record, rec.s, rec.len);
	else
		json_quote(&j->record, rec.s, rec.len);
	buf_char(&j->record, '}');
}

/* What the first placeholder stands for, or the record's id. */
static void
find_id(struct job *j)
{
	const char *at = source.tmpl, *name = "id";
	struct json_val v;
	size_t len = 2;

	url_placeholder(&at, &name, &len);
	if (!json_member(val(&j->record), name, len, &v))
		return;
	if (json_type(v.s) == JSON_STRING)
		json_decode(&j->id, v);
	else if (json_type(v.s) != JSON_NULL)
		buf_add(&j->id, v.s, v.len);
}

static void
submit(void)
{
	struct job *j = job_new();
	struct buf url = BUF_INIT, why = BUF_INIT;
	struct http_request what = {.once = false};
	struct rec_saved bad;
	bool ok;

	make_record(j);
	ok = url_expand(&url, source.tmpl, val(&j->record), &why) &&
	     ask_fill(&ask, val(&j->record), &what, &why);
	what.url = url.s;
	what.home = source.home;
	if (ok && http_submit(http, &what, j, &why)) {
		find_id(j);
	} else {
		bad = saved(j);
		rec_reject_saved(&rec, &bad, NULL, NULL, "%s", why.s);
		job_done(j);
	}
	buf_free(&url);
	buf_free(&why);
}

static void
receipt(const struct http_exchange *x, const struct job *j, const char *error)
{
	struct answer_receipt r = {.id = j->id.len ? j->id.s : NULL,
	    .records = error ? 0 : answer.n,
	    .error = error};

	answer_receipt(&answer, rec.out, x, &r);
}

/*
 * An id failed for good: it is rejected. Without a file for the rejects that
 * ends the run; what may work later is not the record's fault, and is left
 * to the next run.
 */
static void
failed(const struct http_exchange *x, struct job *j, const char *why, int worst)
{
	struct rec_saved bad = saved(j);
	char code[24];

	receipt(x, j, why);
	snprintf(code, sizeof(code), "%ld", x->status);
	if (rec.rejects || worst != EX_TEMPFAIL)
		rec_reject_saved(&rec, &bad, code, j->id.len ? j->id.s : NULL,
		    "could not fetch \"%s\": %s", x->url.s, why);
	else
		msg_warn("could not fetch \"%s\": %s", x->url.s, why);
	if (!rec.rejects)
		status = worst;
	else if (give_up > 0 && ++failures == give_up) {
		msg_warn("gave up: %ju ids failed in a row, the last: %s",
		    (uintmax_t)failures, why);
		status = EX_TEMPFAIL;
	}
	if (rec.stopped && status == 0)
		status = EX_DATAERR;
}

static void
answered(const struct http_exchange *x, struct job *j)
{
	struct buf why = BUF_INIT;

	answer_none(&answer);
	if (answer_skipped(&answer, x)) {
		msg_note("skipped \"%s\": status %ld", x->url.s, x->status);
	} else if (answer_read(&answer, x, val(&j->record), &why)) {
		answer_print(&answer, rec.out);
	} else {
		failed(x, j, why.s, EX_DATAERR);
		buf_free(&why);
		return;
	}
	failures = 0;
	rec_done(&rec, 1);
	receipt(x, j, NULL);
}

static void
finished(struct http_exchange *x)
{
	struct job *j = x->data;

	rec.bytes += x->bytes;
	answer_tally(&answer, x);
	switch (x->is) {
	case HTTP_ANSWERED:
		answered(x, j);
		break;
	case HTTP_REFUSED:
		failed(x, j, x->why.s, EX_UNAVAILABLE);
		break;
	case HTTP_GAVE_UP:
		failed(x, j, x->why.s, EX_TEMPFAIL);
		break;
	case HTTP_DENIED:
		receipt(x, j, x->why.s);
		msg_warn("could not fetch \"%s\": %s: not allowed", x->url.s,
		    x->why.s);
		status = EX_NOPERM;
		break;
	case HTTP_STOPPED:
		reading = false;
		break;
	}
	job_done(j);
	http_release(http, x);
}

/* Reads ids while there is room; waits for one only when nothing else runs. */
static void
read_ids(void)
{
	enum rec_is is = REC_GOT;

	while (reading && is == REC_GOT && http_room(http)) {
		is = rec_wait(&rec, http_busy(http) ? 0 : -1);
		if (is == REC_GOT)
			submit();
		else if (is == REC_END)
			reading = false;
	}
}

static void
fetch_all(void)
{
	struct http_exchange *x;
	int fd = rec.args ? -1 : rec.in.fd;

	while (status == 0 && (reading || http_busy(http))) {
		read_ids();
		x = http_next(http, reading && http_room(http) ? fd : -1);
		if (x)
			finished(x);
	}
}

/* From the operands to an engine that is ready. */
static char **
set_up(char **args)
{
	struct buf why = BUF_INIT;
	int bad = EX_CONFIG;

	if (!httpopt_source(&source, &args, &bad, &why) ||
	    !answer_open(&answer, source.resource, source.api.file, &why) ||
	    !ask_open(&ask, source.resource, source.api.file, &why) ||
	    !(http = httpopt_open(
		  &source, parallel, !unordered, &answer.skip, &bad, &why))) {
		if (bad == EX_USAGE)
			opt_usage("%s", why.s);
		die(bad, "%s", why.s);
	}
	buf_free(&why);
	if (give_up == API_NONE && source.resource)
		give_up = source.resource->give_up;
	if (give_up == API_NONE)
		give_up = 5;
	return args;
}

int
main(int argc, char *argv[])
{
	static char once[] = "{}";
	static char *one[] = {once, NULL};
	const char *at, *name;
	char **args;
	size_t len;

	args = set_up(argv + opt_parse(&tool, argc, argv));
	at = source.tmpl;
	if (*args)
		rec_open_args(&rec, REC_PLAIN, args);
	else if (url_placeholder(&at, &name, &len) || ask_varies(&ask))
		rec_open(&rec, REC_PLAIN);
	else
		rec_open_args(&rec, REC_PLAIN, one);
	rec.deferred = true;
	answer_stats(&answer, &rec);
	fetch_all();
	free_jobs();
	http_free(http);
	answer_free(&answer);
	ask_free(&ask);
	httpopt_free(&source);
	return rec_close(&rec, status);
}
