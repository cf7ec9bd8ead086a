#include "server.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "count.h"
#include "die.h"
#include "num.h"
#include "park.h"
#include "reply.h"

#define BODY_MAX ((size_t)64 << 20)
#define CONNECTIONS_MAX 4000

struct server {
	struct server_options options;
	struct MHD_Daemon *daemon;
	struct park *park;
	struct counts *counts;
	unsigned port;
};

/* One request, from its first line to its end. */
struct call {
	char *url; /* as it was sent */
	bool begun;
	bool control;
	bool decided;
	bool answered;
	struct count_ticket ticket;
	struct text body;
	struct verdict verdict;
};

static struct count_connection *
connection_of(struct MHD_Connection *mc)
{
	return MHD_get_connection_info(mc, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

/* The first word about a request: its URL before anything is decoded. */
static void *
on_url(void *cls, const char *url, struct MHD_Connection *mc)
{
	struct call *call = need(calloc(1, sizeof(*call)));

	(void)cls;
	(void)mc;
	call->url = need(strdup(url));
	return call;
}

static void
on_connection(void *cls, struct MHD_Connection *mc, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	(void)cls;
	(void)mc;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = need(calloc(1, sizeof(struct count_connection)));
	} else {
		free(*context);
		*context = NULL;
	}
}

static void
on_end(void *cls, struct MHD_Connection *mc, void **slot,
    enum MHD_RequestTerminationCode code)
{
	struct server *s = cls;
	struct call *call = *slot;

	(void)mc;
	if (call == NULL)
		return;
	if (call->begun && !call->control)
		count_end(s->counts, call->ticket,
		    code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	verdict_free(&call->verdict);
	text_free(&call->body);
	free(call->url);
	free(call);
	*slot = NULL;
}

static void
begin(struct server *s, struct call *call, struct MHD_Connection *mc,
    const char *path, const char *method)
{
	call->begun = true;
	call->control =
	    strncmp(path, CONTROL_PREFIX, strlen(CONTROL_PREFIX)) == 0;
	if (!call->control)
		call->ticket = count_arrival(
		    s->counts, connection_of(mc), mc, method, call->url);
}

static void
decide(struct server *s, struct call *call, struct MHD_Connection *mc,
    const char *method)
{
	struct tally_entry *url = count_url(s->counts, call->url);
	char *path = need(strndup(call->url, strcspn(call->url, "?")));
	const char *page =
	    MHD_lookup_connection_value(mc, MHD_GET_ARGUMENT_KIND, "page");
	struct asked asked = {
	    .method = method,
	    .path = path,
	    .url = call->url,
	    .page = 1,
	    .body = call->body.len,
	    .nth = count_nth(s->counts, call->ticket),
	    .chaos_run = &url->chaos_run,
	};

	if (page != NULL && !num_int(page, 1, INT_MAX, &asked.page))
		asked.page = 1;
	plan_decide(s->options.plan, &asked, &call->verdict);
	call->verdict.delay_ms += s->options.latency_ms;
	call->decided = true;
	free(path);
}

static void
make_answer(struct server *s, struct call *call, const struct req *req,
    struct answer *a)
{
	if (call->control)
		control_serve(req, a, s->counts, s->options.plan);
	else if (reply_instead(a, &call->verdict) ||
		 call->verdict.kind == FAULT_RESET)
		return; /* nobody is asked, and nothing is done */
	else if (req->body_len > BODY_MAX)
		answer_start(a, 413, "text/plain");
	else if (!files_serve(s->options.files, req, a))
		api_serve(req, a);
}

static enum MHD_Result
answer(struct server *s, struct call *call, struct MHD_Connection *mc,
    const char *path, const char *method)
{
	struct req req = {
	    .method = method,
	    .path = path,
	    .url = call->url,
	    .body = call->body.at,
	    .body_len = call->body.len,
	    .tweak = call->verdict.tweak,
	    .world = s->options.world,
	    .connection = mc,
	};
	struct answer a = {0};
	enum MHD_Result result;
	unsigned status;

	call->answered = true;
	make_answer(s, call, &req, &a);
	result = reply_send(mc, &a, &call->verdict, s->park, &status);
	answer_free(&a);
	if (call->control)
		return result;
	count_answer(s->counts, call->ticket, status, call->verdict.label.at,
	    call->body.len);
	if (call->verdict.kind == FAULT_CLOSE_AFTER)
		connection_of(mc)->doomed = true;
	return result;
}

/* Called when the headers are there, for each piece of the body, at its end,
 * and once more after a delay. */
static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mc, const char *path,
    const char *method, const char *version, const char *data, size_t *size,
    void **slot)
{
	struct server *s = cls;
	struct call *call = *slot;

	(void)version;
	/* While it stops, the library asks again after it has refused. */
	if (call->answered)
		return MHD_NO;
	if (!call->begun) {
		begin(s, call, mc, path, method);
		return MHD_YES;
	}
	if (*size > 0) {
		if (call->body.len <= BODY_MAX)
			text_add(&call->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (call->control)
		return answer(s, call, mc, path, method);
	if (connection_of(mc)->doomed) {
		call->answered = true;
		count_answer(s->counts, call->ticket, 0, "close-after: closed",
		    call->body.len);
		return MHD_NO;
	}
	if (!call->decided) {
		decide(s, call, mc, method);
		if (call->verdict.delay_ms > 0) {
			park_for(s->park, mc, call->verdict.delay_ms);
			return MHD_YES;
		}
	}
	return answer(s, call, mc, path, method);
}

/* A listening socket, or -1 with the reason in err. */
static int
listen_on(const char *address, long port, struct text *err)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	    .ai_socktype = SOCK_STREAM};
	struct addrinfo *where;
	int fd, code, on = 1, reason;
	char service[16];

	snprintf(service, sizeof(service), "%ld", port);
	code = getaddrinfo(address, service, &hints, &where);
	if (code != 0) {
		text_printf(err, "could not use address \"%s\": %s", address,
		    gai_strerror(code));
		return -1;
	}
	fd = socket(where->ai_family, where->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, where->ai_addr, where->ai_addrlen) < 0 ||
	    listen(fd, 1024) < 0) {
		reason = errno;
		text_printf(err, "could not listen on address %s, port %ld: %s",
		    address, port, strerror(reason));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(where);
	return fd;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);
	char service[16];
	long port = 0;

	if (getsockname(fd, (struct sockaddr *)&at, &n) == 0 &&
	    getnameinfo((struct sockaddr *)&at, n, NULL, 0, service,
		sizeof(service), NI_NUMERICSERV) == 0)
		num_int(service, 0, 65535, &port);
	return (unsigned)port;
}

struct server *
server_start(const struct server_options *options, struct text *err)
{
	struct server *s;
	int fd = listen_on(options->address, options->port, err);

	if (fd < 0)
		return NULL;
	s = need(calloc(1, sizeof(*s)));
	s->options = *options;
	s->port = port_of(fd);
	s->counts = count_new();
	s->park = park_new();
	s->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME, 0, NULL,
	    NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_URI_LOG_CALLBACK, on_url, s, MHD_OPTION_NOTIFY_COMPLETED,
	    on_end, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_END);
	if (s->daemon == NULL) {
		text_printf(
		    err, "could not start the server: %s", strerror(errno));
		close(fd);
		park_free(s->park);
		count_free(s->counts);
		free(s);
		return NULL;
	}
	return s;
}

unsigned
server_port(const struct server *s)
{
	return s->port;
}

void
server_stop(struct server *s)
{
	park_close(s->park);
	MHD_stop_daemon(s->daemon);
	park_free(s->park);
	count_free(s->counts);
	free(s);
}
