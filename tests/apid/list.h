#ifndef APID_LIST_H
#define APID_LIST_H

#include "api.h"

/*
 * /list/v1/SHAPE: one list in all the ways in which lists come in pages. The
 * shapes are page, offset, cursor, next, link and html. README.md tells the
 * parameters that make the list large, small or restless.
 */
void list_serve(const struct req *r, struct answer *a);

#endif
