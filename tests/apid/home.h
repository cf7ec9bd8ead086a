#ifndef APID_HOME_H
#define APID_HOME_H

#include <stdbool.h>

#include "api.h"

/*
 * Where animals are delivered to, POST /animals/v1/home: which ids came, how
 * often, in which batches. verify: an id that was taken before answers 500,
 * and what stands before it in its batch is taken.
 */
struct home;

struct home *home_new(bool verify);
void home_free(struct home *h);

void home_serve(const struct req *r, struct answer *a);

/*
 * The control path's answer: `batches`, arrays of the ids as they were taken,
 * and `counts`, how often each was.
 */
void home_put(const struct home *h, struct text *t);

/* Forgets what was delivered. */
void home_reset(struct home *h);

#endif
