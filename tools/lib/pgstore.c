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
	size_t i;

	if (s->spec->dry_run) {
		c = (struct pgcounts){*s->inserted, *s->updated, *s->unchanged,
		    *s->deleted, *s->older, *s->superseded};
		pgrehearse_end(&s->rehearse, &c, s->rec->rejected);
	}
	for (i = 0; i < 2; i++) {
		pgload_free(&s->turn[i].load);
		pgrows_free(&s->turn[i].rows);
	}
	pgtable_free(&s->table);
	pg_free(&s->second);
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
begin(struct pgstore *s, struct pgload *load)
{
	PGresult *res;
	int status;

	buf_cut(&load->sql, 0);
	pgload_begin(load, &load->sql);
	status = pg_exec(load->pg, load->sql.s, &res);
	if (status)
		return status;
	snprintf(s->xid, sizeof s->xid, "%s", PQgetvalue(res, 0, 0));
	PQclear(res);
	return pg_exec(load->pg, "SAVEPOINT part", NULL);
}

static int
commit(struct pgstore *s, struct pgload *load)
{
	PGresult *res;
	int status = pg_exec(load->pg, "COMMIT", &res);

	s->in_doubt = status && !pg_alive(load->pg);
	if (status == 0)
		status = pgload_committed(load, res);
	PQclear(res);
	return status;
}

/* A part at a time, so that bad rows are found. */
static int
step_by_step(struct pgstore *s, struct pgload *load)
{
	int status = begin(s, load);

	if (status == 0)
		status = pgload(load);
	return status ? status : commit(s, load);
}

/*
 * Gives up what was sent of the batch in hand: before the other begins anew,
 * since a loader that wants to be alone lets none begin, and waits for all
 * that have begun.
 */
static void
drop_ahead(struct pgstore *s)
{
	if (s->hand->flight.busy)
		pgflight_drop(&s->hand->flight);
}

/* Takes what is on its way to its end, and the batch in hand along. */
static int
land(struct pgstore *s, struct pgflight *f)
{
	struct pgflight *behind = &s->hand->flight;
	int status =
	    pgflight_end(f, behind->busy ? behind : NULL, &s->in_doubt);

	snprintf(s->xid, sizeof s->xid, "%s", f->xid);
	return status;
}

/* From the start, after a failure: on the first session. */
static int
start_over(struct pgstore *s, bool *done)
{
	int status;

	s->sent->load.pg = &s->pg;
	status = pgopen_session(&s->pg);
	if (status == 0 && s->in_doubt)
		status = look_up(s, done);
	return status;
}

/* The whole batch: what was begun before, else from its start. */
static int
transaction(struct pgstore *s)
{
	struct pgload *load = &s->sent->load;
	struct pgflight *f = &s->sent->flight;
	bool done = false;
	int status = 0;

	if (!f->busy) {
		drop_ahead(s);
		status = start_over(s, &done);
	}
	if (status || done)
		return status;
	if (f->busy || pgflight_start(f, load, false))
		status = land(s, f);
	else
		status = EX_DATAERR;
	if (status == EX_DATAERR) {
		/* There may be bad rows, which are to be found. */
		drop_ahead(s);
		pgopen_roll_back(load->pg);
		s->learned.careful = true;
		status = step_by_step(s, load);
	}
	if (status == EX_DATAERR)
		/* Found too late to tell whose fault it is. */
		status = EX_UNAVAILABLE;
	if (status)
		pgopen_roll_back(load->pg);
	pgload_learn(load, status);
	return status;
}

/* The same, to no avail. */
static int
rehearsal(struct pgstore *s)
{
	return pgrehearse_batch(&s->rehearse, &s->sent->load);
}

/* ---- after the commit ---- */

void
pgstore_reject(
    struct pgstore *s, const struct rec_saved *r, const struct pgbad *bad)
{
	pgrows_key(&s->table, r->s, r->len, &s->key);
	if (s->rec->stopped && s->hand->load.stop_at_bad)
		/* A later line was named first; this one counts, too. */
		msg_warn("<stdin>:%" PRIu64 ": %s", r->line, bad->why.s);
	rec_reject_saved(s->rec, r, bad->code[0] ? bad->code : NULL,
	    s->key.len > 0 ? s->key.s : NULL, "%s", bad->why.s);
	s->over |= s->hand->load.stop_at_bad;
}

static void
reject(struct pgstore *s, const struct pgrow *r, const struct pgbad *bad)
{
	struct rec_saved saved = {
	    s->sent->rows.raw.s + r->raw, r->raw_len, r->line};

	pgstore_reject(s, &saved, bad);
}

/* Prints and settles rows from .. end - 1, which are stored. */
static void
stored(struct pgstore *s, size_t from, size_t end)
{
	enum { PIECE = 64 << 10 }; /* what is printed at once, about */
	const struct pgrows *rows = &s->sent->rows;
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
	const struct pgrows *rows = &s->sent->rows;
	const struct pgload *load = &s->sent->load;
	const struct pgrefused *bad;
	size_t i, from = 0;

	*s->inserted += load->now.inserted;
	*s->updated += load->now.updated;
	*s->unchanged += load->now.unchanged;
	*s->deleted += load->now.deleted;
	*s->older += load->now.older;
	*s->superseded += load->now.superseded;
	/* Of each batch that counts, also where COMMIT's answer was lost. */
	s->learned.still =
	    load->now.inserted + load->now.updated + load->now.deleted == 0;
	for (i = 0; i < load->nrefused; i++) {
		bad = &load->refused[i];
		/* Where it ends at a bad row, later ones do not count. */
		if (bad->row > load->end)
			break;
		stored(s, from, bad->row);
		reject(s, &rows->row[bad->row], &bad->bad);
		from = bad->row + 1;
	}
	if (from < load->end)
		stored(s, from, load->end);
	out_flush(s->rec->out);
}

/* Waits for what was handed over, and settles it. */
static int
finish(struct pgstore *s)
{
	struct pgload *load;
	int status;

	if (!s->sent)
		return 0;
	load = &s->sent->load;
	status = pgopen_persist(s, s->spec->dry_run ? rehearsal : transaction);
	s->over = load->stop_at_bad && load->nrefused > 0;
	if (status == 0)
		settle(s);
	pgload_forget(load);
	pgrows_clear(&s->sent->rows);
	s->sent = NULL;
	return status;
}

/* ---- two batches at a time ---- */

/*
 * Sends the batch in hand as far as its temporary table, on the session that
 * the one before has not got.
 */
static void
run_ahead(struct pgstore *s)
{
	struct pgturn *next = s->hand;
	struct pg *pg = s->sent->load.pg == &s->pg ? &s->second : &s->pg;

	if (s->single || s->learned.alone > 0 ||
	    pgflight_push(&s->sent->flight))
		return;
	if (pgopen_session(pg) == 0) {
		next->load.pg = pg;
		pgflight_start(&next->flight, &next->load, true);
	} else if (pg == &s->second) {
		msg_debug("goes on with one session: %s", pg->why.s);
		s->single = true;
	}
}

int
pgstore_batch(struct pgstore *s)
{
	struct pgturn *next = s->hand;
	int status;

	if (s->sent && next->rows.n > 0)
		run_ahead(s);
	status = finish(s);
	if (status || s->over)
		drop_ahead(s);
	if (status || s->over || next->rows.n == 0)
		return status;
	s->sent = next;
	s->hand = &s->turn[next == &s->turn[0]];
	s->rows = &s->hand->rows;
	next->flight.held = false;
	if (!next->flight.busy) {
		next->load.pg = &s->pg;
		if (!pgflight_start(&next->flight, &next->load, false))
			return finish(s);
	}
	return pgstore_push(s);
}

int
pgstore_push(struct pgstore *s)
{
	return s->sent && pgflight_push(&s->sent->flight) ? finish(s) : 0;
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
	return s->sent ? pgflight_wait(&s->sent->flight)
		       : (struct pollfd){.fd = -1};
}
