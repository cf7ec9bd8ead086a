/*
 * leftover: batches of unknown fate that an earlier run left in its audit
 * folder (audit.h), and what is to become of them.
 *
 * A pending file that cannot be read as a whole is never posted in part: it
 * ends the process with EX_DATAERR.
 */
#ifndef SLUICE_LEFTOVER_H
#define SLUICE_LEFTOVER_H

#include "batch.h"
#include "deliver.h"
#include "key.h"

struct leftover {
	struct deliver *deliver; /* and its records, and its folder */
	struct key *key;
	enum {
		LEFTOVER_STOP,   /* name them */
		LEFTOVER_RESEND, /* post each again under its name */
		LEFTOVER_REJECT  /* reject its records and never post them */
	} mode;
	struct batch batch; /* the module's own */
};

/*
 * Deals with each. 0: none is left, or a signal asks to stop; else the status
 * to end with, after a message.
 */
int leftover_settle(struct leftover *);
void leftover_free(struct leftover *);

#endif
