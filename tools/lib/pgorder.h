/*
 * pgorder: the rows of a batch in the order of their keys.
 *
 * Keys are compared by the text that is sent for them, shorter ones first, so
 * that whole numbers ascend. The server may find more keys equal than that,
 * never fewer. All loaders of a table lock its rows in this same order.
 */
#ifndef SLUICE_PGORDER_H
#define SLUICE_PGORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "pgrows.h"

/* Fills order, which has room for all rows. Are all keys different? */
bool pgorder(const struct pgrows *, size_t *order);

#endif
