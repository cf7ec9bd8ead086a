#ifndef APID_REPLY_H
#define APID_REPLY_H

#include <microhttpd.h>

#include "api.h"
#include "fault.h"
#include "park.h"

/* How answers go out: as they are, or spoiled as a fault demands. */

/* Fills a by a fault that stands instead of an answer. False if v is none of
 * those: then the API has to be asked. */
bool reply_instead(struct answer *a, const struct verdict *v);

/*
 * Sends a, whose body is used up, spoiled by v->kind. What it returns is what
 * the request's handler returns; MHD_NO closes the connection. *status is what
 * was sent, 0 if nothing is.
 */
enum MHD_Result reply_send(struct MHD_Connection *mc, struct answer *a,
    const struct verdict *v, struct park *park, unsigned *status);

#endif
