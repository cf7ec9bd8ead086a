/* httprequest: a request, and that one that is made once is sent once. */
#include "httprequest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	FRESH = 3,   /* seconds that a connection may have been idle */
	USUAL = 118, /* libcurl's own limit of that */
};

/*
 * Called before libcurl sends the request on a connection, and again before it
 * sends it on another one because the first broke: by then it may have been
 * carried out.
 */
static int
on_send(void *to, char *ip, char *local, int port, int local_port)
{
	struct http_exchange *x = to;

	(void)ip;
	(void)local;
	(void)port;
	(void)local_port;
	if (x->sent++ > 0 && x->once)
		return CURL_PREREQFUNC_ABORT;
	pace_enter(x->pace, x->turn);
	return CURL_PREREQFUNC_OK;
}

void
httprequest_set_up(struct http_exchange *x)
{
	curl_easy_setopt(x->easy, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(x->easy, CURLOPT_PREREQDATA, x);
}

static void
set(struct buf *b, const char *s)
{
	buf_cut(b, 0);
	if (s)
		buf_str(b, s);
}

static bool
is_method(const struct http_exchange *x, const char *name)
{
	return strcmp(x->method.s, name) == 0;
}

void
httprequest_take(struct http_exchange *x, const struct http_request *r)
{
	set(&x->method, r->method ? r->method : r->body ? "POST" : "GET");
	/* An empty one, said so (RFC 9110, section 8.6). */
	x->has_body = r->body || is_method(x, "POST") || is_method(x, "PUT") ||
		      is_method(x, "PATCH");
	set(&x->type, r->body ? r->type : NULL);
	set(&x->field, r->field);
	buf_cut(&x->request, 0);
	if (r->body && !r->lent)
		buf_add(&x->request, r->body, r->len);
	x->content = r->lent ? r->body : x->request.s ? x->request.s : "";
	x->content_len = r->body ? r->len : 0;
	set(&x->url, r->url);
	x->unknown = x->gets = x->busy = false;
	x->hops = 0;
	x->first = x->ready = x->waits = x->wait_ms = 0;
	x->attempts = x->limited = x->bytes = 0;
	x->version = "";
	x->status = 0;
	x->once = r->once;
	x->declared = r->declared;
	x->ndeclared = r->ndeclared;
}

/* The engine's fields and the request's own, which do not go abroad. */
static struct curl_slist *
own_header(const struct http_exchange *x, const struct curl_slist *shared)
{
	struct curl_slist *l = NULL;
	struct buf type = BUF_INIT;
	bool typed = false;

	for (; shared; shared = shared->next) {
		typed = typed ||
			strncasecmp(shared->data, "Content-Type:", 13) == 0;
		l = curl_slist_append(l, shared->data);
	}
	/* Without a value it is left out, else libcurl would name a form. */
	buf_str(&type, "Content-Type:");
	if (x->type.len > 0)
		buf_printf(&type, " %s", x->type.s);
	if (!typed)
		l = curl_slist_append(l, type.s);
	buf_free(&type);
	/* Or libcurl waits for a "100 Continue" that may never come. */
	l = curl_slist_append(l, "Expect:");
	if (x->field.len > 0 && !x->foreign)
		l = curl_slist_append(l, x->field.s);
	return l;
}

static void
set_method(struct http_exchange *x, bool body)
{
	CURL *e = x->easy;
	const char *usual = body ? "POST" : "GET";

	if (!x->gets && is_method(x, "HEAD") && !body) {
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, NULL);
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
		return;
	}
	curl_easy_setopt(e, body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST,
	    x->gets || is_method(x, usual) ? NULL : x->method.s);
}

void
httprequest_start(struct http_exchange *x, const struct httpfields *fields)
{
	CURL *e = x->easy;
	struct curl_slist *shared = x->foreign ? fields->harmless : fields->all;
	bool body = x->has_body && !x->gets;

	x->sent = 0;
	curl_slist_free_all(x->header);
	x->header = body || x->field.len > 0 ? own_header(x, shared) : NULL;
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, x->header ? x->header : shared);
	set_method(x, body);
	if (body) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, x->content);
		curl_easy_setopt(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->content_len);
	}
	/* The longer it lay idle, the likelier the server is about to end it */
	curl_easy_setopt(
	    e, CURLOPT_MAXAGE_CONN, x->once ? (long)FRESH : (long)USUAL);
}

bool
httprequest_may_move(struct http_exchange *x, long status)
{
	if (status == 303)
		x->gets = !is_method(x, "HEAD");
	return x->gets || status >= 307 || is_method(x, "GET") ||
	       is_method(x, "HEAD");
}

const char *
http_declare(struct http_declared **v, size_t *n, const char *s)
{
	size_t len = strcspn(s, ":");
	char *codes = buf_dup(s, len);
	struct http_declared *d;
	const char *why;

	*v = buf_array(*v, *n + 1, sizeof(**v));
	d = &(*v)[(*n)++];
	*d = (struct http_declared){.text = s[len] ? s + len + 1 : NULL};
	why = api_statuses(&d->status, codes);
	free(codes);
	return why ? "wanted: HTTP statuses and perhaps a text, as "
		     "500,503:Sorry!"
		   : NULL;
}

void
http_declared_free(struct http_declared *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(v[i].status.v);
	free(v);
}

bool
httprequest_declared(const struct http_exchange *x)
{
	const struct http_declared *d = x->declared;
	size_t i;

	for (i = 0; i < x->ndeclared; i++)
		if (api_has_status(&d[i].status, x->status) &&
		    (!d[i].text ||
			(x->body.len > 0 && memmem(x->body.s, x->body.len,
						d[i].text, strlen(d[i].text)))))
			return true;
	return false;
}
