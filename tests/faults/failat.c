/*
 * failat: a library to preload that makes one call fail, the FAIL_AT-th of
 * FAIL_CALL (malloc, read, write, fsync, close), once or from there on.
 *
 * malloc stands for all that allocates. Only what the program asks for after
 * its start counts: FAIL_AT starts at the first call from its own code or a
 * library's, which is the same in every run. When a call was made to fail, the
 * byte `!` goes to the descriptor FAIL_TOLD.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *call;
static long at, seen;
static int told = -1;

static void __attribute__((constructor)) set_up(void)
{
	const char *n = getenv("FAIL_AT"), *fd = getenv("FAIL_TOLD");

	call = getenv("FAIL_CALL");
	if (n)
		at = strtol(n, NULL, 10);
	if (fd)
		told = (int)strtol(fd, NULL, 10);
}

static void *
next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* Is this the call that has to fail? */
static bool
fails(const char *name, int error)
{
	static ssize_t (*real_write)(int, const void *, size_t);

	if (call == NULL || strcmp(call, name) != 0 || ++seen != at)
		return false;
	if (real_write == NULL)
		*(void **)&real_write = next("write");
	errno = error;
	return real_write(told, "!", 1) == 1;
}

void *
reallocarray(void *old, size_t n, size_t size)
{
	static void *(*real)(void *, size_t, size_t);

	if (real == NULL)
		*(void **)&real = next("reallocarray");
	return fails("malloc", ENOMEM) ? NULL : real(old, n, size);
}

void *
realloc(void *old, size_t size)
{
	static void *(*real)(void *, size_t);

	if (real == NULL)
		*(void **)&real = next("realloc");
	return fails("malloc", ENOMEM) ? NULL : real(old, size);
}

void *
malloc(size_t size)
{
	static void *(*real)(size_t);

	if (real == NULL)
		*(void **)&real = next("malloc");
	return fails("malloc", ENOMEM) ? NULL : real(size);
}

ssize_t
read(int fd, void *to, size_t n)
{
	static ssize_t (*real)(int, void *, size_t);

	if (real == NULL)
		*(void **)&real = next("read");
	return fails("read", EIO) ? -1 : real(fd, to, n);
}

ssize_t
write(int fd, const void *from, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (real == NULL)
		*(void **)&real = next("write");
	return fails("write", ENOSPC) ? -1 : real(fd, from, n);
}

int
fsync(int fd)
{
	static int (*real)(int);

	if (real == NULL)
		*(void **)&real = next("fsync");
	return fails("fsync", EIO) ? -1 : real(fd);
}

int
close(int fd)
{
	static int (*real)(int);

	if (real == NULL)
		*(void **)&real = next("close");
	if (fails("close", EIO)) {
		real(fd);
		errno = EIO;
		return -1;
	}
	return real(fd);
}

ssize_t
send(int fd, const void *from, size_t n, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (real == NULL)
		*(void **)&real = next("send");
	if (call && strcmp(call, "send") == 0 && ++seen % 3 != 0) {
		errno = EAGAIN;
		return -1;
	}
	return real(fd, from, n, flags);
}
