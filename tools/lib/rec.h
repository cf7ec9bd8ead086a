/*
 * rec: the record loop that every tool shares.
 *
 *	rec_open(&r, REC_JSON);
 *	while (rec_next(&r))
 *		one_record(&r);
 *	return rec_close(&r, 0);
 *
 * It reads lines, checks that each is JSON, numbers them, counts, writes the
 * rejects and the stats, and keeps the equation in = done + dropped +
 * rejected: a record of rec_next is done unless the tool drops or rejects it
 * before the next call. A tool that keeps records across calls (a batch) sets
 * `deferred` and settles each itself, once, by rec_done, rec_drop_saved or
 * rec_reject_saved; what was never settled is not counted as `in`.
 *
 * Without a rejects file the first bad record stops the loop: it is named on
 * standard error, `stopped` is set, rec_next returns false and rec_close
 * EX_DATAERR. With one (--rejects, or implied by SLUICE_RUN) it is appended
 * there and the loop goes on; rec_close then returns EX_NO.
 */
#ifndef SLUICE_REC_H
#define SLUICE_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "in.h"
#include "json.h"
#include "out.h"
#include "shape.h"

enum rec_kind {
	REC_JSON, /* each line is a JSON value; else it is a bad record */
	REC_PLAIN /* a line that is not JSON is text: see `json` */
};

struct rec {
	const char *s; /* the record's raw text; valid until rec_next */
	size_t len;
	uint64_t line; /* its line number, or its operand's, from 1 */
	bool json;     /* false for a text line of REC_PLAIN */
	bool cut; /* s is only the first bytes of the record; see rec_set */

	struct out *out; /* standard output, or -o FILE */
	uint64_t done, dropped, rejected;
	uint64_t retries; /* a tool adds its retries here */
	uint64_t bytes;   /* read, or received by a tool that fetches */
	bool stopped;     /* at a bad record, without rejects */
	bool deferred;    /* the tool settles its records itself */
	/*
	 * Or NULL: settles what was read before, where that is still to come.
	 * Called before a line is rejected for being no record; false ends the
	 * loop, and the line is left alone.
	 */
	bool (*settle)(void);
	uint64_t ahead; /* records that were read, but for percents */
	struct shape
	    shape; /* how records look; set its options after rec_open */

	/* the module's own */
	struct in in;
	char **args; /* operands that are read as lines, or NULL */
	enum rec_kind kind;
	enum { REC_NONE, REC_OPEN, REC_SETTLED } state;
	struct out *rejects;
	bool ended; /* by `settle` */
	uint64_t printed;
	uint64_t seen; /* read so far, settled or not */
	double start;
	struct rec_extra *extra;
	size_t nextra;
};

/* A counter or flag of a tool's own, see rec_counter. */
struct rec_extra {
	const char *name;
	bool is_flag;
	bool flag;
	uint64_t n;
};

/* A record that a tool kept, for rec_reject_saved. */
struct rec_saved {
	const char *s;
	size_t len;
	uint64_t line;
};

/*
 * Opens standard input, the output and the rejects, as the common options
 * say (opt.h). One struct rec a process.
 */
void rec_open(struct rec *, enum rec_kind);
/* The same, with operands for lines; args ends in NULL and stays in use. */
void rec_open_args(struct rec *, enum rec_kind, char **args);

/* The next record; false at the end, after a stop or a bad record. */
bool rec_next(struct rec *);

/*
 * The same, but REC_IDLE where so many milliseconds brought no input, or
 * r->in.also was ready first.
 */
enum rec_is { REC_GOT, REC_IDLE, REC_END };
enum rec_is rec_wait(struct rec *, int timeout_ms);

/*
 * For a tool that finds its records itself, as in r->in read by in_more: this
 * is the current record now, as if rec_next had returned it. It is cut where
 * only its first bytes are at hand, for a reject to show.
 */
void rec_set(struct rec *, const char *s, size_t len, uint64_t line, bool cut);

/* The current record is left out on purpose; counted as dropped. */
void rec_drop(struct rec *);

/*
 * The current record is bad. The reason is a sentence without the tool's name
 * and line. code (an SQLSTATE, an HTTP status) and key may be NULL.
 */
void rec_reject(struct rec *, const char *reason, ...)
    __attribute__((format(printf, 2, 3)));
void rec_reject_code(struct rec *, const char *code, const char *key,
    const char *reason, ...) __attribute__((format(printf, 4, 5)));

/* in: the records that were settled, done + dropped + rejected. */
uint64_t rec_settled(const struct rec *);

/* For deferred records. rec_reject_saved after `stopped` does nothing. */
void rec_done(struct rec *, uint64_t n);
void rec_drop_saved(struct rec *, uint64_t n);
void rec_reject_saved(struct rec *, const struct rec_saved *, const char *code,
    const char *key, const char *reason, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * A counter of the tool's own in the stats (`"inserted":3`); the address
 * stays valid to the end. rec_flag adds a true or false.
 */
uint64_t *rec_counter(struct rec *, const char *name);
bool *rec_flag(struct rec *, const char *name, bool initial);

/*
 * The end: flushes and closes the outputs, writes the stats, says how many
 * records were rejected, dies by the signal that stopped the loop, or returns
 * the exit status: the worse of status and what the loop saw.
 */
int rec_close(struct rec *, int status);

#endif
