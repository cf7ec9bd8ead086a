/*
 * names: the member names that one output record has got so far, so that no
 * two values get one name. Names are compared by what they mean: "a" is
 * "\u0061".
 */
#ifndef SLUICE_NAMES_H
#define SLUICE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct names {
	struct names_slot *slot;
	size_t cap;      /* a power of two, or 0 */
	size_t n;        /* names of this record */
	uint32_t round;  /* of the record: older slots are free */
	struct buf text; /* the decoded names */
};

#define NAMES_INIT                      \
	{                               \
		NULL, 0, 0, 0, BUF_INIT \
	}

/* Forgets the names of the record before. */
void names_reset(struct names *);

/* Adds the text between a raw name's quotes; false if it is there already. */
bool names_add(struct names *, const char *s, size_t len);

void names_free(struct names *);

#endif
