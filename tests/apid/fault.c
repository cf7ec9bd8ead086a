#include "fault.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "rng.h"
#include "rule.h"

/* Chaos spares a URL that it has hit so often in a row. */
#define CHAOS_RUN_MAX 3

struct plan {
	uint64_t seed;
	struct rule **rules;
	size_t n;
};

void
verdict_free(struct verdict *v)
{
	free(v->value);
	text_free(&v->label);
	*v = (struct verdict){0};
}

struct plan *
plan_new(uint64_t seed)
{
	struct plan *p = need(calloc(1, sizeof(*p)));

	p->seed = seed;
	return p;
}

bool
plan_add(struct plan *p, const char *rule, struct text *err)
{
	struct rule *r = rule_new(rule, err);
	struct rule **rules;

	if (r == NULL)
		return false;
	rules = need(realloc(p->rules, (p->n + 1) * sizeof(struct rule *)));
	p->rules = rules;
	p->rules[p->n++] = r;
	return true;
}

void
plan_clear(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		rule_free(p->rules[i]);
	free(p->rules);
	p->rules = NULL;
	p->n = 0;
}

void
plan_free(struct plan *p)
{
	plan_clear(p);
	free(p);
}

void
plan_restart(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		p->rules[i]->matched = 0;
		tally_reset(&p->rules[i]->by_url);
	}
}

void
plan_list(const struct plan *p, struct text *t)
{
	for (size_t i = 0; i < p->n; i++)
		text_printf(t, "%s\n", p->rules[i]->text);
}

/* A draw below 100 that depends on the rule, the URL and how often it was
 * asked, and on no other request: the order of arrival does not matter. */
static double
draw(const struct plan *p, size_t rule, const struct asked *asked)
{
	uint64_t seed = rng_value(p->seed, RNG_FAULT, rule, 0);

	return (double)(rng_text(seed, asked->url, asked->nth) % 1000000) /
	       10000;
}

static bool
rule_matches(const struct rule *r, const struct asked *asked)
{
	if (r->method != NULL && strcmp(r->method, asked->method) != 0)
		return false;
	/* Who asks whether the server is up is not to be disturbed. */
	if (r->kind == FAULT_CHAOS && strcmp(asked->path, "/") == 0)
		return false;
	/* A page's fault is not counted on other pages. */
	if ((r->kind == FAULT_REPEAT_PAGE || r->kind == FAULT_EMPTY_PAGE) &&
	    r->arg != asked->page)
		return false;
	if (r->kind == FAULT_MAX_BODY && asked->body <= (size_t)r->arg)
		return false;
	return fnmatch(r->glob, r->with_query ? asked->url : asked->path, 0) ==
	       0;
}

/* Counts a request that matches, and says whether it is hit. */
static bool
rule_fires(struct plan *p, size_t i, const struct asked *asked)
{
	struct rule *r = p->rules[i];
	unsigned long n = (unsigned long)r->n;

	if (!rule_matches(r, asked))
		return false;
	r->matched++;
	switch (r->when) {
	case WHEN_PERCENT:
		return draw(p, i, asked) < r->percent;
	case WHEN_FIRST:
		return tally_get(&r->by_url, asked->url)->requests++ < n;
	case WHEN_AFTER:
		return r->matched > n;
	case WHEN_NTH:
		return r->matched % n == 0;
	case WHEN_TIMES:
		return r->matched <= n;
	default:
		return true;
	}
}

static void
verdict_label(struct verdict *v, const char *label)
{
	if (v->label.len > 0)
		text_puts(&v->label, " ");
	text_puts(&v->label, label);
}

static void
verdict_end(
    struct verdict *v, enum fault_kind kind, long arg, const char *value)
{
	v->kind = kind;
	v->arg = arg;
	if (value != NULL)
		v->value = need(strdup(value));
}

/* One of the faults that a client must survive by trying again. */
static void
verdict_chaos(struct verdict *v, uint64_t h)
{
	static const struct {
		enum fault_kind kind;
		long arg;
		const char *value, *label;
	} menu[] = {
	    {FAULT_STATUS, 500, NULL, "chaos:status=500"},
	    {FAULT_STATUS, 502, NULL, "chaos:status=502"},
	    {FAULT_STATUS, 503, NULL, "chaos:status=503"},
	    {FAULT_STATUS, 504, NULL, "chaos:status=504"},
	    {FAULT_RESET, 0, NULL, "chaos:reset"},
	    {FAULT_CUT, FAULT_HALF_BODY, NULL, "chaos:cut"},
	    {FAULT_RETRY_AFTER, 0, "0", "chaos:retry-after=0"},
	    {FAULT_RETRY_AFTER, 0, "0.2", "chaos:retry-after=0.2"},
	    {FAULT_DELAY, 150, NULL, "chaos:delay=150"},
	};
	size_t i = h % (sizeof(menu) / sizeof(menu[0]));

	verdict_label(v, menu[i].label);
	if (menu[i].kind == FAULT_DELAY)
		v->delay_ms += menu[i].arg;
	else
		verdict_end(v, menu[i].kind, menu[i].arg, menu[i].value);
}

static void
chaos(struct plan *p, size_t i, const struct asked *asked, struct verdict *v)
{
	uint64_t seed = rng_value(p->seed, RNG_FAULT, i, 1);

	if (*asked->chaos_run < CHAOS_RUN_MAX &&
	    draw(p, i, asked) < p->rules[i]->percent)
		verdict_chaos(v, rng_text(seed, asked->url, asked->nth));
	if (v->kind == FAULT_NONE)
		*asked->chaos_run = 0;
	else
		++*asked->chaos_run;
}

/* What the Animals API does to so many requests: half of them fail at once and
 * are not carried out, half are, 5 to 15 s later. */
static void
sorry(struct plan *p, size_t i, const struct asked *asked, struct verdict *v)
{
	static const long statuses[] = {500, 502, 503, 504};
	uint64_t h = rng_text(
	    rng_value(p->seed, RNG_FAULT, i, 1), asked->url, asked->nth);

	if (draw(p, i, asked) >= p->rules[i]->percent)
		return;
	if (h % 2) {
		verdict_label(v, "sorry:status");
		verdict_end(v, FAULT_STATUS, statuses[h / 2 % 4], NULL);
	} else {
		verdict_label(v, "sorry:delay");
		v->delay_ms += (long)(5 + h / 2 % 11) * 1000;
	}
}

/* Applies a rule that fired. */
static void
apply(struct plan *p, size_t i, const struct asked *asked, struct verdict *v)
{
	const struct rule *r = p->rules[i];

	if (r->kind == FAULT_CHAOS) {
		chaos(p, i, asked, v);
		return;
	}
	if (r->kind == FAULT_SORRY) {
		sorry(p, i, asked, v);
		return;
	}
	verdict_label(v, r->label);
	switch (r->kind) {
	case FAULT_DELAY:
		v->delay_ms += r->arg;
		break;
	case FAULT_MAX_BODY:
		verdict_end(v, FAULT_STATUS, 413, NULL);
		break;
	case FAULT_PAGE_CAP:
		v->tweak.page_cap = r->arg;
		break;
	case FAULT_REPEAT_PAGE:
		v->tweak.repeat_page = r->arg;
		break;
	case FAULT_EMPTY_PAGE:
		v->tweak.empty_page = r->arg;
		break;
	case FAULT_LOOP_NEXT:
		v->tweak.loop_next = true;
		break;
	case FAULT_WRONG_TOTAL:
		v->tweak.wrong_total += r->arg;
		break;
	default:
		verdict_end(v, r->kind, r->arg, r->value);
		break;
	}
}

void
plan_decide(struct plan *p, const struct asked *asked, struct verdict *v)
{
	*v = (struct verdict){0};
	for (size_t i = 0; i < p->n && v->kind == FAULT_NONE; i++)
		if (rule_fires(p, i, asked))
			apply(p, i, asked, v);
}
