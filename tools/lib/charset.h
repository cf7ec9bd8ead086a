/*
 * charset: what bytes of a web page mean, as UTF-8.
 *
 * A page's character set is told by its byte order mark, its Content-Type or
 * its first <meta>, in this order; where none tells, it is UTF-8 if it can
 * be, and windows-1252 if not. As the WHATWG's Encoding Standard has it,
 * pages that call themselves ISO-8859-1 or ASCII are windows-1252.
 */
#ifndef SLUICE_CHARSET_H
#define SLUICE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Appends the page as well-formed UTF-8 without NUL and byte order mark;
 * what is no character becomes U+FFFD. type: the value of Content-Type, or
 * NULL. A character set that iconv(3) does not know counts as not told.
 */
void charset_utf8(struct buf *, const char *page, size_t len, const char *type);

/*
 * The name behind `charset=` in that text, as it is written there; false if
 * there is none.
 */
bool charset_named(struct buf *, const char *s, size_t len);

#endif
