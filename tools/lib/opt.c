#include <ctype.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "msg.h"
#include "opt.h"
#include "stop.h"

struct opt_common opt_common = {
    .max_rejects = UINT64_MAX, .max_record = 64 << 20};

static const struct opt_tool *tool;

bool
opt_number(const char *s, uint64_t *n)
{
	uint64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s; s++) {
		if (!isdigit((unsigned char)*s) ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*n = v;
	return true;
}

bool
opt_size(const char *s, uint64_t *n)
{
	static const char units[] = "KMGT";
	size_t len = strlen(s);
	const char *unit;
	char *digits;
	bool good;

	unit = len > 0 && s[len - 1] != '\0'
		   ? strchr(units, toupper((unsigned char)s[len - 1]))
		   : NULL;
	digits = buf_dup(s, unit ? len - 1 : len);
	good = opt_number(digits, n);
	free(digits);
	if (good && unit)
		good = !__builtin_mul_overflow(
		    *n, (uint64_t)1 << 10 * (unit - units + 1), n);
	return good;
}

bool
opt_seconds(const char *s, double *seconds)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600},
	    {"d", 86400}};
	double v;
	char *end;
	size_t i;

	if (!isdigit((unsigned char)*s) || strpbrk(s, "xXpPeE"))
		return false;
	v = strtod(s, &end);
	for (i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].unit) == 0 && isfinite(v)) {
			*seconds = v * units[i].factor;
			return true;
		}
	return false;
}

static const char *
max_rejects(void *to, const char *s)
{
	size_t len = strlen(s);
	uint64_t n;
	char *end;

	(void)to;
	if (len > 1 && s[len - 1] == '%' && isdigit((unsigned char)*s)) {
		opt_common.max_rejects_percent = strtod(s, &end);
		if (end == s + len - 1 && opt_common.max_rejects_percent <= 100)
			return NULL;
	} else if (opt_number(s, &n)) {
		opt_common.max_rejects = n;
		return NULL;
	}
	return "it takes a number of records or a percentage, as 5%";
}

static const struct opt common[] = {
    {'r', "rejects", "FILE", OPT_STR, &opt_common.rejects,
	"append bad records to FILE and go on", NULL, 0, 0},
    {0, "max-rejects", "N|N%", OPT_CALL, NULL,
	"stop beyond so many bad records", max_rejects, 0, 0},
    {'o', "output", "FILE", OPT_STR, &opt_common.output,
	"write FILE when done, not standard output", NULL, 0, 0},
    {'s', "stats", "FILE", OPT_STR, &opt_common.stats,
	"append one JSON line of counts at exit", NULL, 0, 0},
    {0, "max-record", "SIZE", OPT_SIZE, &opt_common.max_record,
	"longest line that is accepted (64M)", NULL, 1, (uint64_t)1 << 40},
    {'q', "quiet", NULL, OPT_FLAG, &opt_common.quiet, "no notes", NULL, 0, 0},
    {'v', "verbose", NULL, OPT_FLAG, &opt_common.verbose,
	"say what is being done", NULL, 0, 0},
    {0, "progress", NULL, OPT_FLAG, &opt_common.progress,
	"show records and speed while working", NULL, 0, 0},
    {'h', "help", NULL, OPT_FLAG, NULL, "print this help", NULL, 0, 0},
    {'V', "version", NULL, OPT_FLAG, NULL, "print the version", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

/* The i-th option of all tables, or NULL. */
static const struct opt *
option(size_t i)
{
	const struct opt *tables[] = {tool->opts, tool->more, common};
	const struct opt *o;
	size_t t;

	for (t = 0; t < sizeof tables / sizeof *tables; t++)
		for (o = tables[t]; o && o->name; o++)
			if (i-- == 0)
				return o;
	return NULL;
}

static void
help(void)
{
	const struct opt *o;
	struct buf b = BUF_INIT;
	size_t i, from;

	buf_printf(&b, "usage: %s [options]%s%s\n%s\n\n", tool->name,
	    *tool->synopsis ? " " : "", tool->synopsis, tool->purpose);
	for (i = 0; (o = option(i)); i++) {
		from = b.len;
		if (o->letter)
			buf_printf(&b, "  -%c, --%s", o->letter, o->name);
		else
			buf_printf(&b, "      --%s", o->name);
		if (o->arg)
			buf_printf(&b, " %s", o->arg);
		buf_printf(&b, "%*s  %s\n",
		    b.len - from < 28 ? (int)(28 - (b.len - from)) : 0, "",
		    o->help);
	}
	buf_printf(&b,
	    "\nSee %s(1), and sluice(7) for what all tools "
	    "share.\n",
	    tool->name);
	fputs(b.s, stdout);
	buf_free(&b);
}

static void
version(void)
{
	printf("%s (Sluice) %s\n", tool->name, SLUICE_VERSION);
	if (tool->libs)
		printf("%s\n", tool->libs());
}

static void
bad_value(const struct opt *o, const char *value, const char *why)
{
	die(EX_USAGE, "bad value \"%s\" for --%s: %s", value, o->name, why);
}

static void
set_number(const struct opt *o, const char *value)
{
	struct buf why = BUF_INIT;
	uint64_t n;
	bool good;

	good =
	    o->kind == OPT_SIZE ? opt_size(value, &n) : opt_number(value, &n);
	if (good && n >= o->min && (o->max == 0 || n <= o->max)) {
		*(uint64_t *)o->to = n;
		return;
	}
	buf_printf(&why, "it takes a %s of at least %llu",
	    o->kind == OPT_SIZE ? "size (as 64M)" : "whole number",
	    (unsigned long long)o->min);
	if (o->max)
		buf_printf(
		    &why, " and at most %llu", (unsigned long long)o->max);
	bad_value(o, value, why.s);
}

/* The value is one of the words that `arg` has between bars. */
static void
set_choice(const struct opt *o, const char *value)
{
	struct buf why = BUF_INIT;
	const char *word = o->arg;
	unsigned n;
	size_t len;

	for (n = 0; *word; n++, word += len + (word[len] == '|')) {
		len = strcspn(word, "|");
		if (strlen(value) == len && memcmp(word, value, len) == 0) {
			*(unsigned *)o->to = n;
			buf_free(&why);
			return;
		}
		buf_printf(&why, "%s%.*s",
		    n == 0      ? "it takes "
		    : word[len] ? ", "
				: " or ",
		    (int)len, word);
	}
	bad_value(o, value, why.s);
}

static void
set(const struct opt *o, const char *value)
{
	struct opt_list *list = o->to;
	const char *why;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		break;
	case OPT_STR:
		*(const char **)o->to = value;
		break;
	case OPT_LIST:
		list->v = buf_array(list->v, list->n + 1, sizeof *list->v);
		list->v[list->n++] = value;
		break;
	case OPT_NUM:
	case OPT_SIZE:
		set_number(o, value);
		break;
	case OPT_TIME:
		if (!opt_seconds(value, o->to))
			bad_value(o, value,
			    "it takes a time, as 40, 0.5, 200ms, 5s or 10m");
		break;
	case OPT_CHOICE:
		set_choice(o, value);
		break;
	case OPT_CALL:
		why = o->call(o->to, value);
		if (why)
			bad_value(o, value, why);
	}
}

/* Ends a --help or --version: their text has to arrive, too. */
static void
printed(void)
{
	if (fflush(stdout) != 0 || fclose(stdout) != 0)
		die_errno(EX_IOERR, "could not write to <stdout>");
	exit(EX_OK);
}

static void
chosen(const struct opt *o, const char *value)
{
	if (o->to || o->call) {
		set(o, value);
		return;
	}
	if (o->letter == 'h')
		help();
	else
		version();
	printed();
}

/* Where getopt_long's answer for an option without a letter begins. */
enum { LONG = 1000 };

static void
parse(int argc, char *argv[], const char *letters, const struct option *longs)
{
	const struct opt *o;
	size_t i;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == ':')
			opt_usage(
			    "option \"%s\" needs a value", argv[optind - 1]);
		if (c == '?' && optopt && optopt < LONG)
			opt_usage("unknown option \"-%c\"", optopt);
		if (c == '?')
			opt_usage("unknown or ambiguous option \"%s\"",
			    argv[optind - 1]);
		for (i = 0; (o = option(i)); i++)
			if (c == o->letter || c == LONG + (int)i)
				break;
		if (o)
			chosen(o, optarg);
	}
}

/*
 * Standard descriptors that are closed would be the next file's, or the next
 * socket's; these can neither be read nor written as they should.
 */
static void
take_closed(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null",
			    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
opt_parse(const struct opt_tool *t, int argc, char *argv[])
{
	/* `:`: a missing value is told from an unknown option */
	static struct buf letters; /* not lost where parse() ends it all */
	static struct option *longs;
	const struct opt *o;
	size_t i;

	tool = t;
	take_closed();
	msg_init(t->name);
	stop_init();
	buf_str(&letters, ":");
	for (i = 0; (o = option(i)); i++) {
		if (o->letter)
			buf_printf(
			    &letters, "%c%s", o->letter, o->arg ? ":" : "");
		longs = buf_array(longs, i + 2, sizeof *longs);
		longs[i] = (struct option){o->name,
		    o->arg ? required_argument : no_argument, NULL,
		    o->letter ? o->letter : LONG + (int)i};
		longs[i + 1] = (struct option){NULL, 0, NULL, 0};
	}
	parse(argc, argv, letters.s, longs);
	buf_free(&letters);
	free(longs);
	msg_set_level(opt_common.quiet     ? MSG_QUIET
		      : opt_common.verbose ? MSG_VERBOSE
					   : MSG_NORMAL);
	return optind;
}

void
opt_usage(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	msg_warn("%s", b.s);
	die(EX_USAGE, "try `%s --help`", tool->name);
}
