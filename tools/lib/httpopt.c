/* httpopt: from options and a profile to an engine and a URL template. */
#include "httpopt.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "httpauth.h"
#include "msg.h"
#include "out.h"
#include "secreturl.h"
#include "url.h"

static struct {
	const char *profile, *url, *cacert, *rate;
	const char *cassette, *secret_param;
	struct httpauth auth;
	struct buf netrc;
	struct api_statuses retry_on;
	uint64_t retry, max_body, speed_limit;
	double retry_delay, retry_max_time, max_time, connect_timeout;
	double speed_time;
} given = {.retry = API_NONE,
    .max_body = 256 << 20,
    .retry_delay = -1,
    .retry_max_time = -1,
    .max_time = -1,
    .connect_timeout = -1,
    .speed_limit = 1,
    .speed_time = 30};

static const char *
set_rate(void *to, const char *text)
{
	struct pace_rate rate;
	const char *why = pace_rate(&rate, text);

	(void)to;
	if (!why)
		given.rate = text;
	return why;
}

const char *
httpopt_retry_on(void *to, const char *text)
{
	(void)to;
	return api_retry_on(&given.retry_on, text);
}

const struct opt httpopt_table[] = {
    {'p', "profile", "FILE", OPT_STR, &given.profile,
	"the API's profile (api.json)", NULL, 0, 0},
    {'u', "url", "URL", OPT_STR, &given.url,
	"this URL, in place of a profile's resource", NULL, 0, 0},
    {'H', "header", "LINE|@FILE", OPT_LIST, &given.auth.headers,
	"a header field, or a file of them", NULL, 0, 0},
    {0, "bearer-file", "FILE", OPT_STR, &given.auth.bearer_file,
	"send the token in FILE as Authorization", NULL, 0, 0},
    {0, "user-file", "FILE", OPT_STR, &given.auth.user_file,
	"send USER:PASSWORD in FILE as Authorization", NULL, 0, 0},
    {'n', "netrc", NULL, OPT_FLAG, &given.auth.netrc,
	"take user and password from ~/.netrc", NULL, 0, 0},
    {0, "cacert", "FILE", OPT_STR, &given.cacert,
	"trust the certificates in FILE", NULL, 0, 0},
    {0, "retry", "N", OPT_NUM, &given.retry,
	"further attempts after a failure that may pass (10)", NULL, 0,
	1000000},
    {0, "retry-delay", "SECONDS", OPT_TIME, &given.retry_delay,
	"upper end of the first delay, doubled each time (1)", NULL, 0, 0},
    {0, "retry-max-time", "SECONDS", OPT_TIME, &given.retry_max_time,
	"no attempt later than this after the first", NULL, 0, 0},
    {0, "max-time", "SECONDS", OPT_TIME, &given.max_time,
	"limit of one attempt (40)", NULL, 0, 0},
    {0, "connect-timeout", "SECONDS", OPT_TIME, &given.connect_timeout,
	"limit of connecting (10)", NULL, 0, 0},
    {0, "speed-time", "SECONDS", OPT_TIME, &given.speed_time,
	"give up an attempt that is too slow for so long (30)", NULL, 0, 0},
    {0, "speed-limit", "SIZE", OPT_SIZE, &given.speed_limit,
	"bytes per second that are not too slow (1)", NULL, 1, 1 << 30},
    {0, "max-body", "SIZE", OPT_SIZE, &given.max_body,
	"longest answer that is accepted (256M)", NULL, 1, (uint64_t)1 << 40},
    {0, "rate", "N/s|N/m|N/h[,BURST]", OPT_CALL, NULL,
	"so many requests, of all processes together", set_rate, 0, 0},
    {0, "cassette", "record|replay:DIR", OPT_STR, &given.cassette,
	"record what is asked and answered, or replay it", NULL, 0, 0},
    {0, "secret-param", "[-]NAME[,...]", OPT_STR, &given.secret_param,
	"parameters of URLs that are secret, or are not", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const char *
secret_names(const struct api *a)
{
	return given.secret_param ? given.secret_param
	       : a->file          ? a->http.secret_param
				  : NULL;
}

static void
is_secret(void *to, const char *s, size_t len)
{
	(void)to;
	/* What a placeholder stands for is not known yet. */
	if (*s != '{')
		msg_secret(s, len);
}

/*
 * What is secret in the URL is used, but not shown. Where records may lead
 * anywhere, credentials are for the profile's server.
 */
static void
look_at_template(struct httpopt_source *s)
{
	secreturl_each(secret_names(&s->api), s->tmpl, is_secret, NULL);
	if (url_leads_anywhere(s->tmpl) && s->api.base_url && *s->api.base_url)
		s->home = s->api.base_url;
}

bool
httpopt_source(
    struct httpopt_source *s, char ***argv, int *status, struct buf *why)
{
	const char *name = NULL;

	memset(s, 0, sizeof(*s));
	*status = EX_USAGE;
	if (!given.url) {
		name = *(*argv)++;
		if (!name) {
			--*argv;
			buf_str(why, "wanted: the name of a resource, or "
				     "--url");
			return false;
		}
	}
	*status = EX_CONFIG;
	if ((name || given.profile) &&
	    !api_load(&s->api, given.profile ? given.profile : "api.json", why))
		return false;
	if (!name) {
		s->tmpl = buf_dup(given.url, strlen(given.url));
		look_at_template(s);
		return true;
	}
	*status = EX_USAGE;
	s->resource = api_find(&s->api, name, why);
	if (!s->resource)
		return false;
	*status = EX_CONFIG;
	s->tmpl = api_template(&s->api, s->resource, why);
	if (s->tmpl)
		look_at_template(s);
	return s->tmpl != NULL;
}

void
httpopt_free(struct httpopt_source *s)
{
	api_free(&s->api);
	free(s->tmpl);
	free(given.retry_on.v);
	free(given.auth.headers.v);
	buf_free(&given.netrc);
}

static double
first_of(double option, double profile, double standard)
{
	return option >= 0 ? option : profile >= 0 ? profile : standard;
}

static bool
limits(struct http_limits *l, const struct httpopt_source *s, int *status,
    struct buf *why)
{
	static const struct api_http silent = {
	    API_NONE, -1, -1, -1, -1, NULL, {NULL, 0}, NULL};
	const struct api_http *p = s->api.file ? &s->api.http : &silent;
	const char *rate = given.rate ? given.rate : p->rate;
	const struct api_statuses *on =
	    given.retry_on.n > 0 ? &given.retry_on : &p->retry_on;
	const char *bad = NULL;

	memset(l, 0, sizeof(*l));
	l->retry.retries = given.retry != API_NONE ? given.retry
			   : p->retry != API_NONE  ? p->retry
						   : 10;
	l->retry.delay = first_of(given.retry_delay, p->retry_delay, 1);
	l->retry.max_time =
	    first_of(given.retry_max_time, p->retry_max_time, 0);
	l->retry.on = on->v;
	l->retry.non = on->n;
	l->max_time = first_of(given.max_time, p->max_time, 40);
	l->connect_timeout =
	    first_of(given.connect_timeout, p->connect_timeout, 10);
	l->speed_time = given.speed_time;
	l->speed_limit = given.speed_limit;
	l->max_body = given.max_body;
	l->cacert = given.cacert;
	l->homeless = !s->home && url_leads_anywhere(s->tmpl);
	l->rate.burst = 1;
	if (rate)
		bad = pace_rate(&l->rate, rate);
	if (bad)
		buf_printf(why, "%s: key \"http.rate\": \"%s\": %s",
		    s->api.file, rate, bad);
	*status = EX_CONFIG;
	return !bad;
}

static void
hide_proxies(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy",
	    "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		httpauth_hide_password(getenv(names[i]));
}

static bool
open_cassette(struct http_limits *l, const struct httpopt_source *s,
    int *status, struct buf *why)
{
	const char *how = given.cassette;

	if (!how)
		how = getenv("SLUICE_CASSETTE");
	if (!how || !*how)
		return true;
	l->cassette = cassette_open(how, secret_names(&s->api), status, why);
	given.auth.optional = cassette_replays(l->cassette);
	return l->cassette != NULL;
}

struct http *
httpopt_open(const struct httpopt_source *s, size_t slots, bool ordered,
    const struct api_statuses *accept, int *status, struct buf *why)
{
	struct http_limits l;
	struct http *h;

	if (!limits(&l, s, status, why))
		return NULL;
	if (given.auth.netrc && l.homeless) {
		*status = EX_CONFIG;
		buf_str(why, "--netrc with a URL that is left to the records: "
			     "the \"base_url\" of a profile has to say which "
			     "server it is for");
		return NULL;
	}
	if (!open_cassette(&l, s, status, why))
		return NULL;
	if (given.auth.netrc && !given.auth.optional &&
	    !httpauth_netrc(&given.netrc, status, why)) {
		cassette_close(l.cassette);
		return NULL;
	}
	hide_proxies();
	l.netrc = given.netrc.s;
	l.ordered = ordered;
	l.accept = accept;
	l.on_wait = out_flush_all;
	h = http_new(&l, slots);
	if (!h) {
		cassette_close(l.cassette);
		*status = EX_OSERR;
		buf_str(why, "could not set up libcurl");
	} else if (!httpauth_set(&given.auth, &s->api, h, status, why)) {
		http_free(h);
		h = NULL;
	}
	return h;
}

const char *
httpopt_libs(void)
{
	return curl_version();
}
