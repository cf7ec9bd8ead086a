/*
 * url: URLs as text (RFC 3986).
 *
 * A template is a URL, or the path of one, in which `{name}` stands for a
 * member of a record, percent-encoded, and `{+name}` for one that is a URL, or
 * a part of it, already (RFC 6570). Functions that can fail append a reason to
 * *why and return false; what they append to, they leave as it was.
 */
#ifndef SLUICE_URL_H
#define SLUICE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "json.h"

/* Appends s, with every byte that is not unreserved as %XX. */
void url_encode(struct buf *, const char *s, size_t len);

/*
 * Finds the next placeholder of a template from *at on: true with its name,
 * without a plus, and *at behind it. An opening brace that is never closed is
 * no placeholder.
 */
bool url_placeholder(const char **at, const char **name, size_t *len);

/*
 * Is it left to a `{+name}` which server is asked? It is where one stands
 * before the end of the template's host.
 */
bool url_leads_anywhere(const char *tmpl);

/*
 * Appends the template with each `{name}` replaced by the member of that name:
 * a string's content, a number's or boolean's text, with every byte that is
 * not unreserved as %XX; of `{+name}` reserved ones and what is %XX stay. A
 * member that is missing, null, an array or an object is an error; so is, in
 * the path, one that is empty, "." or "..", which would name another path.
 */
bool url_expand(
    struct buf *, const char *tmpl, struct json_val record, struct buf *why);

/* Adds a query parameter to the URL, before its fragment. */
void url_query(struct buf *url, const char *name, size_t nlen,
    const char *value, size_t vlen);

/* Takes every query parameter of that name, as decoded, out of the URL. */
void url_drop_query(struct buf *url, const char *name, size_t nlen);

/* Appends what the reference means, seen from base (RFC 3986, section 5). */
bool url_resolve(
    struct buf *, const char *base, const char *ref, struct buf *why);

/*
 * Gives url, which is one, the user and password that `from` has, unless it
 * has some itself.
 */
void url_take_user(struct buf *url, const char *from);

/* Appends the origin: scheme, host and port, the port always written out. */
bool url_origin(struct buf *, const char *url, struct buf *why);

/*
 * The same, faster where it is that of the one before, which `known` holds:
 * all zero at first.
 */
struct url_known {
	struct buf base; /* the URL up to its path */
	struct buf origin;
};
bool url_origin_known(
    struct url_known *, struct buf *, const char *url, struct buf *why);
void url_known_free(struct url_known *);

#endif
