/*
 * flat: nested objects to one level, the names joined. nest.h is the way back.
 *
 * Names and values are copied as they are spelled. Records of one source
 * mostly have the same members in the same order: as long as a record follows
 * the one before, a name is compared and its joined form copied, and no two
 * can be equal, as they were not there. That halves the time.
 */
#ifndef SLUICE_FLAT_H
#define SLUICE_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"
#include "names.h"

enum flat_arrays {
	FLAT_KEEP,  /* as they are */
	FLAT_INDEX, /* like objects, whose names are 0, 1, ... */
	FLAT_JSON   /* as a string of their raw text */
};

struct flat {
	struct buf sep; /* between names, as it stands in a JSON string */
	enum flat_arrays arrays;
	uint64_t max_depth; /* join so many levels at most */

	/* the module's own */
	struct buf path;        /* a quote and the joined name of the value */
	struct names names;     /* joined names of this record */
	bool collision;         /* `path` is a name that two values would get */
	struct flat_step *step; /* the members of the record before */
	size_t nsteps, room, at;
	struct buf text; /* of the steps */
	struct flat_search {
		bool on;
		struct buf name, way, list;
	} search;
};

#define FLAT_INIT                       \
	{                               \
		.max_depth = UINT64_MAX \
	}

/*
 * Appends the flat form of a checked object. False if two values would get
 * one name: *why tells both, and the output has to be undone.
 */
bool flat_object(
    struct flat *, struct json_val object, struct buf *out, struct buf *why);

void flat_free(struct flat *);

#endif
