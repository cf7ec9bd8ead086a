#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "pg.h"

static const struct {
	const char *code; /* a prefix of SQLSTATEs; the longest decides */
	int status;
} meanings[] = {
    {"", EX_UNAVAILABLE}, {"08", EX_TEMPFAIL}, /* connection */
    {"08P01", EX_SOFTWARE},                    /* protocol violation */
    {"0A", EX_CONFIG},      /* not supported, as for this kind of table */
    {"21", EX_DATAERR},     /* a trigger's or a view's cardinality */
    {"22", EX_DATAERR},     /* data */
    {"23", EX_DATAERR},     /* constraints */
    {"25006", EX_TEMPFAIL}, /* a standby, until it is promoted */
    {"25P03", EX_TEMPFAIL}, /* idle in transaction too long */
    {"28", EX_NOPERM},      /* login */
    {"38", EX_DATAERR},     /* routines, called by triggers */
    {"39", EX_DATAERR}, {"3D", EX_CONFIG},      /* no such database */
    {"3F", EX_CONFIG},                          /* no such schema */
    {"40", EX_TEMPFAIL}, {"40002", EX_DATAERR}, /* a constraint, at the end */
    {"42", EX_CONFIG},                          /* names and types */
    {"42501", EX_NOPERM}, {"44", EX_DATAERR},   /* WITH CHECK OPTION */
    {"53", EX_TEMPFAIL},                        /* disk, memory, connections */
    {"54", EX_DATAERR}, /* a row or an index entry that is too large */
    {"55006", EX_TEMPFAIL}, {"55P03", EX_TEMPFAIL}, /* lock_timeout */
    {"57", EX_TEMPFAIL},  /* cancelled, shut down, starting up */
    {"57P04", EX_CONFIG}, /* the database was dropped */
    {"58", EX_TEMPFAIL},  /* the system under the server */
    {"72", EX_TEMPFAIL}, {"P0", EX_DATAERR}, /* RAISE in a trigger */
};

int
pg_status(const char *sqlstate)
{
	size_t i, n, best = 0;
	int status = EX_UNAVAILABLE;

	for (i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		n = strlen(meanings[i].code);
		if (n >= best && strncmp(sqlstate, meanings[i].code, n) == 0) {
			best = n;
			status = meanings[i].status;
		}
	}
	return status;
}

double
pg_backoff(const struct pg *pg, unsigned n)
{
	/* Class 40: two transactions met, the other one is done soon. */
	double first = strncmp(pg->code, "40", 2) == 0 ? 0.05 : 0.1;
	double most = fmin(first * ldexp(1, n < 20 ? (int)n : 20), 30);

	return drand48() * most;
}
