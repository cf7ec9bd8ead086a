/* ask: the method and the body of a request for a record. */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

static const char *const no_body = "a HEAD request has no body";

const char *
ask_method(void *to, const char *text)
{
	struct ask *a = to;
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");

	if (n == 0 || text[n])
		return "wanted: a method in capitals, as POST";
	a->method = text;
	return strcmp(text, "HEAD") == 0 && (a->body || a->fixed.s) ? no_body
								    : NULL;
}

const char *
ask_body(void *to, const char *text)
{
	struct ask *a = to;
	struct json_error e;

	expr_free(a->body);
	a->body = NULL;
	a->fixed = (struct json_val){NULL, 0};
	if (a->method && strcmp(a->method, "HEAD") == 0)
		return no_body;
	if (!json_check(text, strlen(text), &e))
		return expr_opt(&a->body, text);
	a->fixed = json_trim(text, strlen(text));
	return NULL;
}

bool
ask_open(struct ask *a, const struct api_resource *r, const char *profile,
    struct buf *why)
{
	const char *bad = NULL, *key = "method";

	if (r && r->method && !a->method)
		bad = ask_method(a, r->method);
	if (!bad && r && r->body && !a->body && !a->fixed.s) {
		key = "body";
		bad = ask_body(a, r->body);
	}
	if (bad)
		buf_printf(why, "%s: key \"resources.%s.%s\": %s", profile,
		    r->name, key, bad);
	return !bad;
}

void
ask_free(struct ask *a)
{
	expr_free(a->body);
}

bool
ask_varies(const struct ask *a)
{
	return a->body != NULL;
}

bool
ask_fill(const struct ask *a, struct json_val record, struct http_request *r,
    struct buf *why)
{

	struct json_val v = a->fixed;

	r->method = a->method;
	if (a->body) {
		switch (expr_get(a->body, record, &v)) {
		case EXPR_VALUE:
			break;
		case EXPR_NONE:
			buf_printf(why, "the body: %s leads nowhere",
			    expr_text(a->body));
			return false;
		case EXPR_FAILED:
			buf_printf(why, "the body: %s", expr_error(a->body));
			return false;
		}
	}
	r->body = v.s;
	r->len = v.len;
	r->type = "application/json";
	return true;
}
