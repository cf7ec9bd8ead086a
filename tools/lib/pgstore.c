#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "msg.h"
#include "pgopen.h"

void
pgstore_free(struct pgstore *s)
{
	struct pgcounts c;

	if (s->spec->dry_run) {
		c = (struct pgcounts){*s->inserted, *s->updated, *s->unchanged,
		    *s->deleted, *s->older, *s->superseded};
		pgrehearse_end(&s->rehearse, &c, s->rec->rejected);
	}
	pgload_free(&s->load);
	pgrows_free(&s->batch[0]);
	pgrows_free(&s->batch[1]);
	pgtable_free(&s->table);
	pg_free(&s->pg);
	buf_free(&s->key);
}

/* ---- a transaction ---- */

/*
 * A COMMIT was sent and the connection died: *done tells whether it counts.
 * Where the server cannot tell, a batch that changes nothing when it is
 * repeated is repeated; an append may not be.
 */
static int
look_up(struct pgstore *s, bool *done)
{
	PGresult *res;
	int status =
	    pg_exec1(&s->pg, "SELECT pg_xact_status($1::xid8)", s->xid, &res);
	const char *fate;

	*done = false;
	if (status == 0) {
		fate = PQgetvalue(res, 0, 0);
		*done = strcmp(fate, "committed") == 0;
		if (strcmp(fate, "in progress") == 0)
			status = EX_TEMPFAIL;
		else if (!*done && strcmp(fate, "aborted") != 0)
			status = EX_UNAVAILABLE;
		PQclear(res);
		if (status) {
			buf_cut(&s->pg.why, 0);
			buf_printf(&s->pg.why,
			    "the fate of transaction %s is %s", s->xid,
			    status == EX_TEMPFAIL ? "not decided yet"
						  : "unknown");
		}
	}
	if (status == EX_TEMPFAIL)
		return status;
	if (status && s->spec->mode == PG_APPEND) {
		buf_printf(&s->pg.why,
		    "; transaction %s may have stored these lines", s->xid);
		return EX_UNAVAILABLE;
	}
	s->in_doubt = false;
	return 0;
}

/* Begins a transaction and remembers it, so that it can be looked up. */
static int
begin(struct pgstore *s)
{
	PGresult *res;
	int status;

	buf_cut(&s->load.sql, 0);
	pgload_begin(&s->load, &s->load.sql);
	status = pg_exec(&s->pg, s->load.sql.s, &res);
	if (status)
		return status;
	snprintf(s->xid, sizeof s->xid, "%s", PQgetvalue(res, 0, 0));
	PQclear(res);
	return pg_exec(&s->pg, "SAVEPOINT part", NULL);
}

static int
commit(struct pgstore *s)
{
	PGresult *res;
	int status = pg_exec(&s->pg, "COMMIT", &res);

	s->in_doubt = status && !pg_alive(&s->pg);
	if (status == 0)
		status = pgload_committed(&s->load, res);
	PQclear(res);
	return status;
}

/* A part at a time, so that bad rows are found. */
static int
step_by_step(struct pgstore *s)
{
	int status = begin(s);

	if (status == 0)
		status = pgload(&s->load);
	return status ? status : commit(s);
}

/* Takes what is on its way to its end. */
static int
land(struct pgstore *s)
{
	int status = pgflight_end(&s->flight, &s->in_doubt);

	snprintf(s->xid, sizeof s->xid, "%s", s->flight.xid);
	return status;
}

/* The whole batch: what was begun before, else from its start. */
static int
transaction(struct pgstore *s)
{
	bool done = false;
	int status = 0;

	if (!s->flight.busy) {
		status = pgopen_session(s);
		if (status == 0 && s->in_doubt)
			status = look_up(s, &done);
		if (status || done)
			return status;
	}
	if (s->flight.busy || pgflight_start(&s->flight, &s->load))
		status = land(s);
	else
		status = EX_DATAERR;
	if (status == EX_DATAERR) {
		/* There may be bad rows, which are to be found. */
		pgopen_roll_back(s);
		s->load.careful = true;
		status = step_by_step(s);
	}
	if (status == EX_DATAERR)
		/* Found too late to tell whose fault it is. */
		status = EX_UNAVAILABLE;
	if (status)
		pgopen_roll_back(s);
	pgload_learn(&s->load, status);
	return status;
}

/* The same, to no avail. */
static int
rehearsal(struct pgstore *s)
{
	return pgrehearse_batch(&s->rehearse, &s->load);
}

/* ---- after the commit ---- */

void
pgstore_reject(
    struct pgstore *s, const struct rec_saved *r, const struct pgbad *bad)
{
	pgrows_key(&s->table, r->s, r->len, &s->key);
	if (s->rec->stopped && s->load.stop_at_bad)
		/* A later line was named first; this one counts, too. */
		msg_warn("<stdin>:%" PRIu64 ": %s", r->line, bad->why.s);
	rec_reject_saved(s->rec, r, bad->code[0] ? bad->code : NULL,
	    s->key.len > 0 ? s->key.s : NULL, "%s", bad->why.s);
	s->over |= s->load.stop_at_bad;
}

static void
reject(struct pgstore *s, const struct pgrow *r, const struct pgbad *bad)
{
	struct rec_saved saved = {
	    s->load.rows->raw.s + r->raw, r->raw_len, r->line};

	pgstore_reject(s, &saved, bad);
}

/* Prints and settles rows from .. end - 1, which are stored. */
static void
stored(struct pgstore *s, size_t from, size_t end)
{
	enum { PIECE = 64 << 10 }; /* what is printed at once, about */
	const struct pgrows *rows = s->load.rows;
	size_t n, i = from, at, len;

	rec_done(s->rec, end - from);
	while (i < end && !s->spec->dry_run) {
		at = rows->row[i].raw;
		for (n = i, len = 0; n < end && len < PIECE; n++)
			len += rows->row[n].raw_len + 1;
		out_text(s->rec->out, rows->raw.s + at, len, n - i);
		i = n;
	}
}

static void
settle(struct pgstore *s)
{
	const struct pgrows *rows = s->load.rows;
	const struct pgrefused *bad;
	size_t i, from = 0;

	*s->inserted += s->load.now.inserted;
	*s->updated += s->load.now.updated;
	*s->unchanged += s->load.now.unchanged;
	*s->deleted += s->load.now.deleted;
	*s->older += s->load.now.older;
	*s->superseded += s->load.now.superseded;
	for (i = 0; i < s->load.nrefused; i++) {
		bad = &s->load.refused[i];
		/* Where it ends at a bad row, later ones do not count. */
		if (bad->row > s->load.end)
			break;
		stored(s, from, bad->row);
		reject(s, &rows->row[bad->row], &bad->bad);
		from = bad->row + 1;
	}
	if (from < s->load.end)
		stored(s, from, s->load.end);
	out_flush(s->rec->out);
}

/* Waits for what was handed over, and settles it. */
static int
finish(struct pgstore *s)
{
	int status;

	if (!s->sent)
		return 0;
	status = pgopen_persist(s, s->spec->dry_run ? rehearsal : transaction);
	s->sent = false;
	s->over = s->load.stop_at_bad && s->load.nrefused > 0;
	if (status == 0)
		settle(s);
	pgload_forget(&s->load);
	pgrows_clear(s->load.rows);
	return status;
}

int
pgstore_batch(struct pgstore *s)
{
	int status = finish(s);
	struct pgrows *filled = s->rows;

	if (status || s->over || filled->n == 0)
		return status;
	s->rows = s->load.rows;
	s->load.rows = filled;
	s->sent = true;
	return pgflight_start(&s->flight, &s->load) ? 0 : finish(s);
}

int
pgstore_push(struct pgstore *s)
{
	return s->sent && pgflight_push(&s->flight) ? finish(s) : 0;
}

int
pgstore_flush(struct pgstore *s)
{
	int status = pgstore_batch(s);

	return status ? status : finish(s);
}

struct pollfd
pgstore_wait(const struct pgstore *s)
{
	return s->sent ? pgflight_wait(&s->flight) : (struct pollfd){.fd = -1};
}
