/*
 * pgtable: the table that records go to, as the catalog and the options tell.
 *
 * Read once at start. Names are kept as the catalog has them and quoted for
 * statements; a column's type is its base type, so that domains are checked
 * where the row enters the table and blame can be found there.
 */
#ifndef SLUICE_PGTABLE_H
#define SLUICE_PGTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "opt.h"
#include "pg.h"
#include "pgbinary.h"
#include "pgcopy.h"

/* How many columns can be filled: 1600, less those of the temporary table. */
enum { PG_COLUMNS_MAX = 1597 };

enum pg_mode { PG_UPSERT, PG_APPEND, PG_INSERT_ONLY };

/* A member that is no column: what becomes of it. */
enum pg_unknown {
	PG_UNKNOWN_REJECT,
	PG_UNKNOWN_IGNORE,
	PG_UNKNOWN_ADD, /* it becomes one */
	PG_UNKNOWN_JSON /* it goes into the column `rest` */
};

/* A column that a record lacks: its old value or default, or a null. */
enum pg_missing { PG_MISSING_KEEP, PG_MISSING_NULL };

/* What was asked for. The texts are the caller's and outlive the table. */
struct pgspec {
	const char *table;      /* an SQL name: schema.table */
	struct opt_list key;    /* column names */
	struct opt_list update; /* none: all that are not in the key */
	const char *stamp, *seen;
	const char *newer;   /* a column, or NULL */
	const char *history; /* an SQL name, or NULL */
	bool deletes;        /* there may be records that delete */
	bool dry_run;        /* nothing is to stay */
	enum pg_mode mode;
	enum pg_unknown unknown;
	const char *rest;
	bool create;         /* make the table if it is not there */
	const char *columns; /* of these, as SQL writes them, or NULL */
	enum pg_missing missing;
};

struct pgcol {
	char *name, *ident; /* as it is; quoted */
	size_t name_len;
	char *type;      /* base type, with its modifier */
	char *collation; /* " COLLATE ..." or "" */
	char *equal;     /* of the key: the operator, OPERATOR(schema.=) */
	enum pgcopy_kind kind;
	enum pgbinary_kind binary;
	const char *closed; /* why records cannot set it, or NULL */
	const char *stage;  /* its type in the temporary table */
	char *value;   /* SQL that turns the staged column into it, or NULL */
	char *domain;  /* its name, or NULL */
	bool exact;    /* values that are equal are identical */
	bool required; /* NOT NULL and nothing would fill it in */
	bool in_key;
	bool update; /* is set where the row exists */
};

struct pgtable {
	const struct pgspec *spec;
	char *name;     /* quoted and qualified */
	char *relation; /* the bare name, as messages of the server show it */
	char *oid;
	struct pgcol *col;
	size_t ncol;
	size_t rest;        /* the column for unknown members, or SIZE_MAX */
	size_t *key, nkey;  /* indexes into col, in the order of the options */
	char *stamp, *seen; /* quoted, or NULL */
	const char *seen_type;
	size_t newer;  /* index of that column, or SIZE_MAX */
	char *history; /* quoted and qualified, or NULL */
	bool partitioned;
	bool checks;   /* has constraints that see several columns */
	bool policies; /* of row security: it takes no COPY then */
};

/*
 * Looks the table up. 0, or the exit status with the reason in pg->why: no
 * such table or column, nothing unique on the key (with the SQL that would
 * make it), no right. Where it is not there but may be made, 0, and it has
 * nothing but the name.
 */
int pgtable_open(struct pgtable *, struct pg *, const struct pgspec *);
void pgtable_free(struct pgtable *);

/* The column of that name, or of that (raw) member name, or SIZE_MAX. */
size_t pgtable_named(const struct pgtable *, const char *name, size_t len);
size_t pgtable_find(const struct pgtable *, struct json_val name);

#endif
