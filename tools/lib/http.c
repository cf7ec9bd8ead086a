/* http: the engine: exchanges, their attempts and waits. */
#include "http.h"

#include <stdlib.h>
#include <string.h>

#include "httpfields.h"
#include "httprequest.h"
#include "httpverdict.h"
#include "httpwire.h"
#include "httpxfer.h"
#include "msg.h"
#include "stop.h"
#include "url.h"
#include "when.h"

enum { KEEP_BODY = 1 << 20 }; /* larger buffers are given back */

struct http {
	struct http_limits limits;
	struct httpwire wire;
	size_t slots, busy; /* busy: on the way, or waiting for their turn */
	struct http_exchange **live; /* in the order they were submitted */
	size_t nlive;
	struct http_exchange **spare;
	size_t nspare;
	struct httpfields fields;
	struct url_known known; /* where the last one went */
	struct pace *paces;
};

struct http *
http_new(const struct http_limits *limits, size_t slots)
{
	struct http *h = buf_array(NULL, 1, sizeof(*h));

	*h = (struct http){.limits = *limits, .slots = slots};
	if (httpwire_init(&h->wire, slots, limits->cassette))
		return h;
	free(h);
	return NULL;
}

void
http_forget(struct http *h)
{
	struct http_exchange *x;

	while (h->nlive > 0) {
		x = h->live[--h->nlive];
		if (x->state == HTTP_RUNNING)
			httpwire_break(&h->wire, x);
		httpxfer_free(x);
	}
	h->busy = 0;
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	http_forget(h);
	while (h->nspare > 0)
		httpxfer_free(h->spare[--h->nspare]);
	pace_free(h->paces);
	httpfields_free(&h->fields);
	url_known_free(&h->known);
	httpwire_free(&h->wire);
	cassette_close(h->limits.cassette);
	free(h->live);
	free(h->spare);
	free(h);
}

bool
http_header(struct http *h, const char *line, struct buf *why)
{
	return httpfields_set(&h->fields, line, h->limits.homeless, why);
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

/* Where it goes from now on: whose credentials and whose pace that means. */
static bool
aim(struct http *h, struct http_exchange *x, const char *url, struct buf *why)
{
	buf_cut(&x->origin, 0);
	if (!url_origin_known(&h->known, &x->origin, url, why))
		return false;
	buf_cut(&x->at, 0);
	buf_str(&x->at, url);
	x->foreign = strcmp(x->origin.s, x->home.s) != 0;
	if (!cassette_replays(h->limits.cassette))
		x->pace = pace_of(&h->paces, x->origin.s, h->limits.rate);
	x->reserved = false;
	return true;
}

bool
http_submit(
    struct http *h, const struct http_request *r, void *data, struct buf *why)
{
	struct http_exchange *x =
	    h->nspare > 0 ? h->spare[--h->nspare] : httpxfer_new(&h->limits);
	const char *home = r->home ? r->home : r->url;

	if (!x) {
		buf_str(why, "could not set up libcurl: out of memory");
		return false;
	}
	buf_cut(&x->home, 0);
	buf_cut(&x->why, 0);
	if (!url_origin_known(&h->known, &x->home, home, why) ||
	    !aim(h, x, r->url, why)) {
		http_release(h, x);
		return false;
	}
	httprequest_take(x, r);
	x->data = data;
	x->state = HTTP_WAITING;
	h->live = buf_array(h->live, h->nlive + 1, sizeof(*h->live));
	h->live[h->nlive++] = x;
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
give_slot(struct http *h, struct http_exchange *x)
{
	h->busy -= x->busy;
	x->busy = false;
}

static void
finish(struct http *h, struct http_exchange *x, enum http_is is)
{
	give_slot(h, x);
	x->is = is;
	cassette_end(h->limits.cassette, x);
	x->state = HTTP_FINISHED;
}

/* A new attempt, or, after a redirect, the rest of one. */
static void
go(struct http *h, struct http_exchange *x)
{
	double now = when_now(), left = h->limits.max_time;
	double waited = x->waits > 0 ? now - x->waits : 0;

	if (cassette_gave_up(h->limits.cassette, x, &x->why)) {
		finish(h, x, HTTP_GAVE_UP);
		return;
	}
	x->waits = 0;
	x->wait_ms += waited * 1000;
	x->began += waited;
	x->reserved = false;
	if (x->hops == 0) {
		x->began = now;
		if (x->attempts++ == 0)
			x->first = now;
		msg_debug("%s %s", x->method.s, x->url.s);
	} else if (left > 0) {
		left -= now - x->began;
		if (left < 0.001)
			left = 0.001;
	}
	httpxfer_start(x, &h->fields, left);
	x->state = HTTP_RUNNING;
	if (!httpwire_begin(&h->wire, x, &x->why))
		finish(h, x, HTTP_REFUSED);
}

/* Finds a slot for it, and its turn in the pace; true when it may go now. */
static bool
may_go(struct http *h, struct http_exchange *x, double now)
{
	double wait, held;

	if (x->ready > now)
		return false;
	if (x->reserved && pace_held(x->pace) <= 0)
		return true;
	if (!x->busy && h->busy == h->slots)
		return false;
	h->busy += !x->busy;
	x->busy = x->reserved = true;
	wait = pace_next(x->pace, &x->turn);
	x->ready = now + wait;
	if (wait <= 0)
		return true;
	if (x->waits <= 0)
		x->waits = now;
	held = pace_held(x->pace);
	if (httpverdict_beyond(x, held)) {
		finish(h, x, HTTP_GAVE_UP);
		return false;
	}
	httpverdict_wait(held, "the server asked everybody to");
	return false;
}

/* Starts what may go. */
static void
start(struct http *h)
{
	struct http_exchange *x;
	double now = when_now();
	bool eager;
	size_t i;

	for (i = 0; i < h->nlive; i++) {
		if ((x = h->live[i])->state != HTTP_WAITING)
			continue;
		/* What was redirected is in flight. */
		eager = x->hops > 0 || (x->once && x->attempts == 0);
		if ((eager || !stop_asked()) && may_go(h, x, now))
			go(h, x);
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
	give_slot(h, x);
	x->state = HTTP_WAITING;
	x->waits = when_now();
	x->ready = x->waits + v->wait;
	httpverdict_reason(x, code, &why);
	msg_debug("attempt %u of %s failed: %s; again in %.2f s",
	    (unsigned)x->attempts, x->url.s, why.s, v->wait);
	buf_free(&why);
	/* It was a URL when it was submitted. */
	if (x->hops > 0)
		aim(h, x, x->url.s, &x->why);
	x->hops = 0;
	x->gets = false;
}

static void
decide(struct http *h, struct http_exchange *x, CURLcode code)
{
	struct retry_verdict v = httpverdict_judge(x, code);

	if (v.capped)
		msg_warn("%s asks for a wait of more than %d s: cut to that",
		    x->origin.s, RETRY_CAP);
	if (v.hold)
		pace_hold(x->pace, v.wait);
	if (v.is == RETRY_AGAIN && !stop_asked()) {
		httpverdict_wait(v.wait, "the server asked for it");
		try_again(h, x, code, &v);
		return;
	}
	finish(h, x, httpverdict_final(x, code, &v));
}

/* It goes on from there, when that server's pace lets it. */
static void
follow(struct http *h, struct http_exchange *x)
{
	x->hops++;
	x->state = HTTP_WAITING;
	x->waits = x->ready = when_now();
	if (!aim(h, x, x->redirect.s, &x->why))
		finish(h, x, HTTP_REFUSED);
	else if (!x->foreign)
		url_take_user(&x->at, x->url.s);
}

/* An attempt ended: an answer, a redirect, or another attempt. */
static void
attempt_over(struct http *h, struct http_exchange *x, CURLcode code)
{
	enum httpverdict_is redirect = HTTPVERDICT_HERE;
	bool wanted = code == CURLE_OK && h->limits.accept &&
		      api_has_status(h->limits.accept, x->status);

	if (code == CURLE_OK && !wanted)
		redirect = httpverdict_redirect(x, &x->why);
	if (wanted)
		finish(h, x, HTTP_ANSWERED);
	else if (redirect == HTTPVERDICT_THERE)
		follow(h, x);
	else if (redirect == HTTPVERDICT_BAD)
		finish(h, x, HTTP_REFUSED);
	else
		decide(h, x, code);
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
	double now = when_now(), next = 3600, left;
	size_t i;

	for (i = 0; i < h->nlive; i++) {
		if (h->live[i]->state != HTTP_WAITING)
			continue;
		/* Without a slot it waits for another to finish. */
		if (!h->live[i]->busy && h->busy == h->slots)
			continue;
		left = h->live[i]->ready - now;
		if (left < next)
			next = left > 0 ? left : 0;
	}
	return httpwire_wait(&h->wire, fd, next, h->limits.on_wait);
}

void
http_push(struct http *h)
{
	struct http_exchange *x;
	CURLcode code;

	start(h);
	httpwire_go_on(&h->wire);
	while ((x = httpwire_ended(&h->wire, &code)))
		attempt_over(h, x, code);
}

struct http_exchange *
http_next(struct http *h, int fd)
{
	struct http_exchange *x;
	bool readable = false;

	for (;;) {
		http_push(h);
		if ((x = finished(h)) || h->nlive == 0 || readable)
			return x;
		readable = wait_for(h, fd);
	}
}
