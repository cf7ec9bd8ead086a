/*
 * pgopen: how a store gets a session and its table, and goes on trying; of
 * pgstore only.
 */
#ifndef SLUICE_PGOPEN_H
#define SLUICE_PGOPEN_H

#include "pgstore.h"

/* One thing that is tried again as a whole; 0 or an exit status. */
typedef int pgopen_step(struct pgstore *);

/* Takes a step until it succeeds, fails for good, or patience ends. */
int pgopen_persist(struct pgstore *, pgopen_step *);

/* Connects, unless the connection is alive. */
int pgopen_session(struct pg *);

/* Ends a transaction that failed; the reason in pg stays. */
void pgopen_roll_back(struct pg *);

#endif
