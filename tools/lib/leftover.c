/* leftover: pending files read, posted again or given up. */
#include "leftover.h"

#include <stdint.h>

#include "in.h"
#include "msg.h"
#include "opt.h"
#include "stop.h"

/* All of it, or nothing: false where a signal asks to stop. */
static bool
read_pending(struct leftover *l, const char *path)
{
	struct rec_saved r;
	struct json_error e;
	struct json_val v;
	enum in_is is;
	struct in in;

	in_open(&in, path, opt_common.max_record);
	while ((is = in_line(&in, &v.s, &v.len)) == IN_LINE) {
		if (!json_check(v.s, v.len, &e) || key_get(l->key, v) != KEY_OK)
			break;
		r = (struct rec_saved){v.s, v.len, in.line};
		batch_add(&l->batch, &l->deliver->form, &r, l->key);
	}
	if ((is != IN_END && is != IN_STOP) ||
	    (is == IN_END && l->batch.n == 0))
		die(EX_DATAERR,
		    "%s:%ju: not a record with the key, or longer than "
		    "--max-record",
		    path, (uintmax_t)in.line);
	in_close(&in);
	return is == IN_END;
}

/* Its records go to the rejects, and are not posted while its file is there. */
static int
give_up(struct leftover *l, const char *uuid, struct buf *why)
{
	struct rec *rec = l->deliver->rec;
	struct audit *audit = l->deliver->audit;
	const struct batch *b = &l->batch;
	struct rec_saved r;
	size_t i;

	for (i = 0; i < b->n; i++) {
		r = batch_saved(b, i);
		rec_reject_saved(rec, &r, NULL, batch_key(b, i),
		    "it is not known whether batch %s was accepted", uuid);
		audit_add(audit, b->key.s + b->row[i].key, b->row[i].key_len);
	}
	if (rec->stopped)
		return EX_DATAERR;
	out_sync(rec->rejects);
	if (audit_set_aside(audit, uuid, why))
		return 0;
	msg_warn("%s", why->s);
	return audit->status;
}

static int
one_pending(struct leftover *l, const char *uuid, struct buf *why)
{
	struct buf path = BUF_INIT;
	int status = EX_TEMPFAIL;

	audit_path(l->deliver->audit, uuid, &path);
	if (!read_pending(l, path.s))
		status = 0;
	else if (l->mode == LEFTOVER_RESEND)
		status = deliver_again(l->deliver, &l->batch, uuid);
	else if (l->mode == LEFTOVER_REJECT)
		status = give_up(l, uuid, why);
	else
		msg_warn("batch %s of %zu records is of unknown fate: it was "
			 "posted, and no answer was seen; see whether the "
			 "server has the records of \"%s\" and run again with "
			 "--ambiguous resend, or reject",
		    uuid, l->batch.n, path.s);
	batch_clear(&l->batch);
	buf_free(&path);
	return status;
}

int
leftover_settle(struct leftover *l)
{
	const struct audit *audit = l->deliver->audit;
	struct buf why = BUF_INIT;
	int status = 0, one;
	size_t i;

	for (i = 0; i < audit->npending; i++) {
		if (stop_asked() || (status && l->mode != LEFTOVER_STOP))
			break;
		one = one_pending(l, audit->pending[i], &why);
		status = msg_worse(status, one);
	}
	buf_free(&why);
	return status;
}

void
leftover_free(struct leftover *l)
{
	batch_free(&l->batch);
}
