/*
 * verify-ids: are the ids that were delivered those that were expected?
 *
 * The two are matched in idmatch.h; here they are read, and what is wrong is
 * printed.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auditdir.h"
#include "idmatch.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "stop.h"

enum { SAMPLE = 1000 };

static const char *expected, *audit;
static struct key key = KEY_INIT;
static struct idmatch match = {.key = &key};
static uint64_t *missing;

/* How many lines the file has, if all are as long as the first ones. */
static uint64_t
about(const struct keyfile *f)
{
	struct stat st;

	if (fstat(f->in.fd, &st) < 0 || f->in.start == 0)
		return 0;
	return (uint64_t)st.st_size / (f->in.start / SAMPLE + 1);
}

static void
read_expected(void)
{
	struct keyfile f;

	keyfile_open(&f, expected, &key);
	if (lseek(f.in.fd, 0, SEEK_SET) != 0)
		die(EX_NOINPUT,
		    "could not read \"%s\" twice, to tell what is missing: "
		    "--expected takes a file, not a pipe",
		    expected);
	while (keyfile_next(&f)) {
		if (f.in.line == SAMPLE)
			idmatch_reserve(&match, about(&f));
		idmatch_expect(&match, f.line, f.plain, keyfile_block(&f));
	}
	idmatch_expect_end(&match);
	keyfile_close(&f);
	if (match.repeated > 0)
		msg_note("\"%s\" lists ids again in %" PRIu64
			 " lines: each id is expected once",
		    expected, match.repeated);
}

static void
one_record(struct rec *r)
{
	struct json_val line = {r->s, r->len};
	enum keyline is = keyline_get(&key, line, r->json);

	if (is == KEYLINE_BAD)
		rec_reject(r, "%s", key.why.s);
	else
		idmatch_deliver(&match, line, is == KEYLINE_PLAIN);
}

/* ---- the audit folder ---- */

static void
one_audited(void *arg, struct json_val id)
{
	idmatch_deliver(&match, id, false);
	rec_done(arg, 1);
}

static void
read_audit(struct rec *r)
{
	size_t pending = auditdir_pending(audit);

	if (pending > 0)
		msg_warn("\"%s\" has %zu batches of unknown fate (pending_*): "
			 "their ids count as not delivered",
		    audit, pending);
	r->bytes = auditdir_read(audit, &key, one_audited, r);
}

/* ---- the answer ---- */

static void
print(struct out *out, struct json_val id, const char *is, uint32_t n)
{
	struct buf *b = out_buf(out);

	buf_str(b, "{\"id\":");
	buf_add(b, id.s, id.len);
	buf_printf(b, ",\"is\":\"%s\",\"count\":%" PRIu32 "}", is, n);
	out_end(out);
}

static void
print_missing(struct out *out, const struct buf *id)
{
	print(out, (struct json_val){id->s, id->len}, "missing", 0);
	++*missing;
}

static void
print_extra(void *out, struct json_val id, uint32_t n)
{
	print(out, id, "extra", n);
}

static void
print_duplicate(void *out, struct json_val id, uint32_t n)
{
	print(out, id, "duplicate", n);
}

static void
missing_of_range(struct out *out, struct buf *id)
{
	uint64_t i;

	for (i = 0; i < match.expected && !stop_asked(); i++) {
		if (idrange_came(&match.range, i))
			continue;
		buf_cut(id, 0);
		buf_printf(
		    id, "%" PRId64, (int64_t)((uint64_t)match.range.from + i));
		print_missing(out, id);
	}
}

static void
missing_of_file(struct out *out, struct buf *id)
{
	uint64_t wanted = match.expected - match.matched;
	struct buf blocks = BUF_INIT;
	struct keyfile f;

	idmatch_missing_blocks(&match, &blocks);
	keyfile_open(&f, expected, &key);
	f.blocks = &blocks;
	while (*missing < wanted && keyfile_next(&f)) {
		if (!idmatch_missing(&match, f.line, f.plain))
			continue;
		buf_cut(id, 0);
		keyline_json(&key, f.line, f.plain, id);
		print_missing(out, id);
	}
	if (*missing < wanted && !stop_asked())
		keyfile_changed(&f);
	keyfile_close(&f);
	buf_free(&blocks);
}

/* Prints how the two sets differ; returns the exit status. */
static int
compare(struct out *out)
{
	struct buf id = BUF_INIT;

	if (match.matched < match.expected && match.ranged)
		missing_of_range(out, &id);
	else if (match.matched < match.expected)
		missing_of_file(out, &id);
	buf_free(&id);
	idmatch_extra(&match, print_extra, out);
	idmatch_duplicates(&match, print_duplicate, out);
	msg_note("expected %" PRIu64 ", delivered %" PRIu64 ", missing %" PRIu64
		 ", extra %" PRIu64 ", duplicate %" PRIu64,
	    match.expected, match.delivered, *missing, match.extra,
	    match.duplicates);
	return *missing + match.extra + match.duplicates > 0 ? EX_NO : 0;
}

/* ---- options ---- */

static const struct opt options[] = {
    {'k', "key", "EXPR", OPT_CALL, &key,
	"the id of a record (repeatable: composite)", key_opt, 0, 0},
    {0, "expected", "FILE|A..B", OPT_STR, &expected,
	"the ids that there should be", NULL, 0, 0},
    {0, "audit", "DIR", OPT_STR, &audit,
	"take what was delivered from DIR/batch_*.json", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"verify-ids",
    "[-k EXPR] --expected FILE|A..B", "Compares delivered ids with expected.",
    options, NULL, NULL};

static void
check_options(void)
{
	const struct idrange *range = &match.range;

	if (expected == NULL)
		opt_usage("nothing is expected: say what with --expected, a "
			  "file of ids or a range, as 1..500");
	if (strcmp(expected, "-") == 0)
		opt_usage("--expected takes a file, not standard input");
	match.ranged = idrange_parse(&match.range, expected);
	if (!match.ranged)
		return;
	if (range->to < range->from)
		opt_usage("the range %s is empty: it goes from the smaller "
			  "number to the larger",
		    expected);
	if (key.n > 1)
		opt_usage("a range is of ids of one part, but there are %zu -k",
		    key.n);
}

int
main(int argc, char *argv[])
{
	struct rec r;
	uint64_t *extra, *duplicates, *ids;
	int status = 0;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("verify-ids reads standard input or --audit and "
			  "takes no operands: --expected says what should be "
			  "there");
	check_options();
	rec_open(&r, REC_PLAIN);
	ids = rec_counter(&r, "expected");
	missing = rec_counter(&r, "missing");
	extra = rec_counter(&r, "extra");
	duplicates = rec_counter(&r, "duplicate");
	if (match.ranged) {
		idrange_alloc(&match.range);
		match.expected = idrange_size(&match.range);
	} else {
		read_expected();
	}
	*ids = match.expected;
	if (audit)
		read_audit(&r);
	else
		while (rec_next(&r))
			one_record(&r);
	idmatch_deliver_end(&match);
	if (!r.stopped && !stop_asked())
		status = compare(r.out);
	*extra = match.extra;
	*duplicates = match.duplicates;
	status = rec_close(&r, status);
	idmatch_free(&match);
	key_free(&key);
	return status;
}
