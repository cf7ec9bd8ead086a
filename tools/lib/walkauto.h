/*
 * walkauto: how to walk, as the first answer shows it.
 *
 * The names that are known are those that common APIs use; paginate(1) lists
 * them. What leads on comes first: a Link field, a next URL, a cursor, then
 * counts that say that there is more.
 */
#ifndef SLUICE_WALKAUTO_H
#define SLUICE_WALKAUTO_H

#include <stdbool.h>
#include <stdint.h>

#include "api.h"
#include "buf.h"
#include "tell.h"

/* Does the answer say that it is a web page? */
bool walkauto_is_html(const struct http_exchange *);

/*
 * The answer has n records. Completes the rules, which keep what they say
 * already, and appends the options that say the same. *current becomes the
 * number or offset that the page says it has, or API_NONE. False: nothing
 * leads anywhere.
 */
bool walkauto_find(const struct tell_answer *, uint64_t n, struct api_page *,
    uint64_t *current, struct buf *said);

#endif
