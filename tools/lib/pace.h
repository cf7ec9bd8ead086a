/*
 * pace: when the next request to an origin may go, for all processes of this
 * user together.
 *
 * Each origin has one small file in the state folder's pace/. It holds until
 * when everybody has to wait, and, for a rate, when the next slot is free
 * (the generic cell rate algorithm, ITU-T I.371). It is locked with fcntl for
 * the microseconds that reading and writing take, so a process that dies
 * blocks nobody. Times are CLOCK_BOOTTIME; the file names the boot.
 *
 * The state folder is SLUICE_VAR, or STATE_DIRECTORY, or ./var in a clone, or
 * XDG_STATE_HOME/sluice, or ~/.local/state/sluice. Where the file cannot be
 * used (it is another user's, a symbolic link), one warning, and the pace is
 * this process' alone.
 */
#ifndef SLUICE_PACE_H
#define SLUICE_PACE_H

#include <stdbool.h>

#include "buf.h"

struct pace_rate {
	double per_second; /* 0: as fast as it goes */
	double burst;      /* that many may go at once; at least 1 */
};

struct pace;

/* `5/s`, `60/m`, `100/h`, `5/s,10` (bursts of 10); NULL, or why it is bad. */
const char *pace_rate(struct pace_rate *, const char *text);

/*
 * The origin's pace in the list, added where it is new; never NULL. The list
 * begins as NULL; pace_free frees all of it.
 */
struct pace *pace_of(struct pace **list, const char *origin, struct pace_rate);
void pace_free(struct pace *list);

/*
 * Where there is no pace (NULL), nobody waits, and holding does nothing.
 *
 * Reserves the next slot: the seconds until the request may go. Who waited
 * asks pace_held before going.
 */
double pace_next(struct pace *);

/* The seconds for which everybody has to wait, from now; 0: none. */
double pace_held(struct pace *);

/* From now on, nobody goes for so many seconds. */
void pace_hold(struct pace *, double seconds);

/* Appends the state folder's path; false if there is none. */
bool pace_state_folder(struct buf *);

#endif
