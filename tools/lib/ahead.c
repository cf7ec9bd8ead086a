/* ahead: requests of a walk under way. */
#include "ahead.h"

#include <stdlib.h>
#include <string.h>

static bool
submit(struct ahead *a, const struct walk *w, const struct pageask *p,
    struct buf *why)
{
	struct http_request r = {.url = p->url.s,
	    .home = a->home ? a->home : w->base.url.s,
	    .method = a->method};

	if (p->body.len > 0) {
		r.body = p->body.s;
		r.len = p->body.len;
		r.type = "application/json";
	}
	if (p->field.len > 0)
		r.field = p->field.s;
	if (!http_submit(a->http, &r, NULL, why))
		return false;
	if (a->n == a->room) {
		a->asked = buf_array(
		    a->asked, a->room = a->room * 2 + 1, sizeof(*a->asked));
		memset(
		    &a->asked[a->n], 0, (a->room - a->n) * sizeof(*a->asked));
	}
	pageask_copy(&a->asked[a->n++], p);
	return true;
}

/* The first of them came: what it needed is used again for the last. */
static void
drop_first(struct ahead *a)
{
	struct pageask first = a->asked[0];

	a->n--;
	memmove(&a->asked[0], &a->asked[1], a->n * sizeof(*a->asked));
	a->asked[a->n] = first;
}

struct http_exchange *
ahead_page(struct ahead *a, const struct walk *w, struct buf *why)
{
	struct pageask next = {BUF_INIT, BUF_INIT, BUF_INIT};
	struct http_exchange *x = NULL;
	bool ok = true;

	if (a->n > 0 && !pageask_same(&a->asked[0], &w->ask)) {
		http_forget(a->http);
		a->n = 0;
	}
	if (a->n == 0)
		ok = submit(a, w, &w->ask, why);
	while (ok && http_room(a->http) && walk_ahead(w, a->n, &next))
		ok = submit(a, w, &next, why);
	if (ok) {
		x = http_next(a->http, -1);
		drop_first(a);
	}
	pageask_free(&next);
	return x;
}

void
ahead_free(struct ahead *a)
{
	size_t i;

	for (i = 0; i < a->room; i++)
		pageask_free(&a->asked[i]);
	free(a->asked);
}
