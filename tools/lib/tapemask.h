/*
 * tapemask: what is hidden in a recording.
 *
 * Secrets that are known (msg.h), and, of one exchange, those of its URLs,
 * are replaced by SECRET_MASK, in any spelling.
 */
#ifndef SLUICE_TAPEMASK_H
#define SLUICE_TAPEMASK_H

#include <stdbool.h>

#include "buf.h"
#include "http.h"
#include "secret.h"

struct tapemask {
	const char *names;  /* of secret parameters, see secreturl.h */
	struct secrets own; /* of the exchange in hand, beside msg's */
};

/*
 * Takes note of the secrets in the URLs of an exchange; those of the one
 * before are forgotten, as there is no end of them.
 */
void tapemask_see(struct tapemask *, const struct http_exchange *);
void tapemask_free(struct tapemask *);

/* False: there was nothing to hide. */
bool tapemask_text(const struct tapemask *, struct buf *);

/* To what a URL becomes. */
void tapemask_url(
    const struct tapemask *, const struct buf *url, struct buf *to);

/* Appends the answer's header; cookies are credentials that a server gives. */
void tapemask_head(
    const struct tapemask *, const struct http_exchange *, struct buf *to);

/* The request's URL, and its body, appended. */
void tapemask_request(const struct tapemask *, const struct http_exchange *,
    struct buf *url, struct buf *body);

/*
 * Appends the answer's body, JSON as JSON; of a failure, whose reason is told
 * by the first bytes, no more than these. True: a wanted one had a secret.
 */
bool tapemask_body(const struct tapemask *, const struct http_exchange *,
    CURLcode, struct buf *to);

#endif
