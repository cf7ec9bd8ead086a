#include "rule.h"

#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "num.h"

#define MS_MAX (10L * 60 * 1000)
#define BYTES_MAX (1L << 40)
#define COUNT_MAX 1000000000L

enum arg { ARG_NONE, ARG_NUMBER, ARG_HALF, ARG_TEXT, ARG_PERCENT, ARG_FIXED };

static const struct {
	const char *name;
	enum fault_kind kind;
	enum arg arg;
	long min, max; /* for ARG_FIXED min is the number */
} kinds[] = {
    {"status", FAULT_STATUS, ARG_NUMBER, 200, 599},
    {"json-status", FAULT_JSON_STATUS, ARG_NUMBER, 200, 599},
    {"401", FAULT_JSON_STATUS, ARG_FIXED, 401, 0},
    {"403", FAULT_JSON_STATUS, ARG_FIXED, 403, 0},
    {"max-body", FAULT_MAX_BODY, ARG_NUMBER, 0, BYTES_MAX},
    {"text", FAULT_TEXT, ARG_NONE, 0, 0},
    {"retry-after", FAULT_RETRY_AFTER, ARG_TEXT, 0, 0},
    {"retry-date", FAULT_RETRY_DATE, ARG_NUMBER, -COUNT_MAX, COUNT_MAX},
    {"limit", FAULT_LIMIT, ARG_NUMBER, 0, COUNT_MAX},
    {"limit-epoch", FAULT_LIMIT_EPOCH, ARG_NUMBER, 0, COUNT_MAX},
    {"ratelimit", FAULT_RATELIMIT, ARG_NUMBER, 0, COUNT_MAX},
    {"redirect", FAULT_REDIRECT, ARG_TEXT, 0, 0},
    {"fields", FAULT_FIELDS, ARG_TEXT, 0, 0},
    {"reset", FAULT_RESET, ARG_NONE, 0, 0},
    {"badjson", FAULT_BADJSON, ARG_NONE, 0, 0},
    {"stall", FAULT_STALL, ARG_HALF, 0, BYTES_MAX},
    {"cut", FAULT_CUT, ARG_HALF, 0, BYTES_MAX},
    {"reset-body", FAULT_RESET_BODY, ARG_HALF, 0, BYTES_MAX},
    {"length", FAULT_LENGTH, ARG_NUMBER, -BYTES_MAX, BYTES_MAX},
    {"lost", FAULT_LOST, ARG_NONE, 0, 0},
    {"close-after", FAULT_CLOSE_AFTER, ARG_NONE, 0, 0},
    {"delay", FAULT_DELAY, ARG_NUMBER, 0, MS_MAX},
    {"page-cap", FAULT_PAGE_CAP, ARG_NUMBER, 1, COUNT_MAX},
    {"repeat-page", FAULT_REPEAT_PAGE, ARG_NUMBER, 2, COUNT_MAX},
    {"empty-page", FAULT_EMPTY_PAGE, ARG_NUMBER, 1, COUNT_MAX},
    {"loop-next", FAULT_LOOP_NEXT, ARG_NONE, 0, 0},
    {"wrong-total", FAULT_WRONG_TOTAL, ARG_NUMBER, -COUNT_MAX, COUNT_MAX},
    {"chaos", FAULT_CHAOS, ARG_PERCENT, 0, 0},
    {"sorry", FAULT_SORRY, ARG_PERCENT, 0, 0},
};

static const struct {
	const char *name;
	enum rule_when when;
	long min;
} whens[] = {
    {"first", WHEN_FIRST, 0},
    {"after", WHEN_AFTER, 0},
    {"nth", WHEN_NTH, 1},
    {"times", WHEN_TIMES, 0},
};

/* The argument of a kind; value is NULL if there is none. */
static bool
read_argument(struct rule *r, size_t k, const char *value, struct text *err)
{
	enum arg arg = kinds[k].arg;

	if (arg == ARG_FIXED)
		r->arg = kinds[k].min;
	else if (arg == ARG_HALF && value == NULL)
		r->arg = FAULT_HALF_BODY;
	if (arg == ARG_NONE || arg == ARG_FIXED ||
	    (arg == ARG_HALF && value == NULL)) {
		if (value == NULL)
			return true;
		text_printf(err, "\"%s\" takes no argument", kinds[k].name);
		return false;
	}
	if (value == NULL) {
		text_printf(err, "\"%s\" needs an argument: %s=...",
		    kinds[k].name, kinds[k].name);
		return false;
	}
	if (arg == ARG_TEXT)
		return true;
	if (arg == ARG_PERCENT) {
		if (num_decimal(value, 0, 100, &r->percent))
			return true;
		text_printf(err, "\"%s\" is not a percentage", value);
		return false;
	}
	if (num_int(value, kinds[k].min, kinds[k].max, &r->arg))
		return true;
	text_printf(err, "\"%s\" of \"%s\" is not a number from %ld to %ld",
	    value, kinds[k].name, kinds[k].min, kinds[k].max);
	return false;
}

/* KIND[=ARG], which r->label holds. */
static bool
read_kind(struct rule *r, struct text *err)
{
	const char *equals = strchr(r->label, '=');
	size_t n = equals ? (size_t)(equals - r->label) : strlen(r->label);

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (strlen(kinds[k].name) != n ||
		    strncmp(kinds[k].name, r->label, n) != 0)
			continue;
		r->kind = kinds[k].kind;
		if (equals != NULL)
			r->value = need(strdup(equals + 1));
		return read_argument(r, k, r->value, err);
	}
	text_printf(err, "there is no fault \"%s\"; there are", r->label);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		text_printf(err, "%s %s", k ? "," : "", kinds[k].name);
	return false;
}

/* What follows the @: 5%, first=1, after=2, nth=3, times=4. */
static bool
read_when(struct rule *r, const char *when, struct text *err)
{
	size_t n = strlen(when);
	char *percent;
	bool ok;

	if (n > 0 && when[n - 1] == '%' && r->kind != FAULT_CHAOS) {
		percent = need(strndup(when, n - 1));
		ok = num_decimal(percent, 0, 100, &r->percent);
		free(percent);
		r->when = WHEN_PERCENT;
		if (ok)
			return true;
	}
	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		size_t len = strlen(whens[i].name);

		if (strncmp(when, whens[i].name, len) != 0 || when[len] != '=')
			continue;
		r->when = whens[i].when;
		if (num_int(when + len + 1, whens[i].min, COUNT_MAX, &r->n))
			return true;
	}
	text_printf(err,
	    "\"@%s\" is not @PERCENT%%, @first=N, @after=N, @nth=N or @times=N",
	    when);
	return false;
}

static bool
rule_read(struct rule *r, const char *text, struct text *err)
{
	const char *colon = strchr(text, ':'), *at, *glob = text;

	if (colon == NULL) {
		text_puts(err, "no \":\" between path and fault");
		return false;
	}
	if (text[0] >= 'A' && text[0] <= 'Z') {
		size_t n = strcspn(text, " :");

		if (text[n] == ' ') {
			r->method = need(strndup(text, n));
			glob = text + n + 1;
		}
	}
	r->glob = need(strndup(glob, (size_t)(colon - glob)));
	if (r->glob[0] != '/' && r->glob[0] != '*') {
		text_printf(err, "path \"%s\" begins neither with / nor with *",
		    r->glob);
		return false;
	}
	r->with_query = strchr(r->glob, '?') != NULL;
	at = strrchr(colon, '@');
	if (at == NULL)
		at = colon + strlen(colon);
	r->label = need(strndup(colon + 1, (size_t)(at - colon - 1)));
	return read_kind(r, err) && (*at == '\0' || read_when(r, at + 1, err));
}

struct rule *
rule_new(const char *text, struct text *err)
{
	struct rule *r = need(calloc(1, sizeof(*r)));
	struct text why = {0};

	r->text = need(strdup(text));
	if (rule_read(r, text, &why))
		return r;
	text_printf(err, "could not read fault rule \"%s\": %s", text, why.at);
	text_free(&why);
	rule_free(r);
	return NULL;
}

void
rule_free(struct rule *r)
{
	tally_reset(&r->by_url);
	free(r->text);
	free(r->method);
	free(r->glob);
	free(r->value);
	free(r->label);
	free(r);
}
