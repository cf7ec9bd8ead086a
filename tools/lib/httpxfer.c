/* httpxfer: one attempt of an exchange. */
#include "httpxfer.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "httprequest.h"
#include "when.h"

enum { MAX_HEAD = 256 * 1024 };

static size_t
on_body(char *s, size_t size, size_t n, void *to)
{
	struct http_exchange *x = to;
	size_t len = size * n;

	if (x->body.len + len > x->limits->max_body) {
		x->too_long = true;
		return CURL_WRITEFUNC_ERROR;
	}
	buf_add(&x->body, s, len);
	return len;
}

/* Each status line begins a new head: that of a 1xx answer is forgotten. */
static size_t
on_head(char *s, size_t size, size_t n, void *to)
{
	struct http_exchange *x = to;
	size_t len = size * n;

	if (len >= 5 && memcmp(s, "HTTP/", 5) == 0)
		buf_cut(&x->head, 0);
	else if (x->head.len + len <= MAX_HEAD)
		buf_add(&x->head, s, len);
	return len;
}

static void
set_trust(struct http_exchange *x)
{
	const char *file = x->limits->cacert;

	if (!file)
		file = getenv("SSL_CERT_FILE");
	if (file && *file)
		curl_easy_setopt(x->easy, CURLOPT_CAINFO, file);
	curl_easy_setopt(x->easy, CURLOPT_NETRC_FILE, x->limits->netrc);
}

static bool
set_up(struct http_exchange *x)
{
	const struct http_limits *l = x->limits;
	CURL *e = x->easy = curl_easy_init();

	if (!e)
		return false;
	curl_easy_setopt(e, CURLOPT_PRIVATE, x);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->error);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	httprequest_set_up(x);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_USERAGENT, "sluice/" SLUICE_VERSION);
	curl_easy_setopt(
	    e, CURLOPT_CONNECTTIMEOUT_MS, (long)(l->connect_timeout * 1000));
	if (l->max_body < INT64_MAX)
		curl_easy_setopt(
		    e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)l->max_body);
	if (l->speed_time > 0) {
		curl_easy_setopt(
		    e, CURLOPT_LOW_SPEED_LIMIT, (long)l->speed_limit);
		curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME,
		    (long)(l->speed_time < 1 ? 1 : l->speed_time));
	}
	set_trust(x);
	return true;
}

struct http_exchange *
httpxfer_new(const struct http_limits *limits)
{
	struct http_exchange *x = buf_array(NULL, 1, sizeof(*x));

	memset(x, 0, sizeof(*x));
	x->limits = limits;
	if (set_up(x))
		return x;
	httpxfer_free(x);
	return NULL;
}

void
httpxfer_free(struct http_exchange *x)
{
	curl_easy_cleanup(x->easy);
	buf_free(&x->url);
	buf_free(&x->at);
	buf_free(&x->why);
	buf_free(&x->head);
	buf_free(&x->body);
	buf_free(&x->method);
	buf_free(&x->home);
	buf_free(&x->origin);
	buf_free(&x->redirect);
	buf_free(&x->recorded);
	cassette_take_free(&x->take);
	buf_free(&x->request);
	buf_free(&x->type);
	buf_free(&x->field);
	curl_slist_free_all(x->header);
	free(x);
}

void
httpxfer_start(
    struct http_exchange *x, const struct httpfields *fields, double seconds)
{
	buf_cut(&x->head, 0);
	buf_cut(&x->body, 0);
	buf_cut(&x->redirect, 0);
	x->error[0] = '\0';
	x->too_long = x->no_such_host = false;
	x->status = 0;
	curl_easy_setopt(x->easy, CURLOPT_URL, x->at.s);
	/* It knows hosts only, no ports. */
	curl_easy_setopt(x->easy, CURLOPT_NETRC,
	    x->limits->netrc && !x->foreign ? (long)CURL_NETRC_OPTIONAL
					    : (long)CURL_NETRC_IGNORED);
	/* Over TLS, see whether one connection does for all (HTTP/2). */
	curl_easy_setopt(x->easy, CURLOPT_PIPEWAIT,
	    strncasecmp(x->at.s, "https:", 6) == 0 ? 1L : 0L);
	httprequest_start(x, fields);
	curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS,
	    seconds > 0 ? (long)(seconds * 1000) + 1 : 0L);
}

/*
 * libcurl tells a name that does not exist and a resolver that is not to be
 * reached by the same code; only the latter will pass.
 */
static bool
no_such_host(const struct http_exchange *x)
{
	struct addrinfo *a = NULL;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	CURLU *u = curl_url();
	char *host = NULL;
	int r = 0;

	if (u && !curl_url_set(u, CURLUPART_URL, x->at.s, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0)) {
		r = getaddrinfo(host, NULL, &hints, &a);
		if (r == 0)
			freeaddrinfo(a);
	}
	curl_free(host);
	curl_url_cleanup(u);
	return r == EAI_NONAME;
}

static double
milliseconds(CURL *e, CURLINFO what)
{
	curl_off_t us = 0;

	curl_easy_getinfo(e, what, &us);
	return (double)us / 1000;
}

static const struct {
	long curl;
	const char *text;
} versions[] = {{CURL_HTTP_VERSION_1_0, "1.0"}, {CURL_HTTP_VERSION_1_1, "1.1"},
    {CURL_HTTP_VERSION_2_0, "2"}, {CURL_HTTP_VERSION_3, "3"}};

enum { VERSIONS = sizeof(versions) / sizeof(*versions) };

static const char *
version(CURL *e)
{
	long v = CURL_HTTP_VERSION_NONE;
	size_t i;

	curl_easy_getinfo(e, CURLINFO_HTTP_VERSION, &v);
	for (i = 0; i < VERSIONS; i++)
		if (versions[i].curl == v)
			return versions[i].text;
	return "";
}

const char *
httpxfer_version(const struct buf *text)
{
	size_t i;

	for (i = 0; text->len > 0 && i < VERSIONS; i++)
		if (strcmp(versions[i].text, text->s) == 0)
			return versions[i].text;
	return "";
}

void
httpxfer_count(struct http_exchange *x, uint64_t bytes)
{
	x->bytes += bytes;
	/* libcurl sends again by itself what a kept connection lost. */
	if (x->sent > 1 && !x->once)
		x->attempts += x->sent - 1;
}

static double
random_number(void)
{
	static unsigned short state[3];
	static bool seeded;

	/* Never fails for so few bytes, once the kernel is up. */
	if (!seeded && getrandom(state, sizeof(state), 0) == -1)
		state[0] = (unsigned short)getpid();
	seeded = true;
	/* As many digits as a cassette keeps. */
	return (double)(nrand48(state) % 1000000) / 1e6;
}

CURLcode
httpxfer_measure(struct http_exchange *x, CURLcode code)
{
	CURL *e = x->easy;
	curl_off_t n = 0;
	char *to = NULL;
	long proxy = 0;

	curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &x->status);
	curl_easy_getinfo(e, CURLINFO_SIZE_DOWNLOAD_T, &n);
	httpxfer_count(x, (uint64_t)n);
	x->version = version(e);
	x->elapsed = when_now() - x->first;
	x->clock = (double)time(NULL);
	x->jitter = random_number();
	x->dns_ms = milliseconds(e, CURLINFO_NAMELOOKUP_TIME_T);
	x->connect_ms = milliseconds(e, CURLINFO_CONNECT_TIME_T);
	x->tls_ms = milliseconds(e, CURLINFO_APPCONNECT_TIME_T);
	x->ttfb_ms = milliseconds(e, CURLINFO_STARTTRANSFER_TIME_T);
	x->total_ms = milliseconds(e, CURLINFO_TOTAL_TIME_T);
	curl_easy_getinfo(e, CURLINFO_REDIRECT_URL, &to);
	if (to)
		buf_str(&x->redirect, to);
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		x->no_such_host = no_such_host(x);
	else if (code == CURLE_FILESIZE_EXCEEDED)
		x->too_long = true;
	if (code != CURLE_OK)
		curl_easy_getinfo(e, CURLINFO_HTTP_CONNECTCODE, &proxy);
	if (proxy < 400 || proxy >= 500)
		return code;
	x->status = proxy;
	return CURLE_OK;
}
