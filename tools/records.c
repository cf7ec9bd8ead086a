/*
 * records: JSON text of any shape to one record a line.
 *
 * The text passes by: what the path does not lead to is checked and
 * forgotten, and of an array one element at a time is in memory.
 */
#include <inttypes.h>
#include <string.h>

#include "jsonin.h"
#include "msg.h"
#include "opt.h"
#include "path.h"
#include "rec.h"

static struct path path = PATH_INIT;
static const char *path_text = ".";
static bool optional;

static struct rec rec;
static struct jsonin in;
static struct buf name;

/* The document in hand. */
static struct {
	uint64_t number;
	uint64_t element; /* the last one of the array that is unpacked */
	bool found;       /* the path led to a value */
	struct buf why;   /* it is bad, or empty */
} doc;

static uint64_t *documents; /* in the stats */

static const char *
set_path(void *to, const char *value)
{
	size_t i, len;
	long index;

	if (!path_parse(to, value))
		return "it takes a plain path, as .orders or .data.items";
	for (i = 0; i < path.n; i++)
		if (path_step(to, i, &len, &index) == NULL && index < 0)
			return "an element counted from the end of an array "
			       "cannot be found in a stream";
	path_text = value;
	return NULL;
}

/* Makes what was read since the mark the record in hand, for a reject. */
static void
set_head(uint64_t line)
{
	bool cut;
	struct json_val head = jsonin_head(&in, &cut);

	rec_set(&rec, head.s, head.len, line, cut);
}

/* Prints the value at hand, checking it; `what` names it for a reject. */
static bool
print_value(bool is_element)
{
	uint64_t max = opt_common.max_record, line;

	jsonin_peek(&in);
	jsonin_mark(&in);
	line = in.line;
	if (!jsonin_value(&in, out_buf(rec.out), max)) {
		out_undo(rec.out);
		return false;
	}
	if (in.size <= max) {
		rec_set(&rec, NULL, 0, line, false);
		out_end(rec.out);
		return true;
	}
	out_undo(rec.out);
	set_head(line);
	if (is_element)
		rec_reject(&rec,
		    "element %" PRIu64 " of document %" PRIu64
		    " is longer than the %" PRIu64 " bytes of --max-record",
		    doc.element, doc.number, max);
	else
		rec_reject(&rec,
		    "document %" PRIu64 " is longer than the %" PRIu64
		    " bytes of --max-record",
		    doc.number, max);
	return !rec.stopped;
}

static bool
unpack(void)
{
	struct jsonin_walk w = jsonin_enter(&in);

	for (doc.element = 1; jsonin_next(&in, &w, NULL, 0); doc.element++)
		if (!print_value(true))
			return false;
	return jsonin_good(&in);
}

/* Where the path ends. */
static bool
found(int c)
{
	if (c == 'n' && path.n > 0)
		return jsonin_value(&in, NULL, 0);
	doc.found = true;
	return c == '[' ? unpack() : print_value(false);
}

static bool follow(size_t i);

/* Step i leads to a member, of the object at hand. */
static bool
members(size_t i, const char *wanted, size_t len)
{
	struct jsonin_walk w = jsonin_enter(&in);
	uint64_t max = 6 * (uint64_t)len + 2; /* each byte as \u0061 */
	bool met = false;

	while (jsonin_next(&in, &w, &name, max)) {
		if (in.size > max ||
		    !json_string_is(
			(struct json_val){name.s, name.len}, wanted, len)) {
			if (!jsonin_value(&in, NULL, 0))
				return false;
		} else if (!met) {
			met = true;
			if (!follow(i + 1))
				return false;
		} else {
			buf_cut(&doc.why, 0);
			buf_printf(&doc.why, "two members called %.*s on %s",
			    (int)name.len, name.s, path_text);
			if (!jsonin_value(&in, NULL, 0))
				return false;
		}
	}
	return jsonin_good(&in);
}

/* Step i leads to an element, of the array at hand. */
static bool
elements(size_t i, long index)
{
	struct jsonin_walk w = jsonin_enter(&in);

	while (jsonin_next(&in, &w, NULL, 0))
		if (!(index-- == 0 ? follow(i + 1)
				   : jsonin_value(&in, NULL, 0)))
			return false;
	return jsonin_good(&in);
}

/* Walks the value at hand from step i of the path on. */
static bool
follow(size_t i)
{
	int c = jsonin_peek(&in);
	const char *wanted;
	char first[] = {(char)c, '\0'};
	size_t len;
	long index;

	if (i == path.n)
		return found(c);
	wanted = path_step(&path, i, &len, &index);
	if (c == (wanted ? '{' : '['))
		return wanted ? members(i, wanted, len) : elements(i, index);
	if (c != 'n') {
		buf_printf(&doc.why, "%s leads through %s", path_text,
		    json_type_name(json_type(first)));
	}
	return jsonin_value(&in, NULL, 0);
}

static bool
document(void)
{
	uint64_t line = in.line;

	doc.number = ++*documents;
	doc.found = false;
	buf_cut(&doc.why, 0);
	jsonin_mark(&in);
	if (!follow(0))
		return false;
	if (doc.why.len == 0 && !doc.found && !optional)
		buf_printf(&doc.why, "%s is null or missing", path_text);
	if (doc.why.len > 0) {
		set_head(line);
		rec_reject(
		    &rec, "document %" PRIu64 ": %s", doc.number, doc.why.s);
	}
	return !rec.stopped;
}

/* There is no telling where the next document would begin. */
static void
broken(void)
{
	uint64_t at = jsonin_offset(&in) + 1;

	set_head(in.line);
	rec.cut = true;
	rec_reject(&rec, "not JSON: %s at byte %" PRIu64, in.what, at);
	if (!rec.stopped)
		msg_warn("%s:%" PRIu64 ": not JSON: %s at byte %" PRIu64
			 "; what follows is not read",
		    rec.in.name, in.line, in.what, at);
	rec.stopped = true;
}

static const struct opt options[] = {
    {0, "path", "PATH", OPT_CALL, &path,
	"of the array, or the value, in each document (.)", set_path, 0, 0},
    {0, "optional", NULL, OPT_FLAG, &optional,
	"skip documents where it is null or missing", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"records", "",
    "Prints the records of JSON text of any shape, one a line.", options, NULL,
    NULL};

int
main(int argc, char *argv[])
{
	int status;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("records reads standard input and takes no operands");
	rec_open(&rec, REC_JSON);
	documents = rec_counter(&rec, "documents");
	jsonin_open(&in, &rec.in);
	while (jsonin_peek(&in) >= 0 && document())
		;
	if (in.what && !rec.stopped)
		broken();
	status = rec_close(&rec, 0);
	jsonin_free(&in);
	path_free(&path);
	buf_free(&name);
	buf_free(&doc.why);
	return status;
}
