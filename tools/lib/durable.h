/*
 * durable: small files that survive a crash whole, or are not there.
 *
 * A file is written beside, under a name that begins with DURABLE_BESIDE,
 * synced, renamed, and its folder synced. What a killed process leaves under
 * such a name means nothing and may be removed. False leaves errno.
 */
#ifndef SLUICE_DURABLE_H
#define SLUICE_DURABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#define DURABLE_BESIDE ".new_"

/* dir is an open folder, name that of a file in it. */
bool durable_put(int dir, const char *name, const char *s, size_t len);

/* Removes a file and syncs the folder; renames one within it. */
bool durable_remove(int dir, const char *name);
bool durable_rename(int dir, const char *from, const char *to);

/* Appends all of a file; b->s is not NULL then. */
bool durable_get(int dir, const char *name, struct buf *);

#endif
