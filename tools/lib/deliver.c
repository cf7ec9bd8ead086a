/* deliver: batches posted, halved, and told apart by what is known of them. */
#include "deliver.h"

#include <stdio.h>

#include "msg.h"
#include "part.h"

static int
trouble(struct deliver *d)
{
	msg_warn("%s", d->why.s);
	return d->audit->status;
}

/* ---- the outcomes ---- */

/* The first n rows were accepted: puts that on account. */
static bool
account(struct deliver *d, const struct deliver_part *p, size_t n)
{
	const struct batch *b = p->batch;
	struct batch_row *row = b->row + p->from;
	size_t i;

	if (!d->audit)
		return true;
	if (n == 0)
		return part_forget(d, p);
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
reject(struct deliver *d, const struct deliver_part *p, size_t row,
    const char *code, const char *why)
{
	struct rec_saved r = batch_saved(p->batch, row);

	rec_reject_saved(d->rec, &r, code, batch_key(p->batch, row),
	    "the server refused it: %s", why);
	return d->rec->stopped ? EX_DATAERR : 0;
}

/* Rejects the rows of which the answer says that they failed, the last ones. */
static int
reject_items(
    struct deliver *d, const struct deliver_part *p, const char *status)
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

static void
print(struct deliver *d, const struct batch *b, size_t from, size_t n)
{
	struct rec_saved r;
	size_t i;

	for (i = from; i < from + n; i++) {
		r = batch_saved(b, i);
		out_line(d->rec->out, r.s, r.len);
	}
}

/* All rows were accepted, but for those that the answer names as failed. */
static int
settle(struct deliver *d, const struct deliver_part *p, const char *status)
{
	size_t n = p->n - d->items.n;

	if (!account(d, p, n))
		return trouble(d);
	*d->batches += n > 0;
	if (d->again)
		*d->resent += n;
	else
		rec_done(d->rec, n);
	/* With receipts or an account, what they tell of is printed at once. */
	if (p == &d->flight && d->items.n == 0 && !d->answer->receipts &&
	    !d->audit)
		d->unprinted = p->batch;
	else
		print(d, p->batch, p->from, n);
	return reject_items(d, p, status);
}

/* Nothing is known, so nothing is done but to say so. */
static int
unknown(struct deliver *d, const struct deliver_part *p, const char *why)
{
	struct buf b = BUF_INIT;

	part_describe(d, p, &b);
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
refused(struct deliver *d, const struct deliver_part *p,
    const struct http_exchange *x)
{
	if (x->is == HTTP_STOPPED)
		return EX_TEMPFAIL;
	buf_cut(&d->why, 0);
	part_describe(d, p, &d->why);
	msg_warn("could not post %s to \"%s\": %s; it was not accepted",
	    d->why.s, d->url, x->why.s);
	return x->is == HTTP_DENIED    ? EX_NOPERM
	       : x->is == HTTP_REFUSED ? EX_UNAVAILABLE
				       : EX_TEMPFAIL;
}

/* ---- posting ---- */

static int one_part(struct deliver *, struct deliver_part *);

/* The rows in two parts, each under a name of its own. */
static int
halve(struct deliver *d, const struct deliver_part *p)
{
	struct deliver_part first = {p->batch, p->from, p->n / 2, false, ""};
	struct deliver_part second = {
	    p->batch, p->from + first.n, p->n - first.n, false, ""};
	int status;

	++*d->halved;
	status = one_part(d, &first);
	return status ? status : one_part(d, &second);
}

/* Those that failed are rejected, the rest goes again. */
static int
without_items(struct deliver *d, const struct deliver_part *p, const char *code)
{
	struct deliver_part rest = {
	    p->batch, p->from, p->n - d->items.n, false, ""};
	int status = reject_items(d, p, code);

	return status || rest.n == 0 ? status : one_part(d, &rest);
}

/* Does the answer list failures? They are behind the others then. */
static bool
read_items(struct deliver *d, const struct deliver_part *p,
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
accepted(struct deliver *d, struct deliver_part *p,
    const struct http_exchange *x, const char *code)
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
	part_receipt(d, p, x, known ? p->n - d->items.n : 0);
	buf_free(&why);
	return status;
}

/* 413, 400 or 422: for a reason that is in the batch or in its records. */
static int
take_apart(struct deliver *d, struct deliver_part *p, struct http_exchange *x,
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
judge(struct deliver *d, struct deliver_part *p, struct http_exchange *x)
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
	else if (!part_forget(d, p))
		status = trouble(d);
	part_receipt(d, p, x, 0);
	if (status == 0 && x->is == HTTP_REFUSED &&
	    (x->status == 413 || x->status == 400 || x->status == 422))
		return take_apart(d, p, x, code);
	if (status == 0)
		status = refused(d, p, x);
	http_release(d->http, x);
	return status;
}

/* Of a batch that is taken apart, or of an earlier run. */
static int
one_part(struct deliver *d, struct deliver_part *p)
{
	struct json_val body;
	int status;

	/* An output that fails must not do so while a request is in flight. */
	out_flush_all();
	buf_cut(&d->body, 0);
	batch_body(p->batch, p->from, p->n, &d->form, &d->body);
	body = (struct json_val){d->body.s, d->body.len};
	if (!p->kept)
		part_name(d, p, body);
	status = part_send(d, p, body);
	return status ? status : judge(d, p, http_next(d->http, -1));
}

/* ---- one on its way, while the next is made ready ---- */

void
deliver_prepare(struct deliver *d, struct batch *b)
{
	d->next = (struct deliver_part){b, 0, b->n, false, ""};
	d->next_body = batch_whole(b, &d->form);
	part_name(d, &d->next, d->next_body);
}

void
deliver_print(struct deliver *d)
{
	struct json_val lines;

	if (!d->unprinted)
		return;
	lines = batch_printed(d->unprinted);
	out_text(d->rec->out, lines.s, lines.len, d->unprinted->n);
	out_flush(d->rec->out);
	d->unprinted = NULL;
}

int
deliver_begin(struct deliver *d)
{
	int status;

	out_flush_all();
	d->flight = d->next;
	status = part_send(d, &d->flight, d->next_body);
	/* What fails to be printed is for the end of this one to tell. */
	out_hold(status == 0);
	deliver_print(d);
	return status;
}

bool
deliver_wait(struct deliver *d, int fd)
{
	if (!d->answered)
		d->answered = http_next(d->http, fd);
	return d->answered;
}

int
deliver_end(struct deliver *d)
{
	struct http_exchange *x;
	int status;

	deliver_wait(d, -1);
	x = d->answered;
	d->answered = NULL;
	status = judge(d, &d->flight, x);
	out_hold(false);
	return status;
}

int
deliver_again(struct deliver *d, struct batch *b, const char *uuid)
{
	struct deliver_part all = {b, 0, b->n, true, ""};
	int status;

	snprintf(all.uuid, sizeof(all.uuid), "%s", uuid);
	d->again = true;
	status = one_part(d, &all);
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
