/* httpxfer: one attempt of an exchange. */
#include "httpxfer.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "httppost.h"
#include "json.h"
#include "url.h"
#include "when.h"

enum { MAX_HEAD = 256 * 1024, MAX_HOPS = 10, EXCERPT = 200 };

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
	if (!x->limits->netrc)
		return;
	curl_easy_setopt(x->easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	file = getenv("NETRC");
	if (file && *file)
		curl_easy_setopt(x->easy, CURLOPT_NETRC_FILE, file);
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
	httppost_set_up(x);
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
		curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
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
	buf_free(&x->home);
	buf_free(&x->request);
	buf_free(&x->fields);
	curl_slist_free_all(x->header);
	free(x);
}

void
httpxfer_start(
    struct http_exchange *x, struct curl_slist *fields, double seconds)
{
	buf_cut(&x->head, 0);
	buf_cut(&x->body, 0);
	x->error[0] = '\0';
	x->too_long = false;
	x->status = 0;
	curl_easy_setopt(x->easy, CURLOPT_URL, x->at.s);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, fields);
	httppost_start(x);
	curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS,
	    seconds > 0 ? (long)(seconds * 1000) + 1 : 0L);
}

static double
milliseconds(CURL *e, CURLINFO what)
{
	curl_off_t us = 0;

	curl_easy_getinfo(e, what, &us);
	return (double)us / 1000;
}

void
httpxfer_measure(struct http_exchange *x)
{
	CURL *e = x->easy;
	curl_off_t n = 0;

	curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &x->status);
	curl_easy_getinfo(e, CURLINFO_SIZE_DOWNLOAD_T, &n);
	x->bytes += (uint64_t)n;
	x->dns_ms = milliseconds(e, CURLINFO_NAMELOOKUP_TIME_T);
	x->connect_ms = milliseconds(e, CURLINFO_CONNECT_TIME_T);
	x->tls_ms = milliseconds(e, CURLINFO_APPCONNECT_TIME_T);
	x->ttfb_ms = milliseconds(e, CURLINFO_STARTTRANSFER_TIME_T);
	x->total_ms = milliseconds(e, CURLINFO_TOTAL_TIME_T);
}

static void
see_foreign(struct http_exchange *x)
{
	struct buf origin = BUF_INIT, why = BUF_INIT;

	x->foreign = !url_origin(&origin, x->at.s, &why) ||
		     strcmp(origin.s, x->home.s) != 0;
	buf_free(&origin);
	buf_free(&why);
}

void
httpxfer_rewind(struct http_exchange *x)
{
	if (x->hops == 0)
		return;
	buf_cut(&x->at, 0);
	buf_add(&x->at, x->url.s, x->url.len);
	x->hops = 0;
	see_foreign(x);
}

static bool
is_https(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

enum httpxfer_is
httpxfer_redirect(struct http_exchange *x, struct buf *why)
{
	char *to = NULL;

	if (x->status < 301 || x->status > 308 ||
	    (x->status > 303 && x->status < 307))
		return HTTPXFER_HERE;
	curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &to);
	if (!to)
		buf_printf(why, "status %ld, and no place to go to", x->status);
	else if (x->hops == MAX_HOPS)
		buf_printf(why, "more than %d redirects, the last to \"%s\"",
		    MAX_HOPS, to);
	else if (!is_https(to) &&
		 (is_https(x->at.s) || strncasecmp(to, "http://", 7) != 0))
		buf_printf(why,
		    "status %ld leads to \"%s\": %s is not followed", x->status,
		    to,
		    is_https(x->at.s) ? "from https to http"
				      : "another protocol");
	else {
		x->hops++;
		buf_cut(&x->at, 0);
		buf_str(&x->at, to);
		see_foreign(x);
		return HTTPXFER_THERE;
	}
	return HTTPXFER_BAD;
}

bool
http_field(const struct http_exchange *x, size_t *at, struct http_field *f)
{
	const char *s, *end, *colon, *stop = x->head.s + x->head.len;

	for (s = x->head.s + *at; x->head.len && s < stop; s = end) {
		end = memchr(s, '\n', (size_t)(stop - s));
		end = end ? end + 1 : stop;
		*at = (size_t)(end - x->head.s);
		colon = memchr(s, ':', (size_t)(end - s));
		if (!colon)
			continue;
		f->name = s;
		f->nlen = (size_t)(colon - s);
		f->value = colon + 1;
		f->vlen = (size_t)(end - f->value);
		while (f->vlen && json_space(*f->value)) {
			f->value++;
			f->vlen--;
		}
		while (f->vlen && json_space(f->value[f->vlen - 1]))
			f->vlen--;
		return true;
	}
	return false;
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

void
http_excerpt(struct buf *why, const struct http_exchange *x)
{
	const struct buf *body = &x->body;
	size_t len = body->len < EXCERPT ? body->len : EXCERPT;
	size_t i, start;

	/* Not through the middle of a character. */
	while (len > 0 && len < body->len && (body->s[len] & 0xc0) == 0x80)
		len--;
	while (len > 0 && json_space(body->s[len - 1]))
		len--;
	if (len == 0)
		return;
	buf_str(why, ": ");
	start = why->len;
	buf_add(why, body->s, len);
	for (i = start; i < why->len; i++)
		if ((unsigned char)why->s[i] < ' ')
			why->s[i] = ' ';
	if (len < body->len)
		buf_str(why, "...");
}

void
httpxfer_reason(const struct http_exchange *x, CURLcode code, struct buf *why)
{
	if (x->too_long || code == CURLE_FILESIZE_EXCEEDED) {
		buf_printf(why,
		    "the answer is longer than the %" PRIu64
		    " bytes of --max-body",
		    x->limits->max_body);
	} else if (x->post && x->sent > 1) {
		buf_str(why, "the connection was closed before an answer came");
	} else if (code != CURLE_OK) {
		buf_str(why, x->error[0] ? x->error : curl_easy_strerror(code));
	} else {
		buf_printf(why, "status %ld", x->status);
		http_excerpt(why, x);
	}
}

static double
random_number(void)
{
	uint64_t n = 0;

	/* Never fails for so few bytes, once the kernel is up. */
	if (getrandom(&n, sizeof(n), 0) != (ssize_t)sizeof(n))
		n = (uint64_t)(when_now() * 1e9) * 0x9e3779b97f4a7c15;
	return (double)(n >> 11) * 0x1p-53;
}

static double
asked(const struct http_exchange *x)
{
	struct retry_hint hint = RETRY_HINT_INIT;
	struct http_field f;
	size_t at = 0;

	while (http_field(x, &at, &f))
		retry_header(&hint, f.name, f.nlen, f.value, f.vlen);
	return retry_asked(&hint, time(NULL));
}

struct retry_verdict
httpxfer_judge(const struct http_exchange *x, CURLcode code)
{
	struct retry_attempt a = {.made = x->attempts,
	    .elapsed = when_now() - x->first,
	    .code = (int)code,
	    .status = x->status,
	    .asked = -1};

	if (code == CURLE_OK && x->status < 300)
		return retry_decide(&x->limits->retry, &a);
	a.not_idempotent = a.sent = x->post && x->sent > 0;
	a.declared = code == CURLE_OK && httppost_declared(x);
	a.random = random_number();
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		a.no_such_host = no_such_host(x);
	if (code == CURLE_OK && x->status >= 400)
		a.asked = asked(x);
	return retry_decide(&x->limits->retry, &a);
}

void
httpxfer_explain(
    struct http_exchange *x, CURLcode code, const struct retry_verdict *v)
{
	httpxfer_reason(x, code, &x->why);
	if (x->attempts > 1)
		buf_printf(
		    &x->why, " (after %u attempts)", (unsigned)x->attempts);
	if (v->beyond)
		buf_printf(&x->why,
		    "; the next attempt, in %.1f s, would be beyond "
		    "--retry-max-time",
		    v->wait);
}
