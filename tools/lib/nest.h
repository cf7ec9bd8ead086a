/*
 * nest: one level of names back to nested objects, what flatten undoes.
 *
 * Each name is split where the separator is, spelled plainly or by escapes;
 * parts and values keep their spelling, and members the order in which they
 * first appear. It owns the tree of one record and uses it again for the next.
 */
#ifndef SLUICE_NEST_H
#define SLUICE_NEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

struct nest {
	struct buf sep;     /* as text; not empty */
	uint64_t max_depth; /* split a name so often at most */
	bool arrays;        /* members 0 to n-1, in any order, are an array */

	/* the module's own */
	struct nest_node *node;
	size_t n, room;
	struct nest_slot *slot; /* a hash table of the nodes */
	size_t cap;             /* a power of two, or 0 */
	uint32_t round;         /* of the record */
	struct buf name;        /* a part, decoded */
	bool deep;              /* a nested value may go beyond json_depth */
};

#define NEST_INIT                       \
	{                               \
		.max_depth = UINT64_MAX \
	}

/*
 * Appends the nested form of a checked object. False if two members cannot
 * both have a place, or it would be nested too deeply: *why says so, and the
 * output has to be undone.
 */
bool nest_object(
    struct nest *, struct json_val object, struct buf *out, struct buf *why);

void nest_free(struct nest *);

#endif
