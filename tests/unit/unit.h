/*
 * unit: the smallest frame for a module's cases. A failed check says where
 * and goes on; UNIT_END returns 1 if any failed.
 */
#ifndef SLUICE_UNIT_H
#define SLUICE_UNIT_H

#include <stdio.h>
#include <string.h>

static int unit_failed, unit_checks;

#define CHECK(condition, ...)                                              \
	do {                                                               \
		unit_checks++;                                             \
		if (!(condition)) {                                        \
			unit_failed++;                                     \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, \
			    #condition);                                   \
			fprintf(stderr, __VA_ARGS__);                      \
			fputc('\n', stderr);                               \
		}                                                          \
	} while (0)

#define UNIT_END()                                                   \
	(printf("%d checks, %d failed\n", unit_checks, unit_failed), \
	    unit_failed != 0 || unit_checks == 0)

#endif
