/*
 * audit: the folder in which a sender keeps account of what was accepted.
 *
 *	audit.json              the URL and the key that the folder is bound to
 *	pending_UUID.ndjson     a batch that is being sent: of unknown fate
 *	batch_UUID.json         the array of the ids of an accepted batch
 *	rejected_UUID.ndjson    a batch of unknown fate that was given up
 *
 * A file appears whole and synced, or not at all, and a step is on disk
 * before the next one begins. One process at a time holds a folder. Functions
 * that can fail return false, with the reason in *why and an exit status in
 * `status`; only a file of ids or records that is spoiled ends the process
 * (auditdir.h).
 */
#ifndef SLUICE_AUDIT_H
#define SLUICE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "in.h"
#include "key.h"
#include "set.h"
#include "uuid.h"

struct audit {
	const char *dir;
	int fd;         /* the folder, and its lock; -1: not open */
	struct set ids; /* of records that are not to be sent again */
	char (*pending)[UUID_TEXT]; /* those found at start */
	size_t npending;
	int status;
};

/*
 * Makes the folder if need be, takes its lock, binds it, tidies up what a
 * killed process left and reads the ids. The path has to outlive it. Call
 * audit_close anyway.
 */
bool audit_open(struct audit *, const char *dir, const char *url, struct key *,
    struct buf *why);
void audit_close(struct audit *);

/* Is the record of that key not to be sent again? */
bool audit_has(const struct audit *, const struct buf *key);
void audit_add(struct audit *, const char *key, size_t len);

/* Puts a batch down before it is sent: its records as lines. */
bool audit_pend(
    struct audit *, const char *uuid, const struct buf *lines, struct buf *why);
/* It was accepted: its ids as a JSON array. */
bool audit_accept(
    struct audit *, const char *uuid, const struct buf *ids, struct buf *why);
/* It was surely not accepted. */
bool audit_forget(struct audit *, const char *uuid, struct buf *why);
/* It was given up: its records are never sent while the file is there. */
bool audit_set_aside(struct audit *, const char *uuid, struct buf *why);

/* Appends the path of a pending file. */
void audit_path(const struct audit *, const char *uuid, struct buf *);

#endif
