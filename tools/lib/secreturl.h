/*
 * secreturl: what is secret in a URL: the password, and the values of
 * parameters that are known to carry credentials.
 *
 * Names are compared without regard to case, `-`, `_` and `.`. Known are
 * api_key, token, access_token, key, signature and their like; a list
 * `sig2,-token` adds and takes away. A parameter may stand in the query or in
 * the fragment.
 */
#ifndef SLUICE_SECRETURL_H
#define SLUICE_SECRETURL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* names: such a list, or NULL. */
bool secreturl_named(const char *names, const char *name, size_t len);

/*
 * Calls back for each secret, percent-decoded: the password, user and password
 * as Basic authentication sends them, parameters of 8 bytes and more.
 */
typedef void secreturl_fn(void *to, const char *s, size_t len);
void secreturl_each(
    const char *names, const char *url, secreturl_fn *, void *to);

/* Appends the URL with SECRET_MASK for each. */
void secreturl_mask(const char *names, const char *url, struct buf *);

/*
 * Appends the URL without its user, password, fragment and secret parameters:
 * what stays is the same whatever they are.
 */
void secreturl_strip(const char *names, const char *url, struct buf *);

#endif
