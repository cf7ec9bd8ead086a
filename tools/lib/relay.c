/* relay: one batch on its way, one being gathered. */
#include "relay.h"

#include "stop.h"

enum { PUSH = 64 * 1024 };

static void
empty(struct relay_load *l)
{
	batch_clear(&l->batch);
	if (l->keys.n > 0)
		set_free(&l->keys);
}

void
relay_open(struct relay *r, struct deliver *d)
{
	*r = (struct relay){.deliver = d};
	r->next = &r->load[0];
}

void
relay_free(struct relay *r)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		set_free(&r->load[i].keys);
		batch_free(&r->load[i].batch);
	}
}

void
relay_add(struct relay *r, const struct rec_saved *s, struct key *k)
{
	batch_add(&r->next->batch, &r->deliver->form, s, k);
	r->unpushed += s->len;
	/* What is long goes on being sent. */
	if (r->flying && r->unpushed >= PUSH) {
		r->unpushed = 0;
		http_push(r->deliver->http);
	}
}

/* Waits for what is on its way, if anything is. */
static int
land(struct relay *r)
{
	struct rec *rec = r->deliver->rec;

	if (!r->flying)
		return r->status;
	r->flying = NULL;
	rec->ahead = rec->seen - r->sent_at;
	r->status = deliver_end(r->deliver);
	rec->ahead = 0;
	/* The batch in hand was this one. */
	if (r->status == 0 && stop_asked())
		r->status = 128 + stop_asked();
	return r->status;
}

int
relay_settle(struct relay *r)
{
	land(r);
	deliver_print(r->deliver);
	return r->status;
}

int
relay_post(struct relay *r)
{
	struct relay_load *l = r->next;
	int status;

	if (l->batch.n == 0)
		return relay_settle(r);
	deliver_prepare(r->deliver, &l->batch);
	if (land(r))
		return relay_settle(r);
	status = deliver_begin(r->deliver);
	if (status)
		return status;
	r->flying = l;
	r->sent_at = r->deliver->rec->seen;
	r->unpushed = 0;
	r->next = &r->load[l == &r->load[0]];
	empty(r->next);
	return 0;
}

int
relay_flush(struct relay *r)
{
	int status = relay_post(r);

	return status ? status : relay_settle(r);
}
