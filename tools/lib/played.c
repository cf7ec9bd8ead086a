/* played: a byte for each line, in a file or in memory. */
#include "played.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

bool
played_open(struct played *p, const char *path, struct buf *why)
{
	const char *run = getenv("SLUICE_RUN");
	char *real;
	struct buf name = BUF_INIT;

	*p = (struct played){.fd = -1};
	if (!run || !*run)
		return true;
	real = realpath(path, NULL);
	buf_printf(&name, "%s/cassette-%08x.played", run,
	    (unsigned)XXH32(real ? real : "", real ? strlen(real) : 0, 0));
	free(real);
	p->path = name.s;
	p->fd = open(name.s, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (p->fd == -1)
		buf_printf(why, "could not create file \"%s\": %s", name.s,
		    strerror(errno));
	return p->fd != -1;
}

void
played_close(struct played *p)
{
	if (p->fd != -1)
		close(p->fd);
	free(p->path);
	buf_free(&p->here);
}

static bool
lock(struct played *p, short type)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET};
	int r = 0;

	if (p->fd == -1)
		return true;
	do
		r = fcntl(p->fd, F_SETLKW, &l);
	while (r != 0 && errno == EINTR);
	return r == 0;
}

bool
played_lock(struct played *p, struct buf *why)
{
	if (lock(p, F_WRLCK))
		return true;
	buf_printf(
	    why, "could not lock file \"%s\": %s", p->path, strerror(errno));
	return false;
}

void
played_unlock(struct played *p)
{
	lock(p, F_UNLCK);
}

bool
played_claim(struct played *p, uint64_t line, struct buf *why)
{
	char was = 0;

	if (p->fd == -1) {
		while (p->here.len <= line)
			buf_add(&p->here, "", 1);
		was = p->here.s[line];
		p->here.s[line] = 1;
		return was == 0;
	}
	if (pread(p->fd, &was, 1, (off_t)line) == -1 ||
	    (!was && pwrite(p->fd, "\1", 1, (off_t)line) != 1)) {
		buf_printf(why, "could not write to \"%s\": %s", p->path,
		    strerror(errno));
		return false;
	}
	return was == 0;
}
