#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "msg.h"
#include "opt.h"
#include "pg.h"
#include "stop.h"
#include "when.h"

/*
 * DateStyle only matters for what comes in ambiguous. A batch is to stay in
 * memory where it is copied to and sorted. JIT never pays for statements over
 * one batch, and its start-up would be paid for each.
 */
static const char session[] = "SET search_path = pg_catalog, pg_temp;"
			      "SET datestyle = ISO;"
			      "SET intervalstyle = postgres;"
			      "SET standard_conforming_strings = on;"
			      "SET temp_buffers = '32MB';"
			      "SET work_mem = '64MB';"
			      "SET jit = off";

/* ---- what went wrong ---- */

static void
forget_error(struct pg *pg)
{
	pg->code[0] = '\0';
	buf_cut(&pg->why, 0);
	buf_cut(&pg->detail, 0);
	buf_cut(&pg->context, 0);
	free(pg->datatype);
	pg->datatype = NULL;
}

/* Appends text without the white space at its end, on one line. */
static void
add_line(struct buf *b, const char *s)
{
	static const char space[] = " \t\r\n";
	size_t n;

	while (*s) {
		n = strcspn(s, "\t\r\n");
		buf_add(b, s, n);
		s += n + strspn(s + n, space);
		if (*s)
			buf_char(b, ' ');
	}
}

static int
keep_error(struct pg *pg, const PGresult *res)
{
	const char *code = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL);
	const char *context = PQresultErrorField(res, PG_DIAG_CONTEXT);
	const char *type = PQresultErrorField(res, PG_DIAG_DATATYPE_NAME);

	forget_error(pg);
	add_line(&pg->why, text ? text : PQerrorMessage(pg->conn));
	if (detail) {
		buf_str(&pg->why, ": ");
		add_line(&pg->why, detail);
		buf_str(&pg->detail, detail);
	}
	if (context)
		buf_str(&pg->context, context);
	if (type)
		pg->datatype = buf_dup(type, strlen(type));
	if (code)
		snprintf(pg->code, sizeof pg->code, "%s", code);
	if (pg->why.len == 0)
		buf_str(&pg->why, "the connection was lost");
	/* What kills a session is not the fault of what it was doing. */
	return code == NULL || !pg_alive(pg) ? EX_TEMPFAIL : pg_status(code);
}

/* ---- connecting ---- */

/* The value of a connection option; empty counts as none. */
static const char *
option(const PQconninfoOption *o, const char *name)
{
	for (; o && o->keyword; o++)
		if (strcmp(o->keyword, name) == 0)
			return o->val && *o->val ? o->val : NULL;
	return NULL;
}

static void
secret(const char *s)
{
	if (s && *s)
		msg_secret(s, strlen(s));
}

bool
pg_init(struct pg *pg, const char *conninfo, double connect_timeout)
{
	PQconninfoOption *o;
	char *error = NULL;

	*pg = (struct pg){
	    .conninfo = conninfo, .connect_timeout = connect_timeout};
	srand48((long)getpid() ^ (long)(when_now() * 1e6));
	secret(getenv("PGPASSWORD"));
	if (conninfo == NULL ||
	    (!strchr(conninfo, '=') && !strstr(conninfo, "://")))
		return true;
	o = PQconninfoParse(conninfo, &error);
	PQfreemem(error);
	if (o == NULL)
		return false;
	secret(option(o, "password"));
	secret(option(o, "sslpassword"));
	PQconninfoFree(o);
	return true;
}

void
pg_close(struct pg *pg)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->staged = false;
}

void
pg_free(struct pg *pg)
{
	pg_close(pg);
	forget_error(pg);
	buf_free(&pg->why);
	buf_free(&pg->detail);
	buf_free(&pg->context);
}

bool
pg_alive(const struct pg *pg)
{
	return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

static void
on_notice(void *arg, const PGresult *res)
{
	const char *level =
	    PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	(void)arg;
	if (text == NULL || level == NULL)
		return;
	/* What ends a session that waits comes this way, too. */
	if (strcmp(level, "WARNING") == 0 || strcmp(level, "FATAL") == 0)
		msg_warn("the server warns: %s", text);
	else
		msg_debug("the server notes: %s", text);
}

/* How long to wait for a connection: the conninfo's word goes first. */
static double
patience(const struct pg *pg)
{
	PQconninfoOption *o = PQconninfo(pg->conn);
	const char *s = option(o, "connect_timeout");
	double seconds = pg->connect_timeout;

	if (s)
		opt_seconds(s, &seconds);
	PQconninfoFree(o);
	return seconds > 0 ? seconds : 86400;
}

/* Drives PQconnectPoll; false when the time is up or a stop was asked for. */
static bool
connect_wait(struct pg *pg)
{
	double end = when_now() + patience(pg), left;
	PostgresPollingStatusType is = PGRES_POLLING_WRITING;
	struct pollfd fd;

	while (is != PGRES_POLLING_OK && is != PGRES_POLLING_FAILED) {
		fd.fd = PQsocket(pg->conn);
		fd.events = is == PGRES_POLLING_READING ? POLLIN : POLLOUT;
		left = fmin(end - when_now(), 3600);
		if (left <= 0)
			errno = ETIMEDOUT;
		if (left <= 0 ||
		    (stop_poll(&fd, 1, (int)(left * 1000) + 1) < 0))
			return false;
		is = PQconnectPoll(pg->conn);
	}
	return true;
}

/*
 * libpq keeps the SQLSTATE of a refused login to itself, but shows it in a
 * verbose message: `FATAL:  28P01: text`, then a LOCATION line.
 */
static int
connect_error(struct pg *pg)
{
	const char *s = PQerrorMessage(pg->conn), *end, *p;
	bool password = PQconnectionNeedsPassword(pg->conn);
	struct buf text = BUF_INIT;

	forget_error(pg);
	while (*s) {
		end = strchr(s, '\n');
		end = end ? end + 1 : s + strlen(s);
		p = strstr(s, ":  ");
		if (strncmp(s, "LOCATION:", 9) == 0) {
			s = end;
			continue;
		}
		if (p && p < end &&
		    strspn(p + 3, "0123456789ABCDEFGHIJKLMNOP"
				  "QRSTUVWXYZ") == 5 &&
		    p[8] == ':') {
			snprintf(pg->code, sizeof pg->code, "%.5s", p + 3);
			buf_add(&text, s, (size_t)(p + 3 - s - 1));
			s = p + 10;
		}
		if (end > s)
			buf_add(&text, s, (size_t)(end - s));
		s = end;
	}
	add_line(&pg->why, text.s ? text.s : "could not connect");
	buf_free(&text);
	if (password)
		return EX_NOPERM;
	return pg->code[0] ? pg_status(pg->code) : EX_TEMPFAIL;
}

int
pg_connect(struct pg *pg)
{
	static const char *const names[] = {
	    "dbname", "fallback_application_name", "client_encoding", NULL};
	const char *values[] = {pg->conninfo, msg_tool(), "UTF8", NULL};

	pg_close(pg);
	pg->conn = PQconnectStartParams(names, values, 1);
	if (pg->conn == NULL)
		die(EX_OSERR, "could not allocate a connection");
	/* From a service or password file, too. */
	secret(PQpass(pg->conn));
	PQsetNoticeReceiver(pg->conn, on_notice, NULL);
	PQsetErrorVerbosity(pg->conn, PQERRORS_VERBOSE);
	if (PQstatus(pg->conn) != CONNECTION_BAD && !connect_wait(pg)) {
		forget_error(pg);
		buf_printf(&pg->why, "could not connect: %s", strerror(errno));
		pg_close(pg);
		return EX_TEMPFAIL;
	}
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return connect_error(pg);
	return pg_exec(pg, session, NULL);
}

char *
pg_where(const struct pg *pg)
{
	struct buf b = BUF_INIT;

	if (pg->conn)
		buf_printf(&b, "%s on %s", PQdb(pg->conn), PQhost(pg->conn));
	else
		buf_str(&b, "the database");
	return b.s;
}

/* ---- statements ---- */

int
pg_result(struct pg *pg, PGresult *got, PGresult **res)
{
	ExecStatusType is = PQresultStatus(got);
	int status = 0;

	if (is != PGRES_COMMAND_OK && is != PGRES_TUPLES_OK &&
	    is != PGRES_COPY_IN)
		status = keep_error(pg, got);
	if (res && status == 0)
		*res = got;
	else
		PQclear(got);
	return status;
}

static void
tell(const struct pg *pg, const char *sql)
{
	msg_debug("SQL: %s", sql);
	if (pg->trace)
		pg->trace(pg->trace_arg, sql);
}

int
pg_exec(struct pg *pg, const char *sql, PGresult **res)
{
	if (res)
		*res = NULL;
	tell(pg, sql);
	return pg_result(pg, PQexec(pg->conn, sql), res);
}

int
pg_exec1(struct pg *pg, const char *sql, const char *param, PGresult **res)
{
	if (res)
		*res = NULL;
	if (param == NULL)
		tell(pg, sql);
	return pg_result(pg,
	    PQexecParams(
		pg->conn, sql, param != NULL, NULL, &param, NULL, NULL, 0),
	    res);
}

int
pg_copy_data(struct pg *pg, const char *s, size_t len)
{
	/* libpq takes an int; a server's error shows at the end. */
	const size_t most = 1 << 20;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = len < most ? len : most;
		if (PQputCopyData(pg->conn, s, (int)n) != 1)
			return EX_TEMPFAIL;
	}
	return 0;
}

int
pg_copy_end(struct pg *pg, PGresult **res)
{
	PGresult *got, *next;

	if (res)
		*res = NULL;
	PQputCopyEnd(pg->conn, NULL);
	got = PQgetResult(pg->conn);
	while ((next = PQgetResult(pg->conn)))
		PQclear(next);
	return pg_result(pg, got, res);
}

int
pg_wrong(struct pg *pg, const char *fmt, ...)
{
	va_list ap;

	pg->code[0] = '\0';
	buf_cut(&pg->why, 0);
	va_start(ap, fmt);
	buf_vprintf(&pg->why, fmt, ap);
	va_end(ap);
	return EX_CONFIG;
}

char *
pg_text(const PGresult *res, int row, int col)
{
	const char *s = PQgetvalue(res, row, col);

	return buf_dup(s, strlen(s));
}

bool
pg_truth(const PGresult *res, int row, int col)
{
	return *PQgetvalue(res, row, col) == 't';
}
