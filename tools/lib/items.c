/* items: failures that an answer lists, matched to the rows of a batch. */
#include "items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyfile.h"

enum { SHOWN = 80 }; /* bytes of a failure, in a message */

/* What one call works on. */
struct reading {
	struct items *items;
	const struct batch *batch;
	size_t from, n;
	struct buf *why;
};

/* An index below n; false for anything else. */
static bool
read_index(struct json_val v, size_t n, size_t *to)
{
	size_t i, x = 0;

	if (v.len > 18)
		return false;
	for (i = 0; i < v.len; i++) {
		if (v.s[i] < '0' || v.s[i] > '9')
			return false;
		x = 10 * x + (size_t)(v.s[i] - '0');
	}
	*to = x;
	return x < n;
}

/* How many rows have the key that was just computed; *row is the last one. */
static size_t
rows_of(const struct reading *r, size_t *row)
{
	const struct buf *key = &r->items->key->bytes;
	const struct batch *b = r->batch;
	size_t i, found = 0;

	for (i = r->from; i < r->from + r->n; i++) {
		if (b->row[i].key_len != key->len ||
		    memcmp(b->key.s + b->row[i].key, key->s, key->len) != 0)
			continue;
		*row = i;
		found++;
	}
	return found;
}

static bool
odd(const struct reading *r, struct json_val failure, const char *why)
{
	size_t len = failure.len < SHOWN ? failure.len : SHOWN;

	buf_printf(r->why, "--item-errors %s: ", expr_text(r->items->expr));
	buf_add(r->why, failure.s, len);
	buf_printf(r->why, "%s %s", len < failure.len ? "..." : "", why);
	return false;
}

/* The row that a failure names. */
static bool
find_row(const struct reading *r, struct json_val failure, size_t *row)
{
	struct json_val v;

	if (*failure.s != '{')
		return odd(r, failure, "is no object with an index or a key");
	if (json_member(failure, "index", 5, &v) && *v.s != 'n') {
		if (!read_index(v, r->n, row))
			return odd(r, failure,
			    "has an index that is none of "
			    "the batch's");
		*row += r->from;
		return true;
	}
	if (!json_member(failure, "key", 3, &v) || *v.s == 'n')
		return odd(r, failure, "has neither an index nor a key");
	if (r->items->key->n == 0)
		return odd(r, failure, "has a key, and there is no --key");
	if (!keyline_value(r->items->key, v))
		return odd(r, failure, "has a key that is none");
	switch (rows_of(r, row)) {
	case 0:
		return odd(r, failure,
		    "has a key that no record of the batch "
		    "has");
	case 1:
		return true;
	default:
		return odd(r, failure,
		    "has a key that several records of the "
		    "batch have");
	}
}

/* Appends a member's value for people, ended by NUL; returns where it is. */
static size_t
add_text(struct items *t, struct json_val failure, const char *name,
    const char *without)
{
	size_t at = t->text.len, i;
	struct json_val v;

	if (!json_member(failure, name, strlen(name), &v) || *v.s == 'n')
		buf_str(&t->text, without);
	else if (*v.s == '"')
		json_decode(&t->text, v);
	else
		json_compact(&t->text, v);
	for (i = at; i < t->text.len; i++)
		if ((unsigned char)t->text.s[i] < ' ')
			t->text.s[i] = ' ';
	buf_char(&t->text, '\0');
	return at;
}

static bool
add_failure(const struct reading *r, struct json_val failure)
{
	struct items *t = r->items;
	struct item item;

	if (!find_row(r, failure, &item.row))
		return false;
	item.code = add_text(t, failure, "code", "");
	item.reason = add_text(t, failure, "reason", "no reason is given");
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 16;
		t->v = buf_array(t->v, t->cap, sizeof(*t->v));
	}
	t->v[t->n++] = item;
	return true;
}

static bool
add_result(const struct reading *r, struct json_val v)
{
	struct json_val name, e;
	struct json_walk w;

	if (*v.s == 'n')
		return true;
	if (*v.s != '[')
		return add_failure(r, v);
	w = json_walk(v);
	while (json_next(&w, &name, &e))
		if (!add_failure(r, e))
			return false;
	return true;
}

static bool
add_results(const struct reading *r, struct json_val answer)
{
	struct expr *e = r->items->expr;
	struct json_val v;
	enum expr_is is;

	for (is = expr_get(e, answer, &v); is == EXPR_VALUE;
	     is = expr_more(e, &v))
		if (!add_result(r, v))
			return false;
	if (is == EXPR_FAILED)
		buf_printf(r->why, "--item-errors %s: %s", expr_text(e),
		    expr_error(e));
	return is != EXPR_FAILED;
}

static int
by_row(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->reason < y->reason ? -1 : x->reason > y->reason;
}

/* A record that failed for two reasons has failed once, for both. */
static void
join(struct items *t)
{
	struct item *last = t->v;
	size_t i, at;

	for (i = 1; i < t->n; i++) {
		if (t->v[i].row != last->row) {
			*++last = t->v[i];
			continue;
		}
		at = t->text.len;
		/* It must not move while parts of it are appended to it. */
		buf_room(&t->text, 2 * at + 4);
		buf_str(&t->text, t->text.s + last->reason);
		buf_str(&t->text, "; ");
		buf_str(&t->text, t->text.s + t->v[i].reason);
		buf_char(&t->text, '\0');
		last->reason = at;
	}
	t->n = (size_t)(last - t->v) + 1;
}

bool
items_read(struct items *t, const struct batch *b, size_t from, size_t n,
    const struct buf *body, struct buf *why)
{
	struct reading r = {t, b, from, n, why};
	struct json_error bad = {0, NULL};

	t->n = 0;
	buf_cut(&t->text, 0);
	if (!json_check(body->s ? body->s : "", body->len, &bad)) {
		buf_printf(why, "the answer is no JSON: %s at byte %zu",
		    json_why(&bad), bad.at + 1);
		return false;
	}
	if (!add_results(&r, json_trim(body->s, body->len)))
		return false;
	if (t->n > 1) {
		qsort(t->v, t->n, sizeof(*t->v), by_row);
		join(t);
	}
	return true;
}

void
items_set_apart(const struct items *t, struct batch *b, size_t from, size_t n)
{
	struct batch_row *failed = buf_array(NULL, t->n, sizeof(*failed));
	size_t i, next = 0, to = from;

	for (i = from; i < from + n; i++) {
		if (next < t->n && t->v[next].row == i)
			failed[next++] = b->row[i];
		else
			b->row[to++] = b->row[i];
	}
	memcpy(b->row + to, failed, next * sizeof(*failed));
	free(failed);
}

void
items_free(struct items *t)
{
	expr_free(t->expr);
	free(t->v);
	buf_free(&t->text);
	*t = (struct items){.expr = NULL};
}
