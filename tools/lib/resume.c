/* resume: the state file of a walk. */
#include "resume.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

#include "out.h"
#include "when.h"

static bool
write_line(struct resume *r, const struct buf *line)
{
	size_t done = 0;
	ssize_t n;

	while (done < line->len) {
		n = write(r->fd, line->s + done, line->len - done);
		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(r->fd) == 0;
}

static bool
member(struct json_val v, const char *name, struct json_val *m)
{
	return json_member(v, name, strlen(name), m);
}

/* The next whole line from *at on, a checked object; false if there is none. */
static bool
next_line(struct resume *r, size_t *at, struct json_val *v)
{
	const char *s = r->text.s + *at;
	const char *nl =
	    r->text.len > *at ? memchr(s, '\n', r->text.len - *at) : NULL;
	struct json_error e;

	if (!nl || !json_check(s, (size_t)(nl - s), &e) || *s != '{')
		return false;
	*v = (struct json_val){s, (size_t)(nl - s)};
	*at += v->len + 1;
	return true;
}

/* Says by which member the two differ. */
static void
explain(
    struct resume *r, struct json_val was, struct json_val is, struct buf *why)
{
	struct json_walk w = json_walk(is);
	struct json_val name, a, b;
	struct buf decoded = BUF_INIT;
	size_t from;

	buf_printf(why, "\"%s\" is of another walk: its ", r->path);
	from = why->len;
	while (json_next(&w, &name, &a)) {
		buf_cut(&decoded, 0);
		json_decode(&decoded, name);
		if (json_member(was, decoded.s, decoded.len, &b) &&
		    a.len == b.len && memcmp(a.s, b.s, a.len) == 0)
			continue;
		buf_add(why, name.s, name.len);
		buf_str(why, " is not ");
		buf_add(why, a.s, a.len);
		break;
	}
	if (why->len == from)
		buf_str(why, "options are more");
	buf_str(why, "; end that one with its own options, or remove the file");
	buf_free(&decoded);
}

/* A walk that begins. */
static bool
begin(struct resume *r, const struct buf *identity, struct buf *why)
{
	struct buf line = BUF_INIT;
	bool ok;

	when_stamp(&r->began);
	buf_printf(&line, "{\"began\":\"%s\",\"walk\":{%s}}\n", r->began.s,
	    identity->s);
	ok = ftruncate(r->fd, 0) == 0 && lseek(r->fd, 0, SEEK_SET) == 0 &&
	     write_line(r, &line);
	if (!ok)
		buf_printf(why, "could not write file \"%s\": %s", r->path,
		    strerror(errno));
	buf_free(&line);
	return ok;
}

/* The pages that are there; what is cut off behind them goes. */
static bool
read_pages(struct resume *r, struct buf *why)
{
	struct json_val v, m;
	size_t at = r->at;

	while (next_line(r, &at, &v)) {
		r->ended = member(v, "end", &m);
		r->whole = r->ended && json_type(m.s) == JSON_TRUE;
		if (!json_count(v, "length", &r->length) ||
		    !json_count(v, "lines", &r->lines))
			break;
		r->pages++;
	}
	if (ftruncate(r->fd, (off_t)at) == 0 &&
	    lseek(r->fd, 0, SEEK_END) == (off_t)at) {
		buf_cut(&r->text, at);
		return true;
	}
	buf_printf(
	    why, "could not cut file \"%s\": %s", r->path, strerror(errno));
	return false;
}

static bool
take(struct resume *r, const struct buf *identity, int *status, struct buf *why)
{
	struct buf is = BUF_INIT;
	struct json_val v, was, began;
	bool ok;

	*status = EX_CONFIG;
	if (!next_line(r, &r->at, &v) || !member(v, "walk", &was) ||
	    json_type(was.s) != JSON_OBJECT || !member(v, "began", &began)) {
		buf_printf(why,
		    "\"%s\" is no state of a walk: remove it to begin again",
		    r->path);
		return false;
	}
	json_decode(&r->began, began);
	buf_printf(&is, "{%s}", identity->s);
	ok = is.len == was.len && memcmp(is.s, was.s, is.len) == 0;
	if (!ok)
		explain(r, was, (struct json_val){is.s, is.len}, why);
	buf_free(&is);
	*status = ok ? EX_IOERR : EX_CONFIG;
	return ok && read_pages(r, why);
}

static bool
is_kept(const char *output)
{
	struct buf path = BUF_INIT;
	bool is;

	buf_printf(&path, "%s" OUT_PART, output);
	is = access(path.s, F_OK) == 0;
	buf_free(&path);
	return is;
}

bool
resume_open(struct resume *r, const char *output, const struct buf *identity,
    int *status, struct buf *why)
{
	struct buf path = BUF_INIT;

	*r = (struct resume){.fd = -1};
	buf_printf(&path, "%s.state", output);
	r->path = path.s;
	*status = EX_CANTCREAT;
	r->fd = open(r->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (r->fd == -1) {
		buf_printf(why, "could not open file \"%s\": %s", r->path,
		    strerror(errno));
		return false;
	}
	if (flock(r->fd, LOCK_EX | LOCK_NB) != 0) {
		*status = EX_TEMPFAIL;
		buf_printf(
		    why, "another process is at it: \"%s\" is locked", r->path);
		return false;
	}
	*status = EX_IOERR;
	if (!buf_read(&r->text, r->fd)) {
		buf_printf(why, "could not read file \"%s\": %s", r->path,
		    strerror(errno));
		return false;
	}
	/* Not even its first line is whole: nothing was put down. */
	if (!memchr(r->text.s, '\n', r->text.len))
		return begin(r, identity, why);
	if (!take(r, identity, status, why))
		return false;
	/* Its output was published, and this file outlived it. */
	if (r->ended && !is_kept(output)) {
		r->ended = false;
		r->pages = r->length = r->lines = 0;
		r->at = r->text.len;
		buf_cut(&r->began, 0);
		return begin(r, identity, why);
	}
	return true;
}

bool
resume_next(struct resume *r, struct json_val *state)
{
	struct json_val v;

	return next_line(r, &r->at, &v) && member(v, "state", state) &&
	       json_type(state->s) == JSON_OBJECT;
}

bool
resume_page(struct resume *r, uint64_t length, uint64_t lines,
    const struct buf *state, bool whole)
{
	struct buf b = BUF_INIT;
	bool ok;

	buf_printf(
	    &b, "{\"length\":%" PRIu64 ",\"lines\":%" PRIu64, length, lines);
	if (state)
		buf_printf(&b, ",\"state\":{%s}}\n", state->s);
	else
		buf_printf(&b, ",\"end\":%s}\n", whole ? "true" : "false");
	ok = write_line(r, &b);
	buf_free(&b);
	return ok;
}

bool
resume_done(struct resume *r)
{
	return unlink(r->path) == 0;
}

void
resume_free(struct resume *r)
{
	if (r->fd != -1)
		close(r->fd);
	free(r->path);
	buf_free(&r->began);
	buf_free(&r->text);
}
