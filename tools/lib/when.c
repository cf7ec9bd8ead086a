#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "when.h"

double
when_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
when_stamp(struct buf *b)
{
	struct timespec t;
	struct tm tm;
	char s[32];

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(s, sizeof s, "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(b, "%s.%03ldZ", s, t.tv_nsec / 1000000);
}

bool
when_read(const char *s, double *seconds)
{
	struct tm tm = {0};
	const char *rest = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
	char *end = (char *)rest;

	if (!rest)
		return false;
	*seconds = (double)timegm(&tm);
	if (*rest == '.')
		*seconds += strtod(rest, &end);
	return strcmp(end, "Z") == 0;
}
