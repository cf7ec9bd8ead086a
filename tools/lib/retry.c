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
temporary(const struct retry_attempt *a)
{
	size_t i;

	if (a->declared)
		return true;
	if (a->not_idempotent && !not_executed(a))
		return false;
	if (a->code == CURLE_OK) {
		for (i = 0;
		     i < sizeof(temporary_status) / sizeof(*temporary_status);
		     i++)
			if (a->status == temporary_status[i])
				return true;
		return false;
	}
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

	if (a->code == CURLE_OK && a->status >= 200 && a->status < 300) {
		v.is = RETRY_DONE;
		return v;
	}
	if (a->code == CURLE_OK && (a->status == 401 || a->status == 403)) {
		v.is = RETRY_DENIED;
		return v;
	}
	if (unknown(a)) {
		v.is = RETRY_UNKNOWN;
		return v;
	}
	if (!temporary(a))
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
	char text[40];
	size_t i, points = 0;

	if (len == 0 || len >= sizeof(text))
		return -1;
	for (i = 0; i < len; i++) {
		if (s[i] == '.')
			points++;
		else if (s[i] < '0' || s[i] > '9')
			return -1;
	}
	if (points > 1 || points == len)
		return -1;
	memcpy(text, s, len);
	text[len] = '\0';
	return strtod(text, NULL);
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
		if (strncmp(text, day[i], 3) == 0)
			return (double)curl_getdate(text, NULL);
	return -1;
}

/* `reset=5` in the value of a RateLimit field, or t=5 in its later form. */
static double
parameter(const char *s, size_t len, const char *name)
{
	size_t n = strlen(name), i, end;

	for (i = 0; i + n < len; i++) {
		if (strncasecmp(s + i, name, n) != 0 || s[i + n] != '=' ||
		    (i > 0 && !strchr(",; ", s[i - 1])))
			continue;
		i += n + 1;
		for (end = i; end < len && !strchr(",; ", s[end]); end++)
			;
		return seconds(s + i, end - i);
	}
	return -1;
}

static void
rate_limit(struct retry_hint *h, const char *s, size_t len)
{
	h->remaining = parameter(s, len, "remaining");
	if (h->remaining < 0)
		h->remaining = parameter(s, len, "r");
	h->reset = parameter(s, len, "reset");
	if (h->reset < 0)
		h->reset = parameter(s, len, "t");
}

void
retry_header(struct retry_hint *h, const char *name, size_t nlen,
    const char *value, size_t vlen)
{
	if (nlen == 11 && strncasecmp(name, "Retry-After", 11) == 0) {
		h->after = seconds(value, vlen);
		if (h->after < 0)
			h->date = http_date(value, vlen);
		return;
	}
	if (nlen == 4 && strncasecmp(name, "Date", 4) == 0) {
		h->now = http_date(value, vlen);
		return;
	}
	if (nlen > 2 && strncasecmp(name, "X-", 2) == 0) {
		name += 2;
		nlen -= 2;
	}
	if (nlen == 9 && strncasecmp(name, "RateLimit", 9) == 0)
		rate_limit(h, value, vlen);
	else if ((nlen == 15 && !strncasecmp(name, "RateLimit-Reset", 15)) ||
		 (nlen == 16 && !strncasecmp(name, "Rate-Limit-Reset", 16)))
		h->reset = seconds(value, vlen);
	else if ((nlen == 19 &&
		     !strncasecmp(name, "RateLimit-Remaining", 19)) ||
		 (nlen == 20 && !strncasecmp(name, "Rate-Limit-Remaining", 20)))
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
