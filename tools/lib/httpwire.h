/*
 * httpwire: attempts on their way, over libcurl's multi interface. Internal
 * to http.
 *
 * All that an attempt leaves behind lies in its exchange when httpwire_ended
 * hands it back: what asks further looks there, and at no handle.
 */
#ifndef SLUICE_HTTPWIRE_H
#define SLUICE_HTTPWIRE_H

#include "http.h"

struct httpwire {
	CURLM *multi;
	size_t running; /* attempts that were begun and did not end */
	struct cassette *cassette;
	struct http_exchange **played; /* replayed: ended when they began */
	size_t nplayed;
};

/*
 * slots: attempts at once. cassette: records attempts, or plays them in place
 * of libcurl; NULL: neither. False if libcurl cannot be set up.
 */
bool httpwire_init(struct httpwire *, size_t slots, struct cassette *);
void httpwire_free(struct httpwire *);

/*
 * Begins the attempt that httpxfer_start set up. False, with *why: it cannot
 * be made at all.
 */
bool httpwire_begin(struct httpwire *, struct http_exchange *, struct buf *why);

/* Ends it here and now. */
void httpwire_break(struct httpwire *, struct http_exchange *);

/* Lets attempts go on, without waiting. */
void httpwire_go_on(struct httpwire *);

/* An attempt that has ended, and how; NULL: none has. */
struct http_exchange *httpwire_ended(struct httpwire *, CURLcode *);

/*
 * Waits, so many seconds at most, until an attempt can go on or fd (-1: none)
 * can be read; true for the latter. on_wait (or NULL) is called before, unless
 * something comes at once. It returns early where a stop is asked for, at the
 * latest half a second after.
 */
bool httpwire_wait(
    struct httpwire *, int fd, double seconds, void (*on_wait)(void));

#endif
