/* http: the engine: exchanges, their attempts and waits. */
#include "http.h"

#include <stdlib.h>
#include <string.h>

#include "httpfields.h"
#include "httppost.h"
#include "httpxfer.h"
#include "msg.h"
#include "stop.h"
#include "url.h"
#include "when.h"

enum {
	POLL_MS = 500,       /* a stop is seen so late while libcurl polls */
	KEEP_BODY = 1 << 20, /* larger buffers are given back */
	SAY_WAIT = 5         /* seconds: longer waits are told */
};

struct http {
	struct http_limits limits;
	CURLM *multi;
	size_t slots, busy; /* busy: running, or waiting for a reserved slot */
	struct http_exchange **live; /* in the order they were submitted */
	size_t nlive;
	struct http_exchange **spare;
	size_t nspare;
	struct httpfields fields;
	struct pace *paces;
	double said_until; /* a wait till then has been told */
};

struct http *
http_new(const struct http_limits *limits, size_t slots)
{
	struct http *h = buf_array(NULL, 1, sizeof(*h));

	memset(h, 0, sizeof(*h));
	h->limits = *limits;
	h->slots = slots;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    !(h->multi = curl_multi_init())) {
		free(h);
		return NULL;
	}
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)slots + 4);
	return h;
}

static void
drop(struct http *h, struct http_exchange *x)
{
	if (x->state == HTTP_RUNNING)
		curl_multi_remove_handle(h->multi, x->easy);
	httpxfer_free(x);
}

void
http_free(struct http *h)
{
	size_t i;

	if (!h)
		return;
	for (i = 0; i < h->nlive; i++)
		drop(h, h->live[i]);
	for (i = 0; i < h->nspare; i++)
		drop(h, h->spare[i]);
	pace_free(h->paces);
	httpfields_free(&h->fields);
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h->live);
	free(h->spare);
	free(h);
}

bool
http_header(struct http *h, const char *line, struct buf *why)
{
	return httpfields_set(&h->fields, line, why);
}

/* ---- submitting ---- */

bool
http_room(const struct http *h)
{
	/* One after the other gains nothing by asking ahead. */
	return h->nlive < (h->slots == 1 ? 1 : 2 * h->slots);
}

bool
http_busy(const struct http *h)
{
	return h->nlive > 0;
}

bool
http_submit(struct http *h, const char *url, const char *home, void *data,
    struct buf *why)
{
	struct http_exchange *x =
	    h->nspare > 0 ? h->spare[--h->nspare] : httpxfer_new(&h->limits);
	struct buf origin = BUF_INIT;

	if (!x) {
		buf_str(why, "could not set up libcurl: out of memory");
		return false;
	}
	buf_cut(&x->url, 0);
	buf_cut(&x->home, 0);
	buf_cut(&x->why, 0);
	buf_str(&x->url, url);
	if (!url_origin(&origin, url, why) ||
	    !url_origin(&x->home, home ? home : url, why)) {
		buf_free(&origin);
		http_release(h, x);
		return false;
	}
	x->pace = pace_of(&h->paces, origin.s, h->limits.rate);
	x->foreign = strcmp(origin.s, x->home.s) != 0;
	buf_free(&origin);
	x->hops = 0;
	buf_cut(&x->at, 0);
	buf_str(&x->at, url);
	x->post = x->unknown = false;
	x->data = data;
	x->attempts = x->bytes = 0;
	x->status = 0;
	x->first = x->ready = x->wait_ms = 0;
	x->reserved = false;
	x->state = HTTP_WAITING;
	h->live = buf_array(h->live, h->nlive + 1, sizeof(*h->live));
	h->live[h->nlive++] = x;
	return true;
}

bool
http_post(struct http *h, const char *url, const struct http_post *p,
    void *data, struct buf *why)
{
	struct http_exchange *x;

	if (!http_submit(h, url, NULL, data, why))
		return false;
	x = h->live[h->nlive - 1];
	x->post = true;
	x->declared = p->declared;
	x->ndeclared = p->ndeclared;
	buf_cut(&x->request, 0);
	buf_add(&x->request, p->body, p->len);
	httppost_fields(x, h->fields.all, p->type, p->field);
	return true;
}

void
http_release(struct http *h, struct http_exchange *x)
{
	if (x->body.cap > KEEP_BODY)
		buf_free(&x->body);
	h->spare = buf_array(h->spare, h->nspare + 1, sizeof(*h->spare));
	h->spare[h->nspare++] = x;
}

/* ---- attempts ---- */

static void
finish(struct http *h, struct http_exchange *x, enum http_is is)
{
	if (x->reserved)
		h->busy--;
	x->reserved = false;
	x->is = is;
	x->state = HTTP_FINISHED;
}

/* Sends the request to where `at` is. */
static void
launch(struct http *h, struct http_exchange *x)
{
	double left = h->limits.max_time;
	CURLMcode bad;

	if (left > 0) {
		left -= when_now() - x->began;
		if (left < 0.001)
			left = 0.001;
	}
	httpxfer_start(
	    x, x->foreign ? h->fields.harmless : h->fields.all, left);
	bad = curl_multi_add_handle(h->multi, x->easy);
	x->state = HTTP_RUNNING;
	if (bad) {
		buf_str(&x->why, curl_multi_strerror(bad));
		finish(h, x, HTTP_GAVE_UP);
	}
}

static void
begin_attempt(struct http *h, struct http_exchange *x)
{
	x->began = when_now();
	if (x->attempts++ == 0)
		x->first = x->began;
	httpxfer_rewind(x);
	msg_debug("%s %s", x->post ? "POST" : "GET", x->url.s);
	launch(h, x);
}

static void
say_wait(struct http *h, double wait, const char *what)
{
	double until = when_now() + wait;

	if (wait < SAY_WAIT || until < h->said_until + 1)
		return;
	h->said_until = until;
	msg_note("waiting %.0f s: %s", wait, what);
}

/* Finds the exchange's slot in the pace; true when it may go now. */
static bool
may_go(struct http *h, struct http_exchange *x, double now)
{
	double max = h->limits.retry.max_time, wait, held;

	if (x->ready > now)
		return false;
	if (x->reserved && pace_held(x->pace) <= 0)
		return true;
	if (!x->reserved) {
		if (h->busy == h->slots)
			return false;
		x->reserved = true;
		h->busy++;
	}
	wait = pace_next(x->pace);
	x->ready = now + wait;
	if (wait <= 0)
		return true;
	held = pace_held(x->pace);
	if (max > 0 && held > max) {
		buf_printf(&x->why,
		    "the server asked everybody to wait, for %.0f s more, "
		    "which is beyond --retry-max-time",
		    held);
		finish(h, x, HTTP_GAVE_UP);
		return false;
	}
	say_wait(h, held, "the server asked everybody to");
	return false;
}

/* Starts what may go. */
static void
start(struct http *h)
{
	struct http_exchange *x;
	double now = when_now();
	size_t i;

	for (i = 0; i < h->nlive; i++) {
		x = h->live[i];
		if (x->state != HTTP_WAITING)
			continue;
		if (stop_asked() && !(x->post && x->attempts == 0))
			finish(h, x, HTTP_STOPPED);
		else if (may_go(h, x, now))
			begin_attempt(h, x);
		else if (stop_asked() && x->state == HTTP_WAITING)
			finish(h, x, HTTP_STOPPED);
	}
}

static void
try_again(struct http *h, struct http_exchange *x, CURLcode code,
    const struct retry_verdict *v)
{
	struct buf why = BUF_INIT;

	/* Its slot is free for others meanwhile. */
	h->busy--;
	x->reserved = false;
	x->state = HTTP_WAITING;
	x->ready = when_now() + v->wait;
	x->wait_ms += v->wait * 1000;
	httpxfer_reason(x, code, &why);
	msg_debug("attempt %u of %s failed: %s; again in %.2f s",
	    (unsigned)x->attempts, x->url.s, why.s, v->wait);
	buf_free(&why);
}

static void
decide(struct http *h, struct http_exchange *x, CURLcode code)
{
	static const enum http_is is[] = {
	    [RETRY_DONE] = HTTP_ANSWERED,
	    [RETRY_AGAIN] = HTTP_STOPPED,
	    [RETRY_DENIED] = HTTP_DENIED,
	    [RETRY_REFUSED] = HTTP_REFUSED,
	    [RETRY_GAVE_UP] = HTTP_GAVE_UP,
	    [RETRY_UNKNOWN] = HTTP_GAVE_UP,
	};
	struct retry_verdict v = httpxfer_judge(x, code);

	if (v.capped)
		msg_warn("%s asks for a wait of more than %d s: cut to that",
		    x->home.s, RETRY_CAP);
	if (v.hold)
		pace_hold(x->pace, v.wait);
	if (v.is == RETRY_AGAIN && !stop_asked()) {
		say_wait(h, v.wait, "the server asked for it");
		try_again(h, x, code, &v);
		return;
	}
	x->unknown = v.is == RETRY_UNKNOWN;
	if (v.is != RETRY_DONE)
		httpxfer_explain(x, code, &v);
	finish(h, x, is[v.is]);
}

/* An attempt ended: an answer, a redirect, or another attempt. */
static void
attempt_over(struct http *h, struct http_exchange *x, CURLcode code)
{
	curl_multi_remove_handle(h->multi, x->easy);
	httpxfer_measure(x);
	if (code == CURLE_OK && h->limits.accept &&
	    api_has_status(h->limits.accept, x->status)) {
		finish(h, x, HTTP_ANSWERED);
		return;
	}
	if (code == CURLE_OK && !x->post) {
		switch (httpxfer_redirect(x, &x->why)) {
		case HTTPXFER_THERE:
			launch(h, x);
			return;
		case HTTPXFER_BAD:
			finish(h, x, HTTP_REFUSED);
			return;
		case HTTPXFER_HERE:
			break;
		}
	}
	decide(h, x, code);
}

static void
collect(struct http *h)
{
	struct http_exchange *x;
	CURLMsg *m;
	CURLcode code;
	int left;

	curl_multi_perform(h->multi, &left);
	while ((m = curl_multi_info_read(h->multi, &left))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		/* Removing the handle frees the message. */
		code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
		attempt_over(h, x, code);
	}
}

/* ---- waiting ---- */

/* Takes the exchange that is next to be handed out, or NULL. */
static struct http_exchange *
finished(struct http *h)
{
	struct http_exchange *x;
	size_t i;

	for (i = 0; i < h->nlive; i++) {
		x = h->live[i];
		if (x->state == HTTP_FINISHED) {
			h->nlive--;
			memmove(&h->live[i], &h->live[i + 1],
			    (h->nlive - i) * sizeof(*h->live));
			return x;
		}
		if (h->limits.ordered)
			return NULL;
	}
	return NULL;
}

/* Waits for the network, for fd, or for what is ready next. */
static bool
wait_for(struct http *h, int fd)
{
	struct curl_waitfd extra = {fd, CURL_WAIT_POLLIN, 0};
	double now = when_now(), next = 3600, left;
	size_t i, running = 0;
	int n;

	for (i = 0; i < h->nlive; i++) {
		running += h->live[i]->state == HTTP_RUNNING;
		if (h->live[i]->state != HTTP_WAITING)
			continue;
		/* Without a slot it waits for another to finish. */
		if (!h->live[i]->reserved && h->busy == h->slots)
			continue;
		left = h->live[i]->ready - now;
		if (left < next)
			next = left > 0 ? left : 0;
	}
	if (h->limits.on_wait)
		h->limits.on_wait();
	if (running == 0 && fd == -1) {
		stop_sleep(next);
		return false;
	}
	left = next * 1000 + 1;
	curl_multi_poll(h->multi, &extra, fd == -1 ? 0 : 1,
	    left < POLL_MS ? (int)left : POLL_MS, &n);
	return fd != -1 && extra.revents != 0;
}

struct http_exchange *
http_next(struct http *h, int fd)
{
	struct http_exchange *x;
	bool readable = false;

	for (;;) {
		start(h);
		collect(h);
		if ((x = finished(h)) || h->nlive == 0 || readable)
			return x;
		readable = wait_for(h, http_room(h) ? fd : -1);
	}
}
