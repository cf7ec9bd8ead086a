/*
 * pgclause: what pgmerge's statements are made of.
 *
 * In all of them t is the table, s the rows of a part, one a key, and
 * everything is appended to the buffer. Of pgmerge only.
 */
#ifndef SLUICE_PGCLAUSE_H
#define SLUICE_PGCLAUSE_H

#include "pgmerge.h"

#define PGCLAUSE_STAGE "pg_temp." PGMERGE_STAGE

/* Which of the part's columns a clause is about. */
enum pgclause_which { PGCLAUSE_ALL, PGCLAUSE_SET, PGCLAUSE_KEY };

bool pgclause_among(const struct pgrows *, const struct pgpart *,
    enum pgclause_which, size_t col);
bool pgclause_any(
    const struct pgrows *, const struct pgpart *, enum pgclause_which);

/* BEFORE ident AFTER for each column, with commas between. */
void pgclause_list(struct buf *, const struct pgrows *, const struct pgpart *,
    enum pgclause_which, const char *before, const char *after);

/* The key's columns, in the order of --key; that those of t and s match. */
void pgclause_key(struct buf *, const struct pgtable *);
void pgclause_key_matches(struct buf *, const struct pgtable *);

/*
 * ORDER BY that sorts the rows of s by their keys, as pgorder sorts what is
 * sent in order: all loaders of a table lock its rows in the same order.
 */
void pgclause_order(struct buf *, const struct pgtable *);

/* WHERE that finds the part's rows in the temporary table, if it takes one. */
void pgclause_rows(struct buf *, const struct pgpart *);

/* The values of the staged columns: records become composites only here. */
void pgclause_values(
    struct buf *, const struct pgrows *, const struct pgpart *);

/* WITH s: a row a key: the last, the newest, or the first if it stays. */
void pgclause_source(
    struct buf *, const struct pgrows *, const struct pgpart *);

/*
 * That a row of t differs from one of `other`, s or excluded. to_base: its
 * domains are cast to what they are made of, as the staged columns are.
 */
void pgclause_differs(struct buf *, const struct pgrows *,
    const struct pgpart *, const char *other, bool to_base);

/*
 * That a row of `other` is older than that of t, by --newer; a null is
 * older than any value. Never null itself.
 */
void pgclause_older(struct buf *, const struct pgtable *, const char *other);

/* `, w AS (INSERT INTO t (columns) SELECT values`, what comes from s. */
void pgclause_insert(
    struct buf *, const struct pgrows *, const struct pgpart *);

/* ON CONFLICT; set: the row changes WHERE it differs, which may be added to. */
void pgclause_conflict(
    struct buf *, const struct pgrows *, const struct pgpart *, bool set);

/* `"a" = from."a", ...`, then the columns that this tool fills. */
void pgclause_assignments(struct buf *, const struct pgrows *,
    const struct pgpart *, const char *from);
/* The latter, named or not, each followed by the text. */
void pgclause_own(
    struct buf *, const struct pgtable *, bool named, const char *text);

#endif
