/*
 * envelope: an answer as one record, `{"url","status","headers","body"}`.
 *
 * Names of header fields are in lower case, fields of one name are joined by
 * a comma (RFC 9110, section 5.3). A body that is not UTF-8 is `body_base64`.
 */
#ifndef SLUICE_ENVELOPE_H
#define SLUICE_ENVELOPE_H

#include "buf.h"
#include "http.h"

/* Appends it; tail: members to add at its end, each with a comma before. */
void envelope(
    struct buf *, const struct http_exchange *, const char *tail, size_t len);

#endif
