#ifndef APID_PARK_H
#define APID_PARK_H

#include <microhttpd.h>
#include <stdbool.h>

/*
 * Connections that wait without holding a thread: each is suspended, and one
 * thread of the park resumes it when its time has come or its client is gone.
 * Functions may be called from any thread.
 */
struct park;

/* Starts the thread; park_free ends it. */
struct park *park_new(void);

/* Suspends c for ms milliseconds. */
void park_for(struct park *p, struct MHD_Connection *c, long ms);

/* Suspends c until its client has closed, or shut down, its side of fd. */
void park_until_gone(struct park *p, struct MHD_Connection *c, int fd);

/* Resumes all, and from now on whoever is parked at once: before the daemon
 * is stopped, which must not find suspended connections. */
void park_close(struct park *p);

/* After the daemon was stopped. */
void park_free(struct park *p);

#endif
