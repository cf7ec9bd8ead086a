#ifndef APID_NUM_H
#define APID_NUM_H

#include <stdbool.h>

/*
 * Reads all of s as a decimal integer within min..max, both included. False,
 * and *out untouched, if it is anything else: empty, signs or spaces where
 * strtol would let them pass, trailing bytes, out of range.
 */
bool num_int(const char *s, long min, long max, long *out);

/* The same for a number with an optional fraction, such as 2.5. */
bool num_decimal(const char *s, double min, double max, double *out);

#endif
