/*
 * reclog: the lines that the record loop writes about itself, one JSON object
 * each: the stats at its end, a reject per bad record. Both files may be
 * shared by processes. The loop itself is rec.h.
 */
#ifndef SLUICE_RECLOG_H
#define SLUICE_RECLOG_H

#include <stdbool.h>

#include "out.h"
#include "rec.h"

/* The stage's name: SLUICE_STAGE, else the tool's. */
const char *reclog_stage(void);

/* Opens FILE if an option gave one, else NAME in SLUICE_RUN, else NULL. */
struct out *reclog_open(const char *file, const char *name);

/* stats may be NULL: nothing is written. */
void reclog_stats(struct out *stats, const struct rec *, int status);

/*
 * cut: bad holds only the first bytes of a line over --max-record. code and
 * key may be NULL. The line is on file when this returns: the run may go on
 * to fail.
 */
void reclog_reject(struct out *rejects, const struct rec_saved *bad, bool cut,
    const char *code, const char *key, const char *reason);

#endif
