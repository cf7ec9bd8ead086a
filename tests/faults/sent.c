/*
 * sent: a library to preload that writes when each HTTP request is sent, in
 * nanoseconds, a line each, to the descriptor SENT_TO.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

ssize_t
send(int fd, const void *from, size_t n, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);
	const char *to = getenv("SENT_TO");
	struct timespec t;
	char line[32];
	int len;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "send");
	if (to && n > 5 && memcmp(from, "GET /", 5) == 0) {
		clock_gettime(CLOCK_BOOTTIME, &t);
		len = snprintf(line, sizeof(line), "%lld\n",
		    (long long)t.tv_sec * 1000000000 + t.tv_nsec);
		if (write((int)strtol(to, NULL, 10), line, (size_t)len) != len)
			abort();
	}
	return real(fd, from, n, flags);
}
