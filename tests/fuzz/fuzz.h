/*
 * fuzz: what the targets share. Each is a libFuzzer target; linked with
 * replay.c instead it runs over the files it is given.
 */
#ifndef SLUICE_FUZZ_H
#define SLUICE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that holds for every input. */
#define must(property)                                                   \
	do {                                                             \
		if (!(property)) {                                       \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, \
			    __LINE__, #property);                        \
			abort();                                         \
		}                                                        \
	} while (0)

/* The bytes alone in their block, so that a read beyond them is seen. */
static inline char *
exact(const uint8_t *data, size_t size)
{
	char *s = malloc(size > 0 ? size : 1);

	if (s == NULL)
		abort();
	memcpy(s, data, size);
	return s;
}

#endif
