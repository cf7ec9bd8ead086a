/*
 * shape: checks records that look like the one before, and tells where their
 * values are.
 *
 * The records of one source mostly have the same members in the same order,
 * or most of them.
 * What stands between the values of one record, `{"id":`, `,"name":"`, is
 * then text that was checked already: it is compared, and only the values are
 * looked at. Where a record differs, json_check takes it, and it becomes the
 * one to compare with. The verdict is json_check's in any case, and the
 * values are found on the way, so that nobody has to walk to them: together
 * that more than doubles what a filter gets done.
 *
 * A value is a scalar, an array, or an object that is empty or too deep; all
 * other objects are gone into. The elements of an array of objects have a
 * shape of their own.
 */
#ifndef SLUICE_SHAPE_H
#define SLUICE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "in.h"
#include "json.h"

struct shape {
	uint64_t max_depth; /* objects in each other that are gone into */
	bool into_arrays;   /* go into arrays as into objects */
	bool list_elements; /* shape_elements is going to be asked */

	/*
	 * Of the record in hand, the last one that shape_check passed: its
	 * text, and its n values in the order of their text. s is NULL where
	 * they are not known, that of a value where its member is missing.
	 */
	const char *s;
	struct json_val *value;
	size_t n;
	size_t gaps;     /* missing ones; of elements: of all in the list */
	uint64_t serial; /* of what is compared with; 0: nothing yet */

	/* For a shape of elements: those of the array in hand, if `listed`. */
	struct json_val *element;
	size_t nelements;
	bool listed;

	/* the module's own */
	struct shape_place *place; /* a value, and what stands before it */
	struct buf text;           /* of all that stands between them */
	size_t tail;               /* where what follows the last begins */
	size_t *left; /* places that may be made: for all shapes of a record */
	size_t most;
	size_t nplaces, room;
	unsigned followed;      /* records, since it was learned */
	unsigned depth;         /* of its object in the record */
	unsigned skip, backoff; /* misses to let pass before learning again */
	unsigned wait, pause;   /* lines to let pass before shape_line tries */
};

#define SHAPE_INIT                           \
	{                                    \
		.max_depth = SHAPE_MAX_DEPTH \
	}
enum { SHAPE_MAX_DEPTH = 64 };

/* json_check for a record without white space around it. */
bool shape_check(struct shape *, struct json_val record, struct json_error *);
/*
 * The next line of `in`, if it is a record like the one before and all of it
 * is at hand: its end is found on the way. Else false, and nothing has moved.
 */
bool shape_line(struct shape *, struct in *, struct json_val *record);
void shape_free(struct shape *);

/*
 * The shape whose record in hand starts at s, or NULL: for who is given a
 * record only. A process has one record in hand, the last one checked.
 */
extern struct shape *shape_hand;

static inline struct shape *
shape_at(const char *s)
{
	return shape_hand && shape_hand->s == s ? shape_hand : NULL;
}

/* The number of the value that starts there; n if there is none. Not quick. */
size_t shape_find(const struct shape *, const char *at);

/* The shape of the elements of value i, listed, or NULL. */
struct shape *shape_elements(const struct shape *, size_t i);

#endif
