/*
 * cassette: HTTP exchanges recorded into a folder, and replayed from it.
 *
 * The engine tells of each attempt's beginning and end and of the exchange's
 * end. Recording, one line (tape.h, tapeline.h) is appended when an exchange
 * has ended, whole, under a lock, so that processes may share a folder; one
 * that a signal broke off is left out. Replaying, an attempt gets what was
 * observed of the recorded one, faults and the numbers that decide on the
 * next attempt included, and no network is used.
 *
 * What must not be shown (msg.h, secreturl.h) is replaced by `***` wherever it
 * stands. A request is told by its method, URL and body without that, so that
 * it is found where the secret is another one.
 *
 * A NULL cassette is one that does nothing.
 */
#ifndef SLUICE_CASSETTE_H
#define SLUICE_CASSETTE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

struct cassette;
struct http_exchange;

/* What an exchange keeps for it; begins as zeros. */
struct cassette_take {
	bool open;
	struct buf stamp;      /* when it began */
	struct buf text;       /* its attempts so far; replaying: its line */
	struct json_walk left; /* the attempts that were not played yet */
	double at, wait_ms;
	uint64_t seq, bytes;
	CURLcode code;      /* of the attempt that was played */
	struct buf gave_up; /* why none comes after those that are left */
};
void cassette_take_free(struct cassette_take *);

/*
 * `record:DIR` or `replay:DIR`; names: of secret parameters, as secreturl.h,
 * or NULL; it has to outlive it. NULL, with *why and an exit status.
 */
struct cassette *cassette_open(
    const char *how, const char *names, int *status, struct buf *why);
void cassette_close(struct cassette *);
bool cassette_replays(const struct cassette *);

/*
 * An attempt begins. Replaying: fills the exchange as the attempt's end would
 * have, and take.code. False, with *why, where it was not recorded.
 */
bool cassette_start(struct cassette *, struct http_exchange *, struct buf *why);

/*
 * Replaying: does it give up here, as everybody had to wait? Then with *why.
 * Called before an attempt begins.
 */
bool cassette_gave_up(
    struct cassette *, struct http_exchange *, struct buf *why);

/* Recording: an attempt ended, as the exchange says. */
void cassette_keep(struct cassette *, struct http_exchange *, CURLcode);

/* The exchange has come to its end. */
void cassette_end(struct cassette *, struct http_exchange *);

#endif
