#ifndef APID_COUNT_H
#define APID_COUNT_H

#include <microhttpd.h>
#include <stdbool.h>

#include "tally.h"
#include "text.h"

/*
 * What the server was asked: totals, counts per path and per URL, and a log of
 * every request. All calls come from the server's one thread.
 */
struct counts;

/* A connection of a client; its number is given at its first request. */
struct count_connection {
	unsigned long id;
	unsigned long era; /* count_reset begins another one */
	bool doomed;       /* the next request on it is not answered */
};

struct counts *count_new(void);
void count_free(struct counts *c);
void count_reset(struct counts *c);

/* A request has arrived; its number, for the calls below, which do nothing if
 * the counts were reset meanwhile. */
struct count_ticket {
	unsigned long era;
	size_t n;
};
struct count_ticket count_arrival(struct counts *c,
    struct count_connection *connection, struct MHD_Connection *mc,
    const char *method, const char *url);

/* The counters of its URL, path and query, and how often it was asked before
 * this request. */
struct tally_entry *count_url(struct counts *c, const char *url);
unsigned long count_nth(struct counts *c, struct count_ticket ticket);

/* What is answered: a status, 0 if none is sent, and the faults' text. */
void count_answer(struct counts *c, struct count_ticket ticket, unsigned status,
    const char *fault, size_t body_bytes);

/* The request is over; whole: all of the answer was sent. */
void count_end(struct counts *c, struct count_ticket ticket, bool whole);

/* The control path's answers: totals as JSON, the log as NDJSON. */
void count_put(struct counts *c, struct text *t);
void count_put_log(struct counts *c, struct text *t);

/*
 * When requests arrived: the most in any window of that length, the longest
 * time without one, and how many came in each window from the first on.
 */
void count_put_arrivals(const struct counts *c, long window_ms, struct text *t);

#endif
