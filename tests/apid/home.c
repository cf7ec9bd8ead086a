#include "home.h"

#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "num.h"
#include "shape.h"
#include "tally.h"

enum { BATCH_MAX = 100 };

struct home {
	bool verify;
	struct tally taken;
	struct text batches; /* arrays, with commas between */
};

struct home *
home_new(bool verify)
{
	struct home *h = need(calloc(1, sizeof(*h)));

	h->verify = verify;
	return h;
}

void
home_reset(struct home *h)
{
	tally_reset(&h->taken);
	text_free(&h->batches);
	h->batches = (struct text){0};
}

void
home_free(struct home *h)
{
	home_reset(h);
	free(h);
}

/* What a body holds: the ids of its animals, each with a NUL behind it, and
 * those that are none, as the members of an array. */
struct delivery {
	struct text ids, errors;
	size_t n;
};

static void
keep_id(void *arg, const char *id)
{
	struct delivery *d = arg;

	text_add(&d->ids, id, strlen(id) + 1);
	d->n++;
}

static void
keep_error(void *arg, size_t n, const char *id, const char *why)
{
	struct delivery *d = arg;

	text_printf(&d->errors,
	    "%s{\"index\":%zu,\"key\":%s,\"reason\":\"%s\"}",
	    d->errors.len > 0 ? "," : "", n, id, why);
}

/* False where an id was taken before, and that matters. */
static bool
take_all(struct home *h, const struct text *ids, size_t n)
{
	const char *id = ids->at;
	struct tally_entry *e;
	bool ok = true;
	size_t i;

	text_puts(&h->batches, h->batches.len > 0 ? ",[" : "[");
	for (i = 0; i < n; i++, id += strlen(id) + 1) {
		e = tally_get(&h->taken, id);
		ok = !h->verify || e->requests == 0;
		if (!ok)
			break;
		e->requests++;
		text_printf(&h->batches, "%s%s", i ? "," : "", id);
	}
	text_puts(&h->batches, "]");
	return ok;
}

static void
malformed(struct answer *a, const struct shape *s)
{
	answer_start(a, 422, "application/json");
	text_printf(&a->body,
	    "{\"detail\":[{\"loc\":[\"body\"%s%s],\"msg\":\"%s\","
	    "\"type\":\"value_error\"}]}",
	    s->where.len > 0 ? "," : "", s->where.len > 0 ? s->where.at : "",
	    s->why);
}

/* ?errors=STATUS: the good ones are taken, the others are listed. */
static void
partly(struct answer *a, const struct delivery *d, long status)
{
	answer_start(a, (unsigned)status, "application/json");
	text_printf(&a->body,
	    "{\"message\":\"Helped %zu find home\",\"errors\":[%s]}", d->n,
	    d->errors.len > 0 ? d->errors.at : "");
}

void
home_serve(const struct req *r, struct answer *a)
{
	struct delivery d = {.n = 0};
	struct shape s = {.one = keep_id, .arg = &d};
	const char *arg = req_arg(r, "errors");
	long status = 0;

	if (arg != NULL && num_int(arg, 200, 299, &status))
		s.bad = keep_error;

	if (strcmp(r->method, "POST") != 0) {
		answer_start(a, 405, "application/json");
		answer_header(a, "Allow", "POST");
		text_puts(&a->body, "{\"detail\":\"Method Not Allowed\"}");
	} else if (!shape_read(&s, r->body, r->body_len)) {
		malformed(a, &s);
	} else if (s.n > BATCH_MAX) {
		answer_start(a, 400, "application/json");
		text_printf(&a->body,
		    "{\"detail\":\"Sorry, only %d animals at a time\"}",
		    BATCH_MAX);
	} else if (!take_all(r->world->home, &d.ids, d.n)) {
		answer_start(a, 500, "text/plain");
		text_puts(&a->body, "Internal Server Error");
	} else if (status > 0) {
		partly(a, &d, status);
	} else {
		answer_start(a, 200, "application/json");
		text_printf(
		    &a->body, "{\"message\":\"Helped %zu find home\"}", s.n);
	}
	text_free(&s.where);
	text_free(&d.errors);
	text_free(&d.ids);
}

void
home_put(const struct home *h, struct text *t)
{
	const struct tally_entry *e;
	const char *comma = "";

	text_printf(t, "{\"batches\":[%s],\"counts\":{",
	    h->batches.len > 0 ? h->batches.at : "");
	for (size_t i = 0; i < h->taken.cap; i++) {
		e = h->taken.slots[i];
		if (e == NULL || e->requests == 0)
			continue;
		text_printf(t, "%s\"%s\":%lu", comma, e->name, e->requests);
		comma = ",";
	}
	text_puts(t, "}}\n");
}
