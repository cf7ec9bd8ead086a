/*
 * tapeline: an exchange as a line of JSON, and back. sluice(7) tells its
 * members.
 */
#ifndef SLUICE_TAPELINE_H
#define SLUICE_TAPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

/* A line but for its attempts. */
struct tapeline {
	struct buf method, url, body, stamp, gave_up;
	bool has_body;
	double at; /* `stamp`, in seconds since 1970 */
	uint64_t seq;
	struct json_walk attempts; /* in the text that was read */
};

#define TAPELINE_INIT                                                          \
	{                                                                      \
		BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, false, 0, 0, \
		{                                                              \
			NULL, NULL, false                                      \
		}                                                              \
	}

void tapeline_free(struct tapeline *);

/* Reads and checks all of the line. False, with *why, if it is none. */
bool tapeline_read(struct tapeline *, struct json_val line, struct buf *why);

/* Appends `,"NAME":` and a string, or `,"NAME_base64":` where it is no UTF-8.
 */
void tapeline_text(struct buf *, const char *name, const char *s, size_t len);

/* What is observed of one attempt. Times are in milliseconds. */
struct tapeline_attempt {
	double elapsed; /* from the beginning of the first to this one's end */
	double wait;    /* before it */
	double jitter;  /* from 0 to 1: of the wait behind it */
	double status, bytes, sent, code;
	double dns, connect, tls, ttfb, total;
	bool too_long, no_such_host;
	struct buf http, url, redirect, error, head, body;
};

void tapeline_attempt_free(struct tapeline_attempt *);

/* Appends it as an object. */
void tapeline_put(struct buf *, const struct tapeline_attempt *);

/* Reads the next one of a walk over checked attempts; false: none is left. */
bool tapeline_get(struct json_walk *, struct tapeline_attempt *);

#endif
