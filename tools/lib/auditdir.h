/*
 * auditdir: the folder in which a sender keeps account of what was accepted.
 *
 * batch_*.json is the JSON array of the ids of one accepted batch; an id of
 * several parts is an array itself, as in keyfile.h. pending_*.ndjson is a
 * batch of unknown fate. Other files are none of its matter.
 */
#ifndef SLUICE_AUDITDIR_H
#define SLUICE_AUDITDIR_H

#include <stdint.h>

#include "key.h"

/*
 * Calls `one` for each id of each batch, the files in the order of their
 * names; the key's bytes and text are the id's. A signal that asks to stop
 * ends it early. Returns the bytes read. A folder or file that cannot be read
 * ends the process with EX_NOINPUT or EX_IOERR, one that is no array of ids
 * with EX_DATAERR.
 */
uint64_t auditdir_read(const char *dir, struct key *,
    void (*one)(void *arg, struct json_val id), void *arg);

/* How many pending files there are. */
size_t auditdir_pending(const char *dir);

#endif
