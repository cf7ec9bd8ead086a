/* part: what is sent, and under which name. */
#include "part.h"

#include <inttypes.h>
#include <stdio.h>

#include "msg.h"

void
part_describe(
    const struct deliver *d, const struct deliver_part *p, struct buf *b)
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

static void
name(const struct deliver *d, struct deliver_part *p, struct json_val body,
    const char *repeat)
{
	struct uuid_part of[] = {{d->url, strlen(d->url)}, {"\n", 1},
	    {body.s, body.len}, {repeat, strlen(repeat)}};

	uuid_of(p->uuid, of, *repeat ? 4 : 3);
}

void
part_name(const struct deliver *d, struct deliver_part *p, struct json_val body)
{
	name(d, p, body, "");
}

/* A body that was sent before gets another name. */
static void
name_again(struct deliver *d, struct deliver_part *p, struct json_val body)
{
	char repeat[24];
	uint32_t *times = counts_get(&d->names, p->uuid, sizeof(p->uuid), true);

	if ((*times)++ == 0)
		return;
	snprintf(repeat, sizeof(repeat), "\n%" PRIu32, *times - 1);
	name(d, p, body, repeat);
}

static bool
submit(struct deliver *d, const struct deliver_part *p, struct json_val body)
{
	struct http_request what = {.url = d->url,
	    .type =
		d->form.ndjson ? "application/x-ndjson" : "application/json",
	    .once = true,
	    .declared = d->declared,
	    .ndeclared = d->ndeclared,
	    .body = body.s,
	    .len = body.len,
	    .lent = true};
	struct buf field = BUF_INIT;
	bool ok;

	if (*d->idempotency) {
		buf_printf(&field, "%s: %s", d->idempotency, p->uuid);
		what.field = field.s;
	}
	ok = http_submit(d->http, &what, NULL, &d->why);
	buf_free(&field);
	return ok;
}

int
part_send(struct deliver *d, struct deliver_part *p, struct json_val body)
{
	buf_cut(&d->why, 0);
	if (!p->kept)
		name_again(d, p, body);
	if (d->audit && !p->kept) {
		buf_cut(&d->text, 0);
		batch_lines(p->batch, p->from, p->n, &d->text);
		if (!audit_pend(d->audit, p->uuid, &d->text, &d->why)) {
			msg_warn("%s", d->why.s);
			return d->audit->status;
		}
	}
	if (submit(d, p, body)) {
		http_push(d->http);
		return 0;
	}
	msg_warn("could not post to \"%s\": %s", d->url, d->why.s);
	if (part_forget(d, p))
		return EX_USAGE;
	msg_warn("%s", d->why.s);
	return d->audit->status;
}

bool
part_forget(struct deliver *d, const struct deliver_part *p)
{
	return !d->audit || audit_forget(d->audit, p->uuid, &d->why);
}

void
part_receipt(struct deliver *d, const struct deliver_part *p,
    const struct http_exchange *x, size_t accepted)
{
	bool ok = x->is == HTTP_ANSWERED;
	struct answer_receipt r = {
	    .id = p->uuid, .records = accepted, .error = ok ? NULL : x->why.s};

	answer_tally(d->answer, x);
	if (x->is != HTTP_STOPPED)
		answer_receipt(d->answer, d->rec->out, x, &r);
}
