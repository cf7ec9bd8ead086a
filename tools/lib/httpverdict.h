/*
 * httpverdict: what an attempt that ended means for its exchange. Internal to
 * http. Only the exchange is looked at, so an attempt may as well be one that
 * was recorded.
 */
#ifndef SLUICE_HTTPVERDICT_H
#define SLUICE_HTTPVERDICT_H

#include "http.h"

enum httpverdict_is {
	HTTPVERDICT_HERE,  /* no redirect */
	HTTPVERDICT_THERE, /* to be followed to `redirect` */
	HTTPVERDICT_BAD    /* not to be followed: *why */
};
enum httpverdict_is httpverdict_redirect(
    struct http_exchange *, struct buf *why);

/* What comes next, by retry.h; counts what a limit refused. */
struct retry_verdict httpverdict_judge(struct http_exchange *, CURLcode);

/* Tells of a wait, unless it is short or was told. */
void httpverdict_wait(double seconds, const char *what);

/*
 * Everybody has to wait for so many seconds: is that beyond --retry-max-time?
 * Then `why` says so.
 */
bool httpverdict_beyond(struct http_exchange *, double seconds);

/* Appends why the attempt failed: libcurl's reason, or the answer. */
void httpverdict_reason(
    const struct http_exchange *, CURLcode, struct buf *why);

/* What the exchange has come to; `why` tells the reason where it failed. */
enum http_is httpverdict_final(
    struct http_exchange *, CURLcode, const struct retry_verdict *);

#endif
