/*
 * httprequest: what an exchange asks for: method, header fields, body, and
 * whether it may be sent more than once. Internal to http.
 */
#ifndef SLUICE_HTTPREQUEST_H
#define SLUICE_HTTPREQUEST_H

#include "http.h"
#include "httpfields.h"

/* What never changes for the easy handle. */
void httprequest_set_up(struct http_exchange *);

/* Takes the request over; nothing has come of it yet. */
void httprequest_take(struct http_exchange *, const struct http_request *);

/* Sets method, header fields and body of an attempt. */
void httprequest_start(struct http_exchange *, const struct httpfields *);

/*
 * The answer is a redirect of that status: may it be followed? Makes a GET of
 * the request where it is to be one.
 */
bool httprequest_may_move(struct http_exchange *, long status);

/* Is the answer one that is declared to mean: not carried out? */
bool httprequest_declared(const struct http_exchange *);

#endif
