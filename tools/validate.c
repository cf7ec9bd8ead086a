/*
 * validate: passes the records that meet every rule.
 *
 * A record that fails a --drop rule is left out on purpose; one that fails
 * another rule is bad, and its reject says which.
 */
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "rule.h"

struct check {
	struct rule *rule;
	char *name; /* or NULL */
};

struct checks {
	struct check *v;
	size_t n;
};

static struct checks drops, rules;

/* A name of `len` bytes, or NULL, and an expression. */
static const char *
add(struct checks *c, const char *name, size_t len, const char *text)
{
	char *why;
	struct rule *rule = rule_new(text, &why);

	if (rule == NULL)
		return why;
	c->v = buf_array(c->v, c->n + 1, sizeof *c->v);
	c->v[c->n++] = (struct check){rule, name ? buf_dup(name, len) : NULL};
	return NULL;
}

static const char *
add_drop(void *to, const char *value)
{
	return add(to, NULL, 0, value);
}

static const char *
add_named(void *to, const char *value)
{
	const char *eq = strchr(value, '=');

	if (eq == NULL || eq == value)
		return "it takes RULE=EXPR";
	return add(to, value, (size_t)(eq - value), eq + 1);
}

/* `what` is the kind of check: "rule", "--drop". */
static void
reject(struct rec *r, const struct check *c, const char *what, enum rule_is is)
{
	struct buf b = BUF_INIT;

	buf_str(&b, what);
	if (c->name)
		buf_printf(&b, " \"%s\"", c->name);
	buf_printf(&b, " failed: %s", rule_text(c->rule));
	if (is == RULE_FAILED)
		buf_printf(&b, ": %s", rule_error(c->rule));
	rec_reject_code(r, c->name, NULL, "%s", b.s);
	buf_free(&b);
}

static void
one_record(struct rec *r)
{
	struct json_val v = {r->s, r->len};
	const struct check *c;
	enum rule_is is;

	for (c = drops.v; c < drops.v + drops.n; c++) {
		is = rule_ask(c->rule, v);
		if (is == RULE_UNMET)
			rec_drop(r);
		else if (is == RULE_FAILED)
			reject(r, c, "--drop", is);
		if (is != RULE_MET)
			return;
	}
	for (c = rules.v; c < rules.v + rules.n; c++) {
		is = rule_ask(c->rule, v);
		if (is != RULE_MET) {
			reject(r, c, "rule", is);
			return;
		}
	}
	out_line(r->out, r->s, r->len);
}

static void
operands(int argc, char *argv[], int first)
{
	const char *why;

	for (; first < argc; first++) {
		why = add(&rules, NULL, 0, argv[first]);
		if (why)
			opt_usage("bad rule \"%s\": %s", argv[first], why);
	}
	if (rules.n + drops.n == 0)
		opt_usage("no rule: say what a record has to be, as "
			  "'.id != null'");
}

static void
free_checks(struct checks *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		rule_free(c->v[i].rule);
		free(c->v[i].name);
	}
	free(c->v);
}

static const struct opt options[] = {
    {0, "name", "RULE=EXPR", OPT_CALL, &rules,
	"a rule that rejects call by its name", add_named, 0, 0},
    {0, "drop", "EXPR", OPT_CALL, &drops,
	"drop records for which it is false or null", add_drop, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"validate", "[EXPR ...]",
    "Passes the records for which every expression is true.", options, NULL,
    NULL};

int
main(int argc, char *argv[])
{
	struct rec r;
	int status;

	operands(argc, argv, opt_parse(&tool, argc, argv));
	rec_open(&r, REC_JSON);
	while (rec_next(&r))
		one_record(&r);
	status = rec_close(&r, 0);
	free_checks(&drops);
	free_checks(&rules);
	return status;
}
