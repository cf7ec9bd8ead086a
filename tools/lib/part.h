/*
 * part: rows of a batch that are posted as one, under a name. Internal to
 * deliver.
 */
#ifndef SLUICE_PART_H
#define SLUICE_PART_H

#include "deliver.h"

/* Gives it a name, by the content of its body. */
void part_name(
    const struct deliver *, struct deliver_part *, struct json_val body);

/*
 * Puts the part on account as pending, and sends it, as far as that takes no
 * waiting. 0, or the status to end with after a message. The body stays as it
 * is until the answer is released.
 */
int part_send(struct deliver *, struct deliver_part *, struct json_val body);

/* It has no pending file any more. False, with `why` of the deliver. */
bool part_forget(struct deliver *, const struct deliver_part *);

/* Appends `batch UUID of 3 records (lines 4 to 6, keys 17 to 19)` */
void part_describe(
    const struct deliver *, const struct deliver_part *, struct buf *);

/* Of the answer, by which so many rows were accepted. */
void part_receipt(struct deliver *, const struct deliver_part *,
    const struct http_exchange *, size_t accepted);

#endif
