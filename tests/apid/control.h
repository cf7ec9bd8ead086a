#ifndef APID_CONTROL_H
#define APID_CONTROL_H

#include "api.h"
#include "count.h"
#include "fault.h"

#define CONTROL_PREFIX "/_apid/"

/* The control path: asks the server about itself and changes its faults. It is
 * neither counted nor disturbed. */
void control_serve(const struct req *r, struct answer *a, struct counts *counts,
    struct plan *plan);

#endif
