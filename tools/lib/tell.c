/* tell: texts and counts in bodies and header fields. */
#include "tell.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "opt.h"

#define HEADER "header:"

bool
tell_init(struct tell *t, const char *text, const char *name, struct buf *why)
{
	char *error = NULL;

	*t = (struct tell){text, NULL, NULL};
	if (!text)
		return true;
	if (strncmp(text, HEADER, strlen(HEADER)) == 0) {
		t->header = text + strlen(HEADER);
		return true;
	}
	t->expr = expr_new(text, &error);
	if (!t->expr)
		buf_printf(why, "%s: %s", name, error);
	free(error);
	return t->expr != NULL;
}

void
tell_free(struct tell *t)
{
	expr_free(t->expr);
	*t = (struct tell){NULL, NULL, NULL};
}

static bool
field_text(const char *name, const struct http_exchange *x, struct buf *text)
{
	struct http_field f;
	size_t at = 0, nlen = strlen(name);

	while (http_field(x, &at, &f))
		if (f.nlen == nlen && strncasecmp(f.name, name, nlen) == 0) {
			buf_add(text, f.value, f.vlen);
			return f.vlen > 0;
		}
	return false;
}

/* The value there; false where nothing is told. */
static bool
find(struct tell *t, const struct tell_answer *a, struct json_val *v,
    struct buf *why)
{
	enum expr_is is;

	if (!t->expr || !a->body.s)
		return false;
	is = expr_get(t->expr, a->body, v);
	if (is == EXPR_FAILED)
		buf_printf(why, "%s: %s", t->text, expr_error(t->expr));
	if (is != EXPR_VALUE || json_type(v->s) <= JSON_FALSE)
		return false;
	return json_type(v->s) != JSON_STRING || v->len > 2;
}

bool
tell_text(struct tell *t, const struct tell_answer *a, struct buf *text,
    struct buf *why)
{
	struct json_val v;

	if (t->header)
		return field_text(t->header, a->x, text);
	if (!find(t, a, &v, why))
		return false;
	switch (json_type(v.s)) {
	case JSON_STRING:
		json_decode(text, v);
		return true;
	case JSON_NUMBER:
	case JSON_TRUE:
		buf_add(text, v.s, v.len);
		return true;
	default:
		buf_printf(
		    why, "%s is %s", t->text, json_type_name(json_type(v.s)));
		return false;
	}
}

bool
tell_value(
    struct tell *t, const struct tell_answer *a, struct buf *b, struct buf *why)
{
	struct buf text = BUF_INIT;
	struct json_val v;
	bool told;

	if (t->header) {
		told = field_text(t->header, a->x, &text);
		if (told)
			json_quote(b, text.s, text.len);
		buf_free(&text);
	} else {
		told = find(t, a, &v, why);
		if (told)
			json_compact(b, v);
	}
	return told;
}

bool
tell_count(
    struct tell *t, const struct tell_answer *a, uint64_t *n, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool told = tell_text(t, a, &text, why);

	if (told && !opt_number(text.s, n)) {
		buf_printf(why, "%s is %s, wanted: a count", t->text, text.s);
		told = false;
	}
	buf_free(&text);
	return told;
}

bool
tell_yes(struct tell *t, const struct tell_answer *a, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool yes = tell_text(t, a, &text, why) && strcmp(text.s, "0") != 0 &&
		   strcasecmp(text.s, "false") != 0;

	buf_free(&text);
	return yes;
}
