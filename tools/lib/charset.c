/* charset: pages to UTF-8. */
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "json.h"

enum { META_WITHIN = 4096 }; /* the standard's 1024, and then some */

#define NO_CHARACTER "\xef\xbf\xbd"

bool
charset_named(struct buf *name, const char *s, size_t len)
{
	static const char word[] = "charset";
	const size_t wlen = sizeof(word) - 1;
	const char *end = s + len, *from;

	for (; (size_t)(end - s) > wlen; s++) {
		if (strncasecmp(s, word, wlen) != 0)
			continue;
		from = s + wlen;
		while (from < end && json_space(*from))
			from++;
		if (from == end || *from != '=')
			continue;
		from++;
		while (from < end &&
		       (json_space(*from) || *from == '"' || *from == '\''))
			from++;
		for (s = from;
		     s < end && !json_space(*s) && !strchr("\"';,>/", *s);)
			s++;
		buf_add(name, from, (size_t)(s - from));
		return s > from;
	}
	return false;
}

/* The name that a <meta> near the page's begin gives. */
static bool
meta_named(struct buf *name, const char *s, size_t len)
{
	const char *end = s + (len < META_WITHIN ? len : META_WITHIN), *close;

	while ((s = memchr(s, '<', (size_t)(end - s)))) {
		close = memchr(s, '>', (size_t)(end - s));
		if (!close)
			return false;
		if (close - s > 5 && strncasecmp(s + 1, "meta", 4) == 0 &&
		    charset_named(name, s, (size_t)(close - s)))
			return true;
		s++;
	}
	return false;
}

/* What iconv calls it; UTF-16 cannot be told by ASCII text, so it is not. */
static const char *
iconv_name(const char *name, bool meta)
{
	if (strcasecmp(name, "iso-8859-1") == 0 ||
	    strcasecmp(name, "iso8859-1") == 0 ||
	    strcasecmp(name, "latin1") == 0 ||
	    strcasecmp(name, "us-ascii") == 0 || strcasecmp(name, "ascii") == 0)
		return "WINDOWS-1252";
	if (strcasecmp(name, "utf8") == 0 ||
	    (meta && strncasecmp(name, "utf-16", 6) == 0))
		return "UTF-8";
	return name;
}

/* All that is UTF-8, the rest as U+FFFD. */
static void
repair(struct buf *b, const char *s, size_t len)
{
	const char *end;
	size_t n;

	if (len == 0)
		return;
	if (json_utf8(s, len) && !memchr(s, '\0', len)) {
		buf_add(b, s, len);
		return;
	}
	for (end = s + len; s < end;) {
		n = *s ? json_utf8_one(s, (size_t)(end - s)) : 0;
		if (n > 0)
			buf_add(b, s, n);
		else
			buf_str(b, NO_CHARACTER);
		s += n > 0 ? n : 1;
	}
}

/* False, and nothing is appended, where iconv does not know the name. */
static bool
convert(struct buf *b, const char *name, const char *s, size_t len)
{
	iconv_t cd = iconv_open("UTF-8", name);
	struct buf text = BUF_INIT;
	char *in = (char *)s, *out;
	size_t room, n = 0;

	if (cd == (iconv_t)-1)
		return false;
	while (len > 0) {
		room = 4096;
		out = buf_room(&text, room);
		n = iconv(cd, &in, &len, &out, &room);
		text.len = (size_t)(out - text.s);
		if (n == (size_t)-1 && errno != E2BIG) {
			buf_str(&text, NO_CHARACTER);
			in++;
			len--;
		}
	}
	iconv_close(cd);
	repair(b, text.s, text.len);
	buf_free(&text);
	return true;
}

void
charset_utf8(struct buf *b, const char *s, size_t len, const char *type)
{
	struct buf name = BUF_INIT;
	const char *told = NULL;

	if (len == 0)
		return;
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		told = "UTF-8";
		s += 3;
		len -= 3;
	} else if (len >= 2 && memcmp(s, "\xfe\xff", 2) == 0) {
		told = "UTF-16BE";
		s += 2;
		len -= 2;
	} else if (len >= 2 && memcmp(s, "\xff\xfe", 2) == 0) {
		told = "UTF-16LE";
		s += 2;
		len -= 2;
	} else if (type && charset_named(&name, type, strlen(type))) {
		told = iconv_name(name.s, false);
	} else if (meta_named(&name, s, len)) {
		told = iconv_name(name.s, true);
	}
	if (told && strcasecmp(told, "UTF-8") == 0)
		repair(b, s, len);
	else if (!told || !convert(b, told, s, len)) {
		if (json_utf8(s, len) || !convert(b, "WINDOWS-1252", s, len))
			repair(b, s, len);
	}
	buf_free(&name);
}
