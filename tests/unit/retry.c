/* Which failures are tried again, and after how long. */
#include <curl/curl.h>
#include <math.h>

#include "retry.h"
#include "unit.h"

static const struct {
	int code;
	long status;
	enum retry_is is; /* with retries left */
	bool unsafe;      /* and is it not retried where not idempotent? */
} outcomes[] = {
    {CURLE_OK, 200, RETRY_DONE, false},
    {CURLE_OK, 204, RETRY_DONE, false},
    {CURLE_OK, 304, RETRY_REFUSED, false},
    {CURLE_OK, 400, RETRY_REFUSED, false},
    {CURLE_OK, 401, RETRY_DENIED, false},
    {CURLE_OK, 403, RETRY_DENIED, false},
    {CURLE_OK, 407, RETRY_DENIED, false},
    {CURLE_OK, 404, RETRY_REFUSED, false},
    {CURLE_OK, 408, RETRY_AGAIN, true},
    {CURLE_OK, 409, RETRY_REFUSED, false},
    {CURLE_OK, 425, RETRY_AGAIN, true},
    {CURLE_OK, 429, RETRY_AGAIN, false},
    {CURLE_OK, 500, RETRY_AGAIN, true},
    {CURLE_OK, 501, RETRY_REFUSED, false},
    {CURLE_OK, 502, RETRY_AGAIN, true},
    {CURLE_OK, 503, RETRY_AGAIN, true},
    {CURLE_OK, 504, RETRY_AGAIN, true},
    {CURLE_OK, 505, RETRY_REFUSED, false},
    {CURLE_OK, 522, RETRY_AGAIN, true},
    {CURLE_OK, 524, RETRY_AGAIN, true},
    {CURLE_COULDNT_CONNECT, 0, RETRY_AGAIN, false},
    {CURLE_COULDNT_RESOLVE_HOST, 0, RETRY_AGAIN, false},
    {CURLE_OPERATION_TIMEDOUT, 0, RETRY_AGAIN, true},
    {CURLE_PARTIAL_FILE, 200, RETRY_AGAIN, true},
    {CURLE_GOT_NOTHING, 0, RETRY_AGAIN, true},
    {CURLE_RECV_ERROR, 0, RETRY_AGAIN, true},
    {CURLE_SEND_ERROR, 0, RETRY_AGAIN, true},
    {CURLE_SSL_CONNECT_ERROR, 0, RETRY_AGAIN, true},
    {CURLE_BAD_CONTENT_ENCODING, 200, RETRY_AGAIN, true},
    {CURLE_PEER_FAILED_VERIFICATION, 0, RETRY_REFUSED, false},
    {CURLE_UNSUPPORTED_PROTOCOL, 0, RETRY_REFUSED, false},
    {CURLE_FILESIZE_EXCEEDED, 200, RETRY_REFUSED, false},
    {CURLE_WRITE_ERROR, 200, RETRY_REFUSED, false},
};

static void
try_outcomes(void)
{
	const struct retry_limits l = {.retries = 10, .delay = 1};
	struct retry_attempt a;
	struct retry_verdict v;
	size_t i;

	for (i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		a = (struct retry_attempt){.made = 1,
		    .code = outcomes[i].code,
		    .status = outcomes[i].status,
		    .asked = -1,
		    .random = 0.5};
		v = retry_decide(&l, &a);
		CHECK(v.is == outcomes[i].is, "code %d status %ld: %d", a.code,
		    a.status, v.is);
		CHECK(!v.hold, "code %d status %ld", a.code, a.status);
		a.not_idempotent = true;
		v = retry_decide(&l, &a);
		CHECK(
		    (v.is == RETRY_REFUSED) ==
			(outcomes[i].unsafe || outcomes[i].is == RETRY_REFUSED),
		    "not idempotent: code %d status %ld: %d", a.code, a.status,
		    v.is);
	}
	a = (struct retry_attempt){.made = 1,
	    .code = CURLE_COULDNT_RESOLVE_HOST,
	    .no_such_host = true,
	    .asked = -1};
	CHECK(retry_decide(&l, &a).is == RETRY_REFUSED, "no such host");
}

/* --retry-on: what the table does not have, and what it has. */
static void
try_on(void)
{
	static const long on[] = {409, 403, 202, -500, -503, 503};
	static const struct {
		long status;
		enum retry_is is;
		enum retry_is once; /* where it is to be made once */
	} rows[] = {
	    {409, RETRY_AGAIN, RETRY_REFUSED},
	    {403, RETRY_AGAIN, RETRY_DENIED},
	    {401, RETRY_DENIED, RETRY_DENIED},
	    {202, RETRY_AGAIN, RETRY_DONE},
	    {200, RETRY_DONE, RETRY_DONE},
	    {500, RETRY_REFUSED, RETRY_UNKNOWN},
	    {503, RETRY_AGAIN, RETRY_UNKNOWN},
	    {502, RETRY_AGAIN, RETRY_UNKNOWN},
	    {429, RETRY_AGAIN, RETRY_AGAIN},
	};
	const struct retry_limits l = {
	    .retries = 1, .delay = 1, .on = on, .non = sizeof on / sizeof *on};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct retry_attempt a = {
		    .made = 1, .status = rows[i].status, .asked = -1};
		enum retry_is is = retry_decide(&l, &a).is;

		CHECK(is == rows[i].is, "status %ld: %d", a.status, is);
		a.not_idempotent = a.sent = true;
		is = retry_decide(&l, &a).is;
		CHECK(is == rows[i].once, "once: status %ld: %d", a.status, is);
	}
}

static const struct {
	uint64_t retries;
	double delay, max_time;
	uint64_t made;
	double elapsed;
	long status;
	double asked, random;
	enum retry_is is;
	double wait;
	bool hold, capped, beyond;
} waits[] = {
    /* full jitter: random times 1, 2, 4 .. 60 */
    {10, 1, 0, 1, 0, 500, -1, 0.5, RETRY_AGAIN, 0.5, 0, 0, 0},
    {10, 1, 0, 2, 0, 500, -1, 0.5, RETRY_AGAIN, 1, 0, 0, 0},
    {10, 1, 0, 5, 0, 500, -1, 0.5, RETRY_AGAIN, 8, 0, 0, 0},
    {10, 1, 0, 7, 0, 500, -1, 0.5, RETRY_AGAIN, 30, 0, 0, 0},
    {99, 1, 0, 70, 0, 500, -1, 0.5, RETRY_AGAIN, 30, 0, 0, 0},
    {5000, 1, 0, 2000, 0, 500, -1, 0.5, RETRY_AGAIN, 30, 0, 0, 0},
    {10, 0.01, 0, 2, 0, 500, -1, 0.5, RETRY_AGAIN, 0.01, 0, 0, 0},
    {10, 0, 0, 2, 0, 500, -1, 0.5, RETRY_AGAIN, 0, 0, 0, 0},
    {10, 1, 0, 1, 0, 500, -1, 0, RETRY_AGAIN, 0, 0, 0, 0},
    /* the limits */
    {10, 1, 0, 10, 0, 500, -1, 0, RETRY_AGAIN, 0, 0, 0, 0},
    {10, 1, 0, 11, 0, 500, -1, 0, RETRY_GAVE_UP, 0, 0, 0, 0},
    {0, 1, 0, 1, 0, 500, -1, 0, RETRY_GAVE_UP, 0, 0, 0, 0},
    {10, 1, 60, 3, 59, 500, -1, 0.1, RETRY_AGAIN, 0.4, 0, 0, 0},
    {10, 1, 60, 3, 59, 500, -1, 0.5, RETRY_GAVE_UP, 2, 0, 0, 1},
    /* what the server asks for */
    {10, 1, 0, 1, 0, 429, 7.5, 0.5, RETRY_AGAIN, 7.5, 1, 0, 0},
    {10, 1, 0, 1, 0, 503, 7, 0.5, RETRY_AGAIN, 7, 1, 0, 0},
    {10, 1, 0, 1, 0, 500, 7, 0.5, RETRY_AGAIN, 7, 0, 0, 0},
    {10, 1, 0, 1, 0, 429, 0, 0.5, RETRY_AGAIN, 0.5, 0, 0, 0},
    {10, 1, 0, 1, 0, 429, 1e30, 0.5, RETRY_AGAIN, 3600, 1, 1, 0},
    {10, 1, 60, 1, 0, 429, 90, 0.5, RETRY_GAVE_UP, 90, 1, 0, 1},
    {0, 1, 0, 1, 0, 429, 9, 0.5, RETRY_GAVE_UP, 9, 1, 0, 0},
};

static void
try_waits(void)
{
	size_t i;

	for (i = 0; i < sizeof waits / sizeof *waits; i++) {
		struct retry_limits l = {.retries = waits[i].retries,
		    .delay = waits[i].delay,
		    .max_time = waits[i].max_time};
		struct retry_attempt a = {.made = waits[i].made,
		    .elapsed = waits[i].elapsed,
		    .status = waits[i].status,
		    .asked = waits[i].asked,
		    .random = waits[i].random};
		struct retry_verdict v = retry_decide(&l, &a);

		CHECK(v.is == waits[i].is, "wait %zu: is %d", i, v.is);
		CHECK(fabs(v.wait - waits[i].wait) < 1e-9, "wait %zu: %f", i,
		    v.wait);
		CHECK(v.hold == waits[i].hold && v.capped == waits[i].capped &&
			  v.beyond == waits[i].beyond,
		    "wait %zu: %d %d %d", i, v.hold, v.capped, v.beyond);
	}
}

/* Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's example. */
static const time_t now = 784111777;

static const struct {
	const char *fields[4][2];
	double asked;
} hints[] = {
    {{{NULL, NULL}}, -1},
    {{{"Retry-After", "2"}}, 2},
    {{{"retry-after", "0.5"}}, 0.5},
    {{{"Retry-After", "0"}}, 0},
    {{{"Retry-After", ".25"}}, 0.25},
    {{{"Retry-After", "-5"}}, -1},
    {{{"Retry-After", ""}}, -1},
    {{{"Retry-After", "."}}, -1},
    {{{"Retry-After", "1.2.3"}}, -1},
    {{{"Retry-After", "1e3"}}, -1},
    {{{"Retry-After", "inf"}}, -1},
    {{{"Retry-After", "soon"}}, -1},
    {{{"Retry-After", "2 s"}}, -1},
    {{{"Retry-After", "99999999999999999999"}}, 1e20},
    {{{"Retry-After",
	 "9999999999999999999999999999999999999999999999999999999999999999"}},
	1e64},
    {{{"Retry-After", "0.00000000000000000000000000000000000000000000000001"}},
	1e-50},
    {{{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}, 252618188822},
    {{{"Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"}}, 10},
    {{{"Retry-After", "SUN, 06 NOV 1994 08:49:47 GMT"}}, 10},
    {{{"Retry-After", "Sunday, 06-Nov-94 08:49:47 GMT"}}, 10},
    {{{"Retry-After", "Sun Nov  6 08:49:47 1994"}}, 10},
    {{{"Retry-After", "Sun, 06 Nov 1994 08:49:07 GMT"}}, 0},
    {{{"Retry-After", "Sun, 06 Nov"}}, -1},
    /* by the server's clock, which is a minute ahead */
    {{{"Retry-After", "Sun, 06 Nov 1994 08:50:47 GMT"},
	 {"Date", "Sun, 06 Nov 1994 08:50:37 GMT"}},
	10},
    {{{"X-RateLimit-Reset", "30"}}, 30},
    {{{"X-Rate-Limit-Reset", "30"}, {"X-Rate-Limit-Remaining", "0"}}, 30},
    {{{"RateLimit-Reset", "30"}, {"RateLimit-Remaining", "0"}}, 30},
    {{{"RateLimit-Reset", "30"}, {"RateLimit-Remaining", "3"}}, -1},
    {{{"RateLimit-Reset", "30"}, {"Retry-After", "2"}}, 2},
    {{{"RateLimit", "limit=100, remaining=0, reset=50"}}, 50},
    {{{"RateLimit", "limit=100, remaining=7, reset=50"}}, -1},
    {{{"RateLimit", "\"default\";r=0;t=50"}}, 50},
    {{{"RateLimit", "\"a\";r=9;t=70, \"b\";r=0;t=50"}}, 50},
    {{{"RateLimit", "\"a\";r=0;t=50,\"b, c\";r=0;t=70;pk=:x:"}}, 70},
    {{{"RateLimit", "\"a\";r=5;t=50, \"b\";r=6;t=70"}}, -1},
    {{{"RateLimit", "nonsense"}}, -1},
    {{{"RateLimit", ""}}, -1},
    {{{"X-RateLimit-Reset-After", "1.5"}, {"X-RateLimit-Remaining", "0"}}, 1.5},
    {{{"X-RateLimit-Reset", "soon"}}, -1},
    {{{"X-Forwarded", "9"}, {"Age", "9"}}, -1},
};

static void
try_hints(void)
{
	size_t i, j;

	for (i = 0; i < sizeof hints / sizeof *hints; i++) {
		struct retry_hint h = RETRY_HINT_INIT;
		double got;

		for (j = 0; j < 4 && hints[i].fields[j][0]; j++)
			retry_header(&h, hints[i].fields[j][0],
			    strlen(hints[i].fields[j][0]),
			    hints[i].fields[j][1],
			    strlen(hints[i].fields[j][1]));
		got = retry_asked(&h, now);
		CHECK(got == hints[i].asked ||
			  fabs(got - hints[i].asked) < 1e-6 * got,
		    "hint %zu: %f, wanted %f", i, got, hints[i].asked);
	}
}

/* A Unix time, in seconds or milliseconds, as of today. */
static void
try_epoch(void)
{
	struct retry_hint h = RETRY_HINT_INIT;

	retry_header(&h, "X-RateLimit-Reset", 17, "1800000030", 10);
	CHECK(retry_asked(&h, 1800000000) == 30, "seconds");
	CHECK(retry_asked(&h, 1800000040) == 0, "past");
	retry_header(&h, "X-RateLimit-Reset", 17, "1800000030000", 13);
	CHECK(retry_asked(&h, 1800000000) == 30, "milliseconds");
}

/* A POST of which all or a part was sent. */
static const struct {
	int code;
	long status;
	bool declared;
	enum retry_is is;
} sent[] = {
    {CURLE_OK, 200, false, RETRY_DONE},
    {CURLE_OK, 200, true, RETRY_AGAIN},
    {CURLE_OK, 303, false, RETRY_UNKNOWN},
    {CURLE_OK, 307, false, RETRY_REFUSED},
    {CURLE_OK, 400, false, RETRY_REFUSED},
    {CURLE_OK, 401, false, RETRY_DENIED},
    {CURLE_OK, 408, false, RETRY_UNKNOWN},
    {CURLE_OK, 413, false, RETRY_REFUSED},
    {CURLE_OK, 425, false, RETRY_REFUSED},
    {CURLE_OK, 429, false, RETRY_AGAIN},
    {CURLE_OK, 500, false, RETRY_UNKNOWN},
    {CURLE_OK, 500, true, RETRY_AGAIN},
    {CURLE_OK, 418, true, RETRY_AGAIN},
    {CURLE_OK, 503, false, RETRY_UNKNOWN},
    /* The first connection broke, and there was no second one. */
    {CURLE_COULDNT_CONNECT, 0, false, RETRY_UNKNOWN},
    {CURLE_ABORTED_BY_CALLBACK, 0, false, RETRY_UNKNOWN},
    {CURLE_GOT_NOTHING, 0, false, RETRY_UNKNOWN},
    {CURLE_PARTIAL_FILE, 200, false, RETRY_UNKNOWN},
    {CURLE_OPERATION_TIMEDOUT, 0, false, RETRY_UNKNOWN},
};

static void
try_sent(void)
{
	struct retry_limits l = {.retries = 10, .delay = 1};
	size_t i;

	for (i = 0; i < sizeof sent / sizeof *sent; i++) {
		struct retry_attempt a = {.made = 1,
		    .code = sent[i].code,
		    .status = sent[i].status,
		    .not_idempotent = true,
		    .sent = true,
		    .declared = sent[i].declared,
		    .asked = -1};
		enum retry_is is = retry_decide(&l, &a).is;

		CHECK(is == sent[i].is, "sent: code %d status %ld: %d", a.code,
		    a.status, is);
	}
}

int
main(void)
{
	try_outcomes();
	try_on();
	try_sent();
	try_waits();
	try_hints();
	try_epoch();
	return UNIT_END();
}
