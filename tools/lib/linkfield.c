/* linkfield: links in the header. */
#include "linkfield.h"

#include <string.h>
#include <strings.h>

#include "json.h"

/* The end of a parameter of a Link field, quotes respected. */
static const char *
parameter_end(const char *s, const char *end)
{
	bool quoted = false;

	for (; s < end && (quoted || (*s != ';' && *s != ',')); s++)
		if (*s == '"')
			quoted = !quoted;
	return s;
}

/* Is it rel=next, rel="next" or rel="prefetch next"? RFC 8288, section 3.3. */
static bool
is_rel_next(const char *s, const char *end)
{
	while (s < end && json_space(*s))
		s++;
	if (end - s < 8 || strncasecmp(s, "rel", 3) != 0)
		return false;
	for (s += 3; s < end && (*s == '=' || *s == '"' || json_space(*s)); s++)
		;
	for (; end - s >= 4; s++) {
		if (strncasecmp(s, "next", 4) == 0 &&
		    (s[-1] == '=' || s[-1] == '"' || json_space(s[-1])) &&
		    (s + 4 == end || s[4] == '"' || json_space(s[4])))
			return true;
	}
	return false;
}

/* <URL>; rel="next", of one Link field with perhaps several links. */
static bool
link_next(const char *s, size_t len, struct buf *url)
{
	const char *end = s + len, *from, *to, *p;

	while (s < end && (from = memchr(s, '<', (size_t)(end - s)))) {
		to = memchr(from, '>', (size_t)(end - from));
		if (!to)
			return false;
		for (s = to + 1; s < end && *s != ','; s = p) {
			p = parameter_end(s + (*s == ';'), end);
			if (is_rel_next(s + (*s == ';'), p)) {
				buf_add(url, from + 1, (size_t)(to - from) - 1);
				return true;
			}
		}
	}
	return false;
}

bool
linkfield_next(const struct http_exchange *x, struct buf *url)
{
	struct http_field f;
	size_t at = 0;

	while (http_field(x, &at, &f))
		if (f.nlen == 4 && strncasecmp(f.name, "Link", 4) == 0 &&
		    link_next(f.value, f.vlen, url))
			return true;
	return false;
}
