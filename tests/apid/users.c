#include "users.h"

#include <limits.h>
#include <string.h>

#include "names.h"
#include "num.h"
#include "rng.h"

#define PATH "/api/v2/users"

enum { LARGEST = 100 };

/* How many were answered; a user is a function of the seed and its number. */
static long served;

static uint64_t
value(const struct world *w, long n, unsigned field)
{
	return rng_value(w->seed, RNG_USER, (uint64_t)n, field);
}

/* A member whose value is a word of a list. */
static void
put_word(struct text *t, const char *name, const struct words *list, uint64_t h)
{
	text_printf(t, ",\"%s\":", name);
	text_json(t, names_pick(list, h));
}

static void
put_identity(struct text *t, const struct world *w, long n)
{
	uint64_t a = value(w, n, 1), b = value(w, n, 2);
	const char *first = names_pick(&names_partner, value(w, n, 3));
	const char *last = names_pick(&names_animal, value(w, n, 4));

	text_printf(t,
	    "\"id\":%d,\"uid\":\"%08x-%04x-4%03x-8%03x-%012llx\","
	    "\"password\":\"%08llX",
	    (int)(value(w, n, 0) % 10000), (unsigned)a,
	    (unsigned)(a >> 32) & 0xffff, (unsigned)(a >> 48) & 0xfff,
	    (unsigned)b & 0xfff, (unsigned long long)(b >> 16),
	    (unsigned long long)value(w, n, 5) & 0xffffffff);
	text_puts(t, "\",\"first_name\":");
	text_json(t, first);
	text_puts(t, ",\"last_name\":");
	text_json(t, last);
	text_printf(t,
	    ",\"username\":\"user.%ld\",\"email\":\"user.%ld@example.com\","
	    "\"avatar\":\"https://robohash.org/%ld.png?size=300x300"
	    "\\u0026set=set1\",\"gender\":\"%s\","
	    "\"phone_number\":\"+%d 555-%04d x%d\","
	    "\"social_insurance_number\":\"%09d\","
	    "\"date_of_birth\":\"%d-%02d-%02d\"",
	    n, n, n, value(w, n, 6) % 2 ? "Agender" : "Bigender",
	    (int)(value(w, n, 7) % 999), (int)(value(w, n, 8) % 10000),
	    (int)(value(w, n, 9) % 1000), (int)(value(w, n, 10) % 1000000000),
	    (int)(1950 + value(w, n, 11) % 60), (int)(1 + value(w, n, 12) % 12),
	    (int)(1 + value(w, n, 13) % 28));
}

static void
put_address(struct text *t, const struct world *w, long n)
{
	text_puts(t, ",\"address\":{\"city\":");
	text_json(t, names_pick(&names_shop, value(w, n, 14)));
	put_word(t, "street_name", &names_model, value(w, n, 15));
	/* A zip code keeps its zeros, and a number all its digits. */
	text_printf(t,
	    ",\"street_address\":\"%d \\\"Old\\\" Road\","
	    "\"zip_code\":\"%05d\",\"state\":\"Z\\u00fcrich\","
	    "\"country\":\"United States\",\"coordinates\":{"
	    "\"lat\":%s%d.%014llu,\"lng\":%d.%013llu0}}",
	    (int)(value(w, n, 16) % 1000), (int)(value(w, n, 17) % 100000),
	    value(w, n, 18) % 2 ? "-" : "", (int)(value(w, n, 19) % 90),
	    (unsigned long long)(value(w, n, 20) % 100000000000000),
	    (int)(value(w, n, 21) % 180),
	    (unsigned long long)(value(w, n, 22) % 10000000000000));
}

static void
put_user(struct text *t, const struct world *w, long n)
{
	text_puts(t, "{");
	put_identity(t, w, n);
	text_puts(t, ",\"employment\":{\"title\":");
	text_json(t, names_pick(&names_shop_kind, value(w, n, 23)));
	put_word(t, "key_skill", &names_colour, value(w, n, 24));
	text_puts(t, "}");
	put_address(t, w, n);
	text_printf(t,
	    ",\"credit_card\":{\"cc_number\":\"%016llu\"},"
	    "\"subscription\":{\"plan\":\"%s\",\"status\":%s,"
	    "\"payment_method\":\"Cheque\",\"term\":\"Annual\"}}",
	    (unsigned long long)(value(w, n, 25) % 10000000000000000),
	    value(w, n, 26) % 2 ? "Gold" : "Free Trial",
	    value(w, n, 27) % 8 ? "\"Idle\"" : "null");
}

void
users_serve(const struct req *r, struct answer *a)
{
	const char *arg = req_arg(r, "size");
	long size = 1, i;

	if (strcmp(r->path, PATH) != 0) {
		answer_start(a, 404, "application/json");
		text_puts(&a->body, "{\"error\":\"Not Found\"}");
		return;
	}
	answer_start(a, 200, "application/json");
	if (arg && (!num_int(arg, 1, INT_MAX, &size) || size > LARGEST)) {
		text_printf(&a->body,
		    "{\"message\":\"Maximum allowed size is %d\"}", LARGEST);
		return;
	}
	if (size > 1)
		text_puts(&a->body, "[");
	for (i = 0; i < size; i++) {
		if (i > 0)
			text_puts(&a->body, ",");
		put_user(&a->body, r->world, served++);
	}
	if (size > 1)
		text_puts(&a->body, "]");
}

void
users_truth(const struct world *w, FILE *f)
{
	struct text t = {0};
	long n;

	for (n = 0; n < served; n++) {
		put_user(&t, w, n);
		text_puts(&t, "\n");
	}
	if (t.len > 0)
		fwrite(t.at, 1, t.len, f);
	text_free(&t);
}
