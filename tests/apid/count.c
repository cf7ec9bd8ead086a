#include "count.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "die.h"

#define STATUS_NONE_YET (-1)

static const char *const shown[] = {
    "user-agent", "accept", "content-type", "idempotency-key"};
#define SHOWN (sizeof(shown) / sizeof(shown[0]))

struct line {
	int64_t at_ns;
	int64_t answered_ns; /* 0: not yet */
	char *method;
	char *url;
	char *fault;
	char *headers[SHOWN];
	bool authorization;
	int status;
	unsigned long connection;
	unsigned long nth; /* how often the URL was asked before */
	size_t body_bytes;
};

struct counts {
	int64_t start_ns;
	unsigned long era;
	unsigned long connections;
	unsigned long in_flight; /* of all eras */
	unsigned long in_flight_max;
	unsigned long ok;
	unsigned long faults;
	struct tally paths; /* by path, and by URL where there is a query */
	struct line *log;
	size_t n, cap;
};

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* For people: since the server's start. */
static double
ms(const struct counts *c, int64_t ns)
{
	return (double)(ns - c->start_ns) / 1e6;
}

struct counts *
count_new(void)
{
	struct counts *c = need(calloc(1, sizeof(*c)));

	c->start_ns = now_ns();
	c->era = 1;
	return c;
}

void
count_reset(struct counts *c)
{
	for (size_t i = 0; i < c->n; i++) {
		for (size_t h = 0; h < SHOWN; h++)
			free(c->log[i].headers[h]);
		free(c->log[i].method);
		free(c->log[i].url);
		free(c->log[i].fault);
	}
	free(c->log);
	tally_reset(&c->paths);
	c->log = NULL;
	c->n = c->cap = 0;
	c->connections = c->ok = c->faults = 0;
	c->in_flight_max = c->in_flight;
	c->era++;
}

void
count_free(struct counts *c)
{
	count_reset(c);
	free(c);
}

static char *
copy_header(struct MHD_Connection *mc, const char *name)
{
	const char *value =
	    MHD_lookup_connection_value(mc, MHD_HEADER_KIND, name);

	return value ? need(strdup(value)) : NULL;
}

static struct line *
log_line(struct counts *c)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 256;

		c->log = need(realloc(c->log, cap * sizeof(*c->log)));
		c->cap = cap;
	}
	c->log[c->n] = (struct line){.status = STATUS_NONE_YET};
	return &c->log[c->n++];
}

/* The counters of the path of a URL, without its query. */
static struct tally_entry *
count_path(struct counts *c, const char *url)
{
	char *path = need(strndup(url, strcspn(url, "?")));
	struct tally_entry *e = tally_get(&c->paths, path);

	free(path);
	return e;
}

struct tally_entry *
count_url(struct counts *c, const char *url)
{
	return tally_get(&c->paths, url);
}

struct count_ticket
count_arrival(struct counts *c, struct count_connection *connection,
    struct MHD_Connection *mc, const char *method, const char *url)
{
	struct line *l = log_line(c);

	if (connection->era != c->era) {
		connection->era = c->era;
		connection->id = ++c->connections;
	}
	l->at_ns = now_ns();
	l->method = need(strdup(method));
	l->url = need(strdup(url));
	l->connection = connection->id;
	for (size_t i = 0; i < SHOWN; i++)
		l->headers[i] = copy_header(mc, shown[i]);
	l->authorization = MHD_lookup_connection_value(
			       mc, MHD_HEADER_KIND, "authorization") != NULL;
	l->nth = count_url(c, url)->requests++;
	if (strchr(url, '?') != NULL)
		count_path(c, url)->requests++;
	if (++c->in_flight > c->in_flight_max)
		c->in_flight_max = c->in_flight;
	return (struct count_ticket){c->era, c->n - 1};
}

unsigned long
count_nth(struct counts *c, struct count_ticket ticket)
{
	return ticket.era == c->era ? c->log[ticket.n].nth : 0;
}

void
count_answer(struct counts *c, struct count_ticket ticket, unsigned status,
    const char *fault, size_t body_bytes)
{
	struct line *l;

	if (ticket.era != c->era)
		return;
	l = &c->log[ticket.n];
	l->answered_ns = now_ns();
	l->status = (int)status;
	l->body_bytes = body_bytes;
	if (fault == NULL)
		return;
	l->fault = need(strdup(fault));
	c->faults++;
	count_url(c, l->url)->faults++;
	if (strchr(l->url, '?') != NULL)
		count_path(c, l->url)->faults++;
}

void
count_end(struct counts *c, struct count_ticket ticket, bool whole)
{
	const struct line *l;

	c->in_flight--;
	if (ticket.era != c->era)
		return;
	l = &c->log[ticket.n];
	if (!whole || l->status < 200 || l->status >= 400)
		return;
	c->ok++;
	count_url(c, l->url)->ok++;
	if (strchr(l->url, '?') != NULL)
		count_path(c, l->url)->ok++;
}

/* The entries that are URLs with a query, or those that are paths. */
static void
put_entries(struct counts *c, struct text *t, bool with_query)
{
	const char *comma = "";

	for (size_t i = 0; i < c->paths.cap; i++) {
		const struct tally_entry *e = c->paths.slots[i];

		if (e == NULL || (strchr(e->name, '?') != NULL) != with_query)
			continue;
		text_puts(t, comma);
		text_json(t, e->name);
		text_printf(t, ":{\"requests\":%lu,\"ok\":%lu,\"faults\":%lu}",
		    e->requests, e->ok, e->faults);
		comma = ",";
	}
}

void
count_put(struct counts *c, struct text *t)
{
	text_printf(t,
	    "{\"t_ms\":%.3f,\"requests\":%zu,\"ok\":%lu,\"faults\":%lu,"
	    "\"connections\":%lu,\"in_flight\":%lu,\"in_flight_max\":%lu,"
	    "\"paths\":{",
	    ms(c, now_ns()), c->n, c->ok, c->faults, c->connections,
	    c->in_flight, c->in_flight_max);
	put_entries(c, t, false);
	text_puts(t, "},\"urls\":{");
	put_entries(c, t, true);
	text_puts(t, "}}\n");
}

void
count_put_arrivals(const struct counts *c, long window_ms, struct text *t)
{
	const int64_t window = (int64_t)window_ms * 1000000;
	const struct line *log = c->log;
	int64_t gap = 0, edge;
	size_t most = 0, from = 0, i, n;

	for (i = 0; i < c->n; i++) {
		while (log[i].at_ns - log[from].at_ns >= window)
			from++;
		if (i - from + 1 > most)
			most = i - from + 1;
		if (i > 0 && log[i].at_ns - log[i - 1].at_ns > gap)
			gap = log[i].at_ns - log[i - 1].at_ns;
	}
	text_printf(t,
	    "{\"requests\":%zu,\"window_ms\":%ld,\"most\":%zu,"
	    "\"longest_gap_ms\":%.3f,\"span_ms\":%.3f,\"windows\":[",
	    c->n, window_ms, most, (double)gap / 1e6,
	    c->n > 0 ? (double)(log[c->n - 1].at_ns - log[0].at_ns) / 1e6 : 0);
	edge = c->n > 0 ? log[0].at_ns + window : 0;
	for (i = 0; i < c->n; edge += window) {
		for (n = 0; i < c->n && log[i].at_ns < edge; i++)
			n++;
		text_printf(t, "%s%zu", i > n ? "," : "", n);
	}
	text_puts(t, "]}\n");
}

static void
put_headers(struct text *t, const struct line *l)
{
	text_puts(t, "\"headers\":{");
	for (size_t i = 0; i < SHOWN; i++) {
		text_printf(t, "\"%s\":", shown[i]);
		text_json_or_null(t, l->headers[i]);
		text_puts(t, ",");
	}
	text_printf(
	    t, "\"authorization\":%s}", l->authorization ? "true" : "false");
}

void
count_put_log(struct counts *c, struct text *t)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct line *l = &c->log[i];

		text_printf(t,
		    "{\"n\":%zu,\"t_ms\":%.3f,\"answered_ms\":", i + 1,
		    ms(c, l->at_ns));
		if (l->answered_ns == 0)
			text_puts(t, "null");
		else
			text_printf(t, "%.3f", ms(c, l->answered_ns));
		text_puts(t, ",\"method\":");
		text_json(t, l->method);
		text_puts(t, ",\"url\":");
		text_json(t, l->url);
		if (l->status == STATUS_NONE_YET)
			text_puts(t, ",\"status\":null,\"fault\":");
		else
			text_printf(t, ",\"status\":%d,\"fault\":", l->status);
		text_json_or_null(t, l->fault);
		text_printf(t, ",\"connection\":%lu,", l->connection);
		put_headers(t, l);
		text_printf(t, ",\"body_bytes\":%zu}\n", l->body_bytes);
	}
}
