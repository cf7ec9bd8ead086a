/* httppost: a POST, and that it is sent once. */
#include "httppost.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FRESH = 3 }; /* seconds that a connection may have been idle */

/*
 * Called before libcurl sends the request on a connection, and again before it
 * sends it on another one because the first broke: by then a POST may have
 * been carried out.
 */
static int
on_send(void *to, char *ip, char *local, int port, int local_port)
{
	struct http_exchange *x = to;

	(void)ip;
	(void)local;
	(void)port;
	(void)local_port;
	return x->sent++ > 0 && x->post ? CURL_PREREQFUNC_ABORT
					: CURL_PREREQFUNC_OK;
}

void
httppost_set_up(struct http_exchange *x)
{
	curl_easy_setopt(x->easy, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(x->easy, CURLOPT_PREREQDATA, x);
}

void
httppost_fields(struct http_exchange *x, const struct curl_slist *fields,
    const char *type, const char *field)
{
	struct curl_slist *l = NULL;
	bool typed = false;

	for (; fields; fields = fields->next) {
		typed = typed ||
			strncasecmp(fields->data, "Content-Type:", 13) == 0;
		l = curl_slist_append(l, fields->data);
	}
	buf_cut(&x->fields, 0);
	buf_printf(&x->fields, "Content-Type: %s", type);
	if (!typed)
		l = curl_slist_append(l, x->fields.s);
	/* Or libcurl waits for a "100 Continue" that may never come. */
	l = curl_slist_append(l, "Expect:");
	if (field)
		l = curl_slist_append(l, field);
	curl_slist_free_all(x->header);
	x->header = l;
}

void
httppost_start(struct http_exchange *x)
{
	CURL *e = x->easy;

	x->sent = 0;
	if (!x->post) {
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, x->request.s);
	curl_easy_setopt(
	    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->request.len);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, x->header);
	/* The longer it lay idle, the likelier the server is about to end it.
	 */
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)FRESH);
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
httppost_declared(const struct http_exchange *x)
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
