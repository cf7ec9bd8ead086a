/* cassette: recording and replaying exchanges. */
#include "cassette.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "http.h"
#include "httpxfer.h"
#include "msg.h"
#include "out.h"
#include "secret.h"
#include "tape.h"
#include "tapeline.h"
#include "tapemask.h"
#include "when.h"

struct cassette {
	char *path;
	struct out *out; /* recording */
	bool replays;
	struct tape tape;
	struct tapemask mask;
	uint64_t seq;
	bool told;
};

/* ---- opening ---- */

static bool
begin_recording(
    struct cassette *c, const char *dir, int *status, struct buf *why)
{
	/* What an API answers is not for everybody to read. */
	if (mkdir(dir, 0700) == -1 && errno != EEXIST) {
		*status = EX_CANTCREAT;
		buf_printf(why, "could not create folder \"%s\": %s", dir,
		    strerror(errno));
		return false;
	}
	c->out = out_open(c->path, OUT_APPEND);
	return true;
}

struct cassette *
cassette_open(const char *how, const char *names, int *status, struct buf *why)
{
	bool records = strncmp(how, "record:", 7) == 0;
	struct buf path = BUF_INIT;
	struct cassette *c;
	bool ok;

	*status = EX_USAGE;
	if ((!records && strncmp(how, "replay:", 7) != 0) || !how[7]) {
		buf_printf(why,
		    "bad cassette \"%s\": wanted: record:DIR or replay:DIR",
		    how);
		return NULL;
	}
	c = buf_array(NULL, 1, sizeof(*c));
	buf_printf(&path, "%s/" TAPE_FILE, how + 7);
	*c = (struct cassette){
	    .path = path.s, .mask.names = names, .replays = !records};
	if (records) {
		ok = begin_recording(c, how + 7, status, why);
	} else {
		*status = EX_DATAERR;
		ok = tape_load(&c->tape, c->path, names, why);
	}
	if (ok)
		return c;
	cassette_close(c);
	return NULL;
}

void
cassette_close(struct cassette *c)
{
	if (!c)
		return;
	if (c->replays)
		tape_free(&c->tape);
	tapemask_free(&c->mask);
	free(c->path);
	free(c);
}

bool
cassette_replays(const struct cassette *c)
{
	return c && c->replays;
}

void
cassette_take_free(struct cassette_take *t)
{
	buf_free(&t->stamp);
	buf_free(&t->text);
	buf_free(&t->gave_up);
}

/* ---- recording ---- */

static void
open_take(struct cassette *c, struct http_exchange *x)
{
	struct cassette_take *t = &x->take;

	t->open = true;
	buf_cut(&t->stamp, 0);
	buf_cut(&t->text, 0);
	when_stamp(&t->stamp);
	t->seq = ++c->seq;
	t->wait_ms = 0;
	t->bytes = 0;
}

static void
tell_masked(struct cassette *c, const struct http_exchange *x)
{
	if (c->told)
		return;
	c->told = true;
	msg_note("the answer of \"%s\" has a secret in it: it is recorded as "
		 "\"" SECRET_MASK "\", and so replayed; if it is none, see "
		 "--secret-param",
	    x->url.s);
}

void
cassette_keep(struct cassette *c, struct http_exchange *x, CURLcode code)
{
	struct cassette_take *t = &x->take;
	struct tapeline_attempt a = {.elapsed = x->elapsed * 1000,
	    .wait = x->wait_ms - t->wait_ms,
	    .jitter = x->jitter,
	    .status = (double)x->status,
	    .bytes = (double)(x->bytes - t->bytes),
	    .sent = x->sent,
	    .code = code,
	    .dns = x->dns_ms,
	    .connect = x->connect_ms,
	    .tls = x->tls_ms,
	    .ttfb = x->ttfb_ms,
	    .total = x->total_ms,
	    .too_long = x->too_long,
	    .no_such_host = x->no_such_host};

	if (!c || c->replays)
		return;
	/* In steps of what is written, so that their sum is it, too. */
	a.wait = round(a.wait * 1000) / 1000;
	t->wait_ms += a.wait;
	t->bytes = x->bytes;
	tapemask_see(&c->mask, x);
	buf_str(&a.http, x->version);
	if (x->hops > 0)
		tapemask_url(&c->mask, &x->at, &a.url);
	tapemask_url(&c->mask, &x->redirect, &a.redirect);
	if (code != CURLE_OK)
		buf_str(&a.error,
		    x->error[0] ? x->error : curl_easy_strerror(code));
	tapemask_text(&c->mask, &a.error);
	tapemask_head(&c->mask, x, &a.head);
	if (tapemask_body(&c->mask, x, code, &a.body))
		tell_masked(c, x);
	if (t->text.len > 0)
		buf_char(&t->text, ',');
	tapeline_put(&t->text, &a);
	tapeline_attempt_free(&a);
}

static void
write_line(struct cassette *c, const struct http_exchange *x, bool held)
{
	struct buf url = BUF_INIT, body = BUF_INIT, *b = out_buf(c->out);

	tapemask_see(&c->mask, x);
	tapemask_request(&c->mask, x, &url, &body);
	buf_printf(b, "{\"cassette\":%d,\"at\":\"%s\",\"seq\":%" PRIu64,
	    TAPE_VERSION, x->take.stamp.s, x->take.seq);
	tapeline_text(b, "tool", msg_tool(), strlen(msg_tool()));
	tapeline_text(b, "method", x->method.s, x->method.len);
	tapeline_text(b, "url", url.s, url.len);
	if (x->has_body)
		tapeline_text(b, "body", body.s ? body.s : "", body.len);
	if (held)
		tapeline_text(b, "gave_up", x->why.s, x->why.len);
	buf_str(b, ",\"attempts\":[");
	buf_add(b, x->take.text.s, x->take.text.len);
	buf_str(b, "]}");
	out_end(c->out);
	out_flush(c->out);
	buf_free(&url);
	buf_free(&body);
}

void
cassette_end(struct cassette *c, struct http_exchange *x)
{
	/* It gave up before a further attempt, as everybody had to wait. */
	bool held = x->is == HTTP_GAVE_UP && x->state == HTTP_WAITING;
	bool open = x->take.open;

	x->take.open = false;
	if (!c || c->replays || x->is == HTTP_STOPPED)
		return;
	if (held && !open)
		open_take(c, x);
	if (held || (open && x->take.text.len > 0))
		write_line(c, x, held);
}

/* ---- replaying ---- */

static bool
find_take(struct cassette *c, struct http_exchange *x, struct buf *why)
{
	struct buf url = BUF_INIT, body = BUF_INIT, identity = BUF_INIT;
	struct cassette_take *t = &x->take;
	struct tapeline l = TAPELINE_INIT;
	bool ok;

	tapemask_see(&c->mask, x);
	tapemask_request(&c->mask, x, &url, &body);
	tape_identity(&identity, c->mask.names, x->method.s, url.s,
	    x->has_body ? body.s : NULL, body.len);
	buf_cut(&t->text, 0);
	ok = tape_next(&c->tape, &identity, &t->text, why) &&
	     tapeline_read(&l, (struct json_val){t->text.s, t->text.len}, why);
	if (ok) {
		t->open = true;
		t->left = l.attempts;
		buf_cut(&t->gave_up, 0);
		buf_add(&t->gave_up, l.gave_up.s, l.gave_up.len);
		t->at = l.at;
		t->wait_ms = 0;
		buf_cut(&x->recorded, 0);
		buf_add(&x->recorded, l.stamp.s, l.stamp.len);
	}
	tapeline_free(&l);
	buf_free(&identity);
	buf_free(&url);
	buf_free(&body);
	return ok;
}

static void
move(struct buf *to, struct buf *from)
{
	buf_cut(to, 0);
	buf_add(to, from->s, from->len);
}

static void
observe(struct http_exchange *x, struct tapeline_attempt *a)
{
	struct cassette_take *t = &x->take;

	x->elapsed = a->elapsed / 1000;
	x->jitter = a->jitter;
	x->clock = t->at + x->elapsed;
	x->wait_ms = t->wait_ms += a->wait;
	x->status = (long)a->status;
	x->version = httpxfer_version(&a->http);
	x->sent = (unsigned)a->sent;
	httpxfer_count(x, (uint64_t)a->bytes);
	x->dns_ms = a->dns;
	x->connect_ms = a->connect;
	x->tls_ms = a->tls;
	x->ttfb_ms = a->ttfb;
	x->total_ms = a->total;
	x->too_long = a->too_long;
	x->no_such_host = a->no_such_host;
	t->code = (CURLcode)a->code;
	snprintf(
	    x->error, sizeof(x->error), "%s", a->error.len ? a->error.s : "");
	move(&x->redirect, &a->redirect);
	move(&x->head, &a->head);
	move(&x->body, &a->body);
	if (x->body.len > x->limits->max_body) {
		x->too_long = true;
		t->code = CURLE_FILESIZE_EXCEEDED;
		buf_cut(&x->body, 0);
	}
}

bool
cassette_gave_up(struct cassette *c, struct http_exchange *x, struct buf *why)
{
	struct buf missing = BUF_INIT;
	struct json_walk left;
	struct json_val none, attempt;

	/* Where there is none, its beginning will say so. */
	if (!cassette_replays(c) ||
	    (!x->take.open && !find_take(c, x, &missing))) {
		buf_free(&missing);
		return false;
	}
	left = x->take.left;
	if (x->take.gave_up.len == 0 || json_next(&left, &none, &attempt))
		return false;
	buf_add(why, x->take.gave_up.s, x->take.gave_up.len);
	return true;
}

bool
cassette_start(struct cassette *c, struct http_exchange *x, struct buf *why)
{
	struct tapeline_attempt a = {.code = 0};
	bool first = !x->take.open, ok;

	if (!c)
		return true;
	if (!c->replays) {
		if (first)
			open_take(c, x);
		return true;
	}
	if (first && !find_take(c, x, why))
		return false;
	ok = tapeline_get(&x->take.left, &a);
	if (ok)
		observe(x, &a);
	else
		buf_printf(why,
		    "\"%s\" has no further attempt of it: it was recorded "
		    "with other limits",
		    c->path);
	tapeline_attempt_free(&a);
	return ok;
}
