/*
 * lag: lines that are dealt with some lines later, when the memory that they
 * need has come.
 *
 * Copies of the last lines, or of what stands for them, each with the print
 * of its key. Who finds it full deals with all of them and empties it.
 */
#ifndef SLUICE_LAG_H
#define SLUICE_LAG_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "counts.h"
#include "json.h"

enum { LAG_LINES = 32, LAG_LONGEST = 32 * 1024 };

struct lag_line {
	struct counts_print print;
	uint32_t block; /* see idmatch_expect */
	uint32_t len;
	size_t at;  /* in `text` */
	bool plain; /* see KEYLINE_PLAIN */
};

struct lag {
	struct lag_line line[LAG_LINES];
	size_t n;
	struct buf text;
};

/* Adds a line, of LAG_LONGEST bytes at most, where there is room. */
static inline void
lag_add(struct lag *g, struct json_val line, bool plain, uint32_t block,
    struct counts_print print)
{
	g->line[g->n++] = (struct lag_line){
	    print, block, (uint32_t)line.len, g->text.len, plain};
	buf_add(&g->text, line.s, line.len);
}

static inline struct json_val
lag_text(const struct lag *g, const struct lag_line *l)
{
	return (struct json_val){g->text.s + l->at, l->len};
}

static inline void
lag_empty(struct lag *g)
{
	g->n = 0;
	buf_cut(&g->text, 0);
}

#endif
