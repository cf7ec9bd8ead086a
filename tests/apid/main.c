/* apid: the API server of the tests and the demo. See README.md. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "die.h"
#include "home.h"
#include "num.h"
#include "server.h"

static long shops_day;
static struct world world = {
    .seed = 1,
    .products = 3000,
    .retailers = 80,
    .offers_rate = 8,
    .animal_pages = 575,
    .ornament_years = 4,
    .orders = 600,
    .shops_day = &shops_day,
};
static long seed = 1;
static struct server_options options = {
    .address = "127.0.0.1",
    .world = &world,
};
static struct files *files;
static struct text rules; /* one a line: they need the seed first */
static const char *port_file;
static const char *truth;
static bool parent;
static bool verify_home;

enum kind { FLAG, NUMBER, TEXT, ACTION };

static void add_fault(const char *arg);
static void add_chaos(const char *arg);
static void add_file(const char *arg);
static void set_rate(const char *arg);
static void print_help(const char *arg);

/* The one list of options: it drives getopt_long, --help and the checks. */
static const struct opt {
	const char *name;
	enum kind kind;
	const char *arg;
	const char *help;
	void *to; /* bool, long or const char * */
	long min, max;
	void (*action)(const char *);
} opts[] = {
    {"port", NUMBER, "N", "listen on this port (0: any that is free)",
	&options.port, 0, 65535, NULL},
    {"address", TEXT, "A", "listen on this address (127.0.0.1)",
	&options.address, 0, 0, NULL},
    {"port-file", TEXT, "FILE", "write the port to FILE once listening",
	&port_file, 0, 0, NULL},
    {"parent", FLAG, NULL,
	"end also with the parent, or when the pipe on stdin closes", &parent,
	0, 0, NULL},
    {"seed", NUMBER, "N", "choose the data and the faults (1)", &seed, 0,
	2147483647, NULL},
    {"products", NUMBER, "N", "products of all brands (3000)", &world.products,
	0, 100000000, NULL},
    {"retailers", NUMBER, "N", "retailers (80)", &world.retailers, 1, 1000000,
	NULL},
    {"offers-rate", ACTION, "PERCENT", "of the products have offers (8)", NULL,
	0, 0, set_rate},
    {"page-cap", NUMBER, "N", "never more than N records a page (0: any)",
	&world.page_cap, 0, 1000000, NULL},
    {"missing-retailers", NUMBER, "N", "so many retailers answer 404",
	&world.missing_retailers, 0, 1000000, NULL},
    {"missing-products", NUMBER, "N", "so many products' offers answer 404",
	&world.missing_products, 0, 100000000, NULL},
    {"orphans", NUMBER, "N", "so many offers name a product that is not there",
	&world.orphans, 0, 100000000, NULL},
    {"animals", NUMBER, "N", "pages of ten animals (575)", &world.animal_pages,
	0, 100000000, NULL},
    {"ornament-years", NUMBER, "N", "years of ornaments in each shop (4)",
	&world.ornament_years, 0, 48, NULL},
    {"shops-day", NUMBER, "N", "prices of ornaments as on day N (0)",
	&shops_day, 0, 1000000, NULL},
    {"orders", NUMBER, "N", "orders of a shop (600)", &world.orders, 0,
	100000000, NULL},
    {"verify-home", FLAG, NULL, "an animal delivered twice answers 500",
	&verify_home, 0, 0, NULL},
    {"serve", ACTION, "PATH=FILE", "answer this path with this file", NULL, 0,
	0, add_file},
    {"latency", NUMBER, "MS", "delay every answer", &options.latency_ms, 0,
	600000, NULL},
    {"fault", ACTION, "RULE", "[METHOD ]PATHGLOB:KIND[=ARG][@WHEN]", NULL, 0, 0,
	add_fault},
    {"chaos", ACTION, "PERCENT", "of all requests meet one of several faults",
	NULL, 0, 0, add_chaos},
    {"truth", TEXT, "NAME", "print what would be served as NDJSON, and exit",
	&truth, 0, 0, NULL},
    {"help", ACTION, NULL, "print this, and exit", NULL, 0, 0, print_help},
};
#define OPTS (sizeof(opts) / sizeof(opts[0]))

static void
usage_error(const struct text *err)
{
	die(EX_USAGE, "%s", err->at);
}

static void
check_rule(const char *rule)
{
	struct plan *plan = plan_new(0);
	struct text err = {0};

	if (strchr(rule, '\n') != NULL)
		die(EX_USAGE, "a fault rule has one line");
	if (!plan_add(plan, rule, &err))
		usage_error(&err);
	plan_free(plan);
}

static void
add_fault(const char *arg)
{
	check_rule(arg);
	text_printf(&rules, "%s\n", arg);
}

static void
add_chaos(const char *arg)
{
	struct text rule = {0};

	text_printf(&rule, "*:chaos=%s", arg);
	add_fault(rule.at);
	text_free(&rule);
}

static void
add_file(const char *arg)
{
	struct text err = {0};

	if (!files_add(files, arg, &err))
		die(EX_NOINPUT, "--serve: %s", err.at);
}

static void
set_rate(const char *arg)
{
	if (!num_decimal(arg, 0, 100, &world.offers_rate))
		die(EX_USAGE, "--offers-rate: \"%s\" is not a percentage", arg);
}

static void
print_help(const char *arg)
{
	char head[64];

	(void)arg;
	puts("usage: apid [options]\n"
	     "Serves the APIs of the tests and the demo until SIGTERM.\n");
	for (size_t i = 0; i < OPTS; i++) {
		snprintf(head, sizeof(head), "--%s%s%s", opts[i].name,
		    opts[i].arg ? " " : "", opts[i].arg ? opts[i].arg : "");
		printf("  %-24s %s\n", head, opts[i].help);
	}
	printf("\nTruths: %s.\n", api_truths());
	puts("The control path is /_apid/; README.md tells it and the faults.");
	exit(fflush(stdout) == 0 ? EX_OK : EX_IOERR);
}

static void
set_option(const struct opt *o, const char *arg)
{
	switch (o->kind) {
	case FLAG:
		*(bool *)o->to = true;
		break;
	case NUMBER:
		if (!num_int(arg, o->min, o->max, o->to))
			die(EX_USAGE,
			    "--%s: \"%s\" is not a number from %ld to %ld",
			    o->name, arg, o->min, o->max);
		break;
	case TEXT:
		*(const char **)o->to = arg;
		break;
	case ACTION:
		o->action(arg);
		break;
	}
}

static void
read_options(int argc, char **argv)
{
	struct option longs[OPTS + 1] = {0};
	int c, i = 0;

	for (size_t n = 0; n < OPTS; n++) {
		longs[n].name = opts[n].name;
		longs[n].has_arg = opts[n].arg ? required_argument : 0;
	}
	while ((c = getopt_long(argc, argv, "", longs, &i)) != -1) {
		if (c == '?')
			exit(EX_USAGE); /* getopt has said why */
		set_option(&opts[i], optarg);
	}
	if (optind < argc)
		die(EX_USAGE, "there are no operands, but \"%s\"",
		    argv[optind]);
	if (world.missing_products + world.orphans > world.products)
		die(EX_USAGE,
		    "more missing products and orphans than products");
	if (world.missing_retailers > world.retailers)
		die(EX_USAGE, "more missing retailers than retailers");
	world.seed = (uint64_t)seed;
}

static int
print_truth(void)
{
	if (!api_truth(truth, &world, stdout))
		die(EX_USAGE, "there is no truth \"%s\"; there are %s", truth,
		    api_truths());
	if (fflush(stdout) != 0 || ferror(stdout))
		die(EX_IOERR, "could not write: %s", strerror(errno));
	return EX_OK;
}

/* Written beside and renamed: who sees the file sees all of it. */
static void
write_port(unsigned port)
{
	struct text beside = {0};
	FILE *f;

	text_printf(&beside, "%s.%ld", port_file, (long)getpid());
	f = fopen(beside.at, "w");
	if (f == NULL || fprintf(f, "%u\n", port) < 0 || fclose(f) != 0 ||
	    rename(beside.at, port_file) != 0)
		die(EX_CANTCREAT, "could not write file \"%s\": %s", port_file,
		    strerror(errno));
	text_free(&beside);
}

/* Is standard input something whose end says that someone is gone? In the
 * background a shell gives /dev/null, which is at its end from the start. */
static bool
stdin_is_pipe(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static void
wait_for_end(int signals)
{
	struct pollfd on[] = {
	    {.fd = signals, .events = POLLIN},
	    {.fd = parent && stdin_is_pipe() ? STDIN_FILENO : -1,
		.events = POLLIN},
	};
	char ignored[512];

	for (;;) {
		if (poll(on, 2, -1) < 0 && errno != EINTR)
			die(EX_OSERR, "could not wait: %s", strerror(errno));
		if (on[0].revents != 0)
			return;
		if (on[1].revents != 0 &&
		    read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			return;
	}
}

/* The signals that end the server, as a descriptor; blocked before any thread
 * starts, so that all threads inherit it. */
static int
block_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die(EX_OSERR, "could not wait for signals: %s",
		    strerror(errno));
	if (parent)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	return fd;
}

static struct plan *
make_plan(void)
{
	struct plan *plan = plan_new(world.seed);
	struct text err = {0};
	char *rest = rules.at, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && !plan_add(plan, line, &err))
			usage_error(&err);
	return plan;
}

static int
serve(void)
{
	int signals = block_signals();
	bool v6 = strchr(options.address, ':') != NULL;
	struct text err = {0};
	struct server *server;

	options.plan = make_plan();
	world.home = home_new(verify_home);
	options.files = files;
	server = server_start(&options, &err);
	if (server == NULL)
		die(EX_UNAVAILABLE, "%s", err.at);
	fprintf(stderr, "listening on http://%s%s%s:%u\n", v6 ? "[" : "",
	    options.address, v6 ? "]" : "", server_port(server));
	if (port_file != NULL)
		write_port(server_port(server));
	wait_for_end(signals);
	server_stop(server);
	plan_free(options.plan);
	home_free(world.home);
	close(signals);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	int status;

	files = files_new();
	read_options(argc, argv);
	status = truth != NULL ? print_truth() : serve();
	files_free(files);
	text_free(&rules);
	return status;
}
