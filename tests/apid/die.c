#include "die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

/* sysexits.h has no name for it; the tools use the same number. */
#define EXIT_NO_MEMORY 71

void
die(int status, const char *fmt, ...)
{
	va_list ap;

	flockfile(stderr);
	fputs("apid: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	funlockfile(stderr);
	exit(status);
}

void *
need(void *p)
{
	if (p == NULL)
		die(EXIT_NO_MEMORY, "out of memory");
	return p;
}
