/*
 * pgrows: the records of a batch, as they came and as rows for COPY.
 *
 * A record becomes a row when it is added: its members are looked up, its
 * values transcoded. Which columns it has is its shape: a member that is
 * missing must not overwrite anything, which a null does; so is whether its
 * row is to be deleted. Rows have a field for every column that any record so
 * far has brought, those of the key first. Records lie as lines for the
 * output, rows as lines for COPY: both can be sent many at a time.
 *
 * As long as every value has a binary form (pgbinary.h), rows are made for
 * COPY's binary format, and as lines only when a batch needs them: where one
 * has not, where something is wrong with a row, or rows are of many shapes.
 */
#ifndef SLUICE_PGROWS_H
#define SLUICE_PGROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pgtable.h"
#include "rec.h"

/* Why a record is rejected; `code` is an SQLSTATE or "". */
struct pgbad {
	char code[6];
	struct buf why;
	bool unknown; /* a member of it has to become a column first */
};

struct pgrow {
	size_t raw, raw_len;     /* the record, in `raw`; a newline follows */
	size_t field, field_len; /* what COPY gets of it, in `field` */
	size_t key_len;          /* what of that is its key, as text */
	uint64_t line;
	uint32_t shape;
	bool bad; /* the database refused it */
};

struct pgrows {
	const struct pgtable *table;
	struct buf raw, field;
	struct pgrow *row;
	size_t n, cap;
	size_t *col, ncol; /* the fields' columns, indexes into the table's */
	uint64_t *shape;   /* `words` for each: a bit per column, and `gone` */
	size_t nshape, words;
	bool binary; /* rows are that; for an upsert, behind the key's text */

	/* the module's own */
	struct json_val *val; /* per column of the table, of one record */
	bool *listed;         /* is the column in `col`? */
	struct buf rest;      /* its members that are no column, as an object */
	size_t *hint, nhint;  /* the column of each member of the last record */
	uint64_t serial; /* of records (shape.h) whose columns `hint` has */
	bool whole;      /* the record in hand is one of them and lacks none */
	uint64_t whole_serial; /* of such records the shape is `whole_shape` */
	uint32_t whole_shape;
	unsigned text_for; /* batches that are not tried in binary any more */
	unsigned misses;   /* as many, after the last one where that failed */
};

/* Members alone are what columns are looked up for. */
void pgrows_shape(struct shape *);

void pgrows_init(struct pgrows *, const struct pgtable *);
void pgrows_free(struct pgrows *);

/* Empties the batch; what was learned about columns stays. */
void pgrows_clear(struct pgrows *);

/*
 * Adds a checked record; false and *bad where it can be no row. `gone`: its
 * key's row is to be deleted; other members do not matter.
 */
bool pgrows_add(
    struct pgrows *, const struct rec_saved *, bool gone, struct pgbad *bad);

/* Makes lines of rows that are in binary. */
void pgrows_as_text(struct pgrows *);

/* Memory that the batch takes, about. */
size_t pgrows_bytes(const struct pgrows *);

static inline bool
pgrows_has(const struct pgrows *b, uint32_t shape, size_t col)
{
	return b->shape[shape * b->words + col / 64] >> col % 64 & 1;
}

/* Are rows of that shape to be deleted? */
static inline bool
pgrows_gone(const struct pgrows *b, uint32_t shape)
{
	return pgrows_has(b, shape, b->table->ncol);
}

/* Does every row have every column that there is a field for? */
bool pgrows_full(const struct pgrows *);

/* Appends a row's line for COPY; numbered: its number and shape first. */
void pgrows_line(
    const struct pgrows *, size_t row, bool numbered, struct buf *);

/*
 * What COPY gets of rows from .. end - 1, in this order, as far as they make
 * up that many bytes; the first row that is not among them. None may be bad,
 * and none may have its key before it.
 */
size_t pgrows_lines(const struct pgrows *, size_t from, size_t end,
    size_t bytes, const char **s, size_t *len);

/* The record's key for people: `42`, `a,7`; *key is emptied first. */
void pgrows_key(
    const struct pgtable *, const char *s, size_t len, struct buf *key);

#endif
