/* httpfields: what every request carries, and what of it is a secret. */
#include "httpfields.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "msg.h"

/* Fields that tell about the request, not about who makes it. */
static bool
is_harmless(const char *line, size_t nlen)
{
	static const char *const names[] = {"Accept", "Accept-Language",
	    "Accept-Encoding", "Content-Type", "User-Agent", "Prefer"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == nlen &&
		    strncasecmp(line, names[i], nlen) == 0)
			return true;
	return false;
}

/* What is behind the colon of `user:password` in base64 (RFC 7617). */
static void
keep_password(const char *digits)
{
	struct buf b = BUF_INIT;
	const char *colon;

	if (buf_unbase64(&b, digits, strlen(digits)) && b.len > 0) {
		colon = memchr(b.s, ':', b.len);
		if (colon)
			msg_secret(
			    colon + 1, b.len - (size_t)(colon + 1 - b.s));
	}
	buf_free(&b);
}

/* `name=value; name=value`: the values. */
static void
keep_cookies(const char *s)
{
	const char *value;

	for (; *s; s += *s == ';') {
		value = s + strcspn(s, "=;");
		s += strcspn(s, ";");
		if (*value == '=')
			msg_secret(value + 1, (size_t)(s - value) - 1);
	}
}

/* The value, and the parts of it that are secret alone, are not shown. */
static void
keep_secret(const char *line, size_t nlen, const char *value)
{
	const char *token = strchr(value, ' ');

	if (nlen == 6 && strncasecmp(line, "Cookie", 6) == 0)
		keep_cookies(value);
	else if (token && token[1])
		msg_secret(token + 1, strlen(token + 1));
	if (strncasecmp(value, "Basic ", 6) == 0)
		keep_password(value + 6);
	msg_secret(value, strlen(value));
}

static void
build(struct httpfields *h)
{
	size_t i;

	curl_slist_free_all(h->all);
	curl_slist_free_all(h->harmless);
	h->all = h->harmless = NULL;
	for (i = 0; i < h->n; i++) {
		h->all = curl_slist_append(h->all, h->v[i].line);
		if (!h->v[i].credential)
			h->harmless =
			    curl_slist_append(h->harmless, h->v[i].line);
	}
}

bool
httpfields_set(
    struct httpfields *h, const char *line, bool homeless, struct buf *why)
{
	size_t nlen = strcspn(line, ":"), i;
	const char *value, *c;

	if (nlen == 0 || line[nlen] == '\0' || strcspn(line, " \t\"") < nlen) {
		buf_printf(why,
		    "\"%.*s\" is no header field: wanted "
		    "\"Name: value\"",
		    (int)nlen, line);
		return false;
	}
	value = line + nlen + 1 + strspn(line + nlen + 1, " \t");
	/* RFC 9110, section 5.5. */
	for (c = value; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f) {
			buf_printf(why,
			    "\"%.*s\" has a control byte in its value",
			    (int)nlen, line);
			return false;
		}
	if (homeless && !is_harmless(line, nlen)) {
		buf_printf(why,
		    "\"%.*s\" may say who asks, and whom is left to the "
		    "records: the \"base_url\" of a profile has to say whose "
		    "it is",
		    (int)nlen, line);
		return false;
	}
	for (i = 0; i < h->n; i++)
		if (strncasecmp(h->v[i].line, line, nlen + 1) == 0)
			break;
	if (i < h->n) {
		free(h->v[i].line);
	} else {
		h->v = buf_array(h->v, h->n + 1, sizeof(*h->v));
		h->n++;
	}
	h->v[i].line = buf_dup(line, strlen(line));
	h->v[i].credential = !is_harmless(line, nlen);
	if (h->v[i].credential)
		keep_secret(line, nlen, value);
	build(h);
	return true;
}

void
httpfields_free(struct httpfields *h)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		free(h->v[i].line);
	free(h->v);
	curl_slist_free_all(h->all);
	curl_slist_free_all(h->harmless);
}
