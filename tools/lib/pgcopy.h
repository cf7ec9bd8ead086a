/*
 * pgcopy: a raw JSON value as a field of COPY's text format.
 *
 * Strings go from JSON's escapes to COPY's in one pass, without a decoded
 * copy in between; numbers, true and false are copied as they are; null is
 * \N. What becomes of objects and arrays depends on the column.
 */
#ifndef SLUICE_PGCOPY_H
#define SLUICE_PGCOPY_H

#include "buf.h"
#include "json.h"

enum pgcopy_kind {
	PGCOPY_PLAIN, /* strings by content, objects and arrays as raw JSON */
	PGCOPY_JSON,  /* json, jsonb: every value but null as raw JSON */
	PGCOPY_BYTEA, /* a string in hex (\x...) or else base64 */
	/* Added to the kind of the elements; a string is an array literal. */
	PGCOPY_ARRAY = 4
};

/*
 * Appends the field of a checked value. NULL, or why it cannot be stored
 * (static text, *code its SQLSTATE); then part of it may have been appended.
 */
const char *pgcopy_value(
    struct buf *, struct json_val, enum pgcopy_kind, const char **code);

/*
 * The same for a value that is copied as it is, as most are, in a fraction of
 * the time: to `to`, where there is room for it and PGCOPY_SPARE bytes more.
 * Its end there, or NULL for all other values. `limit` is where the text that
 * may be read ends.
 */
enum { PGCOPY_SPARE = 16 };
char *pgcopy_quick(
    char *to, struct json_val, enum pgcopy_kind, const char *limit);

#endif
