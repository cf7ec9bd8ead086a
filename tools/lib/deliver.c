/* deliver: batches posted, halved, and told apart by what is known of them. */
#include "deliver.h"

#include <inttypes.h>
#include <stdio.h>

#include "msg.h"

/* Rows of a batch that are sent as one, under a name. */
struct part {
	const struct batch *batch;
	size_t from, n;
	bool kept; /* its pending file is there */
	char uuid[AUDIT_UUID];
};

/* `batch UUID of 3 records (lines 4 to 6, keys 17 to 19)` */
static void
describe(const struct deliver *d, const struct part *p, struct buf *b)
{
	size_t last = p->from + p->n - 1;
	const char *key = batch_key(p->batch, p->from);

	buf_printf(b,
	    "batch %s of %zu records (%slines %" PRIu64 " to %" PRIu64, p->uuid,
	    p->n, d->again ? "of an earlier run, " : "",
	    p->batch->row[p->from].line, p->batch->row[last].line);
	if (key)
		buf_printf(
		    b, ", keys %s to %s", key, batch_key(p->batch, last));
	buf_char(b, ')');
}

static int
trouble(struct deliver *d)
{
	msg_warn("%s", d->why.s);
	return d->audit->status;
}

/* ---- the outcomes ---- */

static int
settle(struct deliver *d, const struct part *p)
{
	const struct batch *b = p->batch;
	struct batch_row *row = b->row + p->from;
	struct rec_saved r;
	size_t i;

	if (d->audit) {
		buf_cut(&d->body, 0);
		batch_ids(b, p->from, p->n, &d->body);
		if (!audit_accept(d->audit, p->uuid, &d->body, &d->why)) {
			buf_printf(&d->why, "; batch %s was accepted", p->uuid);
			return trouble(d);
		}
		for (i = 0; i < p->n; i++)
			audit_add(
			    d->audit, b->key.s + row[i].key, row[i].key_len);
	}
	++*d->batches;
	if (d->again)
		*d->resent += p->n;
	else
		rec_done(d->rec, p->n);
	for (i = 0; i < p->n; i++) {
		r = batch_saved(b, p->from + i);
		out_line(d->rec->out, r.s, r.len);
	}
	return 0;
}

/* Nothing is known, so nothing is done but to say so. */
static int
unknown(struct deliver *d, const struct part *p, const struct http_exchange *x)
{
	buf_cut(&d->why, 0);
	describe(d, p, &d->why);
	buf_printf(&d->why,
	    " was posted to \"%s\", and it is not known whether it was "
	    "accepted: %s; ",
	    d->url, x->why.s);
	if (d->audit) {
		buf_str(&d->why, "see whether the server has the records of "
				 "\"");
		audit_path(d->audit, p->uuid, &d->why);
		buf_str(&d->why, "\" and run again with --ambiguous resend, "
				 "or reject");
	} else {
		buf_str(&d->why, "see whether the server has its records; "
				 "with --audit they would be kept");
	}
	msg_warn("%s", d->why.s);
	return EX_TEMPFAIL;
}

static bool
forget(struct deliver *d, const struct part *p)
{
	return !d->audit || audit_forget(d->audit, p->uuid, &d->why);
}

/* It was not accepted, for a reason that is not in its records. */
static int
refused(struct deliver *d, const struct part *p, const struct http_exchange *x)
{
	if (x->is == HTTP_STOPPED)
		return EX_TEMPFAIL;
	buf_cut(&d->why, 0);
	describe(d, p, &d->why);
	msg_warn("could not post %s to \"%s\": %s; it was not accepted",
	    d->why.s, d->url, x->why.s);
	return x->is == HTTP_DENIED    ? EX_NOPERM
	       : x->is == HTTP_REFUSED ? EX_UNAVAILABLE
				       : EX_TEMPFAIL;
}

static int
reject(struct deliver *d, const struct part *p, long status, const char *why)
{
	struct rec_saved r = batch_saved(p->batch, p->from);
	char code[24];

	snprintf(code, sizeof(code), "%ld", status);
	rec_reject_saved(d->rec, &r, code, batch_key(p->batch, p->from),
	    "the server refused it: %s", why);
	return d->rec->stopped ? EX_DATAERR : 0;
}

/* ---- posting ---- */

static struct http_exchange *
post(struct deliver *d, const struct part *p)
{
	struct http_request what = {.url = d->url,
	    .type =
		d->form.ndjson ? "application/x-ndjson" : "application/json",
	    .once = true,
	    .declared = d->declared,
	    .ndeclared = d->ndeclared};
	struct buf field = BUF_INIT;
	struct http_exchange *x = NULL;

	buf_cut(&d->body, 0);
	batch_body(p->batch, p->from, p->n, &d->form, &d->body);
	what.body = d->body.s;
	what.len = d->body.len;
	if (*d->idempotency) {
		buf_printf(&field, "%s: %s", d->idempotency, p->uuid);
		what.field = field.s;
	}
	if (http_submit(d->http, &what, NULL, &d->why))
		x = http_next(d->http, -1);
	buf_free(&field);
	return x;
}

static bool
split_helps(const struct http_exchange *x)
{
	return x->is == HTTP_REFUSED &&
	       (x->status == 413 || x->status == 400 || x->status == 422);
}

static void
receipt(struct deliver *d, const struct part *p, const struct http_exchange *x)
{
	bool ok = x->is == HTTP_ANSWERED;
	struct answer_receipt r = {.id = p->uuid,
	    .records = ok ? p->n : 0,
	    .error = ok ? NULL : x->why.s};

	d->rec->retries += x->attempts > 0 ? x->attempts - 1 : 0;
	if (x->is != HTTP_STOPPED)
		answer_receipt(d->answer, d->rec->out, x, &r);
}

static int deliver_part(struct deliver *, struct part *);

/* The rows in two parts, each under a name of its own. */
static int
halve(struct deliver *d, const struct part *p)
{
	struct part first = {p->batch, p->from, p->n / 2, false, ""};
	struct part second = {
	    p->batch, p->from + first.n, p->n - first.n, false, ""};
	int status;

	++*d->halved;
	audit_uuid(first.uuid);
	status = deliver_part(d, &first);
	if (status)
		return status;
	audit_uuid(second.uuid);
	return deliver_part(d, &second);
}

/* The answer has come, or will not. */
static int
judge(struct deliver *d, struct part *p, struct http_exchange *x)
{
	struct buf why = BUF_INIT;
	long code = x->status;
	bool split = split_helps(x);
	int status = 0;

	if (x->is == HTTP_ANSWERED)
		status = settle(d, p);
	else if (x->unknown)
		status = unknown(d, p, x);
	else if (!forget(d, p))
		status = trouble(d);
	else if (!split)
		status = refused(d, p, x);
	receipt(d, p, x);
	if (split)
		buf_add(&why, x->why.s, x->why.len);
	http_release(d->http, x);
	if (split && status == 0)
		status = p->n > 1 ? halve(d, p) : reject(d, p, code, why.s);
	buf_free(&why);
	return status;
}

static int
deliver_part(struct deliver *d, struct part *p)
{
	struct http_exchange *x;

	/* An output that fails must not do so while a request is in flight. */
	out_flush_all();
	buf_cut(&d->why, 0);
	if (d->audit && !p->kept) {
		buf_cut(&d->body, 0);
		batch_lines(p->batch, p->from, p->n, &d->body);
		if (!audit_pend(d->audit, p->uuid, &d->body, &d->why))
			return trouble(d);
	}
	x = post(d, p);
	if (x)
		return judge(d, p, x);
	msg_warn("could not post to \"%s\": %s", d->url, d->why.s);
	return forget(d, p) ? EX_USAGE : trouble(d);
}

int
deliver_batch(struct deliver *d, const struct batch *b)
{
	struct part all = {b, 0, b->n, false, ""};

	if (b->n == 0)
		return 0;
	audit_uuid(all.uuid);
	return deliver_part(d, &all);
}

int
deliver_again(struct deliver *d, const struct batch *b, const char *uuid)
{
	struct part all = {b, 0, b->n, true, ""};
	int status;

	snprintf(all.uuid, sizeof(all.uuid), "%s", uuid);
	d->again = true;
	status = deliver_part(d, &all);
	d->again = false;
	return status;
}

void
deliver_free(struct deliver *d)
{
	buf_free(&d->body);
	buf_free(&d->why);
}
