/* httpverdict: what an attempt that ended means. */
#include "httpverdict.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "httprequest.h"
#include "json.h"
#include "msg.h"
#include "when.h"

enum {
	MAX_HOPS = 10,
	SAY_WAIT = 5,      /* seconds: longer waits are told */
	EXCERPT = 200,     /* bytes of a body that a reason shows */
	LOOK_AHEAD = 16384 /* of what is looked at for secrets */
};

static bool
begins(const char *s, const char *prefix)
{
	return strncasecmp(s, prefix, strlen(prefix)) == 0;
}

enum httpverdict_is
httpverdict_redirect(struct http_exchange *x, struct buf *why)
{
	const char *to = x->redirect.len > 0 ? x->redirect.s : NULL;
	bool down = begins(x->at.s, "https://");

	if (x->once || x->status < 301 || x->status > 308 ||
	    (x->status > 303 && x->status < 307))
		return HTTPVERDICT_HERE;
	if (!to)
		buf_printf(why, "status %ld, and no place to go to", x->status);
	else if (x->hops == MAX_HOPS)
		buf_printf(why, "more than %d redirects, the last to \"%s\"",
		    MAX_HOPS, to);
	else if (!begins(to, "https://") && (down || !begins(to, "http://")))
		buf_printf(why,
		    "status %ld leads to \"%s\": %s is not followed", x->status,
		    to, down ? "from https to http" : "another protocol");
	else if (!httprequest_may_move(x, x->status))
		buf_printf(why,
		    "status %ld leads to \"%s\", and leaves open whether "
		    "the %s goes there: it is not followed",
		    x->status, to, x->method.s);
	else
		return HTTPVERDICT_THERE;
	return HTTPVERDICT_BAD;
}

bool
http_field(const struct http_exchange *x, size_t *at, struct http_field *f)
{
	const char *s, *end, *colon, *stop = x->head.s + x->head.len;

	for (s = x->head.s + *at; x->head.len && s < stop; s = end) {
		end = memchr(s, '\n', (size_t)(stop - s));
		end = end ? end + 1 : stop;
		*at = (size_t)(end - x->head.s);
		colon = memchr(s, ':', (size_t)(end - s));
		if (!colon)
			continue;
		f->name = s;
		f->nlen = (size_t)(colon - s);
		f->value = colon + 1;
		f->vlen = (size_t)(end - f->value);
		while (f->vlen && json_space(*f->value)) {
			f->value++;
			f->vlen--;
		}
		while (f->vlen && json_space(f->value[f->vlen - 1]))
			f->vlen--;
		return true;
	}
	return false;
}

void
http_excerpt(struct buf *why, const struct http_exchange *x)
{
	struct buf text = BUF_INIT;
	size_t i, len;
	bool cut;

	if (x->body.len == 0)
		return;
	/* Hidden before it is cut, or half a secret would be shown. */
	buf_add(&text, x->body.s,
	    x->body.len < LOOK_AHEAD ? x->body.len : LOOK_AHEAD);
	msg_mask(&text, 0);
	cut = text.len > EXCERPT;
	len = cut ? EXCERPT : text.len;
	/* Not through the middle of a character. */
	while (cut && len > 0 && (text.s[len] & 0xc0) == 0x80)
		len--;
	while (len > 0 && json_space(text.s[len - 1]))
		len--;
	for (i = 0; i < len; i++)
		if ((unsigned char)text.s[i] < ' ')
			text.s[i] = ' ';
	if (len > 0)
		buf_printf(why, ": %.*s%s", (int)len, text.s, cut ? "..." : "");
	buf_free(&text);
}

/* The schemes that a 401 or 407 asks for, RFC 9110, section 11.6.1. */
static void
wanted(const struct http_exchange *x, struct buf *why)
{
	const char *name =
	    x->status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
	struct http_field f;
	size_t at = 0, n;
	const char *sep =
	    x->status == 407 ? ": the proxy wants " : ": it wants ";

	while (http_field(x, &at, &f)) {
		if (f.nlen != strlen(name) ||
		    strncasecmp(f.name, name, f.nlen) != 0)
			continue;
		for (n = 0; n < f.vlen && f.value[n] > ' ' && f.value[n] != ',';
		     n++)
			;
		buf_printf(why, "%s%.*s", sep, (int)n, f.value);
		sep = ", ";
	}
}

void
httpverdict_reason(
    const struct http_exchange *x, CURLcode code, struct buf *why)
{
	if (x->too_long) {
		buf_printf(why,
		    "the answer is longer than the %" PRIu64
		    " bytes of --max-body",
		    x->limits->max_body);
	} else if (x->once && x->sent > 1) {
		buf_str(why, "the connection was closed before an answer came");
	} else if (code != CURLE_OK) {
		buf_str(why, x->error[0] ? x->error : curl_easy_strerror(code));
	} else {
		buf_printf(why, "status %ld", x->status);
		if (x->status == 401 || x->status == 407)
			wanted(x, why);
		http_excerpt(why, x);
	}
}

static double
asked(const struct http_exchange *x)
{
	struct retry_hint hint = RETRY_HINT_INIT;
	struct http_field f;
	size_t at = 0;

	while (http_field(x, &at, &f))
		retry_header(&hint, f.name, f.nlen, f.value, f.vlen);
	return retry_asked(&hint, (time_t)x->clock);
}

struct retry_verdict
httpverdict_judge(struct http_exchange *x, CURLcode code)
{
	struct retry_attempt a = {.made = x->attempts,
	    .elapsed = x->elapsed,
	    .code = (int)code,
	    .status = x->status,
	    .asked = -1};
	struct retry_verdict v;

	a.declared = code == CURLE_OK && httprequest_declared(x);
	a.not_idempotent = a.sent = x->once && x->sent > 0;
	a.random = x->jitter;
	a.no_such_host = x->no_such_host;
	/* An answer that is not ready yet (--retry-on 202) may ask, too. */
	if (code == CURLE_OK && (x->status >= 400 || x->limits->retry.non > 0))
		a.asked = asked(x);
	v = retry_decide(&x->limits->retry, &a);
	x->limited += code == CURLE_OK && (x->status == 429 || v.hold);
	/* What was waited for once need not be again. */
	if (v.is == RETRY_AGAIN && x->recorded.len > 0)
		v.wait = 0;
	return v;
}

void
httpverdict_wait(double seconds, const char *what)
{
	static double said; /* till when a wait has been told */
	double until = when_now() + seconds;

	if (seconds < SAY_WAIT || until < said + 1)
		return;
	said = until;
	msg_note("waiting %.0f s: %s", seconds, what);
}

bool
httpverdict_beyond(struct http_exchange *x, double seconds)
{
	double max = x->limits->retry.max_time;

	if (max <= 0 || seconds <= max)
		return false;
	buf_printf(&x->why,
	    "the server asked everybody to wait, for %.0f s more, which is "
	    "beyond --retry-max-time",
	    seconds);
	return true;
}

enum http_is
httpverdict_final(
    struct http_exchange *x, CURLcode code, const struct retry_verdict *v)
{
	static const enum http_is is[] = {
	    [RETRY_DONE] = HTTP_ANSWERED,
	    [RETRY_AGAIN] = HTTP_STOPPED,
	    [RETRY_DENIED] = HTTP_DENIED,
	    [RETRY_REFUSED] = HTTP_REFUSED,
	    [RETRY_GAVE_UP] = HTTP_GAVE_UP,
	    [RETRY_UNKNOWN] = HTTP_GAVE_UP,
	};

	x->unknown = v->is == RETRY_UNKNOWN;
	if (v->is == RETRY_DONE)
		return HTTP_ANSWERED;
	httpverdict_reason(x, code, &x->why);
	if (x->attempts > 1)
		buf_printf(
		    &x->why, " (after %u attempts)", (unsigned)x->attempts);
	if (v->beyond)
		buf_printf(&x->why,
		    "; the next attempt, in %.1f s, would be beyond "
		    "--retry-max-time",
		    v->wait);
	return is[v->is];
}
