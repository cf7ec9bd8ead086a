/* pageopt: rules from options and profile, a URL from operands. */
#include "pageopt.h"

#include <string.h>

#include "json.h"
#include "url.h"

void
pageopt_complete(struct api_page *r, const struct api_page *p)
{
	const char **to[] = {&r->by, &r->param, &r->size_param,
	    &r->offset_param, &r->cursor, &r->next, &r->total, &r->total_pages,
	    &r->more};
	const char *const from[] = {p->by, p->param, p->size_param,
	    p->offset_param, p->cursor, p->next, p->total, p->total_pages,
	    p->more};
	uint64_t *number[] = {
	    &r->first, &r->size, &r->max_pages, &r->empty_pages};
	const uint64_t of[] = {p->first, p->size, p->max_pages, p->empty_pages};
	size_t i;

	for (i = 0; i < sizeof(to) / sizeof(*to); i++)
		if (!*to[i])
			*to[i] = from[i];
	for (i = 0; i < sizeof(number) / sizeof(*number); i++)
		if (*number[i] == API_NONE)
			*number[i] = of[i];
	/* These are one setting. */
	if (r->cursor_param || r->cursor_header || r->cursor_body)
		return;
	r->cursor_param = p->cursor_param;
	r->cursor_header = p->cursor_header;
	r->cursor_body = p->cursor_body;
}

bool
pageopt_operands(struct buf *object, char *const *args, struct buf *why)
{
	size_t from = object->len + 1;
	const char *equals;

	buf_char(object, '{');
	for (; *args; args++) {
		equals = strchr(*args, '=');
		if (!equals || equals == *args) {
			buf_printf(why, "bad operand \"%s\": wanted name=value",
			    *args);
			return false;
		}
		if (object->len > from)
			buf_char(object, ',');
		json_quote(object, *args, (size_t)(equals - *args));
		buf_char(object, ':');
		json_quote(object, equals + 1, strlen(equals + 1));
	}
	buf_char(object, '}');
	return true;
}

static bool
is_placeholder(const char *tmpl, const char *name, size_t len)
{
	const char *at = tmpl, *p;
	size_t plen;

	while (url_placeholder(&at, &p, &plen))
		if (plen == len && memcmp(p, name, len) == 0)
			return true;
	return false;
}

bool
pageopt_url(struct buf *url, const char *tmpl, char *const *args,
    const struct buf *object, bool others, struct buf *why)
{
	struct json_val record = {object->s, object->len};
	const char *equals;
	size_t len;

	if (!url_expand(url, tmpl, record, why))
		return false;
	for (; others && *args; args++) {
		equals = strchr(*args, '=');
		len = (size_t)(equals - *args);
		if (!is_placeholder(tmpl, *args, len))
			url_query(
			    url, *args, len, equals + 1, strlen(equals + 1));
	}
	return true;
}
