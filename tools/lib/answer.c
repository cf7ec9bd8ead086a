/* answer: records, envelopes and receipts. */
#include "answer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "msg.h"
#include "reclog.h"
#include "when.h"

const char *
answer_skip(void *to, const char *text)
{
	return api_statuses(to, text);
}

bool
answer_open(struct answer *a, const struct api_resource *r, const char *profile,
    struct buf *why)
{
	char *error = NULL;
	size_t i;

	if (r && r->records && !a->records) {
		a->records = expr_new(r->records, &error);
		if (!a->records) {
			buf_printf(why, "%s: key \"resources.%s.records\": %s",
			    profile, r->name, error);
			free(error);
			return false;
		}
	}
	if (r && a->skip.n == 0) {
		a->skip.v =
		    buf_array(NULL, r->skip_status.n + 1, sizeof(*a->skip.v));
		for (i = 0; i < r->skip_status.n; i++)
			a->skip.v[a->skip.n++] = r->skip_status.v[i];
	}
	a->resource = r ? r->name : NULL;
	if (a->receipts)
		a->receipt = out_open(a->receipts, OUT_APPEND);
	return true;
}

void
answer_free(struct answer *a)
{
	expr_free(a->records);
	with_free(&a->with);
	free(a->skip.v);
	buf_free(&a->lines);
}

void
answer_stats(struct answer *a, struct rec *r)
{
	a->rec = r;
	a->attempts = rec_counter(r, "attempts");
	a->limited = rec_counter(r, "limited");
	a->wait_ms = rec_counter(r, "wait_ms");
}

void
answer_tally(struct answer *a, const struct http_exchange *x)
{
	a->rec->retries += x->attempts > 0 ? x->attempts - 1 : 0;
	*a->attempts += x->attempts;
	*a->limited += x->limited;
	*a->wait_ms += (uint64_t)(x->wait_ms + 0.5);
}

bool
answer_skipped(const struct answer *a, const struct http_exchange *x)
{
	return x->status >= 300 && api_has_status(&a->skip, x->status);
}

static bool
may_have_tail(const struct answer *a, struct json_val v, struct buf *why)
{
	struct json_val ignored;
	const struct with_one *one;

	if (json_type(v.s) != JSON_OBJECT) {
		buf_printf(why,
		    "record %" PRIu64 " of the answer is %s: --with needs "
		    "objects",
		    a->n + 1, json_type_name(json_type(v.s)));
		return false;
	}
	for (one = a->with.v; one < a->with.v + a->with.n; one++) {
		if (!json_member(v, one->name, one->len, &ignored))
			continue;
		buf_printf(why,
		    "record %" PRIu64 " of the answer has a member \"%s\" "
		    "already",
		    a->n + 1, one->name);
		return false;
	}
	return true;
}

/* Adds a line: the object or value, with the tail in it. */
static bool
add_record(struct answer *a, struct json_val v, struct buf *why)
{
	size_t from = a->lines.len;
	bool empty;

	if (a->with.n > 0 && !may_have_tail(a, v, why))
		return false;
	json_compact(&a->lines, v);
	if (a->with.n > 0) {
		empty = a->lines.len - from == 2;
		buf_cut(&a->lines, a->lines.len - 1);
		buf_add(&a->lines, a->with.tail.s + empty,
		    a->with.tail.len - empty);
		buf_char(&a->lines, '}');
	}
	buf_char(&a->lines, '\n');
	a->n++;
	return true;
}

/* An array is its elements, an object is itself. */
static bool
add_records(struct answer *a, struct json_val v, struct buf *why)
{
	struct json_walk w;
	struct json_val name, e;

	switch (json_type(v.s)) {
	case JSON_OBJECT:
		return add_record(a, v, why);
	case JSON_ARRAY:
		w = json_walk(v);
		while (json_next(&w, &name, &e))
			if (!add_record(a, e, why))
				return false;
		return true;
	default:
		buf_printf(why,
		    "%s leads to %s in the answer, wanted: an array or an "
		    "object",
		    a->records ? expr_text(a->records) : ".",
		    json_type_name(json_type(v.s)));
		return false;
	}
}

/* Nothing is where --records leads. */
static bool
nothing_there(struct answer *a, const struct http_exchange *x, struct buf *why)
{
	buf_printf(why, "status %ld, but %s leads nowhere in the answer",
	    x->status, expr_text(a->records));
	http_excerpt(why, x);
	return false;
}

static bool
read_records(struct answer *a, const struct http_exchange *x, struct buf *why)
{
	struct json_val v;
	enum expr_is is;

	if (!a->records)
		return add_records(a, a->body, why);
	is = expr_get(a->records, a->body, &v);
	if (is == EXPR_NONE && expr_is_path(a->records))
		return nothing_there(a, x, why);
	for (; is == EXPR_VALUE; is = expr_more(a->records, &v))
		if (!add_records(a, v, why))
			return false;
	if (is == EXPR_FAILED)
		buf_printf(why, "--records %s: %s", expr_text(a->records),
		    expr_error(a->records));
	return is != EXPR_FAILED;
}

static uint64_t
elements(struct json_val v)
{
	struct json_walk w;
	struct json_val name, e;
	uint64_t n = 0;

	if (json_type(v.s) != JSON_ARRAY)
		return 1;
	w = json_walk(v);
	while (json_next(&w, &name, &e))
		n++;
	return n;
}

bool
answer_count(struct answer *a, const struct http_exchange *x, uint64_t *n,
    struct buf *why)
{
	struct json_val v;
	enum expr_is is;

	*n = a->n;
	if (!a->envelope || a->n == 0)
		return true;
	if (!a->body.s) {
		*n = x->body.len > 0;
		return true;
	}
	if (!a->records) {
		*n = elements(a->body);
		return true;
	}
	*n = 0;
	is = expr_get(a->records, a->body, &v);
	if (is == EXPR_NONE && expr_is_path(a->records))
		return nothing_there(a, x, why);
	for (; is == EXPR_VALUE; is = expr_more(a->records, &v))
		*n += elements(v);
	if (is == EXPR_FAILED)
		buf_printf(why, "--records %s: %s", expr_text(a->records),
		    expr_error(a->records));
	return is != EXPR_FAILED;
}

void
answer_none(struct answer *a)
{
	buf_cut(&a->lines, 0);
	a->n = 0;
	a->body = (struct json_val){NULL, 0};
}

bool
answer_read(struct answer *a, const struct http_exchange *x,
    struct json_val input, struct buf *why)
{
	struct json_error e = {0, NULL};
	bool json = json_check(x->body.s ? x->body.s : "", x->body.len, &e);

	answer_none(a);
	if (json)
		a->body = json_trim(x->body.s, x->body.len);
	if (!with_build(&a->with, input, why))
		return false;
	if (a->envelope) {
		envelope(&a->lines, x, a->with.tail.s, a->with.tail.len);
		buf_char(&a->lines, '\n');
		a->n = 1;
		return true;
	}
	/* 204 is RFC 9110's way to say that there is nothing to say. */
	if (x->status == 204 && x->body.len == 0)
		return true;
	if (json)
		return read_records(a, x, why);
	buf_printf(why, "status %ld, but the answer is no JSON: %s at byte %zu",
	    x->status, json_why(&e), e.at + 1);
	http_excerpt(why, x);
	return false;
}

void
answer_print(const struct answer *a, struct out *out)
{
	const char *s, *nl;
	size_t at = 0;

	while (at < a->lines.len) {
		s = a->lines.s + at;
		nl = memchr(s, '\n', a->lines.len - at);
		out_line(out, s, (size_t)(nl - s));
		at += (size_t)(nl - s) + 1;
	}
}

static void
quote_or_null(struct buf *b, const char *s)
{
	if (s)
		json_quote(b, s, strlen(s));
	else
		buf_str(b, "null");
}

void
answer_receipt(struct answer *a, struct out *out, const struct http_exchange *x,
    const struct answer_receipt *r)
{
	struct buf b = BUF_INIT;

	if (!a->receipt)
		return;
	out_flush(out);
	buf_str(&b, "{\"stage\":");
	quote_or_null(&b, reclog_stage());
	buf_str(&b, ",\"resource\":");
	quote_or_null(&b, a->resource);
	buf_str(&b, ",\"id\":");
	quote_or_null(&b, r->id);
	if (r->page > 0)
		buf_printf(&b, ",\"page\":%" PRIu64 ",\"complete\":%s", r->page,
		    r->complete ? "true" : "false");
	buf_str(&b, ",\"url\":");
	json_quote(&b, x->url.s, x->url.len);
	buf_printf(&b,
	    ",\"status\":%ld,\"http\":\"%s\",\"records\":%" PRIu64
	    ",\"attempts\":%" PRIu64 ",\"limited\":%" PRIu64
	    ",\"bytes\":%" PRIu64
	    ",\"dns_ms\":%.3f,\"connect_ms\":%.3f,\"tls_ms\":%.3f,"
	    "\"ttfb_ms\":%.3f,\"total_ms\":%.3f,\"wait_ms\":%.3f,\"at\":\"",
	    x->status, x->version, r->records, x->attempts, x->limited,
	    x->bytes, x->dns_ms, x->connect_ms, x->tls_ms, x->ttfb_ms,
	    x->total_ms, x->wait_ms);
	when_stamp(&b);
	buf_char(&b, '"');
	if (x->recorded.len > 0)
		buf_printf(&b, ",\"replayed\":\"%s\"", x->recorded.s);
	if (r->error) {
		buf_str(&b, ",\"error\":");
		json_quote(&b, r->error, strlen(r->error));
	}
	buf_char(&b, '}');
	msg_mask_json(&b, 0);
	out_line(a->receipt, b.s, b.len);
	out_flush(a->receipt);
	buf_free(&b);
}
