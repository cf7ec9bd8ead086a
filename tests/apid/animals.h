#ifndef APID_ANIMALS_H
#define APID_ANIMALS_H

#include "api.h"

/*
 * The Animals API below /animals/v1/: the list by pages of ten and one animal
 * by its id. An id that does not exist answers 500, as the real one does. What
 * is posted to home is home.h's.
 */
void animals_serve(const struct req *r, struct answer *a);

/* Every animal as its own path answers it, by id. */
void animals_truth(const struct world *w, FILE *f);

#endif
