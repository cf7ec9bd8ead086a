/*
 * httpxfer: one attempt of an exchange, as libcurl's easy handle makes it.
 * Internal to http.
 */
#ifndef SLUICE_HTTPXFER_H
#define SLUICE_HTTPXFER_H

#include "http.h"
#include "httpfields.h"

/* With its easy handle, and all set that never changes; NULL: no memory. */
struct http_exchange *httpxfer_new(const struct http_limits *);
void httpxfer_free(struct http_exchange *);

/*
 * Empties the answer and sets the URL, the request and the time limit: the
 * handle can be added to a multi handle then. seconds 0: no limit.
 */
void httpxfer_start(
    struct http_exchange *, const struct httpfields *, double seconds);

/* The version of HTTP that the text names, as the exchange's `version`. */
const char *httpxfer_version(const struct buf *text);

/* Counts bytes of an answer, and what libcurl sent again by itself. */
void httpxfer_count(struct http_exchange *, uint64_t bytes);

/*
 * Takes over the status, sizes and times of an attempt that ended. Returns how
 * it ended: a proxy that refuses to connect has answered, though libcurl calls
 * it an error.
 */
CURLcode httpxfer_measure(struct http_exchange *, CURLcode);

#endif
