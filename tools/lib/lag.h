/*
 * lag: lines that are dealt with a few lines later, when the memory that they
 * need has come.
 *
 * A ring of copies of the last lines, or of what stands for them, each with
 * the print of its key.
 */
#ifndef SLUICE_LAG_H
#define SLUICE_LAG_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "counts.h"
#include "json.h"

enum { LAG_LINES = 16, LAG_LONGEST = 64 * 1024 };

struct lag_line {
	struct counts_print print;
	bool plain;     /* see KEYLINE_PLAIN */
	uint32_t block; /* see idmatch_expect */
	bool full;      /* not dealt with yet */
	struct buf text;
};

struct lag {
	struct lag_line line[LAG_LINES];
	size_t next;
};

/* The place of the next line: who takes it first deals with what is there. */
struct lag_line *lag_next(struct lag *);

/* Puts a line, of LAG_LONGEST bytes at most, into an empty place. */
void lag_put(struct lag_line *, struct json_val line, bool plain,
    uint32_t block, struct counts_print);

void lag_free(struct lag *);

#endif
