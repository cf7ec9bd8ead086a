#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msg.h"
#include "out.h"
#include "outfile.h"
#include "stop.h"

enum {
	FULL = 64 * 1024,
	DIRECT = 16 * 1024 /* not worth a copy */
};

struct out {
	struct outfile *file;
	char *name; /* for messages, and to rename to */
	char *tmp;  /* written beside, or NULL */
	struct buf b;
	size_t whole;  /* so many bytes of b are whole lines */
	bool keep;     /* tmp is not removed */
	bool optional; /* go on when the reader is gone */
	bool gone;     /* it is */
	bool lost;     /* nothing more can be written */
	int error;     /* why, where that was not told yet */
	uint64_t lines, bytes;
	struct out *next;
};

static struct out *outs;
static bool held;

/* Opens path beside itself; a device or a pipe is opened as it is. */
static int
open_beside(struct out *o)
{
	struct buf tmp = BUF_INIT;
	struct stat st;
	mode_t mask;
	int fd;

	if (stat(o->name, &st) == 0 && !S_ISREG(st.st_mode))
		return open(o->name, O_WRONLY | O_CLOEXEC);
	buf_printf(&tmp, "%s.XXXXXX", o->name);
	o->tmp = tmp.s;
	fd = mkostemp(o->tmp, O_CLOEXEC);
	if (fd < 0)
		return fd;
	mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask) != 0)
		die_errno(
		    EX_CANTCREAT, "could not set the mode of \"%s\"", o->tmp);
	return fd;
}

/* Opens path.part, where an earlier process may have left lines. */
static int
open_part(struct out *o)
{
	struct buf part = BUF_INIT;
	struct stat st;

	if (stat(o->name, &st) == 0 && !S_ISREG(st.st_mode))
		die(EX_CANTCREAT,
		    "could not keep a part of \"%s\": it is no "
		    "ordinary file",
		    o->name);
	buf_printf(&part, "%s" OUT_PART, o->name);
	o->tmp = part.s;
	o->keep = true;
	return open(o->tmp, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

struct out *
out_open(const char *path, enum out_mode mode)
{
	struct out *o = buf_array(NULL, 1, sizeof *o);
	int fd = STDOUT_FILENO, flags;

	*o = (struct out){.next = outs};
	if (mode == OUT_STDOUT || strcmp(path, "-") == 0) {
		o->name = buf_dup("<stdout>", 8);
	} else {
		o->name = buf_dup(path, strlen(path));
		fd = mode == OUT_REPLACE ? open_beside(o)
		     : mode == OUT_KEEP
			 ? open_part(o)
			 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			       0666);
		if (fd < 0)
			die_errno(
			    EX_CANTCREAT, "could not create file \"%s\"", path);
	}
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
		errno = EBADF;
		die_errno(EX_IOERR, "could not write to %s", o->name);
	}
	o->file = outfile_of(fd, o->name);
	return outs = o;
}

void
out_optional(struct out *o)
{
	o->optional = true;
}

bool
out_lost(const struct out *o)
{
	return o->gone;
}

/* The reader is gone, or the write failed: nothing more goes there. */
static void
write_failed(struct out *o, int error)
{
	o->lost = true;
	o->error = held ? error : 0;
	if (held)
		return;
	o->gone = error == EPIPE;
	if (o->gone && o->optional)
		return;
	if (o->gone) {
		msg_hook(128 + SIGPIPE);
		stop_die(SIGPIPE);
	}
	errno = error;
	die_errno(EX_IOERR, "could not write to \"%s\"", o->name);
}

static bool
write_all(struct out *o, const char *s, size_t len)
{
	struct pollfd p = {o->file->fd, POLLOUT, 0};
	ssize_t n;

	while (len > 0) {
		n = write(o->file->fd, s, len);
		if (n >= 0) {
			s += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

/* Writes whole lines, unless nothing can be written any more. */
static void
write_lines(struct out *o, const char *s, size_t len)
{
	int error;

	if (o->lost)
		return;
	outfile_lock(o->file, o->name);
	error = write_all(o, s, len) ? 0 : errno;
	outfile_unlock(o->file);
	if (error)
		write_failed(o, error);
}

void
out_flush(struct out *o)
{
	size_t n = o->whole;

	if (n == 0)
		return;
	o->whole = 0;
	write_lines(o, o->b.s, n);
	memmove(o->b.s, o->b.s + n, o->b.len - n);
	buf_cut(&o->b, o->b.len - n);
}

void
out_hold(bool hold)
{
	struct out *o;

	held = hold;
	for (o = outs; o && !hold; o = o->next)
		if (o->error)
			write_failed(o, o->error);
}

void
out_flush_all(void)
{
	struct out *o;

	for (o = outs; o; o = o->next)
		out_flush(o);
}

bool
out_cut(struct out *o, uint64_t length, uint64_t lines)
{
	struct stat st;

	if (fstat(o->file->fd, &st) != 0)
		die_errno(EX_IOERR, "could not look at \"%s\"", o->tmp);
	if ((uint64_t)st.st_size < length)
		return false;
	if (ftruncate(o->file->fd, (off_t)length) != 0)
		die_errno(EX_IOERR, "could not cut \"%s\"", o->tmp);
	o->bytes = length;
	o->lines = lines;
	return true;
}

struct buf *
out_buf(struct out *o)
{
	return &o->b;
}

void
out_end_lines(struct out *o, uint64_t n)
{
	o->lines += n;
	o->bytes += o->b.len - o->whole;
	o->whole = o->b.len;
	if (o->whole >= FULL)
		out_flush(o);
}

void
out_end(struct out *o)
{
	buf_char(&o->b, '\n');
	out_end_lines(o, 1);
}

void
out_undo(struct out *o)
{
	buf_cut(&o->b, o->whole);
}

void
out_line(struct out *o, const char *s, size_t len)
{
	buf_add(&o->b, s, len);
	out_end(o);
}

void
out_text(struct out *o, const char *s, size_t len, uint64_t n)
{
	if (len < DIRECT) {
		buf_add(&o->b, s, len);
	} else {
		out_flush(o);
		write_lines(o, s, len);
		o->bytes += len;
	}
	out_end_lines(o, n);
}

const char *
out_name(const struct out *o)
{
	return o->name;
}

uint64_t
out_lines(const struct out *o)
{
	return o->lines;
}

uint64_t
out_bytes(const struct out *o)
{
	return o->bytes;
}

void
out_sync(struct out *o)
{
	out_flush(o);
	/* Pipes and devices cannot be synced, which is no failure. */
	if (fsync(o->file->fd) != 0 && errno != EINVAL && errno != EROFS)
		die_errno(EX_IOERR, "could not sync \"%s\"", o->name);
}

/* Gives a finished file its name, durably. */
static void
publish(struct out *o)
{
	char *dir = buf_dup(o->name, strlen(o->name));
	int fd;

	if (rename(o->tmp, o->name) != 0)
		die_errno(EX_CANTCREAT, "could not rename \"%s\" to \"%s\"",
		    o->tmp, o->name);
	fd = open(dirname(dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

int
out_finish(int status)
{
	struct out *o, *all = outs;
	bool lost = false;

	for (o = all; o; o = o->next) {
		if (o->tmp && status <= EX_NO)
			out_sync(o);
		else
			out_flush(o);
		if (o->optional && o->gone) {
			msg_warn("could not print what was done: nobody "
				 "reads the output any more");
			lost = true;
		}
	}
	outs = NULL;
	/* Delayed write errors (NFS, quotas) show up here. */
	if (!outfile_close_all())
		die_errno(EX_IOERR, "could not close an output");
	while ((o = all)) {
		all = o->next;
		if (o->tmp && status <= EX_NO)
			publish(o);
		else if (o->tmp && !o->keep)
			unlink(o->tmp);
		free(o->name);
		free(o->tmp);
		buf_free(&o->b);
		free(o);
	}
	return lost ? msg_worse(status, EX_IOERR) : status;
}
