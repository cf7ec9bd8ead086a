/* tapemask: secrets of an exchange, replaced. */
#include "tapemask.h"

#include <strings.h>

#include "json.h"
#include "msg.h"
#include "secreturl.h"

enum { KEEP_FAILED = 64 * 1024 }; /* so much of a failed answer's body */

static void
note_secret(void *to, const char *s, size_t len)
{
	secrets_add(to, s, len);
}

void
tapemask_see(struct tapemask *m, const struct http_exchange *x)
{
	const struct buf *url[] = {&x->url, &x->at, &x->redirect};
	size_t i;

	secrets_free(&m->own);
	for (i = 0; i < sizeof(url) / sizeof(*url); i++)
		if (url[i]->len > 0)
			secreturl_each(
			    m->names, url[i]->s, note_secret, &m->own);
}

void
tapemask_free(struct tapemask *m)
{
	secrets_free(&m->own);
}

bool
tapemask_text(const struct tapemask *m, struct buf *b)
{
	bool global = msg_mask(b, 0);

	return secrets_mask(&m->own, b, 0) || global;
}

void
tapemask_url(const struct tapemask *m, const struct buf *url, struct buf *to)
{
	buf_cut(to, 0);
	if (url->len > 0)
		secreturl_mask(m->names, url->s, to);
	tapemask_text(m, to);
}

void
tapemask_head(
    const struct tapemask *m, const struct http_exchange *x, struct buf *to)
{
	struct http_field f;
	size_t at = 0;
	bool cookie;

	while (http_field(x, &at, &f)) {
		cookie =
		    f.nlen == 10 && strncasecmp(f.name, "Set-Cookie", 10) == 0;
		buf_add(to, f.name, f.nlen);
		buf_str(to, ": ");
		if (cookie)
			buf_str(to, SECRET_MASK);
		else
			buf_add(to, f.value, f.vlen);
		buf_char(to, '\n');
	}
	tapemask_text(m, to);
}

void
tapemask_request(const struct tapemask *m, const struct http_exchange *x,
    struct buf *url, struct buf *body)
{
	tapemask_url(m, &x->url, url);
	if (x->has_body)
		buf_add(body, x->content, x->content_len);
	tapemask_text(m, body);
}

bool
tapemask_body(const struct tapemask *m, const struct http_exchange *x,
    CURLcode code, struct buf *to)
{
	size_t len = x->body.len;
	bool wanted = code == CURLE_OK &&
		      (x->status < 300 ||
			  (x->limits->accept &&
			      api_has_status(x->limits->accept, x->status)));
	struct json_error e;

	if (!wanted && len > KEEP_FAILED)
		len = KEEP_FAILED;
	buf_add(to, x->body.s, len);
	if (!tapemask_text(m, to))
		return false;
	if (json_check(x->body.s, len, &e))
		secrets_quote(to, 0);
	return wanted;
}
