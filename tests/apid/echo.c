#include "echo.h"

#include <ctype.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

struct sheet {
	struct text *to;
	size_t n;
};

static enum MHD_Result
one_header(
    void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct sheet *s = arg;
	struct text lower = {0};
	char c;

	(void)kind;
	for (; *name != '\0'; name++) {
		c = (char)tolower((unsigned char)*name);
		text_add(&lower, &c, 1);
	}
	text_puts(s->to, s->n++ > 0 ? "," : "");
	text_json(s->to, lower.at);
	text_puts(s->to, ":");
	text_json(s->to, value != NULL ? value : "");
	text_free(&lower);
	return MHD_YES;
}

void
echo_serve(const struct req *r, struct answer *a)
{
	struct sheet s = {&a->body, 0};
	struct text body = {0};
	long status = 200;

	if (strncmp(r->path, "/echo/status/", 13) == 0)
		status = strtol(r->path + 13, NULL, 10);
	answer_start(a, status >= 200 && status < 600 ? (unsigned)status : 200,
	    "application/json");
	text_puts(&a->body, "{\"method\":");
	text_json(&a->body, r->method);
	text_puts(&a->body, ",\"url\":");
	text_json(&a->body, r->url);
	text_puts(&a->body, ",\"headers\":{");
	MHD_get_connection_values(
	    r->connection, MHD_HEADER_KIND, one_header, &s);
	text_puts(&a->body, "},\"body\":");
	text_puts(&body, "");
	text_add(&body, r->body != NULL ? r->body : "", r->body_len);
	text_json(&a->body, body.at);
	text_puts(&a->body, "}");
	text_free(&body);
}
