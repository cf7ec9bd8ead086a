#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "pgbisect.h"
#include "pgblame.h"
#include "pgchange.h"
#include "pgload.h"

enum { ALONE = 8 }; /* batches, after a deadlock */

/* ---- refused rows ---- */

void
pgload_forget(struct pgload *s)
{
	size_t i;

	for (i = 0; i < s->nrefused; i++) {
		s->rows->row[s->refused[i].row].bad = false;
		buf_free(&s->refused[i].bad.why);
	}
	s->nrefused = 0;
}

static void
refuse(struct pgload *s, size_t row, const struct pgcol *col)
{
	struct pgrefused *r;

	s->refused = buf_array(s->refused, s->nrefused + 1, sizeof *s->refused);
	r = &s->refused[s->nrefused++];
	*r = (struct pgrefused){.row = row};
	snprintf(r->bad.code, sizeof r->bad.code, "%s", s->pg->code);
	if (col)
		buf_printf(&r->bad.why, "column \"%s\": ", col->name);
	buf_add(&r->bad.why, s->pg->why.s, s->pg->why.len);
	s->rows->row[row].bad = true;
	/* Without rejects the first bad record is where everything ends. */
	if (s->stop_at_bad)
		s->end = row;
}

/* ---- attempts, each under the savepoint that is set when they begin ---- */

/* Undoes a failed attempt; the error in pg stays what it was about. */
static int
give_back(struct pgload *s, int status)
{
	int back = 0;

	if (status == EX_DATAERR)
		back = pg_exec(s->pg, "ROLLBACK TO SAVEPOINT part", NULL);
	return back ? back : status;
}

static int
next_savepoint(struct pgload *s)
{
	return pg_exec(s->pg, "RELEASE SAVEPOINT part; SAVEPOINT part", NULL);
}

/*
 * COPY of the rows that are not known to be bad.
 * An error while sending shows at the end, where the server's is read.
 */
static int
send_rows(struct pgload *s, size_t lo, size_t hi, bool staged)
{
	size_t i;
	int status, sent = 0;

	buf_cut(&s->chunk, 0);
	buf_cut(&s->sql, 0);
	pgmerge_copy(
	    &s->sql, s->rows, staged ? PGMERGE_NUMBERED : PGMERGE_TARGET);
	status = pg_exec(s->pg, s->sql.s, NULL);
	if (status)
		return status;
	for (i = lo; i < hi && sent == 0; i++) {
		if (!s->rows->row[i].bad)
			pgrows_line(s->rows, i, staged, &s->chunk);
		if (s->chunk.len < PGLOAD_CHUNK && i + 1 < hi)
			continue;
		sent = pg_copy_data(s->pg, s->chunk.s, s->chunk.len);
		buf_cut(&s->chunk, 0);
	}
	status = pg_copy_end(s->pg, NULL);
	return status ? status : sent;
}

/* The row that the line-th sent one of lo .. hi - 1 is. */
static size_t
sent_row(const struct pgload *s, size_t lo, size_t hi, unsigned long line)
{
	size_t i;

	for (i = lo; line > 0 && i < hi; i++)
		if (!s->rows->row[i].bad && --line == 0)
			return i;
	return SIZE_MAX;
}

static int
copy(struct pgload *s, size_t lo, size_t hi, size_t *bad, bool staged)
{
	const char *relation = staged ? PGMERGE_STAGE : s->table->relation;
	const struct pgcol *col;
	int status = send_rows(s, lo, hi, staged);

	*bad = SIZE_MAX;
	if (status == 0)
		return next_savepoint(s);
	if (status == EX_DATAERR) {
		*bad = sent_row(
		    s, lo, hi, pgblame_line(s->pg, s->rows, relation, &col));
		if (*bad == SIZE_MAX && hi - lo == 1)
			*bad = lo;
		if (*bad != SIZE_MAX)
			refuse(s, *bad, col);
	}
	return give_back(s, status);
}

static int
copy_staged(struct pgload *s, size_t lo, size_t hi, size_t *bad)
{
	return copy(s, lo, hi, bad, true);
}

static int
copy_direct(struct pgload *s, size_t lo, size_t hi, size_t *bad)
{
	int status = copy(s, lo, hi, bad, false);
	size_t i;

	for (i = lo; status == 0 && i < hi; i++)
		s->now.inserted += !s->rows->row[i].bad;
	return status;
}

/* A row came between the look at the table and the insert: start over. */
static int
raced(struct pgload *s)
{
	snprintf(s->pg->code, sizeof s->pg->code, "40001");
	buf_cut(&s->pg->why, 0);
	buf_str(&s->pg->why, "another session inserted one of its keys");
	return EX_TEMPFAIL;
}

/* Runs a statement on a part and adds what it did. */
static int
merge_by(struct pgload *s,
    void (*make)(struct buf *, const struct pgrows *, const struct pgpart *),
    const struct pgpart *p, struct pgcounts *sum)
{
	PGresult *res;
	bool whole;
	int status;

	buf_cut(&s->sql, 0);
	make(&s->sql, s->rows, p);
	status = pg_exec(s->pg, s->sql.s, &res);
	if (status)
		return status;
	whole = pgcounts_read(sum, res);
	PQclear(res);
	return whole ? 0 : raced(s);
}

/* Merges the rows of a part that have its shape and round. */
static int
merge_shape(struct pgload *s, const struct pgpart *p, struct pgcounts *sum)
{
	int status;

	if (pgrows_gone(s->rows, p->shape))
		return merge_by(s, pgchange_delete, p, sum);
	status = merge_by(s,
	    pgchange_needed(s->rows, p) ? pgchange_upsert : pgmerge_insert, p,
	    sum);
	if (status == 0 && s->table->seen &&
	    s->table->spec->mode != PG_APPEND) {
		buf_cut(&s->sql, 0);
		pgmerge_seen(&s->sql, s->rows, p);
		status = pg_exec(s->pg, s->sql.s, NULL);
	}
	return status;
}

/* The same for each shape and round among the rows. */
static int
merge_mixed(struct pgload *s, struct pgpart *p, struct pgcounts *sum)
{
	PGresult *parts;
	uint64_t n;
	int i, status;

	buf_cut(&s->sql, 0);
	pgmerge_parts(&s->sql, p);
	status = pg_exec(s->pg, s->sql.s, &parts);
	for (i = 0; status == 0 && i < PQntuples(parts); i++) {
		opt_number(PQgetvalue(parts, i, 0), &n);
		p->round = (uint32_t)n;
		opt_number(PQgetvalue(parts, i, 1), &n);
		p->shape = (uint32_t)n;
		status = merge_shape(s, p, sum);
	}
	PQclear(parts);
	return status;
}

static int
merge(struct pgload *s, size_t lo, size_t hi, size_t *bad)
{
	struct pgpart p = {
	    .lo = lo, .hi = hi, .whole = lo == 0 && hi == s->end};
	struct pgcounts sum = {.inserted = 0};
	uint64_t rows = 0;
	size_t i;
	int status;

	*bad = SIZE_MAX;
	p.mixed = s->rows->nshape > 1;
	p.probe = !s->learned->changing;
	status = p.mixed ? merge_mixed(s, &p, &sum) : merge_shape(s, &p, &sum);
	if (status == EX_DATAERR && hi - lo == 1)
		refuse(s, *bad = lo, pgblame_column(s->pg, s->rows, lo));
	if (status)
		return give_back(s, status);
	for (i = lo; i < hi; i++)
		rows += !s->rows->row[i].bad;
	pgcounts_add(&s->now, &sum, rows);
	return hi < s->end ? next_savepoint(s) : 0;
}

static int
run(struct pgload *s, void (*make)(struct buf *, const struct pgtable *))
{
	int status;

	buf_cut(&s->sql, 0);
	make(&s->sql, s->table);
	status = pg_exec(s->pg, s->sql.s, NULL);
	return status ? status : next_savepoint(s);
}

/* The rows into the temporary table. */
static int
stage(struct pgload *s)
{
	int status = pgbisect(s, copy_staged);

	if (status == 0 && s->rows->nshape > 1 && s->table->nkey > 0)
		status = run(s, pgmerge_rounds);
	return status ? status : pgbisect(s, merge);
}

static int
by_row(const void *a, const void *b)
{
	const struct pgrefused *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

bool
pgload_direct(const struct pgload *s)
{
	const struct pgtable *t = s->table;

	return t->spec->mode == PG_APPEND && !t->stamp && !t->seen &&
	       !t->policies && pgrows_full(s->rows);
}

void
pgload_reset(struct pgload *s)
{
	pgload_forget(s);
	s->now = (struct pgcounts){.inserted = 0};
	s->end = s->rows->n;
	s->direct = pgload_direct(s);
}

void
pgload_begin(const struct pgload *s, struct buf *to)
{
	/* "slui", so that nobody else's lock is meant; then the table. */
	const uint64_t ours = (uint64_t)0x736c7569 << 32;
	uint64_t oid = 0;

	opt_number(s->table->oid, &oid);
	buf_printf(to,
	    PGLOAD_BEGIN "; SELECT pg_current_xact_id()"
			 " FROM pg_advisory_xact_lock%s(%" PRIu64 ")",
	    s->learned->alone > 0 ? "" : "_shared", ours | oid);
}

void
pgload_learn(struct pgload *s, int status)
{
	struct pglearned *l = s->learned;

	/* Class 40: another transaction was in the way. */
	if (status == EX_TEMPFAIL && strncmp(s->pg->code, "40", 2) == 0)
		l->alone = ALONE;
	if (status)
		return;
	s->pg->staged |= !s->direct;
	l->alone -= l->alone > 0;
	l->careful = s->nrefused > 0;
	l->changing = s->now.unchanged < s->rows->n / 4;
}

int
pgload(struct pgload *s)
{
	int status;

	pgload_reset(s);
	pgrows_as_text(s->rows);
	if (s->direct) {
		status = pgbisect(s, copy_direct);
	} else {
		status = s->pg->staged ? 0 : run(s, pgmerge_stage);
		if (status == 0)
			status = stage(s);
	}
	if (s->nrefused > 1)
		qsort(s->refused, s->nrefused, sizeof *s->refused, by_row);
	return status;
}

int
pgload_committed(struct pgload *s, PGresult *res)
{
	if (strcmp(PQcmdStatus(res), "COMMIT") == 0)
		return 0;
	buf_cut(&s->pg->why, 0);
	buf_str(&s->pg->why, "the server rolled the batch back");
	return EX_UNAVAILABLE;
}

void
pgload_free(struct pgload *s)
{
	pgload_forget(s);
	free(s->refused);
	free(s->line);
	buf_free(&s->sql);
	buf_free(&s->chunk);
}
