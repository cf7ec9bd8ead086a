/* secreturl: passwords and named parameters of URLs. */
#include "secreturl.h"

#include <string.h>
#include <strings.h>

#include "secret.h"

/* A shorter value is an ordinary word, which is no secret elsewhere. */
enum { SHORTEST = 8 };

static const char known[] =
    "apikey,apisecret,apitoken,accesskey,accesstoken,appid,auth,authkey,"
    "authtoken,clientsecret,idtoken,jwt,key,passwd,password,privatetoken,pwd,"
    "refreshtoken,secret,session,sessionid,sessiontoken,sig,signature,"
    "subscriptionkey,token,xamzcredential,xamzsecuritytoken,xamzsignature,"
    "xgoogcredential,xgoogsignature";

/* ---- names ---- */

static bool
same(const char *a, size_t alen, const char *b, size_t blen)
{
	static const char ignored[] = "-_.";
	const char *aend = a + alen, *bend = b + blen;

	for (;; a++, b++) {
		while (a < aend && *a && strchr(ignored, *a))
			a++;
		while (b < bend && *b && strchr(ignored, *b))
			b++;
		if (a == aend || b == bend)
			return a == aend && b == bend;
		if (strncasecmp(a, b, 1) != 0)
			return false;
	}
}

/* Is the name in the list, with a minus or without? */
static bool
lists(const char *list, bool minus, const char *name, size_t len)
{
	size_t n;

	for (; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if ((*list == '-') == minus &&
		    same(list + minus, n - minus, name, len))
			return true;
	}
	return false;
}

bool
secreturl_named(const char *names, const char *name, size_t len)
{
	if (len == 0 || (names && lists(names, true, name, len)))
		return false;
	return lists(known, false, name, len) ||
	       (names && lists(names, false, name, len));
}

/* ---- parts of a URL ---- */

/* The length of `user:password@`, which is at *at; 0: there is none. */
static size_t
user_info(const char *url, const char **at)
{
	const char *s = strstr(url, "://"), *end, *p;

	*at = url;
	if (!s)
		return 0;
	*at = s + 3;
	end = *at + strcspn(*at, "/?#");
	for (p = end; p > *at; p--)
		if (p[-1] == '@')
			return (size_t)(p - *at);
	return 0;
}

/* A parameter: from its `?`, `&` or `#` to the next of them. */
struct parameter {
	const char *s, *name, *value;
	size_t len, nlen, vlen;
};

static bool
next_parameter(const char **at, struct parameter *p)
{
	p->s = *at + strcspn(*at, "?&#");
	if (!*p->s)
		return false;
	p->name = p->s + 1;
	p->len = 1 + strcspn(p->name, "?&#");
	p->nlen = strcspn(p->name, "=?&#");
	p->value = p->name + p->nlen + (p->name[p->nlen] == '=');
	p->vlen = (size_t)(p->s + p->len - p->value);
	*at = p->s + p->len;
	return true;
}

static int
digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)((at - digits) % 16) : -1;
}

static void
decode(struct buf *b, const char *s, size_t len)
{
	int high, low;
	size_t i;

	for (i = 0; i < len; i++) {
		high = s[i] == '%' && len - i > 2 ? digit(s[i + 1]) : -1;
		low = high >= 0 ? digit(s[i + 2]) : -1;
		if (low >= 0) {
			buf_char(b, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_char(b, (char)(s[i] == '+' ? ' ' : s[i]));
		}
	}
}

static void
tell(const char *s, size_t len, size_t shortest, secreturl_fn *fn, void *to)
{
	struct buf b = BUF_INIT;

	decode(&b, s, len);
	if (b.len >= shortest)
		fn(to, b.s, b.len);
	buf_free(&b);
}

/* `user:password` as Basic authentication sends it (RFC 7617). */
static void
tell_basic(const char *s, size_t len, secreturl_fn *fn, void *to)
{
	struct buf b = BUF_INIT, digits = BUF_INIT;

	decode(&b, s, len);
	buf_base64(&digits, b.s, b.len);
	fn(to, digits.s, digits.len);
	buf_free(&b);
	buf_free(&digits);
}

void
secreturl_each(const char *names, const char *url, secreturl_fn *fn, void *to)
{
	const char *at, *colon;
	struct parameter p;
	size_t n = user_info(url, &at);

	colon = memchr(at, ':', n);
	if (colon) {
		tell(colon + 1, n - (size_t)(colon + 1 - at) - 1, 1, fn, to);
		tell_basic(at, n - 1, fn, to);
	}
	for (at += strcspn(at, "?#"); next_parameter(&at, &p);)
		if (secreturl_named(names, p.name, p.nlen))
			tell(p.value, p.vlen, SHORTEST, fn, to);
}

void
secreturl_mask(const char *names, const char *url, struct buf *b)
{
	const char *at, *colon, *from = url;
	struct parameter p;
	size_t n = user_info(url, &at);

	colon = memchr(at, ':', n);
	if (colon) {
		buf_add(b, from, (size_t)(colon + 1 - from));
		buf_str(b, SECRET_MASK);
		from = at + n - 1;
	}
	for (at += strcspn(at, "?#"); next_parameter(&at, &p);) {
		if (p.vlen == 0 || !secreturl_named(names, p.name, p.nlen))
			continue;
		buf_add(b, from, (size_t)(p.value - from));
		buf_str(b, SECRET_MASK);
		from = at;
	}
	buf_str(b, from);
}

void
secreturl_strip(const char *names, const char *url, struct buf *b)
{
	const char *at, *host;
	struct parameter p;
	size_t n = user_info(url, &at);
	bool first = true;

	buf_add(b, url, (size_t)(at - url));
	host = at + n;
	at = host + strcspn(host, "?#");
	buf_add(b, host, (size_t)(at - host));
	while (next_parameter(&at, &p) && *p.s != '#') {
		if (p.len == 1 || secreturl_named(names, p.name, p.nlen))
			continue;
		buf_char(b, first ? '?' : *p.s);
		buf_add(b, p.name, p.len - 1);
		first = false;
	}
}
