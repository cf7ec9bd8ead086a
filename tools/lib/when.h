/*
 * when: what time it is.
 */
#ifndef SLUICE_WHEN_H
#define SLUICE_WHEN_H

#include <stdbool.h>

#include "buf.h"

/* Seconds of a clock that never jumps, from an arbitrary start. */
double when_now(void);

/* Appends the present as RFC 3339, UTC, milliseconds: 2026-01-02T03:04:05.678Z
 */
void when_stamp(struct buf *);

/* Reads such a text, with any number of decimals: seconds since 1970. */
bool when_read(const char *s, double *seconds);

#endif
