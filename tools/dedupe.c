/*
 * dedupe: the first record of each key.
 *
 * What is kept in memory is a fingerprint of each key, not the record.
 */
#include <string.h>

#include "key.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "set.h"

enum null_key { NULL_REJECT, NULL_KEEP, NULL_DROP };

static struct key key = KEY_INIT;
static enum null_key null_key = NULL_REJECT;
static const char *duplicates_file;
static struct set seen = SET_INIT;
static struct out *duplicates;

static const char *
set_null_key(void *to, const char *value)
{
	static const char *const values[] = {"reject", "keep", "drop"};
	size_t i;

	for (i = 0; i < sizeof values / sizeof *values; i++)
		if (strcmp(value, values[i]) == 0) {
			*(enum null_key *)to = (enum null_key)i;
			return NULL;
		}
	return "it takes reject, keep or drop";
}

static void
drop(struct rec *r)
{
	if (duplicates)
		out_line(duplicates, r->s, r->len);
	rec_drop(r);
}

static void
one_record(struct rec *r)
{
	enum key_is is = key_get(&key, (struct json_val){r->s, r->len});

	if (is == KEY_FAILED || (is == KEY_NULL && null_key == NULL_REJECT))
		rec_reject(r, "%s", key.why.s);
	else if (is == KEY_NULL && null_key == NULL_DROP)
		drop(r);
	else if (is == KEY_NULL || set_add(&seen, key.bytes.s, key.bytes.len))
		out_line(r->out, r->s, r->len);
	else
		drop(r);
}

static const struct opt options[] = {
    {'k', "key", "EXPR", OPT_CALL, &key, "the key (repeatable: composite)",
	key_opt, 0, 0},
    {0, "numeric", NULL, OPT_FLAG, &key.numeric,
	"compare numbers by value: 1.0 is 1", NULL, 0, 0},
    {0, "null-key", "HOW", OPT_CALL, &null_key,
	"reject, keep or drop records without a key", set_null_key, 0, 0},
    {0, "duplicates", "FILE", OPT_STR, &duplicates_file,
	"write what is dropped to FILE", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"dedupe", "-k EXPR",
    "Prints the first record of each key.", options, NULL, NULL};

int
main(int argc, char *argv[])
{
	struct rec r;
	int status;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("dedupe reads standard input and takes no operands");
	if (key.n == 0)
		opt_usage("no key: say which with -k, as -k .id");
	rec_open(&r, REC_JSON);
	if (duplicates_file)
		duplicates = out_open(duplicates_file, OUT_REPLACE);
	while (rec_next(&r))
		one_record(&r);
	status = rec_close(&r, 0);
	set_free(&seen);
	key_free(&key);
	return status;
}
