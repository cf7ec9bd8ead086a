/*
 * tape: recorded exchanges, one a line, and which of them were played.
 *
 * A request is told by a text, its identity: method, URL and body. Exchanges
 * of one identity are played in the order in which they began, each once; see
 * played.h for what that means where there are several processes.
 *
 * Loading checks each line. Memory holds an index and the URLs; an exchange
 * is read when it is played.
 */
#ifndef SLUICE_TAPE_H
#define SLUICE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "in.h"
#include "json.h"
#include "played.h"

#define TAPE_FILE "cassette.ndjson"
enum { TAPE_VERSION = 1 };

struct tape {
	struct in in;
	const char *names; /* of secret parameters, see secreturl.h */
	struct tape_entry *v;
	size_t n;
	struct buf url; /* `METHOD URL` of each, ended by NUL */
	struct played played;
	struct buf line; /* the one that was read last */
	const char *path;
};

/*
 * Loads path, which has to outlive it; no such file ends the process. False,
 * with *why, if it cannot be played. Free it anyway.
 */
bool tape_load(
    struct tape *, const char *path, const char *names, struct buf *why);
void tape_free(struct tape *);

/* Appends the identity of a request; body NULL: none. */
void tape_identity(struct buf *, const char *names, const char *method,
    const char *url, const char *body, size_t len);

/*
 * Appends the next exchange of that identity, a line. False, with *why: there
 * is none, and what there is.
 */
bool tape_next(struct tape *, const struct buf *identity, struct buf *line,
    struct buf *why);

#endif
