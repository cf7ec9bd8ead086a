/*
 * pace: when the next request to an origin may go, for all processes of this
 * user together.
 *
 * Each origin has one small file (pacefile.h). It holds until when everybody
 * has to wait, and, for a rate, whose turn is when: by the generic cell rate
 * algorithm (ITU-T I.371), twice. Turns are given ahead, so that nobody wakes
 * up in vain. As whoever has a turn may be late, those that were sent are
 * counted by when they were: the gate, which one request at a time goes
 * through. In any time t at most rate * t + burst + 1 do, so that, of a rate
 * of 50/s, no second sees more than 50 + burst. A request that is late by less
 * than the time between two turns takes nothing from the others; one that is
 * later moves all turns to come.
 */
#ifndef SLUICE_PACE_H
#define SLUICE_PACE_H

#include <stdbool.h>
#include <stdint.h>

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
 * Reserves the next turn: the seconds until the request may go, and the time
 * of the turn, for the gate. Who waited asks pace_held before going.
 */
double pace_next(struct pace *, int64_t *turn);

/*
 * The gate: called when all is ready to send, and as soon as it was sent.
 * Entering waits where those before were late; then nobody else sends until it
 * is left. It leaves the gate entered before.
 */
void pace_enter(struct pace *, int64_t turn);
void pace_leave(void);

/* The seconds for which everybody has to wait, from now; 0: none. */
double pace_held(struct pace *);

/* From now on, nobody goes for so many seconds. */
void pace_hold(struct pace *, double seconds);

#endif
