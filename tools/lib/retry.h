/*
 * retry: whether a request is made again, and after how long.
 *
 * Pure: the clock, the random number and what the server answered come in,
 * a verdict goes out. Statuses and Retry-After follow RFC 9110 and RFC 6585,
 * the delay is "full jitter": any time up to base * 2^n, at most a minute.
 */
#ifndef SLUICE_RETRY_H
#define SLUICE_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum {
	RETRY_LONGEST = 60, /* seconds: the longest delay of our own */
	RETRY_CAP = 3600    /* the longest that a server gets us to wait */
};

struct retry_limits {
	uint64_t retries; /* further attempts after the first */
	double delay;     /* seconds: the upper end of the first delay */
	double max_time;  /* seconds from the first attempt; 0: no limit */
	/* Statuses that are temporary, too; negative: that are not. */
	const long *on;
	size_t non;
};

struct retry_attempt {
	uint64_t made;       /* attempts so far, this one included */
	double elapsed;      /* seconds since the first one began */
	int code;            /* its CURLcode */
	bool no_such_host;   /* the name is known not to exist */
	long status;         /* its status, where code is CURLE_OK */
	bool not_idempotent; /* only what was surely not done is safe */
	bool sent;           /* then: all or part of it has left us */
	bool declared;       /* the answer is known to mean: not done */
	double asked;        /* seconds that the server asked for, or < 0 */
	double random;       /* from 0 to under 1 */
};

enum retry_is {
	RETRY_DONE,    /* 2xx */
	RETRY_AGAIN,   /* after `wait` seconds */
	RETRY_DENIED,  /* 401, 403, 407: no request like it will do better */
	RETRY_REFUSED, /* it would fail again */
	RETRY_GAVE_UP, /* it might work later: the limits are reached */
	RETRY_UNKNOWN  /* not idempotent, and it may have been done */
};

struct retry_verdict {
	enum retry_is is;
	double wait; /* seconds, for RETRY_AGAIN */
	bool hold;   /* everybody who talks to this server has to wait */
	bool capped; /* the server asked for more than RETRY_CAP */
	bool beyond; /* gave up as the wait would pass max_time */
};

struct retry_verdict retry_decide(
    const struct retry_limits *, const struct retry_attempt *);

/* What the headers of an answer say about waiting; seconds, < 0: nothing. */
struct retry_hint {
	double after;     /* Retry-After, in seconds */
	double date;      /* Retry-After as a date: seconds since 1970 */
	double reset;     /* RateLimit-Reset and its kin, in seconds */
	double remaining; /* requests left until then */
	double now;       /* Date: the server's clock */
};

#define RETRY_HINT_INIT            \
	{                          \
		-1, -1, -1, -1, -1 \
	}

/* Looks at one header field; value has no white space around it. */
void retry_header(struct retry_hint *, const char *name, size_t nlen,
    const char *value, size_t vlen);

/*
 * The seconds that they ask for, or < 0; now is our clock, seconds since
 * 1970, used where the answer did not tell its own.
 */
double retry_asked(const struct retry_hint *, time_t now);

#endif
