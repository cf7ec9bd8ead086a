#ifndef APID_USERS_H
#define APID_USERS_H

#include "api.h"

/*
 * Users as random-data-api.com gives them, /api/v2/users?size=N: every call
 * answers users that nobody got before, one as an object, 2 to 100 as an
 * array. More are an error inside a 200.
 */
void users_serve(const struct req *r, struct answer *a);

/* The users that were answered so far, in order. */
void users_truth(const struct world *w, FILE *f);

#endif
