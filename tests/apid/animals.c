#include "animals.h"

#include <limits.h>
#include <string.h>

#include "home.h"
#include "names.h"
#include "num.h"
#include "rng.h"

#define PER_PAGE 10
#define LIST "/animals/v1/animals"
#define HOME "/animals/v1/home"

enum { NAME, BORN_AT, BORN_WHEN, FRIENDS, FRIEND_NAME };

static uint64_t
value(const struct world *w, long id, unsigned field)
{
	return rng_value(w->seed, RNG_ANIMAL, (uint64_t)id, field);
}

/* What the list and the single answer share: id, name, born_at. */
static void
put_members(struct text *t, const struct world *w, long id)
{
	uint64_t born = value(w, id, BORN_AT) % 40;

	text_printf(t, "\"id\":%ld,\"name\":", id);
	text_json(t, names_pick(&names_animal, value(w, id, NAME)));
	if (born < 12)
		text_puts(t, ",\"born_at\":null");
	else if (born == 12) /* the epoch is a time, not a missing one */
		text_puts(t, ",\"born_at\":0");
	else
		text_printf(t, ",\"born_at\":%llu",
		    (unsigned long long)(value(w, id, BORN_WHEN) %
					 1700000000000u));
}

static void
put_animal(struct text *t, const struct world *w, long id)
{
	unsigned friends = (unsigned)(value(w, id, FRIENDS) % 6);

	text_puts(t, "{");
	put_members(t, w, id);
	text_puts(t, ",\"friends\":\"");
	for (unsigned i = 0; i < friends; i++) {
		uint64_t h = value(w, id, FRIEND_NAME + i);

		text_printf(
		    t, "%s%s", i ? "," : "", names_pick(&names_animal, h));
	}
	text_puts(t, "\"}");
}

static void
not_an_integer(struct answer *a, const char *where, const char *name)
{
	answer_start(a, 422, "application/json");
	text_printf(&a->body,
	    "{\"detail\":[{\"loc\":[\"%s\",\"%s\"],"
	    "\"msg\":\"value is not a valid integer\","
	    "\"type\":\"type_error.integer\"}]}",
	    where, name);
}

static void
serve_page(const struct req *r, struct answer *a)
{
	const struct world *w = r->world;
	const char *arg = req_arg(r, "page");
	long page = 1, from, id;

	if (arg != NULL && !num_int(arg, 1, INT_MAX, &page)) {
		not_an_integer(a, "query", "page");
		return;
	}
	from = page;
	if (r->tweak.repeat_page == page && page > 1)
		from--;
	answer_start(a, 200, "application/json");
	text_printf(&a->body, "{\"page\":%ld,\"total_pages\":%ld,", page,
	    w->animal_pages + r->tweak.wrong_total);
	text_puts(&a->body, "\"items\":[");
	if (from <= w->animal_pages && r->tweak.empty_page != page) {
		for (id = (from - 1) * PER_PAGE; id < from * PER_PAGE; id++) {
			text_puts(&a->body, id % PER_PAGE ? ",{" : "{");
			put_members(&a->body, w, id);
			text_puts(&a->body, "}");
		}
	}
	text_puts(&a->body, "]}");
}

static void
serve_one(const struct req *r, struct answer *a, const char *name)
{
	long id;

	if (!num_int(name, LONG_MIN, LONG_MAX, &id)) {
		not_an_integer(a, "path", "animal_id");
	} else if (id < 0 || id >= r->world->animal_pages * PER_PAGE) {
		answer_start(a, 500, "text/plain");
		text_puts(&a->body, "Internal Server Error");
	} else {
		answer_start(a, 200, "application/json");
		put_animal(&a->body, r->world, id);
	}
}

void
animals_serve(const struct req *r, struct answer *a)
{
	const char *rest = r->path;

	if (strcmp(rest, HOME) == 0) {
		home_serve(r, a);
		return;
	}
	if (strncmp(rest, LIST, strlen(LIST)) == 0)
		rest += strlen(LIST);
	else
		rest = NULL;
	if (rest == NULL || (*rest != '\0' && *rest != '/')) {
		answer_start(a, 404, "application/json");
		text_puts(&a->body, "{\"detail\":\"Not Found\"}");
	} else if (strcmp(r->method, "GET") != 0 &&
		   strcmp(r->method, "HEAD") != 0) {
		answer_start(a, 405, "application/json");
		answer_header(a, "Allow", "GET, HEAD");
		text_puts(&a->body, "{\"detail\":\"Method Not Allowed\"}");
	} else if (*rest == '\0' || strcmp(rest, "/") == 0) {
		serve_page(r, a);
	} else {
		serve_one(r, a, rest + 1);
	}
}

void
animals_truth(const struct world *w, FILE *f)
{
	struct text t = {0};

	for (long id = 0; id < w->animal_pages * PER_PAGE; id++) {
		t.len = 0;
		put_animal(&t, w, id);
		fprintf(f, "%s\n", t.at);
	}
	text_free(&t);
}
