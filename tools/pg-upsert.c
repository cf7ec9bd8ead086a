/*
 * pg-upsert: records into a PostgreSQL table.
 *
 * Records are gathered into batches; each is one transaction that copies them
 * to a temporary table and merges that into the target. What is committed is
 * printed. Which statements those are, and how a bad row is found, is told in
 * lib/pgmerge.h and lib/pgload.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "opt.h"
#include "pgfeed.h"
#include "pgstore.h"
#include "rec.h"
#include "rule.h"
#include "when.h"

static struct pgspec spec;
static struct rule *tombstone; /* --delete-where */
static const char *conninfo;
static uint64_t sample = 1000;
static uint64_t batch_rows = 20000;
static uint64_t batch_bytes = 16 << 20;
static double flush_after = 1;
static uint64_t sessions = 2;
static uint64_t retry = 10;
static double retry_max_time;
static double connect_timeout = 30;

static const char *
compile(void *to, const char *text)
{
	struct rule **rule = to;
	char *why;

	rule_free(*rule);
	*rule = rule_new(text, &why);
	return why;
}

/* The value of --unknown. */
static const char *
unknown(void *to, const char *value)
{
	struct pgspec *s = to;

	s->rest = NULL;
	if (strcmp(value, "reject") == 0) {
		s->unknown = PG_UNKNOWN_REJECT;
	} else if (strcmp(value, "ignore") == 0) {
		s->unknown = PG_UNKNOWN_IGNORE;
	} else if (strcmp(value, "add") == 0) {
		s->unknown = PG_UNKNOWN_ADD;
	} else if (strncmp(value, "json:", 5) == 0 && value[5]) {
		s->unknown = PG_UNKNOWN_JSON;
		s->rest = value + 5;
	} else {
		return "it takes reject, ignore, add or json:COLUMN";
	}
	return NULL;
}

static const struct opt options[] = {
    {'t', "table", "TABLE", OPT_STR, &spec.table,
	"the table, as SQL writes it: schema.table", NULL, 0, 0},
    {'k', "key", "COLUMN", OPT_LIST, &spec.key,
	"a column of the key (repeatable)", NULL, 0, 0},
    {'d', "dbname", "CONNINFO", OPT_STR, &conninfo,
	"a connection string or URI (else PG* variables)", NULL, 0, 0},
    {0, "mode", "upsert|append|insert-only", OPT_CHOICE, &spec.mode,
	"what to do with rows that exist (upsert)", NULL, 0, 0},
    {0, "update", "COLUMNS", OPT_LIST, &spec.update,
	"the only columns that change in rows that exist", NULL, 0, 0},
    {0, "stamp", "COLUMN", OPT_STR, &spec.stamp,
	"set it to the time where a row is new or changed", NULL, 0, 0},
    {0, "seen", "COLUMN", OPT_STR, &spec.seen,
	"set it to the time in every row that was sent", NULL, 0, 0},
    {0, "newer", "COLUMN", OPT_STR, &spec.newer,
	"leave rows alone that are newer by it", NULL, 0, 0},
    {0, "delete-where", "EXPR", OPT_CALL, &tombstone,
	"delete the row where this is true of the record", compile, 0, 0},
    {0, "history", "TABLE", OPT_STR, &spec.history,
	"append changed values to this table", NULL, 0, 0},
    {0, "dry-run", NULL, OPT_FLAG, &spec.dry_run,
	"print the SQL and the counts, change nothing", NULL, 0, 0},
    {0, "create", NULL, OPT_FLAG, &spec.create,
	"make the table if it is not there", NULL, 0, 0},
    {0, "sample", "N", OPT_NUM, &sample,
	"records that --create takes the columns from (1000)", NULL, 1,
	1000000},
    {0, "columns", "LIST", OPT_STR, &spec.columns,
	"the columns for --create, as SQL writes them", NULL, 0, 0},
    {0, "unknown", "reject|ignore|add|json:COLUMN", OPT_CALL, &spec,
	"what to do with members that are no column (reject)", unknown, 0, 0},
    {0, "missing", "keep|null", OPT_CHOICE, &spec.missing,
	"what a column gets that a record lacks (keep)", NULL, 0, 0},
    {'b', "batch", "N", OPT_NUM, &batch_rows,
	"records per transaction, at most (20000)", NULL, 1, 1000000},
    {0, "bytes", "SIZE", OPT_SIZE, &batch_bytes,
	"bytes per transaction, at most (16M)", NULL, 1, (uint64_t)1 << 30},
    {0, "flush-after", "SECONDS", OPT_TIME, &flush_after,
	"store what is there after so long (1)", NULL, 0, 0},
    {0, "sessions", "N", OPT_NUM, &sessions,
	"sessions with the server, at most (2)", NULL, 1, 2},
    {0, "retry", "N", OPT_NUM, &retry,
	"tries again after an error that may pass (10)", NULL, 0, 1000},
    {0, "retry-max-time", "SECONDS", OPT_TIME, &retry_max_time,
	"but not for longer than this (no limit)", NULL, 0, 0},
    {0, "connect-timeout", "SECONDS", OPT_TIME, &connect_timeout,
	"wait so long for a connection (30)", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const char *
libs(void)
{
	static char text[32];
	int v = PQlibVersion();

	snprintf(text, sizeof text, "libpq %d.%d", v / 10000, v % 10000);
	return text;
}

static const struct opt_tool tool = {"pg-upsert", "-t TABLE -k COLUMN ...",
    "upsert records into a PostgreSQL table", options, NULL, libs};

static void
check_options(int operands)
{
	if (operands > 0)
		opt_usage("records come on standard input, not as operands");
	if (spec.table == NULL)
		opt_usage("--table is missing");
	if (spec.mode != PG_APPEND && spec.key.n == 0)
		opt_usage("--key is missing; only --mode append needs none");
	if (spec.columns && !spec.create)
		opt_usage("--columns is for --create");
	if (spec.mode != PG_UPSERT && spec.update.n > 0)
		opt_usage("--update is for --mode upsert");
	if (spec.mode != PG_UPSERT && spec.newer)
		opt_usage("--newer is for --mode upsert");
	if (spec.mode != PG_UPSERT && spec.history)
		opt_usage("--history is for --mode upsert");
	if (spec.mode != PG_UPSERT && tombstone)
		opt_usage("--delete-where is for --mode upsert");
	spec.deletes = tombstone != NULL;
}

/* Milliseconds that what is there may still wait for more; -1: for ever. */
static int
patience(const struct pgfeed *f, double first)
{
	double left;

	if (!pgfeed_waits(f))
		return -1;
	left = fmin(first + flush_after - when_now(), 86400);
	return left > 0 ? (int)ceil(left * 1000) : 0;
}

/* Sends what has waited long enough, or goes on with what was sent. */
static int
turn(struct pgfeed *f, enum rec_is is, int left)
{
	if (is == REC_END)
		return pgfeed_flush(f);
	if (left == 0)
		return pgfeed_batch(f);
	/* Before the server runs out of rows. */
	return pgstore_push(f->store);
}

static int
load(struct pgfeed *f)
{
	struct rec *r = f->rec;
	struct rec_saved rec;
	enum rec_is is;
	uint64_t read = 0;
	size_t before;
	double first = 0;
	int status = 0;

	do {
		r->in.also = pgstore_wait(f->store);
		is = rec_wait(r, patience(f, first));
		/* The clock and the server are asked once a block of input. */
		while (is == REC_GOT) {
			before = f->store->rows->n;
			if (!pgfeed_waits(f))
				first = when_now();
			rec = (struct rec_saved){r->s, r->len, r->line};
			status = pgfeed_add(f, &rec);
			if (status || r->in.bytes != read || before == 0 ||
			    f->store->rows->n != before + 1)
				break;
			is = rec_wait(r, 0);
		}
		read = r->in.bytes;
		if (status == 0)
			status = turn(f, is, patience(f, first));
	} while (is != REC_END && status == 0);
	return status;
}

int
main(int argc, char *argv[])
{
	static struct pgstore store;
	static struct rec r;
	struct pgfeed feed = {.store = &store, .rec = &r};
	int first, status;

	first = opt_parse(&tool, argc, argv);
	check_options(argc - first);
	if (!pg_init(&store.pg, conninfo, connect_timeout))
		opt_usage("--dbname is no connection string or URI "
			  "that libpq can read");
	rec_open(&r, REC_JSON);
	pgrows_shape(&r.shape);
	r.deferred = true;
	out_optional(r.out);
	store.single = sessions == 1;
	status = pgstore_open(&store, &r, &spec, retry, retry_max_time);
	feed.batch = batch_rows;
	feed.bytes = batch_bytes;
	feed.sample = sample;
	feed.tombstone = tombstone;
	if (status == 0)
		status = load(&feed);
	pgfeed_free(&feed);
	pgstore_free(&store);
	rule_free(tombstone);
	free(spec.key.v);
	free(spec.update.v);
	return rec_close(&r, status);
}
