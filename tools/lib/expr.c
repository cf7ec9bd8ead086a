#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jq.h>

#include "buf.h"
#include "expr.h"
#include "path.h"

struct expr {
	const char *text;
	struct path path;
	bool is_path;

	jq_state *jq;
	struct buf result; /* all outputs of the program, a line each */
	size_t at;         /* of the next output in `result` */
	struct buf other;  /* the same for a record with moved numbers */
	struct buf error;
};

static void
jq_message(void *buf, jv msg)
{
	struct buf *b = buf;

	if (jv_get_kind(msg) == JV_KIND_STRING) {
		if (b->len > 0)
			buf_str(b, "; ");
		buf_str(b, jv_string_value(msg));
	}
	jv_free(msg);
}

struct expr *
expr_new(const char *text, char **why)
{
	struct expr *e = buf_array(NULL, 1, sizeof *e);
	struct buf error = BUF_INIT;

	*e = (struct expr){.text = text};
	*why = NULL;
	e->is_path = path_parse(&e->path, text);
	if (e->is_path)
		return e;
	e->jq = jq_init();
	if (e->jq == NULL) {
		*why = buf_dup("libjq did not start", 19);
		expr_free(e);
		return NULL;
	}
	jq_set_error_cb(e->jq, jq_message, &error);
	if (!jq_compile(e->jq, text)) {
		*why = buf_dup(error.len ? error.s : "it does not compile",
		    error.len ? error.len : 19);
		expr_free(e);
		e = NULL;
	} else {
		/* Run-time errors are seen by jq_next; nothing else talks. */
		jq_set_error_cb(e->jq, jq_message, &e->error);
	}
	buf_free(&error);
	return e;
}

void
expr_free(struct expr *e)
{
	if (e == NULL)
		return;
	path_free(&e->path);
	if (e->jq)
		jq_teardown(&e->jq);
	buf_free(&e->result);
	buf_free(&e->other);
	buf_free(&e->error);
	free(e);
}

const char *
expr_opt(void *to, const char *text)
{
	struct expr **e = to;
	char *why;

	expr_free(*e);
	*e = expr_new(text, &why);
	return why;
}

const char *
expr_text(const struct expr *e)
{
	return e->text;
}

bool
expr_is_path(const struct expr *e)
{
	return e->is_path;
}

const char *
expr_error(const struct expr *e)
{
	return e->error.len ? e->error.s : "the program failed";
}

/* Says why jq_next gave an invalid value that is no end. Consumes v. */
static void
jq_failed(struct expr *e, jv v)
{
	jv msg = jv_invalid_get_msg(v);

	buf_cut(&e->error, 0);
	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	buf_str(&e->error, jv_string_value(msg));
	jv_free(msg);
}

/* Runs the program on one record; all its outputs go to b, a line each. */
static bool
run(struct expr *e, const char *s, size_t len, struct buf *b)
{
	jv v, text;
	bool good;

	buf_cut(b, 0);
	if (len > INT32_MAX) {
		buf_cut(&e->error, 0);
		buf_str(&e->error, "the record is too large for libjq");
		return false;
	}
	v = jv_parse_sized(s, (int)len);
	if (!jv_is_valid(v)) {
		jq_failed(e, v);
		return false;
	}
	jq_start(e->jq, v, 0);
	while (jv_is_valid(v = jq_next(e->jq))) {
		text = jv_dump_string(v, 0);
		buf_add(b, jv_string_value(text),
		    (size_t)jv_string_length_bytes(jv_copy(text)));
		buf_char(b, '\n');
		jv_free(text);
	}
	good = !jv_invalid_has_msg(jv_copy(v)) && !jq_halted(e->jq);
	if (good)
		jv_free(v);
	else
		jq_failed(e, v);
	return good;
}

/* Is the number's value another one once it has been a double? */
static bool
hurt(struct json_val number)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	char text[40];
	double d;
	bool same;

	if (number.len <= 15 && !memchr(number.s, 'e', number.len) &&
	    !memchr(number.s, 'E', number.len))
		return false;
	buf_add(&a, number.s, number.len);
	d = strtod(a.s, NULL);
	if (!isfinite(d)) {
		buf_free(&a);
		return true;
	}
	buf_cut(&a, 0);
	json_canonical_number(&a, number);
	/* libjq prints 17 digits where it needs them. */
	snprintf(text, sizeof text, "%.15g", d);
	if (strtod(text, NULL) != d)
		snprintf(text, sizeof text, "%.17g", d);
	json_canonical_number(&b, (struct json_val){text, strlen(text)});
	same = strcmp(a.s, b.s) == 0;
	buf_free(&a);
	buf_free(&b);
	return !same;
}

/*
 * Copies a record with every number that a double changes moved to the next
 * double in that direction. Returns how many there were.
 */
static size_t
move_numbers(struct buf *b, struct json_val v, double direction)
{
	const char *s = v.s, *end = v.s + v.len, *from;
	struct json_val number;
	size_t n = 0;
	double d;

	while (s < end) {
		from = s;
		if (*s == '"') {
			s = json_skip_string(s, end);
		} else if (*s == '-' || isdigit((unsigned char)*s)) {
			s = json_skip(s, end);
			number = (struct json_val){from, (size_t)(s - from)};
			if (hurt(number)) {
				d = fmax(-DBL_MAX,
				    fmin(DBL_MAX, strtod(from, NULL)));
				buf_printf(b, "%.17g",
				    nextafter(d, direction * DBL_MAX));
				n++;
				continue;
			}
		} else {
			s++;
		}
		buf_add(b, from, (size_t)(s - from));
	}
	return n;
}

/*
 * libjq's numbers are doubles. A result that changes when a number which a
 * double cannot hold moves to either neighbour depends on what was lost.
 */
static bool
depends_on_lost_digits(struct expr *e, struct json_val record)
{
	struct buf moved = BUF_INIT;
	bool depends = false;
	int i;

	for (i = 0; i < 2 && !depends; i++) {
		buf_cut(&moved, 0);
		if (move_numbers(&moved, record, i ? 1 : -1) == 0)
			break;
		depends = !run(e, moved.s, moved.len, &e->other) ||
			  e->other.len != e->result.len ||
			  memcmp(e->other.s, e->result.s, e->result.len) != 0;
	}
	buf_free(&moved);
	return depends;
}

static enum expr_is
path_result(struct expr *e, enum path_is is)
{
	switch (is) {
	case PATH_VALUE:
		return EXPR_VALUE;
	case PATH_NONE:
		return EXPR_NONE;
	default:
		buf_printf(&e->error, " (%s)", e->text);
		return EXPR_FAILED;
	}
}

enum expr_is
expr_get(struct expr *e, struct json_val record, struct json_val *v)
{
	if (e->is_path && path_known(&e->path, record.s, v))
		return EXPR_VALUE;
	buf_cut(&e->error, 0);
	if (e->is_path)
		return path_result(e, path_get(&e->path, record, v, &e->error));
	e->at = 0;
	if (!run(e, record.s, record.len, &e->result))
		return EXPR_FAILED;
	if (e->result.len > 0 && depends_on_lost_digits(e, record)) {
		buf_cut(&e->error, 0);
		buf_printf(&e->error,
		    "%s depends on a number that jq would change: "
		    "name it by a plain path, as .a.b",
		    e->text);
		return EXPR_FAILED;
	}
	return expr_more(e, v);
}

enum expr_is
expr_more(struct expr *e, struct json_val *v)
{
	const char *s, *nl;

	if (e->is_path || e->at >= e->result.len)
		return EXPR_NONE;
	s = e->result.s + e->at;
	nl = memchr(s, '\n', e->result.len - e->at);
	*v = (struct json_val){s, (size_t)(nl - s)};
	e->at += v->len + 1;
	return EXPR_VALUE;
}
