/*
 * flatten: nested objects to one level, the names joined.
 *
 * Names and values are copied as they are spelled. Two values that would get
 * one name make a bad record; empty objects and arrays stay what they are.
 * --unflatten is the way back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "names.h"
#include "nest.h"
#include "opt.h"
#include "rec.h"

enum arrays { KEEP, INDEX, JSON };

static const char *separator = ".";
static enum arrays arrays = KEEP;
static uint64_t max_depth = UINT64_MAX;
static bool unflatten;

static struct buf sep;  /* the separator as a JSON string, quotes and all */
static struct buf path; /* a quote and the joined name of the value in hand */
static struct names names = NAMES_INIT;
static bool collision; /* `path` is a name that two values would get */

/* The second walk over a record with a collision, which tells its places. */
static struct {
	bool on;
	struct buf name; /* the name, decoded */
	struct buf at;   /* the way to the value in hand, in jq's words */
	struct buf list;
} search;

static const char *
set_arrays(void *to, const char *value)
{
	static const char *const values[] = {"keep", "index", "json"};
	size_t i;

	(void)to;
	for (i = 0; i < sizeof values / sizeof *values; i++)
		if (strcmp(value, values[i]) == 0) {
			arrays = (enum arrays)i;
			return NULL;
		}
	return "it takes keep, index or json";
}

static void
compare_leaf(void)
{
	buf_char(&path, '"');
	if (json_string_is((struct json_val){path.s, path.len}, search.name.s,
		search.name.len))
		buf_printf(&search.list, "%s%s", search.list.len ? " and " : "",
		    search.at.s);
	buf_cut(&path, path.len - 1);
}

static void
leaf(struct buf *out, struct json_val v)
{
	if (search.on) {
		compare_leaf();
		return;
	}
	if (!names_add(&names, path.s + 1, path.len - 1)) {
		collision = true;
		return;
	}
	buf_add(out, path.s, path.len);
	buf_add(out, "\":", 2);
	if (*v.s == '[' && arrays == JSON)
		json_quote(out, v.s, v.len);
	else
		buf_add(out, v.s, v.len);
	buf_char(out, ',');
}

/* Appends one part to `path`: a raw name with its quotes, or an index. */
static void
join(uint64_t depth, struct json_val name, uint64_t index)
{
	if (depth > 0)
		buf_add(&path, sep.s + 1, sep.len - 2);
	if (name.s)
		buf_add(&path, name.s + 1, name.len - 2);
	else
		buf_printf(&path, "%" PRIu64, index);
	if (search.on && name.s)
		buf_printf(&search.at, ".%.*s", (int)name.len, name.s);
	else if (search.on)
		buf_printf(&search.at, "[%" PRIu64 "]", index);
}

/* Is the value at s one that the walk goes into? */
static bool
is_inner(const char *s, uint64_t depth)
{
	if (*s != '{' && (*s != '[' || arrays != INDEX))
		return false;
	return depth < max_depth && !json_is_empty(s);
}

/* Flattens what is in w, whose own name `path` is, before and after. */
static void
walk(struct buf *out, struct json_walk *w, uint64_t depth)
{
	size_t path_len = path.len, at_len = search.at.len;
	struct json_walk inner;
	struct json_val name;
	uint64_t i;

	for (i = 0; json_name(w, &name); i++) {
		join(depth, name, i);
		if (is_inner(w->p, depth)) {
			inner = json_enter(w);
			walk(out, &inner, depth + 1);
			if (!collision)
				json_leave(w, &inner);
		} else {
			leaf(out, json_take(w));
		}
		if (collision)
			return;
		buf_cut(&path, path_len);
		buf_cut(&search.at, at_len);
	}
}

/* Names the values that collide; `path` is the name that they would get. */
static void
reject_collision(struct rec *r, struct json_val v)
{
	struct json_walk w = json_walk(v);

	buf_char(&path, '"');
	buf_cut(&search.name, 0);
	json_decode(&search.name, (struct json_val){path.s, path.len});
	buf_cut(&search.at, 0);
	buf_cut(&search.list, 0);
	buf_cut(&path, 1);
	collision = false;
	search.on = true;
	walk(NULL, &w, 0);
	search.on = false;
	rec_reject(
	    r, "%s would get one name, \"%s\"", search.list.s, search.name.s);
}

static void
one_record(struct rec *r)
{
	struct json_val v = {r->s, r->len};
	struct buf *out = out_buf(r->out);
	struct json_walk w;

	if (*v.s != '{') {
		rec_reject(
		    r, "not an object but %s", json_type_name(json_type(v.s)));
		return;
	}
	names_reset(&names);
	buf_cut(&path, 1);
	collision = false;
	w = json_walk(v);
	buf_char(out, '{');
	walk(out, &w, 0);
	if (collision) {
		out_undo(r->out);
		reject_collision(r, v);
		return;
	}
	if (names.n > 0)
		buf_cut(out, out->len - 1);
	buf_char(out, '}');
	out_end(r->out);
}

static void
unflatten_record(struct rec *r, struct nest *nest)
{
	struct json_val v = {r->s, r->len};
	struct buf why = BUF_INIT;

	if (*v.s != '{') {
		rec_reject(
		    r, "not an object but %s", json_type_name(json_type(v.s)));
	} else if (nest_object(nest, v, out_buf(r->out), &why)) {
		out_end(r->out);
	} else {
		out_undo(r->out);
		rec_reject(r, "%s", why.s);
	}
	buf_free(&why);
}

/* What the options say of the way back. */
static struct nest
nest_as_told(void)
{
	struct nest nest = NEST_INIT;

	if (*separator == '\0')
		opt_usage("--unflatten needs a --sep that is not empty");
	if (arrays == JSON)
		opt_usage("--unflatten cannot tell arrays from strings: it "
			  "takes --arrays keep or index");
	buf_str(&nest.sep, separator);
	nest.max_depth = max_depth;
	nest.arrays = arrays == INDEX;
	return nest;
}

static const struct opt options[] = {
    {0, "sep", "TEXT", OPT_STR, &separator, "between joined names (.)", NULL, 0,
	0},
    {0, "arrays", "HOW", OPT_CALL, &arrays,
	"keep (as they are), index (a.0), json (as a string)", set_arrays, 0,
	0},
    {0, "max-depth", "N", OPT_NUM, &max_depth,
	"join so many levels only; 0: none", NULL, 0, 0},
    {0, "unflatten", NULL, OPT_FLAG, &unflatten,
	"the way back: split the names, make objects", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"flatten", "",
    "Flattens nested JSON objects to one level.", options, NULL, NULL};

int
main(int argc, char *argv[])
{
	struct nest nest = NEST_INIT;
	struct rec r;
	int status;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("flatten reads standard input and takes no "
			  "operands");
	if (!json_quote(&sep, separator, strlen(separator)))
		opt_usage("the value of --sep is not UTF-8");
	if (unflatten)
		nest = nest_as_told();
	buf_char(&path, '"');
	rec_open(&r, REC_JSON);
	while (rec_next(&r))
		if (unflatten)
			unflatten_record(&r, &nest);
		else
			one_record(&r);
	status = rec_close(&r, 0);
	buf_free(&sep);
	buf_free(&path);
	buf_free(&search.name);
	buf_free(&search.at);
	buf_free(&search.list);
	names_free(&names);
	nest_free(&nest);
	return status;
}
