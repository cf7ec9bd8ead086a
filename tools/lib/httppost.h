/*
 * httppost: what an attempt of an exchange is where it is a POST. Internal to
 * http.
 */
#ifndef SLUICE_HTTPPOST_H
#define SLUICE_HTTPPOST_H

#include "http.h"

/* What never changes for the easy handle. */
void httppost_set_up(struct http_exchange *);

/*
 * The header fields of a POST: the engine's, a Content-Type unless they have
 * one, and one of its own, or NULL.
 */
void httppost_fields(struct http_exchange *, const struct curl_slist *fields,
    const char *type, const char *field);

/* Sets the method and the body of an attempt. */
void httppost_start(struct http_exchange *);

/* Is the answer one that is declared to mean: not carried out? */
bool httppost_declared(const struct http_exchange *);

#endif
