/*
 * names: the member names that one output record has got so far, so that no
 * two values get one name. Names are compared by what they mean: "a" is
 * "\u0061". Records of one source mostly have the same names in the same
 * order: as long as a record follows the one before, comparing is all it costs
 * (a fifth of flatten's time against hashing each name).
 */
#ifndef SLUICE_NAMES_H
#define SLUICE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct names {
	struct names_slot *slot;
	size_t cap;         /* a power of two, or 0 */
	uint32_t round;     /* of the record: slots of older rounds are free */
	struct buf decoded; /* what the slots' names mean */
	size_t n;           /* names of this record */
	bool follows;       /* so far they are those of the record before */
	struct names_list {
		struct buf text; /* the names as they are spelled */
		size_t *end;     /* where each ends in `text` */
		size_t n, room;
	} list; /* of this record; if it follows, of the record before */
};

#define NAMES_INIT                              \
	{                                       \
		NULL, 0, 0, BUF_INIT, 0, false, \
		{                               \
			BUF_INIT, NULL, 0, 0    \
		}                               \
	}

/* Forgets the names of the record before. */
void names_reset(struct names *);

/* Adds the text between a raw name's quotes; false if it is there already. */
bool names_add(struct names *, const char *s, size_t len);

void names_free(struct names *);

#endif
