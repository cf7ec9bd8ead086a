#include "num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool
num_int(const char *s, long min, long max, long *out)
{
	char *end;
	long n;

	if (s[s[0] == '-'] < '0' || s[s[0] == '-'] > '9')
		return false;
	errno = 0;
	n = strtol(s, &end, 10);
	if (errno != 0 || *end != '\0' || n < min || n > max)
		return false;
	*out = n;
	return true;
}

bool
num_decimal(const char *s, double min, double max, double *out)
{
	char *end;
	double n;

	/* No exponent, no hexadecimal, no "inf": only 12 and 12.5. */
	if (s[0] == '\0' || s[strspn(s, "0123456789.")] != '\0')
		return false;
	errno = 0;
	n = strtod(s, &end);
	if (errno != 0 || *end != '\0' || n < min || n > max)
		return false;
	*out = n;
	return true;
}
