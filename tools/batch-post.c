/*
 * batch-post: records into an API, in batches.
 *
 * Records are gathered into batches, which are posted one after the other
 * (lib/deliver.h): while one is on its way, the next is being read. With
 * --audit each is put down before it is posted and after it was accepted
 * (lib/audit.h), so that a run can end at any point and the next one goes on
 * from there.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver.h"
#include "httpopt.h"
#include "leftover.h"
#include "msg.h"
#include "opt.h"
#include "relay.h"
#include "stop.h"
#include "url.h"
#include "when.h"

static struct key key = KEY_INIT;
static uint64_t batch_rows = API_NONE;
static uint64_t batch_size;
static double flush_after = 1;
static const char *audit_dir;
static struct http_declared *declared;
static size_t ndeclared;

static struct rec rec;
static struct httpopt_source source;
static struct answer answer; /* its receipts */
static struct audit audit = {.fd = -1};
static struct relay relay;
static double first; /* when the first record of the next batch came */
static struct deliver deliver = {
    .idempotency = "Idempotency-Key", .names = COUNTS_INIT};
static struct leftover leftover = {.deliver = &deliver, .key = &key};

static const char *
set_declared(void *to, const char *s)
{
	(void)to;
	return http_declare(&declared, &ndeclared, s);
}

/* A token of RFC 9110, section 5.6.2, or nothing. */
static const char *
set_idempotency(void *to, const char *s)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz";

	(void)to;
	if (s[strspn(s, token)])
		return "wanted: the name of a header field, or nothing";
	deliver.idempotency = s;
	return NULL;
}

static const struct opt options[] = {
    {'k', "key", "EXPR", OPT_CALL, &key, "the key of a record (repeatable)",
	key_opt, 0, 0},
    {'b', "batch", "N", OPT_NUM, &batch_rows,
	"records in a batch, at most (100)", NULL, 1, 1000000},
    {0, "bytes", "SIZE", OPT_SIZE, &batch_size,
	"bytes of a batch, at most (no limit)", NULL, 1, (uint64_t)1 << 30},
    {0, "flush-after", "SECONDS", OPT_TIME, &flush_after,
	"post what is there after so long (1)", NULL, 0, 0},
    {0, "ndjson", NULL, OPT_FLAG, &deliver.form.ndjson,
	"post records as lines, not as an array", NULL, 0, 0},
    {0, "wrap", "NAME", OPT_STR, &deliver.form.wrap,
	"post an object with the array as this member", NULL, 0, 0},
    {0, "audit", "DIR", OPT_STR, &audit_dir,
	"the folder that keeps account of what was accepted", NULL, 0, 0},
    {0, "ambiguous", "stop|resend|reject", OPT_CHOICE, &leftover.mode,
	"what to do with batches of unknown fate (stop)", NULL, 0, 0},
    {0, "not-executed", "CODES[:TEXT]", OPT_CALL, NULL,
	"answers that mean: nothing was done (repeatable)", set_declared, 0, 0},
    {0, "item-errors", "EXPR", OPT_CALL, &deliver.items.expr,
	"where an answer lists the records that failed", expr_opt, 0, 0},
    {0, "idempotency-key", "NAME", OPT_CALL, NULL,
	"header field for a batch's name (Idempotency-Key)", set_idempotency, 0,
	0},
    {0, "receipts", "FILE", OPT_STR, &answer.receipts,
	"append one line for each request", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {
    .name = "batch-post",
    .synopsis = "[-k EXPR] [-p api.json] resource",
    .purpose = "Posts records to an API, in batches.",
    .opts = options,
    .more = httpopt_table,
    .libs = httpopt_libs,
};

/* ---- batches ---- */

/* Before the input tells of a line, or ends the process. */
static bool
settle_first(void)
{
	return relay_settle(&relay) == 0;
}

static void
settle_last(void)
{
	relay_settle(&relay);
}

/* The record cannot be posted. Where that is the end, those before it go. */
static int
bad_record(struct json_val v)
{
	int status = rec.rejects ? relay_settle(&relay) : relay_flush(&relay);

	/* --item-errors reads keys of its own. */
	key_get(&key, v);
	if (status == 0)
		rec_reject(&rec, "%s", key.why.s);
	return status;
}

/* With an audit folder: 0, or a status; *skip: it was accepted before. */
static int
look_up(struct json_val v, bool *skip)
{
	const struct buf *k = &key.bytes;
	int status = 0;

	/* Where another of its key waits, what becomes of that one decides. */
	if (set_has(&relay.next->keys, k->s, k->len))
		status = relay_flush(&relay);
	else if (relay.flying && set_has(&relay.flying->keys, k->s, k->len))
		status = relay_settle(&relay);
	key_get(&key, v);
	*skip = audit_has(&audit, k);
	if (!*skip)
		set_add(&relay.next->keys, k->s, k->len);
	return status;
}

static int
one_record(void)
{
	struct rec_saved r = {rec.s, rec.len, rec.line};
	struct json_val v = {rec.s, rec.len};
	bool skip = false;
	int status = 0;

	if (key.n > 0 && key_get(&key, v) != KEY_OK)
		return bad_record(v);
	if (audit_dir)
		status = look_up(v, &skip);
	if (status == 0 && skip) {
		rec_drop(&rec);
		return 0;
	}
	if (status == 0 && batch_size > 0 && relay.next->batch.n > 0 &&
	    batch_bytes(&relay.next->batch, &deliver.form, rec.len) >
		batch_size) {
		status = relay_post(&relay);
		key_get(&key, v);
		if (audit_dir)
			set_add(&relay.next->keys, key.bytes.s, key.bytes.len);
	}
	if (relay.next->batch.n == 0)
		first = when_now();
	if (status == 0)
		relay_add(&relay, &r, &key);
	return status;
}

/* Milliseconds that the batch may still wait for more; -1: for ever. */
static int
patience(void)
{
	double left;

	if (relay.next->batch.n == 0)
		return -1;
	left = fmin(first + flush_after - when_now(), 86400);
	return left > 0 ? (int)ceil(left * 1000) : 0;
}

/* There is nothing to read: waits for a record, an answer, or the time. */
static int
idle(enum rec_is *is)
{
	if (!relay.flying)
		*is = rec_wait(&rec, patience());
	else if (deliver_wait(&deliver, rec.in.fd))
		return relay_settle(&relay);
	return 0;
}

/* Has the next batch to be posted? The clock is asked once for each block. */
static bool
due(enum rec_is is)
{
	static uint64_t looked;
	size_t n = relay.next->batch.n;

	if (n >= batch_rows)
		return true;
	if (relay.flying || (is == REC_GOT && rec.in.bytes == looked))
		return false;
	looked = rec.in.bytes;
	return n > (is == REC_GOT) && patience() == 0;
}

static int
post_all(void)
{
	enum rec_is is;
	int status = 0;

	rec.settle = settle_first;
	rec.in.failing = settle_last;
	do {
		is = rec_wait(&rec, 0);
		if (is == REC_IDLE)
			status = idle(&is);
		if (status == 0 && is == REC_GOT)
			status = one_record();
		if (status == 0 && due(is))
			status = relay_post(&relay);
	} while (is != REC_END && status == 0);
	return status ? status : relay_flush(&relay);
}

/* ---- the start ---- */

static void
check_profile(struct buf *why)
{
	const struct api_resource *r = source.resource;
	const char *at = source.tmpl, *name, *bad;
	size_t len;

	if (url_placeholder(&at, &name, &len))
		die(EX_CONFIG,
		    "the URL \"%s\" has a placeholder: batches go "
		    "to one URL",
		    source.tmpl);
	if (r && r->not_executed && ndeclared == 0 &&
	    (bad = set_declared(NULL, r->not_executed)))
		die(EX_CONFIG, "%s: key \"resources.%s.not_executed\": %s",
		    source.api.file, r->name, bad);
	if (r && r->item_errors && !deliver.items.expr &&
	    (bad = expr_opt(&deliver.items.expr, r->item_errors)))
		die(EX_CONFIG, "%s: key \"resources.%s.item_errors\": %s",
		    source.api.file, r->name, bad);
	if (batch_rows == API_NONE && r)
		batch_rows = r->batch;
	if (batch_rows == API_NONE)
		batch_rows = 100;
	if (batch_rows == 0)
		die(EX_CONFIG,
		    "%s: key \"resources.%s.batch\": has to be 1 "
		    "or more",
		    source.api.file, r->name);
	if (!url_origin(why, source.tmpl, why))
		die(EX_USAGE, "%s", why->s);
	buf_cut(why, 0);
	answer_open(&answer, NULL, NULL, why);
	answer.resource = r ? r->name : NULL;
}

static void
set_up(char **args)
{
	struct buf why = BUF_INIT;
	int bad = EX_CONFIG;

	if (audit_dir && key.n == 0)
		opt_usage("--audit needs --key");
	if (deliver.form.ndjson && deliver.form.wrap)
		opt_usage("--ndjson and --wrap exclude each other");
	uuid_open();
	if (!httpopt_source(&source, &args, &bad, &why) ||
	    !(deliver.http =
		    httpopt_open(&source, 1, true, NULL, &bad, &why))) {
		if (bad == EX_USAGE)
			opt_usage("%s", why.s);
		die(bad, "%s", why.s);
	}
	if (*args)
		opt_usage("records come on standard input, not as operands");
	check_profile(&why);
	buf_free(&why);
}

static int
run(void)
{
	struct buf why = BUF_INIT;
	int status = 0;

	if (leftover.mode == LEFTOVER_REJECT && !rec.rejects)
		opt_usage("--ambiguous reject needs --rejects");
	if (audit_dir &&
	    !audit_open(&audit, audit_dir, source.tmpl, &key, &why))
		die(audit.status, "%s", why.s);
	buf_free(&why);
	if (audit_dir)
		status = leftover_settle(&leftover);
	if (status == 0 && !stop_asked())
		status = post_all();
	return status;
}

int
main(int argc, char *argv[])
{
	int status;

	set_up(argv + opt_parse(&tool, argc, argv));
	rec_open(&rec, REC_JSON);
	rec.deferred = true;
	out_optional(rec.out);
	relay_open(&relay, &deliver);
	deliver.rec = &rec;
	deliver.items.key = &key;
	deliver.audit = audit_dir ? &audit : NULL;
	deliver.answer = &answer;
	deliver.url = source.tmpl;
	deliver.declared = declared;
	deliver.ndeclared = ndeclared;
	answer_stats(&answer, &rec);
	deliver.batches = rec_counter(&rec, "batches");
	deliver.halved = rec_counter(&rec, "halved");
	deliver.resent = rec_counter(&rec, "resent");
	status = run();
	http_free(deliver.http);
	deliver_free(&deliver);
	uuid_close();
	relay_free(&relay);
	leftover_free(&leftover);
	audit_close(&audit);
	answer_free(&answer);
	key_free(&key);
	http_declared_free(declared, ndeclared);
	httpopt_free(&source);
	return rec_close(&rec, status);
}
