#include <stdlib.h>

#include "msg.h"
#include "pgfeed.h"

static bool
no_table(const struct pgfeed *f)
{
	return f->store->table.oid == NULL;
}

static bool
full(const struct pgfeed *f)
{
	const struct pgrows *rows = f->store->rows;

	if (f->keeping)
		return f->nkept >= (no_table(f) ? f->sample : f->batch) ||
		       f->raw.len + f->nkept * sizeof *f->kept >= f->bytes;
	return rows->n >= f->batch || pgrows_bytes(rows) >= f->bytes;
}

static void
keep(struct pgfeed *f, const struct rec_saved *r)
{
	if (f->nkept == f->room) {
		f->room = f->room ? f->room * 2 : 256;
		f->kept = buf_array(f->kept, f->room, sizeof *f->kept);
	}
	f->kept[f->nkept++] = (struct pgkept){f->raw.len, r->len, r->line};
	buf_add(&f->raw, r->s, r->len);
}

static int
bad_record(struct pgfeed *f, const struct rec_saved *r)
{
	int status;

	/* Where it ends at the first bad record, those before it count. */
	if (f->rec->rejects == NULL) {
		status = pgstore_flush(f->store);
		if (status || f->store->over)
			return status;
	}
	pgstore_reject(f->store, r, &f->bad);
	return 0;
}

/* Adds a record to the batch; false if it is bad. */
static bool
add(struct pgfeed *f, const struct rec_saved *r)
{
	enum rule_is gone = RULE_UNMET;

	if (f->tombstone)
		gone = rule_ask(f->tombstone, (struct json_val){r->s, r->len});
	if (gone != RULE_FAILED)
		return pgrows_add(f->store->rows, r, gone == RULE_MET, &f->bad);
	f->bad.code[0] = '\0';
	f->bad.unknown = false;
	buf_cut(&f->bad.why, 0);
	buf_printf(&f->bad.why, "--delete-where %s failed: %s",
	    rule_text(f->tombstone), rule_error(f->tombstone));
	return false;
}

/* A record into the batch; one that needs a new column is kept if it may. */
static int
take(struct pgfeed *f, const struct rec_saved *r, bool may_keep)
{
	int status;

	if (add(f, r))
		return 0;
	if (!f->bad.unknown || !may_keep)
		return bad_record(f, r);
	status = pgstore_flush(f->store);
	if (status || f->store->over)
		return status;
	f->keeping = true;
	keep(f, r);
	return 0;
}

/* Makes what the kept records need. */
static int
make_room(struct pgfeed *f)
{
	struct json_val v;
	size_t i;
	int status;

	f->infer.most = PG_COLUMNS_MAX;
	for (i = 0; i < f->nkept; i++) {
		v = (struct json_val){f->raw.s + f->kept[i].at, f->kept[i].len};
		if (!pginfer_record(&f->infer, v))
			break;
	}
	status = pgstore_grow(f->store, &f->infer, i == f->nkept);
	pginfer_reset(&f->infer);
	return status;
}

static int
release(struct pgfeed *f)
{
	struct rec_saved r;
	size_t i;
	int status;

	if (f->nkept == 0) {
		if (no_table(f) && !f->rec->stopped)
			msg_note("no record came to make table \"%s\" from",
			    f->store->table.spec->table);
		return 0;
	}
	status = make_room(f);
	f->keeping = false;
	for (i = 0; status == 0 && !f->store->over && i < f->nkept; i++) {
		r = (struct rec_saved){
		    f->raw.s + f->kept[i].at, f->kept[i].len, f->kept[i].line};
		status = take(f, &r, false);
		if (status == 0 && full(f))
			status = pgstore_batch(f->store);
	}
	f->nkept = 0;
	buf_cut(&f->raw, 0);
	return status;
}

int
pgfeed_add(struct pgfeed *f, const struct rec_saved *r)
{
	int status = 0;

	f->keeping = f->keeping || no_table(f);
	if (f->keeping)
		keep(f, r);
	else
		status = take(f, r, true);
	return status == 0 && full(f) ? pgfeed_batch(f) : status;
}

int
pgfeed_batch(struct pgfeed *f)
{
	int status = f->keeping ? release(f) : 0;

	return status ? status : pgstore_batch(f->store);
}

int
pgfeed_flush(struct pgfeed *f)
{
	int status = f->keeping || no_table(f) ? release(f) : 0;

	return status ? status : pgstore_flush(f->store);
}

bool
pgfeed_waits(const struct pgfeed *f)
{
	return f->store->rows->n > 0 || (f->nkept > 0 && !no_table(f));
}

void
pgfeed_free(struct pgfeed *f)
{
	free(f->kept);
	buf_free(&f->raw);
	buf_free(&f->bad.why);
	pginfer_free(&f->infer);
}
