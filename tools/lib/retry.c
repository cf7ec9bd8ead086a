/* retry: the table of what is tried again, and the wait before it. */
#include "retry.h"

#include <curl/curl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const long temporary_status[] = {
    408, 425, 429, 500, 502, 503, 504, 522, 524};

/* No answer came, or not all of it; the next attempt may go better. */
static const int temporary_code[] = {CURLE_COULDNT_RESOLVE_PROXY,
    CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_WEIRD_SERVER_REPLY,
    CURLE_PARTIAL_FILE, CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR,
    CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
    CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM,
    CURLE_NO_CONNECTION_AVAILABLE};

/* What the user said of the status, or the table: is it temporary? */
static bool
temporary_by_status(const struct retry_limits *l, long status)
{
	size_t i;

	/* The last word counts. */
	for (i = l->non; i > 0; i--)
		if (labs(l->on[i - 1]) == status)
			return l->on[i - 1] > 0;
	for (i = 0; i < sizeof(temporary_status) / sizeof(*temporary_status);
	     i++)
		if (status == temporary_status[i])
			return true;
	return false;
}

/* The request was surely not carried out. */
static bool
not_executed(const struct retry_attempt *a)
{
	if (a->code == CURLE_OK)
		return a->status == 429;
	return a->code == CURLE_COULDNT_CONNECT ||
	       a->code == CURLE_COULDNT_RESOLVE_HOST ||
	       a->code == CURLE_COULDNT_RESOLVE_PROXY;
}

/*
 * It may have been carried out: the answer was lost, is none, or says that
 * something went wrong on the way. Of the redirects only 307 and 308 ask for
 * the same request elsewhere (RFC 9110, section 15.4).
 */
static bool
unknown(const struct retry_attempt *a)
{
	if (!a->not_idempotent || !a->sent || a->declared)
		return false;
	return a->code != CURLE_OK || a->status >= 500 || a->status == 408 ||
	       a->status < 307;
}

static bool
temporary(const struct retry_limits *l, const struct retry_attempt *a)
{
	size_t i;

	if (a->declared)
		return true;
	if (a->not_idempotent && !not_executed(a))
		return false;
	if (a->code == CURLE_OK)
		return temporary_by_status(l, a->status);
	for (i = 0; i < sizeof(temporary_code) / sizeof(*temporary_code); i++)
		if (a->code == temporary_code[i])
			return !a->no_such_host;
	return false;
}

static double
backoff(const struct retry_limits *l, const struct retry_attempt *a)
{
	double top = l->delay * exp2((double)a->made - 1);

	return a->random * (top < RETRY_LONGEST ? top : RETRY_LONGEST);
}

struct retry_verdict
retry_decide(const struct retry_limits *l, const struct retry_attempt *a)
{
	struct retry_verdict v = {RETRY_REFUSED, 0, false, false, false};
	bool answer = a->code == CURLE_OK;
	bool again = temporary(l, a);

	if (answer && !again && a->status >= 200 && a->status < 300) {
		v.is = RETRY_DONE;
		return v;
	}
	if (answer && !again &&
	    (a->status == 401 || a->status == 403 || a->status == 407)) {
		v.is = RETRY_DENIED;
		return v;
	}
	if (unknown(a)) {
		v.is = RETRY_UNKNOWN;
		return v;
	}
	if (!again)
		return v;
	v.is = RETRY_GAVE_UP;
	/* "At once" (0) is left to our own delay, or it would be hammering. */
	v.wait = a->asked > 0 ? a->asked : backoff(l, a);
	if (a->asked > RETRY_CAP) {
		v.wait = RETRY_CAP;
		v.capped = true;
	}
	v.hold = a->asked > 0 && a->code == CURLE_OK &&
		 (a->status == 429 || a->status == 503);
	if (a->made > l->retries)
		return v;
	if (l->max_time > 0 && a->elapsed + v.wait > l->max_time) {
		v.beyond = true;
		return v;
	}
	v.is = RETRY_AGAIN;
	return v;
}

/* Digits, with a fraction perhaps; anything else is -1. */
static double
seconds(const char *s, size_t len)
{
	double n = 0, unit = 1;
	size_t i, points = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == '.')
			points++;
		else if (s[i] < '0' || s[i] > '9')
			return -1;
		else if (points == 0)
			n = 10 * n + (s[i] - '0');
		else
			n += (s[i] - '0') * (unit /= 10);
	}
	return points > 1 || points == len ? -1 : n;
}

/*
 * RFC 9110, section 5.6.7: all three forms begin with the day's name. What
 * else curl_getdate would understand is no date here.
 */
static double
http_date(const char *s, size_t len)
{
	static const char *const day[] = {
	    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	char text[64];
	size_t i;

	if (len < 3 || len >= sizeof(text))
		return -1;
	memcpy(text, s, len);
	text[len] = '\0';
	for (i = 0; i < 7; i++)
		if (strncasecmp(text, day[i], 3) == 0)
			return (double)curl_getdate(text, NULL);
	return -1;
}

/* The number of `name=5` among the parameters, or -1. */
static double
parameter(const char *s, size_t len, const char *name)
{
	size_t n = strlen(name), i, end;

	for (i = 0; i < len; i = end + 1) {
		for (end = i; end < len && !strchr(",; \t", s[end]); end++)
			;
		if (end - i > n && s[i + n] == '=' &&
		    strncasecmp(s + i, name, n) == 0)
			return seconds(s + i + n + 1, end - i - n - 1);
	}
	return -1;
}

/* Of quotas that are used up, the one that is so the longest counts. */
static void
quota(struct retry_hint *h, const char *s, size_t len)
{
	double left = parameter(s, len, "remaining");
	double reset = parameter(s, len, "reset");

	if (left < 0)
		left = parameter(s, len, "r");
	if (reset < 0)
		reset = parameter(s, len, "t");
	if (h->reset < 0 ||
	    (left <= 0 && (h->remaining > 0 || reset > h->reset))) {
		h->remaining = left;
		h->reset = reset;
	}
}

/*
 * `limit=9, remaining=0, reset=5`, as the drafts of the field had it at first,
 * or a list of quotas, `"a";r=0;t=5, "b";r=7;t=60`.
 */
static void
rate_limit(struct retry_hint *h, const char *s, size_t len)
{
	bool list = memchr(s, ';', len), quoted = false;
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		quoted ^= s[i] == '"';
		if (list && !quoted && s[i] == ',') {
			quota(h, s + from, i - from);
			from = i + 1;
		}
	}
	quota(h, s + from, len - from);
}

static bool
is_name(const char *name, size_t nlen, const char *wanted)
{
	return strlen(wanted) == nlen && strncasecmp(name, wanted, nlen) == 0;
}

void
retry_header(struct retry_hint *h, const char *name, size_t nlen,
    const char *value, size_t vlen)
{
	if (is_name(name, nlen, "Retry-After")) {
		h->after = seconds(value, vlen);
		if (h->after < 0)
			h->date = http_date(value, vlen);
		return;
	}
	if (is_name(name, nlen, "Date")) {
		h->now = http_date(value, vlen);
		return;
	}
	if (nlen > 2 && strncasecmp(name, "X-", 2) == 0) {
		name += 2;
		nlen -= 2;
	}
	if (is_name(name, nlen, "RateLimit"))
		rate_limit(h, value, vlen);
	else if (is_name(name, nlen, "RateLimit-Reset") ||
		 is_name(name, nlen, "Rate-Limit-Reset") ||
		 is_name(name, nlen, "RateLimit-Reset-After"))
		h->reset = seconds(value, vlen);
	else if (is_name(name, nlen, "RateLimit-Remaining") ||
		 is_name(name, nlen, "Rate-Limit-Remaining"))
		h->remaining = seconds(value, vlen);
}

double
retry_asked(const struct retry_hint *h, time_t now)
{
	double clock = h->now >= 0 ? h->now : (double)now;
	double reset = h->reset;

	if (h->after >= 0)
		return h->after;
	if (h->date >= 0)
		return h->date > clock ? h->date - clock : 0;
	if (reset < 0 || h->remaining > 0)
		return -1;
	/* Some count from now, some give a time, in seconds or ms. */
	if (reset > 1e12)
		reset /= 1000;
	if (reset > 1e9)
		reset = reset > clock ? reset - clock : 0;
	return reset;
}
