/*
 * flat: nested objects to one level, the names joined. nest.h is the way back.
 *
 * Names and values are copied as they are spelled. Records of one source
 * mostly look alike: where the record in hand does (shape.h), its values are
 * known, and so are their joined names, among which no two are equal, as they
 * were not in the record before.
 */
#ifndef SLUICE_FLAT_H
#define SLUICE_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"
#include "names.h"
#include "shape.h"

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
	struct buf path;    /* a quote and the joined name of the value */
	struct names names; /* joined names of this record */
	bool collision;     /* `path` is a name that two values would get */
	uint64_t serial;    /* of the shape that `joined` is for; or 0 */
	struct buf joined;  /* `,"a.b":` for each value, one after the other */
	size_t *joined_len;
	size_t n, room;
	const struct shape *shape; /* of the record that is learned */
	bool matches; /* so far `joined` is for each value of the shape */
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

/* What the shape of the records goes into is what is flattened. */
void flat_shape(const struct flat *, struct shape *);

void flat_free(struct flat *);

#endif
