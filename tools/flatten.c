/*
 * flatten: nested objects to one level, the names joined.
 *
 * Names and values are copied as they are spelled. Two values that would get
 * one name make a bad record; empty objects and arrays stay what they are.
 * --unflatten is the way back.
 */
#include <string.h>

#include "flat.h"
#include "msg.h"
#include "nest.h"
#include "opt.h"
#include "rec.h"

static const char *separator = ".";
static struct flat flat = FLAT_INIT;
static struct nest nest = NEST_INIT;
static bool unflatten;

static void
one_record(struct rec *r)
{
	struct json_val v = {r->s, r->len};
	struct buf *out = out_buf(r->out), why = BUF_INIT;
	bool good;

	if (*v.s != '{') {
		rec_reject(
		    r, "not an object but %s", json_type_name(json_type(v.s)));
		return;
	}
	good = unflatten ? nest_object(&nest, v, out, &why)
			 : flat_object(&flat, v, out, &why);
	if (good) {
		out_end(r->out);
		return;
	}
	out_undo(r->out);
	rec_reject(r, "%s", why.s);
	buf_free(&why);
}

/* The separator, and what the options for both ways say of the way back. */
static void
set_up(void)
{
	struct buf quoted = BUF_INIT;

	if (!json_quote(&quoted, separator, strlen(separator)))
		opt_usage("the value of --sep is not UTF-8");
	buf_add(&flat.sep, quoted.s + 1, quoted.len - 2);
	buf_free(&quoted);
	if (!unflatten)
		return;
	if (*separator == '\0')
		opt_usage("--unflatten needs a --sep that is not empty");
	if (flat.arrays == FLAT_JSON)
		opt_usage("--unflatten cannot tell arrays from strings: it "
			  "takes --arrays keep or index");
	buf_str(&nest.sep, separator);
	nest.max_depth = flat.max_depth;
	nest.arrays = flat.arrays == FLAT_INDEX;
}

static const struct opt options[] = {
    {0, "sep", "TEXT", OPT_STR, &separator, "between joined names (.)", NULL, 0,
	0},
    {0, "arrays", "keep|index|json", OPT_CHOICE, &flat.arrays,
	"as they are (the default), as a.0, as a string", NULL, 0, 0},
    {0, "max-depth", "N", OPT_NUM, &flat.max_depth,
	"join so many levels only; 0: none", NULL, 0, 0},
    {0, "unflatten", NULL, OPT_FLAG, &unflatten,
	"the way back: split the names, make objects", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"flatten", "",
    "Flattens nested JSON objects to one level.", options, NULL, NULL};

int
main(int argc, char *argv[])
{
	struct rec r;
	int status;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("flatten reads standard input and takes no "
			  "operands");
	set_up();
	rec_open(&r, REC_JSON);
	if (!unflatten)
		flat_shape(&flat, &r.shape);
	while (rec_next(&r))
		one_record(&r);
	status = rec_close(&r, 0);
	flat_free(&flat);
	nest_free(&nest);
	return status;
}
