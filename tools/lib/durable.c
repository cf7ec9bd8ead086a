/* durable: write beside, sync, rename, sync the folder. */
#include "durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool
write_all(int fd, const char *s, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, s, len);
		if (n == -1 && errno != EINTR)
			return false;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* Closes, and keeps the errno of what went wrong first. */
static bool
closed(int fd, bool ok)
{
	int saved = errno;

	if (close(fd) == -1 && ok)
		return false;
	errno = saved;
	return ok;
}

bool
durable_put(int dir, const char *name, const char *s, size_t len)
{
	struct buf beside = BUF_INIT;
	int fd, saved;
	bool ok;

	buf_printf(&beside, DURABLE_BESIDE "%s", name);
	fd = openat(
	    dir, beside.s, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ok = fd != -1;
	if (ok)
		ok = closed(fd, write_all(fd, s, len) && fsync(fd) == 0);
	ok = ok && durable_rename(dir, beside.s, name);
	saved = errno;
	if (!ok && fd != -1)
		unlinkat(dir, beside.s, 0);
	buf_free(&beside);
	errno = saved;
	return ok;
}

bool
durable_remove(int dir, const char *name)
{
	return unlinkat(dir, name, 0) == 0 && fsync(dir) == 0;
}

bool
durable_rename(int dir, const char *from, const char *to)
{
	return renameat(dir, from, dir, to) == 0 && fsync(dir) == 0;
}

bool
durable_get(int dir, const char *name, struct buf *b)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	return fd != -1 && closed(fd, buf_read(b, fd));
}
