/* page: the web page in a record. */
#include "page.h"

#include <inttypes.h>
#include <stdlib.h>

static struct expr *
path_to(const char *text)
{
	char *why = NULL;

	return expr_new(text, &why);
}

void
page_init(struct page *p)
{
	if (!p->body) {
		p->body = path_to(".body");
		p->base64 = path_to(".body_base64");
		p->status = path_to(".status");
		p->type = path_to(".headers.\"content-type\"");
	}
	if (!p->url)
		p->url = path_to(".url");
}

void
page_free(struct page *p)
{
	expr_free(p->body);
	expr_free(p->url);
	expr_free(p->base64);
	expr_free(p->status);
	expr_free(p->type);
	buf_free(&p->text);
	buf_free(&p->content_type);
	buf_free(&p->address);
}

/*
 * Has the string there in *b; a NULL s means that it is null or missing. False
 * with *why if it is something else.
 */
static bool
get_text(struct expr *e, struct json_val record, struct buf *b, struct buf *why)
{
	enum expr_is is;
	struct json_val v;

	buf_free(b);
	is = expr_get(e, record, &v);
	if (is == EXPR_FAILED)
		buf_str(why, expr_error(e));
	else if (is == EXPR_VALUE && *v.s != 'n' && *v.s != '"')
		buf_printf(why, "%s is %s, not a string", expr_text(e),
		    json_type_name(json_type(v.s)));
	else if (is == EXPR_VALUE && *v.s == '"')
		json_decode(b, v);
	else
		return true;
	buf_str(b, "");
	return why->len == 0;
}

static bool
get_base64(struct page *p, struct json_val record, struct buf *why)
{
	struct buf coded = BUF_INIT;
	bool ok = get_text(p->base64, record, &coded, why);

	if (ok && coded.s) {
		buf_str(&p->text, "");
		ok = buf_unbase64(&p->text, coded.s, coded.len);
		if (!ok)
			buf_printf(
			    why, "%s is not base64", expr_text(p->base64));
	}
	buf_free(&coded);
	return ok;
}

static bool
get_body(struct page *p, struct json_val record, struct buf *why)
{
	if (!get_text(p->body, record, &p->text, why) ||
	    (!p->text.s && p->base64 && !get_base64(p, record, why)))
		return false;
	if (!p->text.s)
		buf_printf(why, "there is no page: %s is null or missing%s",
		    expr_text(p->body),
		    p->base64 ? ", and so is .body_base64" : "");
	else if (p->text.len == 0)
		buf_str(why, "the page is empty");
	else if (p->text.len > p->max_body)
		buf_printf(why,
		    "the page is longer than the %" PRIu64
		    " bytes of --max-body: it has %zu",
		    p->max_body, p->text.len);
	return why->len == 0;
}

/* A record without a status had none to tell. */
static bool
is_wanted(struct page *p, struct json_val record, char code[4], struct buf *why)
{
	struct json_val v;
	size_t n;

	if (!p->status || p->any_status ||
	    expr_get(p->status, record, &v) != EXPR_VALUE || *v.s == 'n' ||
	    (v.len == 3 && *v.s == '2'))
		return true;
	n = v.len < 20 ? v.len : 20;
	buf_printf(why,
	    "the page's status is %.*s, not 2xx: --any-status would take it",
	    (int)n, v.s);
	if (v.len == 3) {
		memcpy(code, v.s, 3);
		code[3] = '\0';
	}
	return false;
}

struct html *
page_read(struct page *p, struct json_val record, char code[4], struct buf *why)
{
	const char *type = "text/html; charset=utf-8"; /* characters */
	struct buf ignored = BUF_INIT;

	code[0] = '\0';
	if (!get_text(p->url, record, &p->address, why) ||
	    !is_wanted(p, record, code, why) || !get_body(p, record, why))
		return NULL;
	if (p->type) {
		/* One that is no string tells nothing. */
		get_text(p->type, record, &p->content_type, &ignored);
		type = p->content_type.s;
		buf_free(&ignored);
	}
	return html_parse(p->text.s, p->text.len, type,
	    p->address.s ? p->address.s : "", why);
}

const char *
page_url(const struct page *p)
{
	return p->address.s;
}
