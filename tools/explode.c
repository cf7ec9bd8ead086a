/*
 * explode: one record per element of an array in each record.
 *
 * Elements are copied as they are spelled; what --meta names of the parent is
 * appended to each. A record with one bad element is bad as a whole.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "expr.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"

/* So much of one record's output may wait for its last element's verdict. */
enum { GATHER = 1 << 20 };

struct meta {
	char *name;
	size_t len;
	struct buf quoted; /* the name as JSON */
	struct expr *expr;
};

static struct meta *metas;
static size_t nmetas;
static const char *as;
static bool required;

/* All expressions, that of the array first, and their results. */
static struct expr **exprs;
static enum expr_is *is;
static struct json_val *results;

static struct buf as_quoted;
static struct buf tail; /* ,"name":value of each meta, of this record */

static const char *
add_meta(void *to, const char *value)
{
	const char *eq = strchr(value, '=');
	struct meta *m;
	size_t i, len;

	(void)to;
	if (eq == NULL)
		return "it takes NAME=EXPR";
	len = (size_t)(eq - value);
	for (i = 0; i < nmetas; i++)
		if (metas[i].len == len &&
		    memcmp(metas[i].name, value, len) == 0)
			return "the name is taken by another --meta";
	metas = buf_array(metas, nmetas + 1, sizeof *metas);
	m = &metas[nmetas++];
	*m = (struct meta){buf_dup(value, len), len, BUF_INIT, NULL};
	if (!json_quote(&m->quoted, m->name, len))
		return "the name is not UTF-8";
	return expr_opt(&m->expr, eq + 1);
}

/* Computes `tail`; false where the record has been rejected. */
static bool
get_metas(struct rec *r)
{
	struct meta *m;
	size_t i;

	buf_cut(&tail, 0);
	for (i = 1; i <= nmetas; i++) {
		m = &metas[i - 1];
		if (is[i] == EXPR_FAILED) {
			rec_reject(
			    r, "--meta %s: %s", m->name, expr_error(exprs[i]));
			return false;
		}
		buf_char(&tail, ',');
		buf_add(&tail, m->quoted.s, m->quoted.len);
		buf_char(&tail, ':');
		if (is[i] == EXPR_VALUE)
			buf_add(&tail, results[i].s, results[i].len);
		else
			buf_str(&tail, "null");
	}
	return true;
}

/* The meta of that raw name, or NULL. */
static const struct meta *
meta_of(struct json_val name)
{
	bool escaped = memchr(name.s, '\\', name.len) != NULL;
	const struct meta *m;

	for (m = metas; m < metas + nmetas; m++)
		if (escaped ? json_string_is(name, m->name, m->len)
			    : name.len == m->quoted.len &&
				  memcmp(name.s, m->quoted.s, name.len) == 0)
			return m;
	return NULL;
}

/*
 * Takes element n, which w stands before; false where it is bad and the
 * record has been rejected.
 */
static bool
take(struct rec *r, struct json_walk *w, uint64_t n, struct json_val *v)
{
	struct json_walk inner;
	struct json_val name;
	const struct meta *m;

	if (*w->p != '{' && as == NULL) {
		rec_reject(r,
		    "element %" PRIu64 " of %s is %s, not an object: "
		    "--as NAME would wrap it",
		    n, expr_text(exprs[0]), json_type_name(json_type(w->p)));
		return false;
	}
	if (*w->p != '{' || nmetas == 0) {
		*v = json_take(w);
		return true;
	}
	v->s = w->p;
	inner = json_enter(w);
	while (json_name(&inner, &name)) {
		m = meta_of(name);
		if (m) {
			rec_reject(r,
			    "element %" PRIu64
			    " of %s has a member called \"%s\" already",
			    n, expr_text(exprs[0]), m->name);
			return false;
		}
		json_take(&inner);
	}
	v->len = (size_t)(inner.p + 1 - v->s);
	json_leave(w, &inner);
	return true;
}

/* Appends the element as a line. */
static void
print(struct buf *b, struct json_val v)
{
	bool object = *v.s == '{';

	if (!object) {
		buf_char(b, '{');
		buf_add(b, as_quoted.s, as_quoted.len);
		buf_char(b, ':');
	}
	buf_add(b, v.s, v.len - object);
	if (object && json_is_empty(v.s) && tail.len > 0)
		buf_add(b, tail.s + 1, tail.len - 1);
	else
		buf_add(b, tail.s, tail.len);
	buf_add(b, "}\n", 2);
}

/*
 * The elements of the array, if they are objects that look alike (shape.h)
 * and that the metas can be added to; else NULL.
 */
static const struct shape *
alike(const struct rec *r, struct json_val array)
{
	static uint64_t record; /* serial of the shape that `i` is for */
	static uint64_t good;   /* of the last shape of elements that could */
	static size_t i;
	const struct shape *s = shape_at(r->s), *e;
	struct json_val name;
	struct json_walk w;

	if (s == NULL)
		return NULL;
	if (s->serial != record && (i = shape_find(s, array.s)) == s->n)
		return NULL;
	record = s->serial;
	e = shape_elements(s, i);
	if (e == NULL || e->serial == good)
		return e;
	/* The first one has to have all members that any has. */
	if (e->gaps > 0)
		return NULL;
	for (w = json_walk(e->element[0]); json_name(&w, &name); json_take(&w))
		if (meta_of(name))
			return NULL;
	good = e->serial;
	return e;
}

/* Prints good elements, not all at once. */
static void
print_elements(struct rec *r, const struct json_val *v, size_t n)
{
	struct buf *out = out_buf(r->out);
	size_t from = out->len, i, pending = 0;

	for (i = 0; i < n; i++) {
		print(out, v[i]);
		pending++;
		if (out->len - from > GATHER || i + 1 == n) {
			out_end_lines(r->out, pending);
			from = out->len;
			pending = 0;
		}
	}
}

/* Are the elements from w on, the first of them n, all good? */
static bool
rest_is_good(struct rec *r, struct json_walk w, uint64_t n)
{
	struct json_val name, v;

	for (; json_name(&w, &name); n++)
		if (!take(r, &w, n, &v))
			return false;
	return true;
}

static void
explode(struct rec *r, struct json_val v)
{
	struct json_walk w = json_walk(v);
	struct buf *out = out_buf(r->out);
	size_t from = out->len;
	bool checked = false; /* no bad element to come: lines may go out */
	struct json_val name;
	uint64_t n, pending = 0;

	for (n = 1; json_name(&w, &name); n++) {
		if (!checked && out->len - from > GATHER) {
			if (!rest_is_good(r, w, n))
				break;
			checked = true;
		}
		if (!take(r, &w, n, &v))
			break;
		print(out, v);
		pending++;
		if (checked) {
			out_end_lines(r->out, pending);
			pending = 0;
		}
	}
	if (json_name(&w, &name))
		out_undo(r->out);
	else if (pending > 0)
		out_end_lines(r->out, pending);
}

static void
one_record(struct rec *r)
{
	struct json_val v = {r->s, r->len};
	const struct shape *elements;
	size_t i;

	for (i = 0; i <= nmetas; i++)
		is[i] = expr_get(exprs[i], v, &results[i]);
	v = results[0];
	if (is[0] == EXPR_FAILED) {
		rec_reject(r, "%s", expr_error(exprs[0]));
	} else if (is[0] == EXPR_NONE || *v.s == 'n') {
		if (required)
			rec_reject(
			    r, "%s is null or missing", expr_text(exprs[0]));
	} else if (*v.s != '[') {
		rec_reject(r, "%s is %s, not an array", expr_text(exprs[0]),
		    json_type_name(json_type(v.s)));
	} else if (get_metas(r)) {
		elements = alike(r, v);
		if (elements)
			print_elements(
			    r, elements->element, elements->nelements);
		else
			explode(r, v);
	}
}

static void
operands(int argc, char *argv[], int first)
{
	size_t i;
	char *why;

	if (first + 1 != argc)
		opt_usage("explode takes the path of the array, as .items");
	exprs = buf_array(NULL, nmetas + 1, sizeof *exprs);
	is = buf_array(NULL, nmetas + 1, sizeof *is);
	results = buf_array(NULL, nmetas + 1, sizeof *results);
	exprs[0] = expr_new(argv[first], &why);
	if (exprs[0] == NULL || !expr_is_path(exprs[0]))
		opt_usage(
		    "\"%s\" is no plain path, as .items or .a.b", argv[first]);
	for (i = 0; i < nmetas; i++)
		exprs[i + 1] = metas[i].expr;
	if (as && !json_quote(&as_quoted, as, strlen(as)))
		opt_usage("the name of --as is not UTF-8");
	for (i = 0; as && i < nmetas; i++)
		if (strcmp(metas[i].name, as) == 0)
			opt_usage("--as and --meta give one name, \"%s\"", as);
}

static void
free_all(void)
{
	size_t i;

	for (i = 0; i < nmetas; i++) {
		free(metas[i].name);
		buf_free(&metas[i].quoted);
	}
	free(metas);
	for (i = 0; i <= nmetas; i++)
		expr_free(exprs[i]);
	free(exprs);
	free(is);
	free(results);
	buf_free(&as_quoted);
	buf_free(&tail);
}

static const struct opt options[] = {
    {0, "meta", "NAME=EXPR", OPT_CALL, &metas,
	"add that of the parent to each element", add_meta, 0, 0},
    {0, "as", "NAME", OPT_STR, &as,
	"print elements that are no objects as {NAME: element}", NULL, 0, 0},
    {0, "required", NULL, OPT_FLAG, &required,
	"a record where PATH is null or missing is bad", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"explode", "PATH",
    "Prints one record per element of an array in each record.", options, NULL,
    NULL};

int
main(int argc, char *argv[])
{
	struct rec r;
	int status;

	operands(argc, argv, opt_parse(&tool, argc, argv));
	rec_open(&r, REC_JSON);
	r.shape.list_elements = true;
	while (rec_next(&r))
		one_record(&r);
	status = rec_close(&r, 0);
	free_all();
	return status;
}
