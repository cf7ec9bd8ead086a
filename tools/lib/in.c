#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "in.h"
#include "msg.h"
#include "out.h"
#include "stop.h"

enum {
	BLOCK = 256 * 1024,
	FIRST = 4096,  /* what is read after a seek, then twice that */
	EXCERPT = 4096 /* what is kept of a line that is too long */
};

void
in_open(struct in *in, const char *path, size_t max)
{
	struct stat st;
	int flags;

	*in = (struct in){.max = max,
	    .block = BLOCK,
	    .name = "<stdin>",
	    .fd = STDIN_FILENO,
	    .also.fd = -1};
	if (path && strcmp(path, "-") != 0) {
		in->name = path;
		in->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (in->fd < 0)
			die_errno(
			    EX_NOINPUT, "could not open file \"%s\"", path);
	}
	flags = fcntl(in->fd, F_GETFL);
	if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY) {
		flags = -1;
		errno = EBADF;
	}
	if (flags < 0 || fstat(in->fd, &st) != 0)
		die_errno(EX_NOINPUT, "could not read %s", in->name);
	in->regular = S_ISREG(st.st_mode);
}

void
in_close(struct in *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	buf_free(&in->b);
}

uint64_t
in_at(const struct in *in)
{
	return in->bytes - (in->b.len - in->at);
}

void
in_seek(struct in *in, uint64_t at)
{
	if (lseek(in->fd, (off_t)at, SEEK_SET) < 0)
		die_errno(EX_IOERR, "could not read %s", in->name);
	buf_cut(&in->b, 0);
	in->at = in->seen = 0;
	in->bytes = at;
	in->ended = false;
	in->block = FIRST;
}

/* Waits until a read would not block; false when a signal asks to stop. */
static bool
wait_input(struct in *in, int timeout_ms, bool *idle)
{
	struct pollfd p[] = {{in->fd, POLLIN, 0}, in->also};

	*idle = false;
	if (in->regular)
		return !stop_asked();
	if (poll(p, 1, 0) == 0) {
		out_flush_all();
		*idle = stop_poll(p, 2, timeout_ms) >= 0 && p[0].revents == 0;
	}
	return !stop_asked();
}

_Noreturn static void
read_failed(const struct in *in, int error)
{
	if (in->failing)
		in->failing();
	errno = error;
	die_errno(EX_IOERR, "could not read %s", in->name);
}

static enum in_is start(struct in *, int timeout_ms);

/*
 * Reads one block more behind what is unread. IN_LINE if bytes came; IN_IDLE
 * if none came in time.
 */
static enum in_is
fill(struct in *in, int timeout_ms)
{
	ssize_t n;
	bool idle;

	if (in->ended)
		return IN_END;
	if (!wait_input(in, timeout_ms, &idle))
		return IN_STOP;
	if (idle)
		return IN_IDLE;
	if (in->at > 0) {
		memmove(in->b.s, in->b.s + in->at, in->b.len - in->at);
		in->b.len -= in->at;
		in->seen -= in->at;
		in->at = 0;
	}
	do
		n = read(in->fd, buf_room(&in->b, BLOCK), in->block);
	while (n < 0 && errno == EINTR && !stop_asked());
	if (n < 0 && errno == EINTR)
		return IN_STOP;
	if (n < 0)
		read_failed(in, errno);
	if (n == 0) {
		in->ended = true;
		return IN_END;
	}
	if (in->block < BLOCK)
		in->block *= 2;
	in->b.len += (size_t)n;
	in->bytes += (uint64_t)n;
	return in->started ? IN_LINE : start(in, timeout_ms);
}

/*
 * Passes over a byte order mark, of which a pipe may have brought only the
 * first bytes yet.
 */
static enum in_is
start(struct in *in, int timeout_ms)
{
	static const char mark[] = {'\xef', '\xbb', '\xbf'};
	size_t n = in->b.len < sizeof mark ? in->b.len : sizeof mark;
	enum in_is is;

	if (memcmp(in->b.s, mark, n) == 0) {
		if (n < sizeof mark) {
			is = fill(in, timeout_ms);
			return is == IN_END ? IN_LINE : is;
		}
		in->at = in->seen = n;
	}
	in->started = true;
	return IN_LINE;
}

/* Takes the bytes up to `end` as a line. */
static enum in_is
take_line(struct in *in, size_t end, const char **s, size_t *len)
{
	*s = in->b.s + in->at;
	*len = end - in->at;
	in->start = in_at(in);
	in->at = in->seen = end + (end < in->b.len);
	in->line++;
	if (*len > 0 && (*s)[*len - 1] == '\r')
		--*len;
	return *len > in->max ? IN_LONG : IN_LINE;
}

/*
 * A line over the limit: keeps its first bytes at the buffer's start, passes
 * over the rest.
 */
static enum in_is
skip_long(struct in *in, const char **s, size_t *len)
{
	size_t keep = in->at + EXCERPT;
	enum in_is is = IN_LINE;
	char *nl = NULL;

	while (nl == NULL && is == IN_LINE) {
		buf_cut(&in->b, keep);
		is = fill(in, -1);
		if (is != IN_LINE)
			break;
		keep = in->at + EXCERPT;
		nl = memchr(in->b.s + keep, '\n', in->b.len - keep);
	}
	if (is == IN_STOP)
		return IN_STOP;
	*s = in->b.s + in->at;
	*len = EXCERPT;
	in->at = in->seen = nl ? (size_t)(nl - in->b.s) + 1 : in->b.len;
	in->line++;
	return IN_LONG;
}

enum in_is
in_wait(struct in *in, int timeout_ms, const char **s, size_t *len)
{
	enum in_is is;
	char *nl;

	for (;;) {
		nl = in->seen < in->b.len ? memchr(in->b.s + in->seen, '\n',
						in->b.len - in->seen)
					  : NULL;
		if (nl)
			return take_line(in, (size_t)(nl - in->b.s), s, len);
		in->seen = in->b.len;
		if (in->b.len - in->at > in->max + EXCERPT)
			return skip_long(in, s, len);
		is = fill(in, timeout_ms);
		if (is == IN_LINE)
			continue;
		if (is != IN_END || in->at == in->b.len)
			return is;
		is = take_line(in, in->b.len, s, len);
		return is == IN_LINE ? IN_CUT : is;
	}
}

enum in_is
in_line(struct in *in, const char **s, size_t *len)
{
	return in_wait(in, -1, s, len);
}

bool
in_peek(const struct in *in, const char **s, size_t *len)
{
	*s = in->b.s + in->at;
	*len = in->b.len - in->at;
	return *len > 0 && in->started;
}

void
in_pass(struct in *in, size_t len)
{
	in->start = in_at(in);
	in->at = in->seen = in->at + len + 1;
	in->line++;
}

enum in_is
in_more(struct in *in, size_t have, const char **s, size_t *len)
{
	enum in_is is = IN_LINE;

	if (in->b.len - in->at <= have)
		is = fill(in, -1);
	*s = in->b.s + in->at;
	*len = in->b.len - in->at;
	return is;
}

void
in_take(struct in *in, size_t n)
{
	in->at += n;
	in->seen = in->at;
}
