/* envelope: an answer as one record. */
#include "envelope.h"

#include <strings.h>

#include "json.h"
#include "msg.h"

static bool
same_name(const struct http_field *f, const struct http_field *g)
{
	return f->nlen == g->nlen &&
	       strncasecmp(f->name, g->name, f->nlen) == 0;
}

/* Did an earlier field of the same name take this one with it? */
static bool
is_joined(const struct http_exchange *x, const struct http_field *f)
{
	struct http_field g;
	size_t at = 0;

	while (http_field(x, &at, &g) && g.name < f->name)
		if (same_name(&g, f))
			return true;
	return false;
}

/* The field, and the values of those of its name that come at `at`. */
static void
add_field(struct buf *b, const struct http_exchange *x, size_t at,
    const struct http_field *first)
{
	struct buf text = BUF_INIT;
	struct http_field f;
	size_t i;
	char c;

	for (i = 0; i < first->nlen; i++) {
		c = first->name[i];
		buf_char(&text, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
	json_quote(b, text.s, text.len);
	buf_cut(&text, 0);
	buf_add(&text, first->value, first->vlen);
	while (http_field(x, &at, &f)) {
		if (!same_name(&f, first))
			continue;
		buf_str(&text, ", ");
		buf_add(&text, f.value, f.vlen);
	}
	buf_char(b, ':');
	json_quote(b, text.s, text.len);
	buf_free(&text);
}

void
envelope(
    struct buf *b, const struct http_exchange *x, const char *tail, size_t len)
{
	struct http_field f;
	size_t at = 0, from = b->len;
	bool comma = false;

	buf_str(b, "{\"url\":");
	json_quote(b, x->at.s, x->at.len);
	msg_mask(b, from);
	buf_printf(b, ",\"status\":%ld,\"headers\":{", x->status);
	while (http_field(x, &at, &f)) {
		if (is_joined(x, &f))
			continue;
		if (comma)
			buf_char(b, ',');
		add_field(b, x, at, &f);
		comma = true;
	}
	if (json_utf8(x->body.s ? x->body.s : "", x->body.len)) {
		buf_str(b, "},\"body\":");
		json_quote(b, x->body.s ? x->body.s : "", x->body.len);
	} else {
		buf_str(b, "},\"body_base64\":\"");
		buf_base64(b, x->body.s, x->body.len);
		buf_char(b, '"');
	}
	buf_add(b, tail, len);
	buf_char(b, '}');
}
