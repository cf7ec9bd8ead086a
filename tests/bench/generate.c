/*
 * Writes the data that the benchmark works on: the same bytes for the same
 * seed. It shares no code with the tools, so that what is wrong in them is
 * not wrong here in the same way.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shapes.h"
#include "template.h"

enum side { ALL, EXPECTED, DELIVERED };

struct generator {
	uint64_t seed;
	uint64_t fresh; /* ids given out so far, by products */
	enum side side; /* by ids */
	bool pretty;
	struct record record; /* the one in hand */
};

static bool
make_user(struct generator *g, uint64_t i, uint64_t n)
{
	(void)n;
	record_begin(&g->record, g->seed, i);
	record_put(&g->record, user_template);
	return true;
}

/* Three of ten have an id that was there before, with other values. */
static bool
make_product(struct generator *g, uint64_t i, uint64_t n)
{
	struct record *r = &g->record;

	(void)n;
	record_begin(r, g->seed, i);
	if (g->fresh > 0 && record_below(r, 10) < 3)
		r->id = nth_id(record_below(r, (uint32_t)g->fresh));
	else
		r->id = nth_id(g->fresh++);
	record_put(r, product_template);
	return true;
}

static bool
make_order(struct generator *g, uint64_t i, uint64_t n)
{
	struct record *r = &g->record;
	uint32_t items;

	(void)n;
	record_begin(r, g->seed, i);
	record_put(r, order_template);
	for (items = 1 + record_below(r, 5); items > 0; items--) {
		record_put(r, item_template);
		record_put(r, items > 1 ? "," : "]}");
	}
	return true;
}

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	return b == 0 ? a : common_divisor(b, a % b);
}

/*
 * Of n ids the 200th part is not expected and another 200th part is not
 * delivered; what is delivered comes in another order. Without a side: all.
 */
static bool
make_id(struct generator *g, uint64_t i, uint64_t n)
{
	uint64_t step = 7368787;

	if (g->side == DELIVERED) {
		while (common_divisor(step, n) != 1)
			step++;
		i = i * step % n;
	}
	if ((g->side == EXPECTED && i % 200 == 0) ||
	    (g->side == DELIVERED && i % 200 == 1))
		return false;
	record_begin(&g->record, g->seed, i);
	record_put(&g->record, product_template);
	return true;
}

static void
write_or_die(const char *p, size_t n)
{
	if (fwrite(p, 1, n, stdout) != n) {
		perror("generate: could not write to standard output");
		exit(74);
	}
}

static char *
new_line(char *to, unsigned depth)
{
	*to++ = '\n';
	memset(to, ' ', 2 * (size_t)depth);
	return to + 2 * (size_t)depth;
}

/* A compact value as an editor would lay it out, two blanks a level. */
static void
write_pretty(const char *p, size_t n, unsigned depth)
{
	static char out[RECORD_MAX * 8];
	const char *end = p + n;
	char *to = new_line(out, depth);
	bool string = false;

	for (; p < end; p++) {
		if (*p == '"')
			string = !string;
		else if (string && *p == '\\')
			*to++ = *p++;
		else if (!string && (*p == '}' || *p == ']'))
			to = new_line(to, --depth);
		*to++ = *p;
		if (string)
			continue;
		if (*p == ':')
			*to++ = ' ';
		else if (*p == '{' || *p == '[')
			to = new_line(to, ++depth);
		else if (*p == ',')
			to = new_line(to, depth);
	}
	write_or_die(out, (size_t)(to - out));
}

static void
write_array(struct generator *g, uint64_t n)
{
	uint64_t i;

	write_or_die("[", 1);
	for (i = 0; i < n; i++) {
		if (i > 0)
			write_or_die(",", 1);
		make_id(g, i, n);
		if (g->pretty)
			write_pretty(g->record.line, g->record.len, 1);
		else
			write_or_die(g->record.line, g->record.len);
	}
	write_or_die(g->pretty ? "\n]\n" : "]\n", g->pretty ? 3 : 2);
}

static void
write_lines(struct generator *g, uint64_t n,
    bool (*make)(struct generator *, uint64_t, uint64_t))
{
	uint64_t i;

	for (i = 0; i < n; i++)
		if (make(g, i, n)) {
			record_put(&g->record, "\n");
			write_or_die(g->record.line, g->record.len);
		}
}

static bool
write_kind(struct generator *g, const char *kind, uint64_t n)
{
	if (strcmp(kind, "users") == 0)
		write_lines(g, n, make_user);
	else if (strcmp(kind, "products") == 0)
		write_lines(g, n, make_product);
	else if (strcmp(kind, "orders") == 0)
		write_lines(g, n, make_order);
	else if (strcmp(kind, "ids") == 0)
		write_lines(g, n, make_id);
	else if (strcmp(kind, "array") == 0)
		write_array(g, n);
	else
		return false;
	return true;
}

static _Noreturn void
usage(void)
{
	fputs("usage: generate [--seed N] users|products|orders N\n"
	      "       generate [--seed N] [--pretty] array N\n"
	      "       generate [--seed N] [--expected|--delivered] ids N\n",
	    stderr);
	exit(64);
}

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value > UINT32_MAX)
		usage();
	return value;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"seed", required_argument, NULL, 's'},
	    {"pretty", no_argument, NULL, 'p'},
	    {"expected", no_argument, NULL, 'e'},
	    {"delivered", no_argument, NULL, 'd'},
	    {NULL, 0, NULL, 0},
	};
	static struct generator g = {.seed = 1};
	static char block[1 << 16];
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (c == 's')
			g.seed = number(optarg);
		else if (c == 'p')
			g.pretty = true;
		else if (c == 'e' || c == 'd')
			g.side = c == 'e' ? EXPECTED : DELIVERED;
		else
			usage();
	setvbuf(stdout, block, _IOFBF, sizeof(block));
	if (argc - optind != 2 ||
	    !write_kind(&g, argv[optind], number(argv[optind + 1])))
		usage();
	if (fclose(stdout) != 0) {
		perror("generate: could not write to standard output");
		return 74;
	}
	return 0;
}
