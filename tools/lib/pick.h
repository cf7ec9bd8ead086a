/*
 * pick: one field of a page, as an operand names it.
 *
 *	name=XPATH       the text of the first node, or the expression's value
 *	name~REGEX       what the expression finds in the page's source
 *	name[]=XPATH     all of them, as an array; name[]~REGEX, too
 *	name:kind=XPATH  read as that kind, see below
 *
 * text (none named): without white space around it, one space for each run.
 * raw: as it stands in the page. link: made absolute. decimal, decimal-comma:
 * the one number in it (decimal.h). json: what it means as JSON; where a
 * regular expression's group begins with a bracket or a brace, the value that
 * begins there, however far the group reaches.
 */
#ifndef SLUICE_PICK_H
#define SLUICE_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "html.h"
#include "pattern.h"

struct pick {
	char *name;
	struct buf quoted; /* the name as JSON */
	struct html_path *path;
	struct pattern *pattern; /* one of the two is NULL */
	char *selector;          /* the text of it */
	unsigned kind;
	bool list;
	bool of_page;  /* the same seen from any row */
	bool required; /* set by who uses it */
};

/* False, with *why, and nothing to free, if the operand is none. */
bool pick_parse(struct pick *, const char *operand, struct buf *why);
void pick_free(struct pick *);

/*
 * Appends the field as JSON, seen from a row, or from the page (NULL), as
 * regular expressions always are. What is not there is null, or an empty
 * array. False, with *why, if it cannot be read as its kind, or if it is
 * required and null, an empty text or an empty array.
 */
bool pick_get(const struct pick *, struct html *, const struct html_node *row,
    struct buf *, struct buf *why);

#endif
