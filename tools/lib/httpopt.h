/*
 * httpopt: the options of the tools that talk HTTP, and what a profile says
 * where they are silent.
 *
 * A tool puts httpopt_table behind its own options (opt.h, `more`), and calls
 * httpopt_source, then httpopt_open. Functions that can fail return false or
 * NULL with a text in *why and an exit status in *status.
 */
#ifndef SLUICE_HTTPOPT_H
#define SLUICE_HTTPOPT_H

#include <stdbool.h>

#include "api.h"
#include "buf.h"
#include "http.h"
#include "opt.h"

extern const struct opt httpopt_table[];

/* One more, for tools that only read. */
opt_call httpopt_retry_on;

#define HTTPOPT_RETRY_ON                                          \
	{                                                         \
		0, "retry-on", "CODE[,CODE]", OPT_CALL, NULL,     \
		    "statuses that may pass, too; -CODE: do not", \
		    httpopt_retry_on, 0, 0                        \
	}

/* Where a tool fetches from. */
struct httpopt_source {
	struct api api; /* empty where there is no profile */
	const struct api_resource *resource; /* NULL with -u */
	char *tmpl;                          /* the URL template */
	/* Whose origin credentials go to, if not to that of what is asked. */
	const char *home;
};

/*
 * Loads the profile and finds the resource that *argv names, which is taken
 * from the operands then; with -u there is none. Free the source anyway.
 */
bool httpopt_source(
    struct httpopt_source *, char ***argv, int *status, struct buf *why);
void httpopt_free(struct httpopt_source *);

/*
 * The engine for that source: command line first, then profile, then the
 * defaults. slots as for http_new; accept may be NULL and has to outlive it.
 */
struct http *httpopt_open(const struct httpopt_source *, size_t slots,
    bool ordered, const struct api_statuses *accept, int *status,
    struct buf *why);

/* Versions of the libraries, for --version. */
const char *httpopt_libs(void);

#endif
