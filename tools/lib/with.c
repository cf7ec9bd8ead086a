/* with: members that options add. */
#include "with.h"

#include <stdlib.h>
#include <string.h>

bool
with_has(const struct with *w, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].len == len && memcmp(w->v[i].name, name, len) == 0)
			return true;
	return false;
}

const char *
with_opt(void *to, const char *text)
{
	struct with *w = to;
	const char *equals = strchr(text, '='), *why;
	struct with_one *one;
	size_t len;

	if (!equals || equals == text)
		return "wanted: NAME=EXPR";
	len = (size_t)(equals - text);
	if (with_has(w, text, len))
		return "the name is taken by another --with";
	w->v = buf_array(w->v, w->n + 1, sizeof(*w->v));
	one = &w->v[w->n];
	*one = (struct with_one){NULL, len, BUF_INIT, NULL};
	if (!json_quote(&one->quoted, text, len))
		return "the name is not UTF-8";
	why = expr_opt(&one->expr, equals + 1);
	if (why)
		return why;
	one->name = buf_dup(text, len);
	w->n++;
	return NULL;
}

void
with_free(struct with *w)
{
	size_t i;

	for (i = 0; i < w->n; i++) {
		free(w->v[i].name);
		buf_free(&w->v[i].quoted);
		expr_free(w->v[i].expr);
	}
	free(w->v);
	buf_free(&w->tail);
	*w = (struct with){NULL, 0, BUF_INIT};
}

bool
with_build(struct with *w, struct json_val record, struct buf *why)
{
	struct with_one *one;
	struct json_val v;
	size_t i;

	buf_cut(&w->tail, 0);
	for (i = 0; i < w->n; i++) {
		one = &w->v[i];
		switch (expr_get(one->expr, record, &v)) {
		case EXPR_VALUE:
			break;
		case EXPR_NONE:
			buf_printf(why, "--with %s: %s leads nowhere",
			    one->name, expr_text(one->expr));
			return false;
		case EXPR_FAILED:
			buf_printf(why, "--with %s: %s", one->name,
			    expr_error(one->expr));
			return false;
		}
		buf_char(&w->tail, ',');
		buf_add(&w->tail, one->quoted.s, one->quoted.len);
		buf_char(&w->tail, ':');
		json_compact(&w->tail, v);
	}
	return true;
}
