/*
 * idrange: a range of whole numbers, A..B, and which of them came: a bit each.
 */
#ifndef SLUICE_IDRANGE_H
#define SLUICE_IDRANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idrange {
	int64_t from, to; /* both belong to it */
	unsigned char *came;
};

#define IDRANGE_INIT       \
	{                  \
		0, 0, NULL \
	}

/*
 * Takes "A..B"; false if that is no range of 64-bit numbers. Whoever takes it
 * has to look whether `to` is below `from`, and to give it memory then.
 */
bool idrange_parse(struct idrange *, const char *text);
/* Ends the process with EX_OSERR where there is no memory. */
void idrange_alloc(struct idrange *);
void idrange_free(struct idrange *);

uint64_t idrange_size(const struct idrange *);

/* Marks a number, as JSON writes a whole one. */
enum idrange_is { IDRANGE_OUTSIDE, IDRANGE_FIRST, IDRANGE_AGAIN };
enum idrange_is idrange_mark(struct idrange *, const char *s, size_t len);

/* Did the i-th number of the range come? */
bool idrange_came(const struct idrange *, uint64_t i);

#endif
