/*
 * dedupe: one record of each key: the first, the last or the largest.
 *
 * For the first, a fingerprint of each key is kept in memory, not the record,
 * and it is printed at once. The others are known at the end of the input
 * only, so each key's record is kept until then.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "key.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "set.h"
#include "stop.h"

enum null_key { NULL_REJECT, NULL_KEEP, NULL_DROP };
enum which { FIRST, LAST, MAX };

static struct key key = KEY_INIT;
static enum null_key null_key = NULL_REJECT;
static enum which which = FIRST;
static struct expr *max; /* what --keep max:EXPR compares */
static uint64_t memory = UINT64_MAX;
static const char *duplicates_file;
static struct opt_list done_files;

static struct set seen = SET_INIT; /* the keys of -x, and of FIRST */
static struct keep kept = KEEP_INIT;
static struct buf rank; /* of the record in hand: its type and its value */
static struct out *duplicates;

static const char *
set_keep(void *to, const char *value)
{
	(void)to;
	if (strcmp(value, "first") == 0)
		which = FIRST;
	else if (strcmp(value, "last") == 0)
		which = LAST;
	else if (strncmp(value, "max:", 4) == 0)
		which = MAX;
	else
		return "it takes first, last or max:EXPR, as max:.updated_at";
	return which == MAX ? expr_opt(&max, value + 4) : NULL;
}

/* What is kept counts as done; if it is not printed after all, it is not. */
static void
forget_kept(struct rec *r)
{
	if (which != FIRST)
		r->done = 0;
}

static void
check_memory(struct rec *r)
{
	if (seen.bytes + kept.bytes <= memory)
		return;
	forget_kept(r);
	die(EX_OSERR,
	    "could not keep %" PRIu64 " keys%s in the %" PRIu64
	    " bytes of --memory: raise it, or split the input by key and "
	    "give each part to a dedupe of its own",
	    seen.n + kept.n, which == FIRST ? "" : " and their records",
	    memory);
}

static void
drop(struct rec *r)
{
	if (duplicates)
		out_line(duplicates, r->s, r->len);
	rec_drop(r);
}

/* Computes the rank of a record; false if it has none and was rejected. */
static bool
get_rank(struct rec *r)
{
	struct json_val v = {r->s, r->len};
	enum expr_is is = expr_get(max, v, &v);

	buf_cut(&rank, 0);
	if (is == EXPR_FAILED)
		rec_reject(r, "--keep max cannot be told: %s", expr_error(max));
	else if (is == EXPR_NONE)
		rec_reject(r, "--keep max: %s is missing", expr_text(max));
	else if (json_type(v.s) == JSON_NUMBER) {
		buf_char(&rank, 'n');
		json_canonical_number(&rank, v);
	} else if (json_type(v.s) == JSON_STRING) {
		buf_char(&rank, 's');
		json_decode(&rank, v);
	} else
		rec_reject(r,
		    "--keep max: %s is %s, neither a number nor a string",
		    expr_text(max), json_type_name(json_type(v.s)));
	return rank.len > 0;
}

/* Compares the values of two ranks of one type. */
static int
compare_ranks(struct json_val a, struct json_val b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c;

	if (*a.s == 'n')
		return json_compare_canonical(
		    (struct json_val){a.s + 1, a.len - 1},
		    (struct json_val){b.s + 1, b.len - 1});
	c = memcmp(a.s, b.s, n);
	return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* LAST and MAX: decides between the record in hand and the one of its key. */
static void
keep_one(struct rec *r)
{
	struct kept new = {r->line, {r->s, r->len}, {rank.s, rank.len}};
	struct kept **old = keep_find(&kept, key.bytes.s, key.bytes.len);

	if (*old && which == MAX) {
		if (*(*old)->rank.s != *new.rank.s) {
			rec_reject(r,
			    "--keep max cannot compare a number with a string: "
			    "%s, here and in line %" PRIu64,
			    expr_text(max), (*old)->line);
			return;
		}
		if (compare_ranks(new.rank, (*old)->rank) <= 0) {
			drop(r);
			return;
		}
	}
	if (*old && duplicates)
		out_line(duplicates, (*old)->record.s, (*old)->record.len);
	if (*old) {
		r->done--;
		r->dropped++;
	}
	keep_put(&kept, old, &new);
	check_memory(r);
}

/* A record with a key, or without one where those are kept. */
static void
keyed_record(struct rec *r, bool null)
{
	const char *s = key.bytes.s;
	size_t len = key.bytes.len;

	if (which == FIRST && (null || set_add(&seen, s, len))) {
		check_memory(r);
		out_line(r->out, r->s, r->len);
	} else if (which == FIRST || (!null && set_has(&seen, s, len))) {
		drop(r);
	} else if (which == LAST || get_rank(r)) {
		/* Each record without a key has one of its own. */
		if (null)
			buf_printf(&key.bytes, "-%" PRIu64, r->line);
		keep_one(r);
	}
}

static void
one_record(struct rec *r)
{
	enum key_is is = key_get(&key, (struct json_val){r->s, r->len});

	if (is == KEY_FAILED || (is == KEY_NULL && null_key == NULL_REJECT))
		rec_reject(r, "%s", key.why.s);
	else if (is == KEY_NULL && null_key == NULL_DROP)
		drop(r);
	else
		keyed_record(r, is == KEY_NULL);
}

/* -x: the keys of a file count as seen. */
static void
read_done(struct rec *r, const char *path)
{
	struct keyfile f;

	keyfile_open(&f, path, &key);
	while (keyfile_next(&f)) {
		keyline_bytes(&key, f.plain);
		set_add(&seen, key.bytes.s, key.bytes.len);
		if (f.plain && keyline_number(&key, f.line))
			set_add(&seen, key.bytes.s, key.bytes.len);
		check_memory(r);
	}
	keyfile_close(&f);
}

/* Prints what was kept, in the order of the input. */
static void
print_kept(struct rec *r)
{
	struct kept **list = keep_sorted(&kept);
	size_t i;

	for (i = 0; i < kept.n; i++)
		out_line(r->out, list[i]->record.s, list[i]->record.len);
	free(list);
}

static const struct opt options[] = {
    {'k', "key", "EXPR", OPT_CALL, &key, "the key (repeatable: composite)",
	key_opt, 0, 0},
    {0, "keep", "WHICH", OPT_CALL, NULL,
	"the record to keep: first, last or max:EXPR (first)", set_keep, 0, 0},
    {'x', "exclude", "FILE", OPT_LIST, &done_files,
	"drop the keys that FILE lists (repeatable)", NULL, 0, 0},
    {0, "numeric", NULL, OPT_FLAG, &key.numeric,
	"compare numbers by value: 1.0 is 1", NULL, 0, 0},
    {0, "null-key", "reject|keep|drop", OPT_CHOICE, &null_key,
	"what to do with records without a key (reject)", NULL, 0, 0},
    {0, "duplicates", "FILE", OPT_STR, &duplicates_file,
	"write what is dropped to FILE", NULL, 0, 0},
    {0, "memory", "SIZE", OPT_SIZE, &memory,
	"end with 71 where the keys need more than this", NULL, 1 << 20, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {
    "dedupe", "-k EXPR", "Prints one record of each key.", options, NULL, NULL};

int
main(int argc, char *argv[])
{
	struct rec r;
	size_t i;
	int status;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("dedupe reads standard input and takes no operands");
	if (key.n == 0)
		opt_usage("no key: say which with -k, as -k .id");
	rec_open(&r, REC_JSON);
	if (duplicates_file)
		duplicates = out_open(duplicates_file, OUT_REPLACE);
	for (i = 0; i < done_files.n; i++)
		read_done(&r, done_files.v[i]);
	while (rec_next(&r))
		one_record(&r);
	/* What a signal cut off has no last record. */
	if (stop_asked())
		forget_kept(&r);
	else
		print_kept(&r);
	status = rec_close(&r, 0);
	set_free(&seen);
	keep_free(&kept);
	key_free(&key);
	expr_free(max);
	buf_free(&rank);
	free(done_files.v);
	return status;
}
