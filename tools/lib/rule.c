#include <stdlib.h>

#include "buf.h"
#include "expr.h"
#include "predicate.h"
#include "rule.h"

struct rule {
	const char *text;
	struct predicate *raw; /* or NULL, and then */
	struct expr *expr;
	struct buf error;
};

struct rule *
rule_new(const char *text, char **why)
{
	struct rule *r = buf_array(NULL, 1, sizeof *r);

	*why = NULL;
	*r = (struct rule){text, predicate_parse(text), NULL, BUF_INIT};
	if (r->raw)
		return r;
	r->expr = expr_new(text, why);
	if (r->expr)
		return r;
	rule_free(r);
	return NULL;
}

void
rule_free(struct rule *r)
{
	if (r == NULL)
		return;
	predicate_free(r->raw);
	expr_free(r->expr);
	buf_free(&r->error);
	free(r);
}

const char *
rule_text(const struct rule *r)
{
	return r->text;
}

bool
rule_is_raw(const struct rule *r)
{
	return r->raw != NULL;
}

static enum rule_is
ask_libjq(struct rule *r, struct json_val record)
{
	struct json_val v;
	enum expr_is is = expr_get(r->expr, record, &v);
	enum rule_is met = RULE_UNMET;

	for (; is == EXPR_VALUE; is = expr_more(r->expr, &v)) {
		if (!predicate_true(v))
			return RULE_UNMET;
		met = RULE_MET;
	}
	if (is == EXPR_FAILED) {
		buf_str(&r->error, expr_error(r->expr));
		return RULE_FAILED;
	}
	return met;
}

enum rule_is
rule_ask(struct rule *r, struct json_val record)
{
	buf_cut(&r->error, 0);
	if (r->expr)
		return ask_libjq(r, record);
	if (!predicate_apply(r->raw, &record, &r->error))
		return RULE_FAILED;
	return predicate_true(record) ? RULE_MET : RULE_UNMET;
}

const char *
rule_error(const struct rule *r)
{
	return r->error.len ? r->error.s : "it failed";
}
