/* deliver: batches posted, halved, and told apart by what is known of them. */
#include "deliver.h"

#include <inttypes.h>
#include <stdio.h>

#include "msg.h"

/* Rows of a batch that are sent as one, under a name. */
struct part {
	struct batch *batch;
	size_t from, n;
	bool kept; /* its pending file is there, which has its name */
	char uuid[UUID_TEXT];
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

static bool
forget(struct deliver *d, const struct part *p)
{
	return !d->audit || audit_forget(d->audit, p->uuid, &d->why);
}

/* The first n rows were accepted: puts that on account. */
static bool
account(struct deliver *d, const struct part *p, size_t n)
{
	const struct batch *b = p->batch;
	struct batch_row *row = b->row + p->from;
	size_t i;

	if (!d->audit)
		return true;
	if (n == 0)
		return forget(d, p);
	buf_cut(&d->text, 0);
	batch_ids(b, p->from, n, &d->text);
	if (!audit_accept(d->audit, p->uuid, &d->text, &d->why)) {
		buf_printf(&d->why, "; batch %s was accepted", p->uuid);
		return false;
	}
	for (i = 0; i < n; i++)
		audit_add(d->audit, b->key.s + row[i].key, row[i].key_len);
	return true;
}

/* Rejects one row. */
static int
reject(struct deliver *d, const struct part *p, size_t row, const char *code,
    const char *why)
{
	struct rec_saved r = batch_saved(p->batch, row);

	rec_reject_saved(d->rec, &r, code, batch_key(p->batch, row),
	    "the server refused it: %s", why);
	return d->rec->stopped ? EX_DATAERR : 0;
}

/* Rejects the rows of which the answer says that they failed, the last ones. */
static int
reject_items(struct deliver *d, const struct part *p, const char *status)
{
	const struct items *t = &d->items;
	size_t i, row = p->from + p->n - t->n;
	const char *code;
	int bad = 0;

	for (i = 0; i < t->n && bad == 0; i++, row++) {
		code = t->text.s + t->v[i].code;
		bad = reject(d, p, row, *code ? code : status,
		    t->text.s + t->v[i].reason);
	}
	return bad;
}

/* All rows were accepted, but for those that the answer names as failed. */
static int
settle(struct deliver *d, const struct part *p, const char *status)
{
	const struct batch *b = p->batch;
	size_t i, n = p->n - d->items.n;
	struct rec_saved r;

	if (!account(d, p, n))
		return trouble(d);
	*d->batches += n > 0;
	if (d->again)
		*d->resent += n;
	else
		rec_done(d->rec, n);
	for (i = 0; i < n; i++) {
		r = batch_saved(b, p->from + i);
		out_line(d->rec->out, r.s, r.len);
	}
	return reject_items(d, p, status);
}

/* Nothing is known, so nothing is done but to say so. */
static int
unknown(struct deliver *d, const struct part *p, const char *why)
{
	struct buf b = BUF_INIT;

	describe(d, p, &b);
	buf_printf(&b,
	    " was posted to \"%s\", and it is not known whether it was "
	    "accepted: %s; ",
	    d->url, why);
	if (d->audit) {
		buf_str(&b, "see whether the server has the records of \"");
		audit_path(d->audit, p->uuid, &b);
		buf_str(&b, "\" and run again with --ambiguous resend, or "
			    "reject");
	} else {
		buf_str(&b, "see whether the server has its records; with "
			    "--audit they would be kept");
	}
	msg_warn("%s", b.s);
	buf_free(&b);
	return EX_TEMPFAIL;
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

/* ---- posting ---- */

static struct http_exchange *
post(struct deliver *d, const struct part *p)
{
	struct http_request what = {.url = d->url,
	    .type =
		d->form.ndjson ? "application/x-ndjson" : "application/json",
	    .once = true,
	    .declared = d->declared,
	    .ndeclared = d->ndeclared,
	    .body = d->body.s,
	    .len = d->body.len};
	struct buf field = BUF_INIT;
	struct http_exchange *x = NULL;

	if (*d->idempotency) {
		buf_printf(&field, "%s: %s", d->idempotency, p->uuid);
		what.field = field.s;
	}
	if (http_submit(d->http, &what, NULL, &d->why))
		x = http_next(d->http, -1);
	buf_free(&field);
	return x;
}

static void
receipt(struct deliver *d, const struct part *p, const struct http_exchange *x,
    size_t accepted)
{
	bool ok = x->is == HTTP_ANSWERED;
	struct answer_receipt r = {
	    .id = p->uuid, .records = accepted, .error = ok ? NULL : x->why.s};

	answer_tally(d->answer, x);
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
	status = deliver_part(d, &first);
	return status ? status : deliver_part(d, &second);
}

/* Those that failed are rejected, the rest goes again. */
static int
without_items(struct deliver *d, const struct part *p, const char *code)
{
	struct part rest = {p->batch, p->from, p->n - d->items.n, false, ""};
	int status = reject_items(d, p, code);

	return status || rest.n == 0 ? status : deliver_part(d, &rest);
}

/* Does the answer list failures? They are behind the others then. */
static bool
read_items(struct deliver *d, const struct part *p,
    const struct http_exchange *x, struct buf *why)
{
	d->items.n = 0;
	if (!d->items.expr || (x->status == 204 && x->body.len == 0))
		return true;
	if (!items_read(&d->items, p->batch, p->from, p->n, &x->body, why)) {
		d->items.n = 0;
		return false;
	}
	items_set_apart(&d->items, p->batch, p->from, p->n);
	return true;
}

/* A 2xx. */
static int
accepted(struct deliver *d, struct part *p, const struct http_exchange *x,
    const char *code)
{
	struct buf why = BUF_INIT;
	bool known = read_items(d, p, x, &why);
	int status;

	if (known) {
		status = settle(d, p, code);
	} else {
		http_excerpt(&why, x);
		status = unknown(d, p, why.s);
	}
	receipt(d, p, x, known ? p->n - d->items.n : 0);
	buf_free(&why);
	return status;
}

/* 413, 400 or 422: for a reason that is in the batch or in its records. */
static int
take_apart(struct deliver *d, struct part *p, struct http_exchange *x,
    const char *code)
{
	struct buf why = BUF_INIT;
	bool listed =
	    x->status != 413 && read_items(d, p, x, &why) && d->items.n > 0;
	int status;

	buf_cut(&why, 0);
	buf_add(&why, x->why.s, x->why.len);
	http_release(d->http, x);
	if (listed)
		status = without_items(d, p, code);
	else if (p->n > 1)
		status = halve(d, p);
	else
		status = reject(d, p, p->from, code, why.s);
	buf_free(&why);
	return status;
}

/* The answer has come, or will not. */
static int
judge(struct deliver *d, struct part *p, struct http_exchange *x)
{
	char code[24];
	int status = 0;

	snprintf(code, sizeof(code), "%ld", x->status);
	if (x->is == HTTP_ANSWERED) {
		status = accepted(d, p, x, code);
		http_release(d->http, x);
		return status;
	}
	if (x->unknown)
		status = unknown(d, p, x->why.s);
	else if (!forget(d, p))
		status = trouble(d);
	receipt(d, p, x, 0);
	if (status == 0 && x->is == HTTP_REFUSED &&
	    (x->status == 413 || x->status == 400 || x->status == 422))
		return take_apart(d, p, x, code);
	if (status == 0)
		status = refused(d, p, x);
	http_release(d->http, x);
	return status;
}

/* The body, and the name that it gives the part. */
static void
prepare(struct deliver *d, struct part *p)
{
	struct uuid_part of[] = {
	    {d->url, strlen(d->url)}, {"\n", 1}, {NULL, 0}, {NULL, 0}};
	char repeat[24];
	uint32_t *times;

	buf_cut(&d->body, 0);
	batch_body(p->batch, p->from, p->n, &d->form, &d->body);
	of[2] = (struct uuid_part){d->body.s, d->body.len};
	if (p->kept)
		return;
	uuid_of(p->uuid, of, 3);
	times = counts_get(&d->names, p->uuid, sizeof(p->uuid), true);
	if ((*times)++ == 0)
		return;
	of[3].s = repeat;
	of[3].len =
	    (size_t)snprintf(repeat, sizeof(repeat), "\n%" PRIu32, *times - 1);
	uuid_of(p->uuid, of, 4);
}

static int
deliver_part(struct deliver *d, struct part *p)
{
	struct http_exchange *x;

	/* An output that fails must not do so while a request is in flight. */
	out_flush_all();
	buf_cut(&d->why, 0);
	prepare(d, p);
	if (d->audit && !p->kept) {
		buf_cut(&d->text, 0);
		batch_lines(p->batch, p->from, p->n, &d->text);
		if (!audit_pend(d->audit, p->uuid, &d->text, &d->why))
			return trouble(d);
	}
	x = post(d, p);
	if (x)
		return judge(d, p, x);
	msg_warn("could not post to \"%s\": %s", d->url, d->why.s);
	return forget(d, p) ? EX_USAGE : trouble(d);
}

int
deliver_batch(struct deliver *d, struct batch *b)
{
	struct part all = {b, 0, b->n, false, ""};

	return b->n > 0 ? deliver_part(d, &all) : 0;
}

int
deliver_again(struct deliver *d, struct batch *b, const char *uuid)
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
	counts_free(&d->names);
	items_free(&d->items);
	buf_free(&d->body);
	buf_free(&d->text);
	buf_free(&d->why);
}
