#ifndef APID_SERVER_H
#define APID_SERVER_H

#include "api.h"
#include "fault.h"
#include "file.h"

/*
 * The server: one thread that takes requests, asks the fault plan what happens
 * to each, has it answered, and counts. What waits is parked, so that it never
 * holds the thread.
 */
struct server_options {
	const char *address; /* numeric, IPv4 or IPv6 */
	long port;           /* 0: any */
	long latency_ms;     /* before each answer */
	const struct world *world;
	struct plan *plan;
	const struct files *files;
};

struct server;

/* Starts to listen; what the options point to must outlive the server. False,
 * with the reason in err, if that fails. */
struct server *server_start(
    const struct server_options *options, struct text *err);
unsigned server_port(const struct server *s);
void server_stop(struct server *s);

#endif
