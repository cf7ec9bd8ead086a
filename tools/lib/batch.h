/*
 * batch: the records that are sent in one request.
 *
 * Records and keys are copied. A range of rows is [from, from + n).
 */
#ifndef SLUICE_BATCH_H
#define SLUICE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "key.h"
#include "rec.h"

struct batch_row {
	size_t raw, raw_len; /* the record, in `raw` */
	size_t id, id_len;   /* its key as JSON, in `id` */
	size_t key, key_len; /* its key as canonical bytes, in `key` */
	size_t text;         /* its key for people, ended by NUL, in `text` */
	uint64_t line;
};

/* How a request's body is made of records. */
struct batch_form {
	bool ndjson;      /* one a line; else an array */
	const char *wrap; /* the member that the array is put into, or NULL */
};

struct batch {
	struct buf raw, id, key, text; /* raw: a body, but for its end */
	struct batch_row *row;
	size_t n, cap;
};

/* All zero is an empty batch. */
void batch_free(struct batch *);
void batch_clear(struct batch *);

/* Adds a record; key_get has just been called for it, or the key is empty. */
void batch_add(struct batch *, const struct batch_form *,
    const struct rec_saved *, struct key *);

/* The record of a row, for rec_reject_saved, and its key, or NULL. */
struct rec_saved batch_saved(const struct batch *, size_t row);
const char *batch_key(const struct batch *, size_t row);

/* Appends the body of the range. */
void batch_body(const struct batch *, size_t from, size_t n,
    const struct batch_form *, struct buf *);
/* That of all rows, in `raw`. Nothing is added to the batch any more. */
struct json_val batch_whole(struct batch *, const struct batch_form *);
/* How long it would be with another record of so many bytes. */
size_t batch_bytes(
    const struct batch *, const struct batch_form *, size_t another);

/* All records as lines, in the place of that body, which is no more. */
struct json_val batch_printed(struct batch *);

/* Appends the range's records as lines; its keys as a JSON array. */
void batch_lines(const struct batch *, size_t from, size_t n, struct buf *);
void batch_ids(const struct batch *, size_t from, size_t n, struct buf *);

#endif
