#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "secret.h"

static const char *tool = "sluice";
static enum msg_level level = MSG_NORMAL;
static void (*exit_hook)(int);

static struct secrets secrets;

void
msg_init(const char *name)
{
	tool = name;
}

const char *
msg_tool(void)
{
	return tool;
}

void
msg_set_level(enum msg_level l)
{
	level = l;
}

void
msg_secret(const char *s, size_t len)
{
	secrets_add(&secrets, s, len);
}

bool
msg_mask(struct buf *b, size_t from)
{
	return secrets_mask(&secrets, b, from);
}

void
msg_mask_json(struct buf *b, size_t from)
{
	if (msg_mask(b, from))
		secrets_quote(b, from);
}

/*
 * Memory may be what is missing, so the line is built in a fixed buffer and
 * only a text with secrets to hide, or a long one, takes memory.
 */
__attribute__((format(printf, 1, 0))) static void
say(const char *fmt, va_list ap, int error)
{
	char small[2048];
	struct buf big = BUF_INIT;
	char *s = small;
	size_t i, len;
	va_list again;
	int n, m;

	va_copy(again, ap);
	n = snprintf(small, sizeof small, "%s: ", tool);
	m = vsnprintf(small + n, sizeof small - (size_t)n, fmt, ap);
	len = (size_t)n + (size_t)(m < 0 ? 0 : m);
	if (secrets.n > 0 || len + 130 > sizeof small) {
		buf_printf(&big, "%s: ", tool);
		buf_vprintf(&big, fmt, again);
		msg_mask(&big, 0);
		buf_room(&big, 200);
		s = big.s;
		len = big.len;
	}
	va_end(again);
	if (error)
		len += (size_t)snprintf(s + len, 128, ": %s", strerror(error));
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			s[i] = '?';
	s[len++] = '\n';
	/* Nothing can be done where even this write fails. */
	if (write(STDERR_FILENO, s, len) < 0)
		level = MSG_QUIET;
	buf_free(&big);
}

void
msg_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
}

void
msg_warn_errno(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, error);
	va_end(ap);
}

void
msg_note(const char *fmt, ...)
{
	va_list ap;

	if (level < MSG_NORMAL)
		return;
	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
}

void
msg_debug(const char *fmt, ...)
{
	va_list ap;

	if (level < MSG_VERBOSE)
		return;
	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
}

void
msg_at_exit(void (*hook)(int))
{
	exit_hook = hook;
}

void
msg_hook(int status)
{
	void (*hook)(int) = exit_hook;

	exit_hook = NULL;
	if (hook)
		hook(status);
}

void
msg_exit(int status)
{
	msg_hook(status);
	exit(status);
}

void
die(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
	msg_exit(status);
}

void
die_errno(int status, const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, error);
	va_end(ap);
	msg_exit(status);
}

int
msg_worse(int a, int b)
{
	static const int order[] = {EX_SOFTWARE, EX_OSERR, EX_USAGE, EX_CONFIG,
	    EX_NOPERM, EX_CANTCREAT, EX_IOERR, EX_NOINPUT, EX_UNAVAILABLE,
	    EX_DATAERR, EX_TEMPFAIL, EX_NO};
	size_t i;

	for (i = 0; i < sizeof order / sizeof *order; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a ? a : b;
}
