/*
 * pginfer: which columns records ask for, and of which type.
 *
 * A type is chosen that every value seen fits into unchanged, and that more
 * of their kind will fit into: bigint for whole numbers, numeric for what is
 * larger or has a point or an exponent, jsonb as soon as an object or an
 * array was seen, text for all that is mixed. A string is never a number;
 * it is a date, a time or a uuid only where each one was, in one spelling
 * (ISO 8601; RFC 4122 in lower case).
 */
#ifndef SLUICE_PGINFER_H
#define SLUICE_PGINFER_H

#include <stddef.h>

#include "json.h"

/* Longer names would be cut by the server, and might then be one. */
enum { PG_NAME_MAX = 63 };

struct pginfer_col {
	char *name; /* decoded, without NUL bytes */
	unsigned seen;
};

struct pginfer {
	struct pginfer_col *col; /* in the order in which they came */
	size_t n;
	size_t most; /* col has no more; set by the caller */

	/* the module's own */
	size_t *hint, nhint; /* the column of each member of the last record */
};

/*
 * Looks at the members of a checked object, if it is one; those whose names
 * no column can have are left out. False where more than `most` columns were
 * asked for.
 */
bool pginfer_record(struct pginfer *, struct json_val record);

/* SQL's name of the type, or NULL where only nulls were seen. */
const char *pginfer_type(const struct pginfer_col *);

/* Why a column cannot have that (raw) name, static text, or NULL. */
const char *pginfer_unfit(struct json_val name);

/* Forgets the records. */
void pginfer_reset(struct pginfer *);
void pginfer_free(struct pginfer *);

#endif
