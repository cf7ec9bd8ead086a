/*
 * linkfield: the header field `Link` (RFC 8288).
 */
#ifndef SLUICE_LINKFIELD_H
#define SLUICE_LINKFIELD_H

#include <stdbool.h>

#include "buf.h"
#include "http.h"

/*
 * Appends the target of the first link whose relation is `next`, as it is
 * written there; false if no Link field of the answer has one.
 */
bool linkfield_next(const struct http_exchange *, struct buf *url);

#endif
