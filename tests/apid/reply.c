#include "reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "die.h"

#define TEXT "text/plain"
#define JSON "application/json"

/* A body that is not sent as it was announced. */
struct broken {
	struct MHD_Connection *connection;
	struct park *park;
	enum fault_kind kind;
	char *body;
	size_t end; /* so many bytes are sent */
	bool waited;
};

static int
connection_fd(struct MHD_Connection *mc)
{
	return MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CONNECTION_FD)
	    ->connect_fd;
}

/* Sends RST at once. On Linux that is what disconnecting a TCP socket does;
 * SO_LINGER would come too late, since the library shuts down before it
 * closes, and the client would see an ordinary end. */
static void
reset_connection(struct MHD_Connection *mc)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	if (connect(connection_fd(mc), &nobody, sizeof(nobody)) < 0)
		fprintf(stderr, "apid: could not reset a connection: %s\n",
		    strerror(errno));
}

static void
retry_date(struct answer *a, long seconds)
{
	char date[64];
	time_t at = time(NULL) + seconds;
	struct tm tm;

	/* IMF-fixdate, RFC 9110 section 5.6.7; the locale is C. */
	gmtime_r(&at, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	answer_header(a, "Retry-After", date);
}

static void
limit_headers(
    struct answer *a, const char *remaining, const char *reset, long seconds)
{
	char number[32];

	snprintf(number, sizeof(number), "%ld", seconds);
	answer_header(a, remaining, "0");
	answer_header(a, reset, number);
}

static void
too_many(struct answer *a, const struct verdict *v)
{
	answer_start(a, 429, TEXT);
	text_puts(&a->body, "Too many requests, slow down\n");
	if (v->kind == FAULT_RETRY_AFTER)
		answer_header(a, "Retry-After", v->value);
	else if (v->kind == FAULT_RETRY_DATE)
		retry_date(a, v->arg);
	else if (v->kind == FAULT_RATELIMIT)
		limit_headers(
		    a, "RateLimit-Remaining", "RateLimit-Reset", v->arg);
	else
		limit_headers(a, "X-RateLimit-Remaining", "X-RateLimit-Reset",
		    v->kind == FAULT_LIMIT ? v->arg
					   : (long)time(NULL) + v->arg);
}

/* [CODE,]URL */
static void
redirect(struct answer *a, const char *to)
{
	char *end;
	long code = strtol(to, &end, 10);

	if (*end == ',' && code >= 300 && code < 400)
		to = end + 1;
	else
		code = 302;
	answer_start(a, (unsigned)code, TEXT);
	answer_header(a, "Location", to);
	text_puts(&a->body, "It is elsewhere\n");
}

/* CODE|Name: value|...; it is taken apart where it stands. */
static void
fields(struct answer *a, char *s)
{
	char *line, *colon;

	answer_start(a, (unsigned)strtol(strsep(&s, "|"), NULL, 10), TEXT);
	text_puts(&a->body, "Sorry!");
	while ((line = strsep(&s, "|")) != NULL) {
		colon = strchr(line, ':');
		if (colon == NULL)
			continue;
		*colon++ = '\0';
		answer_header(a, line, colon + strspn(colon, " "));
	}
}

bool
reply_instead(struct answer *a, const struct verdict *v)
{
	switch (v->kind) {
	case FAULT_STATUS:
		answer_start(a, (unsigned)v->arg, TEXT);
		text_puts(&a->body, "Sorry!");
		return true;
	case FAULT_JSON_STATUS:
		answer_start(a, (unsigned)v->arg, JSON);
		text_printf(&a->body,
		    "{\"errors\":[{\"status\":\"%ld\","
		    "\"title\":\"Made to fail\"}]}",
		    v->arg);
		if (v->arg == 401)
			answer_header(
			    a, "WWW-Authenticate", "Bearer realm=\"apid\"");
		return true;
	case FAULT_TEXT:
		answer_start(a, 200, TEXT);
		text_puts(&a->body, "Down for maintenance, back soon\n");
		return true;
	case FAULT_RETRY_AFTER:
	case FAULT_RETRY_DATE:
	case FAULT_LIMIT:
	case FAULT_LIMIT_EPOCH:
	case FAULT_RATELIMIT:
		too_many(a, v);
		return true;
	case FAULT_REDIRECT:
		redirect(a, v->value);
		return true;
	case FAULT_FIELDS:
		fields(a, v->value);
		return true;
	default:
		return false;
	}
}

static ssize_t
broken_read(void *cls, uint64_t at, char *out, size_t max)
{
	struct broken *b = cls;
	size_t n = b->end - (size_t)at;

	if (n > 0) {
		n = n < max ? n : max;
		memcpy(out, b->body + at, n);
		return (ssize_t)n;
	}
	if (b->kind == FAULT_STALL && !b->waited) {
		b->waited = true;
		park_until_gone(
		    b->park, b->connection, connection_fd(b->connection));
		return 0;
	}
	if (b->kind == FAULT_RESET_BODY)
		reset_connection(b->connection);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
broken_free(void *cls)
{
	struct broken *b = cls;

	free(b->body);
	free(b);
}

/* A response that announces all of the body and does not send it all. */
static struct MHD_Response *
broken_response(struct MHD_Connection *mc, struct text *body,
    const struct verdict *v, struct park *park)
{
	struct broken *b = need(calloc(1, sizeof(*b)));
	size_t len, announced;

	b->connection = mc;
	b->park = park;
	b->kind = v->kind;
	b->body = text_take(body, &len);
	announced = len;
	if (v->kind == FAULT_LENGTH) {
		b->end = len;
		announced += (size_t)v->arg;
	} else if (v->arg == FAULT_HALF_BODY) {
		b->end = len / 2;
	} else if ((size_t)v->arg < len) {
		b->end = (size_t)v->arg;
	} else {
		b->end = len > 0 ? len - 1 : 0; /* less than all, in any case */
	}
	return MHD_create_response_from_callback(
	    announced, 16384, broken_read, b, broken_free);
}

/* A response that sends more than it announces. The library would add the true
 * length, except where it believes that it does not know it. */
static struct MHD_Response *
longer_response(struct MHD_Connection *mc, struct text *body, long delta)
{
	struct broken *b = need(calloc(1, sizeof(*b)));
	struct MHD_Response *response;
	char number[32];
	size_t less = (size_t)-delta;

	b->connection = mc;
	b->kind = FAULT_LENGTH;
	b->body = text_take(body, &b->end);
	snprintf(
	    number, sizeof(number), "%zu", less < b->end ? b->end - less : 0);
	response = need(MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 16384, broken_read, b, broken_free));
	MHD_set_response_options(response,
	    MHD_RF_INSANITY_HEADER_CONTENT_LENGTH |
		MHD_RF_HTTP_1_0_COMPATIBLE_STRICT,
	    MHD_RO_END);
	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_LENGTH, number);
	return response;
}

/* A response that is sent as it is announced. */
static struct MHD_Response *
whole_response(struct text *body, const struct verdict *v)
{
	char *bytes;
	size_t len;

	bytes = text_take(body, &len);
	if (v->kind == FAULT_BADJSON)
		len = len * 2 / 3;
	return MHD_create_response_from_buffer(
	    len, bytes, MHD_RESPMEM_MUST_FREE);
}

static struct MHD_Response *
make_response(struct MHD_Connection *mc, struct text *body,
    const struct verdict *v, struct park *park)
{
	if (v->kind == FAULT_LENGTH && v->arg < 0)
		return longer_response(mc, body, v->arg);
	if (v->kind == FAULT_STALL || v->kind == FAULT_CUT ||
	    v->kind == FAULT_RESET_BODY || v->kind == FAULT_LENGTH)
		return broken_response(mc, body, v, park);
	return whole_response(body, v);
}

enum MHD_Result
reply_send(struct MHD_Connection *mc, struct answer *a, const struct verdict *v,
    struct park *park, unsigned *status)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	*status = 0;
	if (v->kind == FAULT_RESET)
		reset_connection(mc);
	if (v->kind == FAULT_RESET || v->kind == FAULT_LOST)
		return MHD_NO;
	response = need(make_response(mc, &a->body, v, park));
	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	for (size_t i = 0; i < a->header_count; i++)
		MHD_add_response_header(
		    response, a->headers[i].name, a->headers[i].value);
	if (v->kind == FAULT_CLOSE_AFTER)
		MHD_set_response_options(
		    response, MHD_RF_SEND_KEEP_ALIVE_HEADER, MHD_RO_END);
	result = MHD_queue_response(mc, a->status, response);
	MHD_destroy_response(response);
	*status = a->status;
	return result;
}
