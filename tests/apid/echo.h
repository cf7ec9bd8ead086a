#ifndef APID_ECHO_H
#define APID_ECHO_H

#include "api.h"

/*
 * /echo/...: says what it was asked, by any method:
 * {"method","url","headers":{lower-case name: value},"body"}; with status N
 * where the path is /echo/status/N.
 */
void echo_serve(const struct req *r, struct answer *a);

#endif
