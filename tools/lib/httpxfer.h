/*
 * httpxfer: one attempt of an exchange, as libcurl's easy handle makes it.
 * Internal to http.
 */
#ifndef SLUICE_HTTPXFER_H
#define SLUICE_HTTPXFER_H

#include "http.h"

/* With its easy handle, and all set that never changes; NULL: no memory. */
struct http_exchange *httpxfer_new(const struct http_limits *);
void httpxfer_free(struct http_exchange *);

/*
 * Empties the answer and sets the URL, the header fields and the time limit:
 * the handle can be added to a multi handle then. seconds 0: no limit.
 */
void httpxfer_start(
    struct http_exchange *, struct curl_slist *fields, double seconds);

/* Takes over the status, sizes and times of an attempt that ended. */
void httpxfer_measure(struct http_exchange *);

/* Makes `at` the URL that was submitted again, after redirects. */
void httpxfer_rewind(struct http_exchange *);

enum httpxfer_is {
	HTTPXFER_HERE,  /* no redirect */
	HTTPXFER_THERE, /* `at` is where it leads now */
	HTTPXFER_BAD    /* not to be followed: *why */
};
enum httpxfer_is httpxfer_redirect(struct http_exchange *, struct buf *why);

/* What comes next, by retry.h. */
struct retry_verdict httpxfer_judge(const struct http_exchange *, CURLcode);

/* Appends why the attempt failed: libcurl's reason, or the answer. */
void httpxfer_reason(const struct http_exchange *, CURLcode, struct buf *why);

/* Makes `why` of the exchange say why it failed, for good. */
void httpxfer_explain(
    struct http_exchange *, CURLcode, const struct retry_verdict *);

#endif
