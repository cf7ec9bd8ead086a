/*
 * opt: the option table.
 *
 * One table per tool drives getopt_long, --help and bash completion; a test
 * holds the man page against it. The options that every tool has are added
 * here and land in `opt_common`. A usage error ends the process with EX_USAGE
 * and names the option, the value and what is wanted.
 */
#ifndef SLUICE_OPT_H
#define SLUICE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_STR,    /* const char * */
	OPT_LIST,   /* struct opt_list, repeatable */
	OPT_NUM,    /* uint64_t */
	OPT_SIZE,   /* uint64_t, bytes: 64M, 10k, 1G (powers of 1024) */
	OPT_TIME,   /* double, seconds: 40, 0.5, 200ms, 5s, 10m, 1h, 1d */
	OPT_CHOICE, /* unsigned: which word of `arg`, "keep|drop", from 0 */
	OPT_CALL    /* opt_call: the value is the callback's matter */
};

/* Returns NULL, or why the value is not good (static or leaked text). */
typedef const char *opt_call(void *to, const char *value);

struct opt_list {
	const char **v;
	size_t n;
};

struct opt {
	int letter;       /* 0: only a long name */
	const char *name; /* NULL ends the table */
	const char *arg;  /* what the value is called in --help; NULL: none */
	enum opt_kind kind;
	void *to;
	const char *help; /* one line */
	opt_call *call;
	uint64_t min, max; /* for OPT_NUM, OPT_SIZE; max 0: no limit */
};

struct opt_tool {
	const char *name;
	const char
	    *synopsis; /* operands: "[-p api.json] resource [-- id ...]" */
	const char *purpose; /* one line */
	const struct opt *opts;
	const struct opt *more; /* a second table, shared by tools, or NULL */
	const char *(*libs)(void); /* library versions, or NULL */
};

struct opt_common {
	const char *rejects;
	const char *stats;
	const char *output;
	uint64_t max_rejects;       /* UINT64_MAX: none */
	double max_rejects_percent; /* 0: none */
	uint64_t max_record;        /* bytes */
	bool quiet, verbose, progress;
	bool keep_output; /* a tool's: OUT_KEEP, see out.h */
};
extern struct opt_common opt_common;

/*
 * Sets up messages and signals, parses, and returns the index of the first
 * operand in argv. --help and --version end the process here.
 */
int opt_parse(const struct opt_tool *, int argc, char *argv[]);

/* Ends with EX_USAGE: a message and the line that points to --help. */
_Noreturn void opt_usage(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Numbers, for whoever else reads them (profiles): false if s is not one.
 * No sign, no white space, nothing behind it, no overflow.
 */
bool opt_number(const char *s, uint64_t *);
bool opt_size(const char *s, uint64_t *);
bool opt_seconds(const char *s, double *);

#endif
