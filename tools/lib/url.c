/* url: percent-encoding, templates, references and origins of URLs. */
#include "url.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"

enum { LONG = 65536 }; /* of a URL */

/* RFC 3986, section 2.3. */
static bool
unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void
url_encode(struct buf *b, const char *s, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c;
	size_t i;

	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if (unreserved(s[i])) {
			buf_char(b, s[i]);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, hex[c >> 4]);
		buf_char(b, hex[c & 15]);
	}
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *p;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	p = c ? strchr(digits, c) : NULL;
	return p ? (int)(p - digits) : -1;
}

/* The same, but what is a URL already stays one (RFC 6570, section 3.2.3). */
static void
encode_rest(struct buf *b, const char *s, size_t len)
{
	static const char reserved[] = ":/?#[]@!$&'()*+,;=";
	size_t i;

	for (i = 0; i < len; i++)
		if ((s[i] && strchr(reserved, s[i])) ||
		    (s[i] == '%' && len - i > 2 && hex_digit(s[i + 1]) >= 0 &&
			hex_digit(s[i + 2]) >= 0))
			buf_char(b, s[i]);
		else
			url_encode(b, s + i, 1);
}

/* A `{name}`, or a `{+name}`, which is `whole`. */
struct placeholder {
	const char *open, *name;
	size_t len;
	bool whole;
};

static bool
next_placeholder(const char **at, struct placeholder *p)
{
	const char *close;

	p->open = strchr(*at, '{');
	close = p->open ? strchr(p->open, '}') : NULL;
	if (!close)
		return false;
	p->whole = p->open[1] == '+';
	p->name = p->open + 1 + p->whole;
	p->len = (size_t)(close - p->name);
	*at = close + 1;
	return true;
}

bool
url_placeholder(const char **at, const char **name, size_t *len)
{
	struct placeholder p;

	if (!next_placeholder(at, &p))
		return false;
	*name = p.name;
	*len = p.len;
	return true;
}

bool
url_leads_anywhere(const char *tmpl)
{
	const char *at = tmpl, *host = strstr(tmpl, "://"), *end;
	struct placeholder p;

	/* Without a host of its own, all of it may become one. */
	end = host ? host + 3 : tmpl;
	end += strcspn(end, host ? "/?#" : "");
	while (next_placeholder(&at, &p))
		if (p.whole && p.open <= end)
			return true;
	return false;
}

/* Appends what a member puts into a URL, not encoded yet. */
static bool
member_text(struct buf *b, const char *name, size_t len, struct json_val record,
    struct buf *why)
{
	struct json_val v;

	if (json_type(record.s) != JSON_OBJECT) {
		buf_printf(why, "the record has to be an object, is %s",
		    json_type_name(json_type(record.s)));
		return false;
	}
	if (!json_member(record, name, len, &v)) {
		buf_printf(
		    why, "the record has no member \"%.*s\"", (int)len, name);
		return false;
	}
	switch (json_type(v.s)) {
	case JSON_STRING:
		if (json_decode(b, v))
			return true;
		buf_printf(why, "member \"%.*s\" has a lone surrogate",
		    (int)len, name);
		return false;
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
		buf_add(b, v.s, v.len);
		return true;
	default:
		buf_printf(why,
		    "member \"%.*s\" has to be a string or a number, is %s",
		    (int)len, name, json_type_name(json_type(v.s)));
		return false;
	}
}

/* Would the text, put into a path, make another path of it? */
static bool
bends_path(const struct buf *text)
{
	return text->len == 0 || (text->len == 1 && text->s[0] == '.') ||
	       (text->len == 2 && memcmp(text->s, "..", 2) == 0);
}

bool
url_expand(
    struct buf *b, const char *tmpl, struct json_val record, struct buf *why)
{
	struct buf text = BUF_INIT;
	const char *at = tmpl, *from = tmpl;
	const char *query = strchr(tmpl, '?');
	struct placeholder p;
	size_t start = b->len;
	bool ok = true;

	while (ok && next_placeholder(&at, &p)) {
		buf_add(b, from, (size_t)(p.open - from));
		from = at;
		buf_cut(&text, 0);
		ok = member_text(&text, p.name, p.len, record, why);
		if (ok && (!query || p.name < query) && bends_path(&text)) {
			buf_printf(why,
			    "member \"%.*s\" is \"%s\", which cannot stand in "
			    "a path",
			    (int)p.len, p.name, text.len ? text.s : "");
			ok = false;
		}
		if (ok)
			(p.whole ? encode_rest : url_encode)(
			    b, text.s, text.len);
	}
	if (ok)
		buf_str(b, from);
	else
		buf_cut(b, start);
	buf_free(&text);
	return ok;
}

void
url_query(struct buf *url, const char *name, size_t nlen, const char *value,
    size_t vlen)
{
	char *hash = url->s ? memchr(url->s, '#', url->len) : NULL;
	char *fragment = NULL;

	if (hash) {
		fragment = buf_dup(hash, url->len - (size_t)(hash - url->s));
		buf_cut(url, (size_t)(hash - url->s));
	}
	if (!url->s || !memchr(url->s, '?', url->len))
		buf_char(url, '?');
	else if (url->s[url->len - 1] != '?' && url->s[url->len - 1] != '&')
		buf_char(url, '&');
	url_encode(url, name, nlen);
	buf_char(url, '=');
	url_encode(url, value, vlen);
	if (fragment)
		buf_str(url, fragment);
	free(fragment);
}

/* Is the parameter at s, up to its `=` or its end, of that name? */
static bool
is_named(const char *s, const char *end, const char *name, size_t nlen)
{
	int high, low;
	char c;

	for (; s < end && *s != '='; s++) {
		c = *s == '+' ? ' ' : *s;
		if (c == '%' && end - s > 2) {
			high = hex_digit(s[1]);
			low = hex_digit(s[2]);
			if (high >= 0 && low >= 0) {
				c = (char)(high * 16 + low);
				s += 2;
			}
		}
		if (nlen == 0 || *name != c)
			return false;
		name++;
		nlen--;
	}
	return nlen == 0;
}

void
url_drop_query(struct buf *url, const char *name, size_t nlen)
{
	struct buf kept = BUF_INIT;
	const char *s = url->s ? strchr(url->s, '?') : NULL, *end, *hash;
	char before = '?';

	if (!s || ((hash = strchr(url->s, '#')) && hash < s))
		return;
	buf_add(&kept, url->s, (size_t)(s - url->s));
	while (*s == '?' || *s == '&') {
		s++;
		end = s + strcspn(s, "&#");
		if (!is_named(s, end, name, nlen)) {
			buf_char(&kept, before);
			buf_add(&kept, s, (size_t)(end - s));
			before = '&';
		}
		s = end;
	}
	buf_str(&kept, s);
	buf_cut(url, 0);
	buf_add(url, kept.s, kept.len);
	buf_free(&kept);
}

bool
url_resolve(struct buf *b, const char *base, const char *ref, struct buf *why)
{
	CURLU *u = curl_url();
	CURLUcode code = CURLUE_OUT_OF_MEMORY;
	char *full = NULL;

	if (u)
		code = curl_url_set(u, CURLUPART_URL, base, 0);
	if (!code && *ref)
		code = curl_url_set(u, CURLUPART_URL, ref, CURLU_URLENCODE);
	if (!code)
		code = curl_url_get(u, CURLUPART_URL, &full, 0);
	if (code == CURLUE_OUT_OF_MEMORY)
		die(EX_OSERR, "could not read \"%s\" as a URL: out of memory",
		    ref);
	if (code)
		buf_printf(
		    why, "no URL: \"%s\": %s", ref, curl_url_strerror(code));
	else
		buf_str(b, full);
	curl_free(full);
	curl_url_cleanup(u);
	return code == CURLUE_OK;
}

void
url_take_user(struct buf *url, const char *from)
{
	CURLU *u = curl_url(), *f = strchr(from, '@') ? curl_url() : NULL;
	char *user = NULL, *password = NULL, *own = NULL, *full = NULL;

	if (u && f && !curl_url_set(f, CURLUPART_URL, from, CURLU_PATH_AS_IS) &&
	    !curl_url_get(f, CURLUPART_USER, &user, 0) &&
	    !curl_url_set(u, CURLUPART_URL, url->s, CURLU_PATH_AS_IS) &&
	    curl_url_get(u, CURLUPART_USER, &own, 0) &&
	    !curl_url_set(u, CURLUPART_USER, user, 0) &&
	    (curl_url_get(f, CURLUPART_PASSWORD, &password, 0) ||
		!curl_url_set(u, CURLUPART_PASSWORD, password, 0)) &&
	    !curl_url_get(u, CURLUPART_URL, &full, 0)) {
		buf_cut(url, 0);
		buf_str(url, full);
	}
	curl_free(user);
	curl_free(password);
	curl_free(own);
	curl_free(full);
	curl_url_cleanup(f);
	curl_url_cleanup(u);
}

bool
url_origin(struct buf *b, const char *url, struct buf *why)
{
	CURLU *u = curl_url();
	CURLUcode code = CURLUE_OUT_OF_MEMORY;
	char *scheme = NULL, *host = NULL, *port = NULL;

	if (u)
		code = curl_url_set(u, CURLUPART_URL, url,
		    CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS);
	if (!code)
		code = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
	if (!code)
		code = curl_url_get(u, CURLUPART_HOST, &host, 0);
	if (!code)
		code =
		    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	if (code)
		buf_printf(
		    why, "no URL: \"%s\": %s", url, curl_url_strerror(code));
	else
		buf_printf(b, "%s://%s:%s", scheme, host, port);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return code == CURLUE_OK;
}

/* Does the URL go on behind that base in a way that cannot be wrong? */
static bool
goes_on(const char *url, const struct buf *base)
{
	const char *c;

	if (base->len == 0 || strncmp(url, base->s, base->len) != 0)
		return false;
	url += base->len;
	for (c = url; *c > ' ' && *c < 0x7f; c++)
		;
	return strchr("/?#", *url) && *c == '\0' && c - url < LONG;
}

bool
url_origin_known(
    struct url_known *k, struct buf *b, const char *url, struct buf *why)
{
	const char *host = strstr(url, "://");

	if (!goes_on(url, &k->base)) {
		buf_cut(&k->base, 0);
		buf_cut(&k->origin, 0);
		if (!url_origin(&k->origin, url, why))
			return false;
		if (host)
			buf_add(&k->base, url,
			    (size_t)(host - url) + 3 +
				strcspn(host + 3, "/?#"));
	}
	buf_add(b, k->origin.s, k->origin.len);
	return true;
}

void
url_known_free(struct url_known *k)
{
	buf_free(&k->base);
	buf_free(&k->origin);
}
