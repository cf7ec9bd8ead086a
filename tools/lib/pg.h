/*
 * pg: a connection to PostgreSQL, and what its errors mean.
 *
 * Nothing here ends the process or prints: a function returns 0 or the exit
 * status that its failure calls for (<sysexits.h>), and leaves the reason in
 * the struct. EX_DATAERR is the fault of a record in the statement,
 * EX_TEMPFAIL passes (try again, on a new connection where pg_alive is
 * false), everything else is final. Sessions speak UTF-8 and see no schema
 * but pg_catalog, so that no name can be shadowed: all others are qualified.
 */
#ifndef SLUICE_PG_H
#define SLUICE_PG_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct pg {
	const char *conninfo;   /* a conninfo string, a URI, a name, or NULL */
	double connect_timeout; /* seconds, where the conninfo has none */
	PGconn *conn;
	bool staged;        /* the caller's: has the session its table? */
	char code[6];       /* the last error's SQLSTATE, or "" */
	struct buf why;     /* its message and detail, without a newline */
	struct buf detail;  /* the latter alone, as the server tells it */
	struct buf context; /* where it happened, the same way */
	char *datatype;     /* the domain it is about, or NULL */
	/* Is told each statement of pg_exec before it is run, or NULL. */
	void (*trace)(void *arg, const char *sql);
	void *trace_arg;
};

/*
 * Makes the settings known and registers the passwords in them as secrets;
 * does not connect. False if conninfo cannot be parsed: no text of it is
 * shown, since any part of it may be the password.
 */
bool pg_init(struct pg *, const char *conninfo, double connect_timeout);
void pg_free(struct pg *);

/* Connects, closing an old connection first. A stop signal ends the wait. */
int pg_connect(struct pg *);
/* Ends the connection, and with it what was not committed. */
void pg_close(struct pg *);
bool pg_alive(const struct pg *);

/* The host and database of the connection, for messages; caller frees. */
char *pg_where(const struct pg *);

/*
 * Runs one or several statements; *res is the last one's result (the caller
 * clears it; NULL on failure, and may be a COPY in progress). res may be NULL.
 */
int pg_exec(struct pg *, const char *sql, PGresult **res);
/* The same for one statement, with a text parameter, or NULL for none. */
int pg_exec1(struct pg *, const char *sql, const char *param, PGresult **res);

/* What these two do with a result that somebody else got; NULL: none came. */
int pg_result(struct pg *, PGresult *got, PGresult **res);

/* Feeds a COPY FROM STDIN that pg_exec has started, and ends it. */
int pg_copy_data(struct pg *, const char *s, size_t len);
int pg_copy_end(struct pg *, PGresult **res);

/* A field as text, which the caller frees; whether it is true. */
char *pg_text(const PGresult *, int row, int col);
bool pg_truth(const PGresult *, int row, int col);

/* The exit status that an SQLSTATE calls for, see above. */
int pg_status(const char *sqlstate);

/*
 * Seconds to wait before try number n (from 1) after a temporary error: full
 * jitter under an exponential bound, short where only a lock was lost.
 */
double pg_backoff(const struct pg *, unsigned n);

/* Leaves a reason that is no error of the server's; returns EX_CONFIG. */
int pg_wrong(struct pg *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
