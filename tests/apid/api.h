#ifndef APID_API_H
#define APID_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "text.h"

/*
 * What an API of apid is: a prefix of paths and one function that answers a
 * request. APIs know neither sockets nor faults: server.c hands them a request
 * and reply.c sends, or spoils, what they answered. To add one, write its file
 * and add a line to the tables in api.c.
 */

/* What is served: the command line's seed and sizes. */
struct home;
struct world {
	uint64_t seed;
	long products; /* over all five brands */
	long retailers;
	double offers_rate; /* percent of products that have offers */
	long page_cap;      /* the largest page_size, 0 is none */
	long animal_pages;
	long ornament_years; /* in each shop, 2020 the newest */
	long orders;
	long missing_retailers; /* ids that answer 404 */
	long missing_products;
	long orphans; /* offers of a product that does not exist */
	/* What changes while it is served, by the control path. */
	struct home *home; /* what was delivered */
	long *shops_day;   /* of the ornaments */
};

/* What faults change in an answer's data; all zero changes nothing. */
struct tweak {
	long page_cap;
	long repeat_page; /* this page has the records of the one before */
	long empty_page;  /* this page has none */
	long wrong_total; /* added to the total */
	bool loop_next;   /* a next link to an earlier page */
};

/* A request. Nothing in it belongs to the API. */
struct req {
	const char *method;
	const char *path; /* percent-decoded, without the query */
	const char *url;  /* as it was sent, with the query */
	const char *body;
	size_t body_len;
	struct tweak tweak;
	const struct world *world;
	void *connection; /* for req_arg */
};

/* The decoded value of a query argument; NULL if it is not there. */
const char *req_arg(const struct req *r, const char *name);

#define ANSWER_HEADERS 6

/* An answer. All zero until a function below fills it. */
struct answer {
	unsigned status;
	const char *type; /* static */
	struct text body;
	struct answer_header {
		const char *name; /* static */
		char *value;
	} headers[ANSWER_HEADERS];
	size_t header_count;
};

/* Status and content type; the body is added to a->body. */
void answer_start(struct answer *a, unsigned status, const char *type);
void answer_header(struct answer *a, const char *name, const char *value);

/* Forgets what was answered: an empty answer again. */
void answer_free(struct answer *a);

/* Answers the request by the API whose prefix fits; 404 if none does. */
void api_serve(const struct req *r, struct answer *a);

/*
 * Prints as NDJSON what would be served under that name: brands, products,
 * offers, retailers, animals, users (those answered so far), ornaments,
 * orders. False if there is
 * no such name.
 */
bool api_truth(const char *what, const struct world *w, FILE *f);

/* The names that api_truth knows, for messages. */
const char *api_truths(void);

#endif
