#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

#include "msg.h"
#include "pgchange.h"
#include "pgflight.h"

/* ---- which batches ---- */

/*
 * Rows for the temporary table, one a key, the last, and in an order in which
 * they need no sorting.
 */
static bool
in_order(struct pgflight *f, struct pgload *s)
{
	const struct pgrows *b = s->rows;
	bool as_they_are;

	f->part = (struct pgpart){.hi = b->n, .whole = true, .distinct = true};
	if (b->nshape > 1 || s->table->partitioned ||
	    s->table->spec->mode != PG_UPSERT || pgrows_gone(b, 0) ||
	    pgchange_needed(b, &f->part))
		return false;
	s->line = buf_array(s->line, b->n, sizeof *s->line);
	f->n = f->part.hi = pgorder(b, s->line, &as_they_are);
	f->line = as_they_are && !b->binary ? NULL : s->line;
	s->now.superseded = b->n - f->n;
	return f->n > 0;
}

/* ---- going on ---- */

static void
fail(struct pgflight *f, PGresult *res)
{
	int status = pg_result(f->load->pg, res, NULL);

	/* What comes after the first error is about the error. */
	if (f->status == 0)
		f->status = status;
}

/* The connection failed; that may have cost the answer. */
static void
lost(struct pgflight *f)
{
	fail(f, NULL);
	f->phase = PGFLIGHT_OVER;
}

static void
ask(struct pgflight *f, const char *sql, enum pgflight_phase phase)
{
	msg_debug("SQL: %s", sql);
	f->phase = phase;
	f->committing |= phase == PGFLIGHT_COMMIT;
	if (PQsendQuery(f->load->pg->conn, sql) != 1)
		lost(f);
}

/* Lines that are fetched from memory before their turn. */
enum { AHEAD = 6 };

static void
prefetch(const struct pgorder_line *l)
{
	size_t i;

	for (i = 0; i < l->len && i < 512; i += 64)
		__builtin_prefetch(l->s + i);
}

/* The next rows, about PGLOAD_CHUNK bytes of them. */
static void
next_rows(struct pgflight *f, const char **s, size_t *len)
{
	struct buf *chunk = &f->load->chunk;
	const struct pgorder_line *l;
	size_t key;

	if (f->line == NULL) {
		f->next = pgrows_lines(
		    f->load->rows, f->next, f->n, PGLOAD_CHUNK, s, len);
		return;
	}
	buf_cut(chunk, 0);
	while (f->next < f->n && chunk->len < PGLOAD_CHUNK) {
		l = &f->line[f->next++];
		if (f->next + AHEAD < f->n)
			prefetch(l + AHEAD);
		key = f->load->rows->binary ? l->key_len : 0;
		buf_add(chunk, l->s + key, l->len - key);
	}
	*s = chunk->s;
	*len = chunk->len;
}

/* Sends what stands before or behind all rows in the binary format. */
static void
frame(struct pgflight *f, void (*part)(struct buf *))
{
	struct buf *chunk = &f->load->chunk;

	if (!f->load->rows->binary)
		return;
	buf_cut(chunk, 0);
	part(chunk);
	pg_copy_data(f->load->pg, chunk->s, chunk->len);
}

/* Sends rows until they would have to wait; false where that is so. */
static bool
send_rows(struct pgflight *f)
{
	PGconn *conn = f->load->pg->conn;
	const char *s;
	size_t len;
	int wait;

	while (f->next < f->n) {
		wait = PQflush(conn);
		if (wait < 0)
			break;
		if (wait > 0)
			return false;
		next_rows(f, &s, &len);
		if (pg_copy_data(f->load->pg, s, len) != 0)
			break;
	}
	/* What went wrong while sending shows in the result. */
	f->phase = PGFLIGHT_COPIED;
	frame(f, pgbinary_tail);
	if (PQputCopyEnd(conn, NULL) != 1)
		lost(f);
	return true;
}

/* Asks for what a statement does with the rows that were sent. */
static void
ask_of_rows(struct pgflight *f,
    void (*make)(struct buf *, const struct pgrows *, const struct pgpart *),
    enum pgflight_phase phase)
{
	struct pgload *s = f->load;

	buf_cut(&s->sql, 0);
	f->part.probe = !s->learned->changing;
	make(&s->sql, s->rows, &f->part);
	ask(f, s->sql.s, phase);
}

static void
seen_or_commit(struct pgflight *f)
{
	if (f->load->table->seen)
		ask_of_rows(f, pgmerge_seen, PGFLIGHT_SEEN);
	else
		ask(f, "COMMIT", PGFLIGHT_COMMIT);
}

/* The statement is through: the next one, or a wait for its turn. */
static void
next_phase(struct pgflight *f)
{
	struct pgload *s = f->load;

	if (f->status) {
		f->phase = PGFLIGHT_OVER;
		return;
	}
	switch (f->phase) {
	case PGFLIGHT_COPIED:
		if (s->direct)
			ask(f, "COMMIT", PGFLIGHT_COMMIT);
		else if (!f->held)
			ask_of_rows(f, pgmerge_insert, PGFLIGHT_MERGE);
		else if (s->learned->still)
			ask_of_rows(f, pgmerge_look, PGFLIGHT_LOOK);
		else
			f->ready = true;
		break;
	case PGFLIGHT_LOOK:
		if (f->held) {
			f->ready = true;
		} else if (f->same && s->learned->still) {
			/* Nothing has been written since. */
			s->now.unchanged = f->n;
			seen_or_commit(f);
		} else {
			ask_of_rows(f, pgmerge_insert, PGFLIGHT_MERGE);
		}
		break;
	case PGFLIGHT_MERGE:
		seen_or_commit(f);
		break;
	case PGFLIGHT_COMMIT:
		f->phase = PGFLIGHT_OVER;
		break;
	default: /* SEEN */
		ask(f, "COMMIT", PGFLIGHT_COMMIT);
	}
}

static void
one_result(struct pgflight *f, PGresult *res)
{
	struct pgload *s = f->load;
	ExecStatusType is = PQresultStatus(res);

	if (is == PGRES_COPY_IN) {
		f->phase = PGFLIGHT_ROWS;
		frame(f, pgbinary_head);
	} else if (is != PGRES_COMMAND_OK && is != PGRES_TUPLES_OK) {
		fail(f, res);
		return;
	} else if (f->phase == PGFLIGHT_BEGIN && is == PGRES_TUPLES_OK) {
		snprintf(f->xid, sizeof f->xid, "%s", PQgetvalue(res, 0, 0));
	} else if (f->phase == PGFLIGHT_COPIED && s->direct) {
		s->now.inserted = f->n;
	} else if (f->phase == PGFLIGHT_LOOK) {
		f->same = pg_truth(res, 0, 0);
	} else if (f->phase == PGFLIGHT_MERGE) {
		pgcounts_read(&s->now, res);
	} else if (f->phase == PGFLIGHT_COMMIT) {
		f->status = pgload_committed(s, res);
	}
	PQclear(res);
}

bool
pgflight_push(struct pgflight *f)
{
	PGconn *conn = f->load->pg->conn;
	PGresult *res;

	while (f->phase != PGFLIGHT_OVER) {
		if (f->phase == PGFLIGHT_ROWS && !send_rows(f))
			return false;
		if (f->phase == PGFLIGHT_OVER)
			break;
		if (f->ready && f->held)
			return false;
		if (PQflush(conn) < 0 || PQconsumeInput(conn) != 1) {
			lost(f);
			break;
		}
		if (PQisBusy(conn))
			return false;
		if ((res = PQgetResult(conn)))
			one_result(f, res);
		else
			next_phase(f);
	}
	return true;
}

struct pollfd
pgflight_wait(const struct pgflight *f)
{
	PGconn *conn = f->load->pg->conn;
	struct pollfd p = {PQsocket(conn), POLLIN, 0};

	if (f->phase == PGFLIGHT_OVER || (f->ready && f->held))
		return (struct pollfd){.fd = -1};
	/* There are rows left, even where all that was given is sent by now. */
	if (f->phase == PGFLIGHT_ROWS || PQflush(conn) > 0)
		p.events |= POLLOUT;
	return p;
}

/* ---- from begin to end ---- */

bool
pgflight_start(struct pgflight *f, struct pgload *s, bool held)
{
	PGconn *conn = s->pg->conn;

	*f = (struct pgflight){.load = s, .n = s->rows->n, .held = held};
	if (s->learned->careful || s->stepwise || !pg_alive(s->pg))
		return false;
	pgload_reset(s);
	if (s->direct ? held : !in_order(f, s))
		return false;
	f->busy = true;
	PQsetnonblocking(conn, 1);
	buf_cut(&s->sql, 0);
	pgload_begin(s, &s->sql);
	buf_char(&s->sql, ';');
	if (!s->direct && !s->pg->staged) {
		pgmerge_stage(&s->sql, s->table);
		buf_char(&s->sql, ';');
	}
	pgmerge_copy(
	    &s->sql, s->rows, s->direct ? PGMERGE_TARGET : PGMERGE_DISTINCT);
	ask(f, s->sql.s, PGFLIGHT_BEGIN);
	return true;
}

/* The connection is the caller's again. */
static void
end(struct pgflight *f)
{
	f->busy = false;
	if (pg_alive(f->load->pg))
		PQsetnonblocking(f->load->pg->conn, 0);
}

int
pgflight_end(struct pgflight *f, struct pgflight *behind, bool *in_doubt)
{
	struct pollfd p[2] = {{.fd = -1}, {.fd = -1}};

	while (!pgflight_push(f)) {
		p[0] = pgflight_wait(f);
		if (behind && !pgflight_push(behind))
			p[1] = pgflight_wait(behind);
		else
			p[1].fd = -1;
		/* A signal ends the reading, not the batch in hand. */
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die_errno(EX_OSERR, "could not wait for the server");
	}
	*in_doubt = f->status && f->committing && !pg_alive(f->load->pg);
	end(f);
	return f->status;
}

void
pgflight_drop(struct pgflight *f)
{
	struct pg *pg = f->load->pg;

	/* In the middle of a COPY the server need not be heard out. */
	if (!f->ready)
		pg_close(pg);
	end(f);
	if (pg_alive(pg))
		PQclear(PQexec(pg->conn, "ROLLBACK"));
}
