#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "msg.h"
#include "pgclause.h"
#include "pgcreate.h"
#include "pghistory.h"
#include "pgopen.h"
#include "stop.h"
#include "when.h"

/* The first may hold locks while the second session is waited for. */
enum { SECOND_S = 2 };

/* ---- trying again ---- */

/* The session of the step in hand. */
static const struct pg *
session(const struct pgstore *s)
{
	return s->sent ? s->sent->load.pg : &s->pg;
}

/* What is being done, for messages: appended to b. */
static void
doing(const struct pgstore *s, struct buf *b)
{
	const struct pgrows *r = s->sent ? &s->sent->rows : NULL;
	char *where = pg_where(session(s));

	if (r)
		buf_printf(b,
		    "could not store lines %" PRIu64 " to %" PRIu64
		    " in table \"%s\"",
		    r->row[0].line, r->row[r->n - 1].line, s->spec->table);
	else
		buf_printf(b, "could not %s \"%s\"",
		    s->making ? s->making : "use table", s->spec->table);
	buf_printf(b, " (%s)", where);
	free(where);
}

static void
say(const struct pgstore *s, unsigned next, double wait)
{
	const struct pg *pg = session(s);
	struct buf b = BUF_INIT;

	doing(s, &b);
	buf_printf(&b, ": %s", pg->why.s);
	if (pg->code[0])
		buf_printf(&b, " [%s]", pg->code);
	if (next > 0)
		msg_note("%s; trying again in %.1f s (%u of %" PRIu64 ")", b.s,
		    wait, next, s->retry);
	else
		msg_warn("%s", b.s);
	buf_free(&b);
}

int
pgopen_persist(struct pgstore *s, pgopen_step *take)
{
	double start = when_now(), wait;
	unsigned n;
	int status;

	for (n = 1;; n++) {
		status = take(s);
		if (status == 0)
			return 0;
		wait = pg_backoff(session(s), n);
		if (status != EX_TEMPFAIL || n > s->retry || stop_asked() ||
		    (s->retry_max_time > 0 &&
			when_now() + wait - start > s->retry_max_time))
			break;
		say(s, n, wait);
		s->rec->retries++;
		if (!stop_sleep(wait))
			break;
	}
	say(s, 0, 0);
	return status;
}

/* ---- the session ---- */

int
pgopen_session(struct pg *pg)
{
	return pg_alive(pg) ? 0 : pg_connect(pg);
}

void
pgopen_roll_back(struct pg *pg)
{
	if (pg_alive(pg) && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		PQclear(PQexec(pg->conn, "ROLLBACK"));
}

/* What was made for the table as it was before is forgotten. */
static int
open_table(struct pgstore *s)
{
	int status = pgopen_session(&s->pg), i;

	s->making = NULL;
	s->opened = false;
	pg_close(&s->second);
	if (status == 0 && s->pg.staged)
		status = pg_exec(
		    &s->pg, "DROP TABLE IF EXISTS " PGCLAUSE_STAGE, NULL);
	if (status)
		return status;
	s->pg.staged = false;
	for (i = 0; i < 2; i++)
		pgrows_free(&s->turn[i].rows);
	pgtable_free(&s->table);
	status = pgtable_open(&s->table, &s->pg, s->spec);
	if (status == 0 && s->table.oid && s->spec->history)
		status = pghistory_open(&s->table, &s->pg);
	for (i = 0; status == 0 && i < 2; i++)
		pgrows_init(&s->turn[i].rows, &s->table);
	s->opened = status == 0;
	return status;
}

/*
 * Makes the table, unless it cannot be used then. Whoever makes the same at
 * the same time waits for this transaction. A dry run is in one already.
 */
static int
make_table(struct pgstore *s)
{
	const char *begin = s->spec->dry_run ? "SAVEPOINT made" : "BEGIN";
	const char *end =
	    s->spec->dry_run ? "RELEASE SAVEPOINT made" : "COMMIT";
	unsigned tries = 0;
	bool again;
	int status;

	do {
		s->making = "make table";
		status = pg_exec(&s->pg, begin, NULL);
		if (status == 0)
			status = pgcreate_table(&s->table, &s->pg, s->needs);
		if (status == 0)
			status = open_table(s);
		if (status == 0)
			status = pg_exec(&s->pg, end, NULL);
		again = status && !s->spec->dry_run && ++tries < 10 &&
			pgcreate_is_there(&s->pg);
		if (status)
			pgopen_roll_back(&s->pg);
	} while (again);
	return status;
}

static int
make_columns(struct pgstore *s)
{
	int status;

	s->making = "make columns in table";
	status = pgcreate_columns(&s->table, &s->pg, s->needs);
	return status ? status : open_table(s);
}

/* Makes what is needed, then reads the catalog again. */
static int
make(struct pgstore *s)
{
	int status = pgopen_session(&s->pg);

	/* Where a try before this one failed in the middle. */
	if (status == 0 && !s->opened)
		status = open_table(s);
	if (status)
		return status;
	return s->table.oid ? make_columns(s) : make_table(s);
}

/* Opens the table; one that --columns describe is made if it is not there. */
static int
first_table(struct pgstore *s)
{
	int status = pgopen_session(&s->pg);

	if (status == 0 && s->spec->dry_run)
		status = pgrehearse_begin(&s->rehearse);
	if (status == 0)
		status = open_table(s);
	if (status || s->table.oid || s->spec->columns == NULL)
		return status;
	return make_table(s);
}

int
pgstore_grow(struct pgstore *s, const struct pginfer *needs, bool all)
{
	int status;

	s->needs = needs;
	if (all) {
		status = pgopen_persist(s, make);
	} else {
		s->making =
		    s->table.oid ? "make columns in table" : "make table";
		status = pg_wrong(&s->pg,
		    "the records have more than %d members, which is more "
		    "than a table can have columns; --unknown json:COLUMN "
		    "needs one for all",
		    PG_COLUMNS_MAX);
		say(s, 0, 0);
	}
	s->needs = NULL;
	s->making = NULL;
	return status;
}

int
pgstore_open(struct pgstore *s, struct rec *rec, const struct pgspec *spec,
    uint64_t retry, double retry_max_time)
{
	int status, i;

	s->rec = rec;
	s->spec = spec;
	s->retry = retry;
	s->retry_max_time = retry_max_time;
	s->inserted = rec_counter(rec, "inserted");
	s->updated = rec_counter(rec, "updated");
	s->unchanged = rec_counter(rec, "unchanged");
	s->deleted = rec_counter(rec, "deleted");
	s->older = rec_counter(rec, "older");
	s->superseded = rec_counter(rec, "superseded");
	if (spec->dry_run)
		pgrehearse_init(&s->rehearse, &s->pg, rec->out);
	status = pgopen_persist(s, first_table);
	if (status)
		return status;
	for (i = 0; i < 2; i++)
		s->turn[i].load = (struct pgload){.pg = &s->pg,
		    .table = &s->table,
		    .rows = &s->turn[i].rows,
		    .learned = &s->learned,
		    .stop_at_bad = rec->rejects == NULL,
		    .stepwise = spec->dry_run};
	s->hand = &s->turn[0];
	s->rows = &s->hand->rows;
	s->second.conninfo = s->pg.conninfo;
	s->second.connect_timeout = SECOND_S;
	/* What would be tried again includes all batches before. */
	if (spec->dry_run)
		s->retry = 0;
	return 0;
}
