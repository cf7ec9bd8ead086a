#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "opt.h"
#include "rec.h"
#include "reclog.h"
#include "stop.h"
#include "when.h"

enum { EXTRA_MAX = 16 };

/* The process' one record loop, for the hook that writes its last words. */
static struct rec *the;
static struct out *stats;
static double next_progress;

uint64_t
rec_settled(const struct rec *r)
{
	return r->done + r->dropped + r->rejected;
}

/* Settles the record in hand as done, unless it has been settled. */
static void
settle(struct rec *r)
{
	if (r->state == REC_OPEN && !r->deferred)
		r->done++;
	r->state = REC_NONE;
	r->shape.s = NULL;
}

static void
count_printed(struct rec *r)
{
	r->printed = out_lines(r->out);
	if (r->args == NULL && r->bytes == 0)
		r->bytes = r->in.bytes;
}

/* die() was called, or the reader is gone: deliver and account for it. */
static void
last_words(int status)
{
	struct rec *r = the;

	if (r == NULL)
		return;
	the = NULL;
	count_printed(r);
	reclog_stats(stats, r, status);
	out_finish(status);
}

void
rec_open(struct rec *r, enum rec_kind kind)
{
	const char *to = opt_common.output;

	*r = (struct rec){
	    .kind = kind, .start = when_now(), .shape = SHAPE_INIT};
	r->extra = buf_array(NULL, EXTRA_MAX, sizeof *r->extra);
	r->out = out_open(to, !to                      ? OUT_STDOUT
			      : opt_common.keep_output ? OUT_KEEP
						       : OUT_REPLACE);
	r->rejects = reclog_open(opt_common.rejects, "rejects.ndjson");
	stats = reclog_open(opt_common.stats, "stats.ndjson");
	next_progress = r->start + 1;
	the = r;
	msg_at_exit(last_words);
	in_open(&r->in, NULL, opt_common.max_record);
}

void
rec_open_args(struct rec *r, enum rec_kind kind, char **args)
{
	rec_open(r, kind);
	r->args = args;
}

/* A line on standard error, at most once a second, over the line before. */
static void
progress(struct rec *r, bool end)
{
	struct buf b = BUF_INIT;
	double t;

	if (!opt_common.progress)
		return;
	t = when_now();
	if (!end && t < next_progress)
		return;
	next_progress = t + 1;
	buf_printf(&b,
	    "%s: %" PRIu64 " records, %.1f MB/s, %" PRIu64 " rejected%s",
	    msg_tool(), rec_settled(r),
	    (double)r->in.bytes / 1e6 / fmax(t - r->start, 1e-3), r->rejected,
	    isatty(STDERR_FILENO) && !end ? "\r" : "\n");
	if (write(STDERR_FILENO, b.s, b.len) < 0)
		opt_common.progress = false;
	buf_free(&b);
}

/* ---- bad records ---- */

static bool
too_many(const struct rec *r)
{
	double percent = opt_common.max_rejects_percent;
	uint64_t n = r->seen - r->ahead;

	if (r->rejected > opt_common.max_rejects)
		return true;
	return percent > 0 && n >= 100 &&
	       (double)r->rejected * 100 > percent * (double)n;
}

__attribute__((format(printf, 6, 0))) static void
bad_record(struct rec *r, const struct rec_saved *bad, bool cut,
    const char *code, const char *key, const char *fmt, va_list ap)
{
	struct buf reason = BUF_INIT;
	const char *where = r->args ? "operand" : r->in.name;

	if (r->stopped)
		return;
	buf_vprintf(&reason, fmt, ap);
	r->rejected++;
	if (r->rejects)
		reclog_reject(r->rejects, bad, cut, code, key, reason.s);
	if (r->rejects == NULL) {
		msg_warn("%s:%" PRIu64 ": %s", where, bad->line, reason.s);
		r->stopped = true;
	} else if (too_many(r)) {
		msg_warn("%s:%" PRIu64 ": %s; stopped: %" PRIu64 " of %" PRIu64
			 " records were rejected",
		    where, bad->line, reason.s, r->rejected,
		    r->seen - r->ahead);
		r->stopped = true;
	} else {
		msg_debug(
		    "%s:%" PRIu64 ": rejected: %s", where, bad->line, reason.s);
	}
	buf_free(&reason);
}

__attribute__((format(printf, 3, 4))) static void
reject_line(struct rec *r, bool cut, const char *fmt, ...)
{
	struct rec_saved bad = {r->s, r->len, r->line};
	va_list ap;

	if (r->settle && !r->settle()) {
		r->ended = true;
		return;
	}
	r->seen++;
	va_start(ap, fmt);
	bad_record(r, &bad, cut, NULL, NULL, fmt, ap);
	va_end(ap);
	r->state = REC_SETTLED;
}

void
rec_reject(struct rec *r, const char *fmt, ...)
{
	struct rec_saved bad = {r->s, r->len, r->line};
	va_list ap;

	va_start(ap, fmt);
	bad_record(r, &bad, r->cut, NULL, NULL, fmt, ap);
	va_end(ap);
	r->state = REC_SETTLED;
}

void
rec_reject_code(
    struct rec *r, const char *code, const char *key, const char *fmt, ...)
{
	struct rec_saved bad = {r->s, r->len, r->line};
	va_list ap;

	va_start(ap, fmt);
	bad_record(r, &bad, false, code, key, fmt, ap);
	va_end(ap);
	r->state = REC_SETTLED;
}

void
rec_reject_saved(struct rec *r, const struct rec_saved *bad, const char *code,
    const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bad_record(r, bad, false, code, key, fmt, ap);
	va_end(ap);
}

/* ---- the loop ---- */

/* That is the record in hand now. */
static void
hold(struct rec *r, struct json_val v, bool json)
{
	r->s = v.s;
	r->len = v.len;
	r->json = json;
	r->seen++;
	r->state = REC_OPEN;
}

/* The next operand or line. */
static enum in_is
next_line(struct rec *r, int timeout_ms)
{
	enum in_is is;

	if (r->args) {
		if (stop_asked())
			return IN_STOP;
		if (*r->args == NULL)
			return IN_END;
		r->s = *r->args++;
		r->len = strlen(r->s);
		r->line++;
		return IN_LINE;
	}
	is = in_wait(&r->in, timeout_ms, &r->s, &r->len);
	r->line = r->in.line;
	return is;
}

/*
 * Trims the line and decides whether it is a record, which is in hand then;
 * false for an empty line and a bad one, which has been rejected.
 */
static bool
accept(struct rec *r, enum in_is is)
{
	struct json_val v = json_trim(r->s, r->len);
	struct json_error e;
	bool json;

	if (v.len == 0)
		return false;
	if (is == IN_LONG) {
		reject_line(r, true,
		    "line longer than the %" PRIu64 " bytes of --max-record",
		    opt_common.max_record);
		return false;
	}
	json = shape_check(&r->shape, v, &e);
	if (is == IN_CUT && (!json || strchr("}]\"", v.s[v.len - 1]) == NULL)) {
		reject_line(r, false,
		    "the last line is cut off: it has no newline and %s",
		    json ? "may be part of a longer value"
			 : "is no whole JSON value");
		return false;
	}
	if (!json && r->kind == REC_JSON) {
		reject_line(r, false, "not JSON: %s at byte %zu", json_why(&e),
		    (size_t)(v.s - r->s) + e.at + 1);
		return false;
	}
	hold(r, v, json);
	return true;
}

enum rec_is
rec_wait(struct rec *r, int timeout_ms)
{
	struct json_val v;
	enum in_is is;

	settle(r);
	while (!r->stopped && !r->ended) {
		if (opt_common.progress)
			progress(r, false);
		if (!r->args && shape_line(&r->shape, &r->in, &v)) {
			r->line = r->in.line;
			hold(r, v, true);
			return REC_GOT;
		}
		is = next_line(r, timeout_ms);
		if (is == IN_IDLE)
			return REC_IDLE;
		if (is == IN_END || is == IN_STOP)
			break;
		if (accept(r, is))
			return REC_GOT;
	}
	return REC_END;
}

bool
rec_next(struct rec *r)
{
	return rec_wait(r, -1) == REC_GOT;
}

void
rec_set(struct rec *r, const char *s, size_t len, uint64_t line, bool cut)
{
	settle(r);
	progress(r, false);
	r->line = line;
	r->cut = cut;
	hold(r, (struct json_val){s, len}, true);
}

void
rec_drop(struct rec *r)
{
	r->dropped++;
	r->state = REC_SETTLED;
}

void
rec_done(struct rec *r, uint64_t n)
{
	r->done += n;
}

void
rec_drop_saved(struct rec *r, uint64_t n)
{
	r->dropped += n;
}

static struct rec_extra *
extra(struct rec *r, const char *name)
{
	if (r->nextra == EXTRA_MAX)
		die(EX_SOFTWARE, "no room for the counter \"%s\"", name);
	r->extra[r->nextra] = (struct rec_extra){name, false, false, 0};
	return &r->extra[r->nextra++];
}

uint64_t *
rec_counter(struct rec *r, const char *name)
{
	return &extra(r, name)->n;
}

bool *
rec_flag(struct rec *r, const char *name, bool initial)
{
	struct rec_extra *x = extra(r, name);

	x->is_flag = true;
	x->flag = initial;
	return &x->flag;
}

int
rec_close(struct rec *r, int status)
{
	int sig = stop_asked();

	settle(r);
	progress(r, true);
	if (r->stopped)
		status = msg_worse(status, EX_DATAERR);
	else if (r->rejected > 0)
		status = msg_worse(status, EX_NO);
	if (sig)
		status = 128 + sig;
	count_printed(r);
	out_flush_all();
	if (r->rejects && r->rejected > 0)
		msg_note("%" PRIu64 " of %" PRIu64
			 " records were rejected, see \"%s\"",
		    r->rejected, rec_settled(r), out_name(r->rejects));
	if (out_lost(r->out))
		status = msg_worse(status, EX_IOERR);
	the = NULL;
	reclog_stats(stats, r, status);
	status = out_finish(status);
	in_close(&r->in);
	shape_free(&r->shape);
	free(r->extra);
	if (sig)
		stop_die(sig);
	return status;
}
