/* outfile: descriptors, and the locks on them. */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "msg.h"

static struct outfile *files;

struct outfile *
outfile_of(int fd, const char *name)
{
	struct outfile *f;
	struct stat st;

	if (fstat(fd, &st) != 0)
		die_errno(EX_IOERR, "could not look at \"%s\"", name);
	for (f = files; f; f = f->next)
		if (f->dev == st.st_dev && f->ino == st.st_ino)
			break;
	if (f) {
		if (fd != f->fd && fd > STDERR_FILENO)
			close(fd);
		return f;
	}
	f = buf_array(NULL, 1, sizeof *f);
	*f = (struct outfile){fd, st.st_dev, st.st_ino,
	    S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode), files};
	return files = f;
}

static bool
set_lock(const struct outfile *f, short type)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET};
	int r;

	do
		r = fcntl(f->fd, F_SETLKW, &l);
	while (r != 0 && errno == EINTR);
	return r == 0;
}

void
outfile_lock(struct outfile *f, const char *name)
{
	if (!f->lock || set_lock(f, F_WRLCK))
		return;
	msg_warn_errno("could not lock \"%s\": lines of several processes may "
		       "mix",
	    name);
	f->lock = false;
}

void
outfile_unlock(struct outfile *f)
{
	if (f->lock)
		set_lock(f, F_UNLCK);
}

bool
outfile_close_all(void)
{
	struct outfile *f;
	bool good = true;

	while ((f = files)) {
		files = f->next;
		if (close(f->fd) != 0 && errno != EINTR)
			good = false;
		free(f);
	}
	return good;
}
