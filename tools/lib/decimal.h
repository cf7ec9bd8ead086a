/*
 * decimal: a price as people write it, as a JSON number with its own digits.
 */
#ifndef SLUICE_DECIMAL_H
#define SLUICE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum decimal_is {
	DECIMAL_FOUND,
	DECIMAL_NONE,   /* there is no digit in the text */
	DECIMAL_UNCLEAR /* it has more than one number, or odd groups */
};

/*
 * Appends the one number in the text: "$1,234.50" is 1234.50. Digits may come
 * in groups of three, divided by commas, apostrophes or no-break spaces; with
 * `comma`, the comma is the decimal sign and the point divides groups. A
 * minus counts where it is not inside a word: "-$5". Nothing is rounded, and
 * no zero lost but those in front.
 */
enum decimal_is decimal_read(
    struct buf *, const char *text, size_t len, bool comma);

#endif
