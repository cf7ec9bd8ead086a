#include <inttypes.h>
#include <string.h>

#include "pgrehearse.h"

static void
print(void *arg, const char *sql)
{
	struct pgrehearse *r = arg;
	size_t len = strlen(sql);
	struct buf *b;

	if (!set_add(&r->said, sql, len))
		return;
	b = out_buf(r->out);
	buf_add(b, sql, len);
	buf_char(b, ';');
	out_end(r->out);
}

void
pgrehearse_init(struct pgrehearse *r, struct pg *pg, struct out *out)
{
	*r = (struct pgrehearse){.pg = pg, .out = out};
	pg->trace = print;
	pg->trace_arg = r;
}

int
pgrehearse_begin(struct pgrehearse *r)
{
	/* Where a try before this one failed in the middle. */
	if (PQtransactionStatus(r->pg->conn) != PQTRANS_IDLE)
		PQclear(PQexec(r->pg->conn, "ROLLBACK"));
	return pg_exec(r->pg, PGLOAD_BEGIN, NULL);
}

int
pgrehearse_batch(struct pgrehearse *r, struct pgload *load)
{
	int status = pg_exec(r->pg, "SAVEPOINT part", NULL);

	if (status == 0)
		status = pgload(load);
	/* What a commit would do. */
	if (status == 0 && !load->direct)
		status =
		    pg_exec(r->pg, "TRUNCATE pg_temp." PGMERGE_STAGE, NULL);
	if (status == 0)
		status = pg_exec(r->pg, "RELEASE SAVEPOINT part", NULL);
	pgload_learn(load, status);
	return status;
}

void
pgrehearse_end(
    struct pgrehearse *r, const struct pgcounts *c, uint64_t rejected)
{
	struct buf *b;

	if (pg_alive(r->pg))
		pg_exec(r->pg, "ROLLBACK", NULL);
	r->pg->trace = NULL;
	b = out_buf(r->out);
	buf_printf(b,
	    "-- rolled back: inserted %" PRIu64 ", updated %" PRIu64
	    ", unchanged %" PRIu64 ", deleted %" PRIu64 ", older %" PRIu64
	    ", superseded %" PRIu64 ", rejected %" PRIu64,
	    c->inserted, c->updated, c->unchanged, c->deleted, c->older,
	    c->superseded, rejected);
	out_end(r->out);
	set_free(&r->said);
}
