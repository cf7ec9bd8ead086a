/*
 * jsonin: JSON text of any size, pulled from an input value by value.
 *
 * What json_walk is for a text in memory, this is for one that passes by:
 * containers are entered and left, values are written to a buffer or passed
 * over, and memory holds one block of the input and what the caller keeps.
 * All of the text is checked, what is passed over too. The first thing that
 * is wrong, the end of the input within a value and a signal that asks to
 * stop make every call fail from then on; jsonin_good tells.
 */
#ifndef SLUICE_JSONIN_H
#define SLUICE_JSONIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "in.h"
#include "json.h"
#include "jsonstep.h"

struct jsonin {
	const char *what; /* what is wrong, static text, or NULL */
	bool stopped;     /* by a signal */
	uint64_t line;    /* of the next byte, from 1 */
	uint64_t size;    /* of the last value in its compact form; see max */

	/* the module's own */
	struct in *in;
	const char *s, *p, *end; /* the block; p is the next byte */
	const char *mark;        /* from here on not in `head` yet */
	uint64_t marked;         /* the offset that jsonin_mark saw */
	struct buf head;
	unsigned depth;
	struct jsonstep step;
};

/* The input must outlive it; jsonin_free does not close it. */
void jsonin_open(struct jsonin *, struct in *);
void jsonin_free(struct jsonin *);

static inline bool
jsonin_good(const struct jsonin *j)
{
	return j->what == NULL && !j->stopped;
}

/* The next byte that is no white space; it stays. -1: there is none. */
int jsonin_peek(struct jsonin *);

/* The offset of the next byte in the input; after a failure, of the bad one. */
uint64_t jsonin_offset(const struct jsonin *);

/*
 * Passes over one value and appends its compact form to `to`, which may be
 * NULL. From the block on in which the value gets longer than max bytes it is
 * not appended any more, only checked; `size` is over max then. Outside of
 * all containers a number, true, false and null count only with white space
 * behind them.
 */
bool jsonin_value(struct jsonin *, struct buf *to, uint64_t max);

/*
 * Walks the container that jsonin_peek has seen:
 *	w = jsonin_enter(j);
 *	while (jsonin_next(j, &w, &name, max))
 *		... exactly one value, passed over or walked to its end
 * name becomes the raw name, up to max bytes as above; an array touches it
 * not.
 */
struct jsonin_walk {
	bool object, first;
};
struct jsonin_walk jsonin_enter(struct jsonin *);
bool jsonin_next(
    struct jsonin *, struct jsonin_walk *, struct buf *name, uint64_t max);

/*
 * What has been read since jsonin_mark, its first JSONIN_HEAD bytes; *cut:
 * there was more. After a failure some of what follows belongs to it, too.
 */
enum { JSONIN_HEAD = 4096 };
void jsonin_mark(struct jsonin *);
struct json_val jsonin_head(struct jsonin *, bool *cut);

#endif
