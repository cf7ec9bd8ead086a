#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "msg.h"

void
buf_grow(struct buf *b, size_t n)
{
	size_t need, cap;

	if (n > SIZE_MAX / 4 - b->len)
		die(EX_OSERR,
		    "could not grow a buffer by %zu bytes: "
		    "too large",
		    n);
	need = b->len + n + 1;
	cap = b->cap < 128 ? 128 : b->cap;
	while (cap < need)
		cap *= 2;
	b->s = buf_array(b->s, cap, 1);
	b->cap = cap;
	b->s[b->len] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf)BUF_INIT;
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	buf_room(b, 0);
	n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
	if (n >= 0 && (size_t)n >= b->cap - b->len) {
		buf_grow(b, (size_t)n);
		n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	}
	va_end(again);
	if (n < 0)
		die_errno(EX_SOFTWARE, "could not format \"%s\"", fmt);
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

bool
buf_read(struct buf *b, int fd)
{
	enum { BLOCK = 65536 };
	ssize_t n = 1;

	while (n > 0) {
		n = read(fd, buf_room(b, BLOCK), BLOCK);
		if (n > 0)
			b->len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	b->s[b->len] = '\0';
	return n == 0;
}

char *
buf_dup(const char *s, size_t n)
{
	char *to = buf_array(NULL, n + 1, 1);

	if (n > 0)
		memcpy(to, s, n);
	to[n] = '\0';
	return to;
}

void *
buf_array(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n > 0 ? n : 1, size);

	if (p == NULL)
		die(EX_OSERR,
		    "could not allocate %zu x %zu bytes: "
		    "out of memory",
		    n, size);
	return p;
}

void
buf_base64(struct buf *b, const void *s, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = s;
	unsigned long v;
	size_t i, j;

	for (i = 0; i < len; i += 3) {
		v = 0;
		for (j = 0; j < 3; j++)
			v = v << 8 | (i + j < len ? p[i + j] : 0);
		for (j = 0; j < 4; j++)
			buf_char(b,
			    i + j > len ? '=' : digits[v >> (18 - 6 * j) & 63]);
	}
}

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool
buf_unbase64(struct buf *b, const char *s, size_t len)
{
	unsigned bits = 0, n = 0;
	size_t i = 0;
	int d;

	for (; i < len && (d = base64_digit(s[i])) >= 0; i++) {
		bits = (bits << 6 | (unsigned)d) & 0xfff;
		n += 6;
		if (n >= 8) {
			n -= 8;
			buf_char(b, (char)(bits >> n & 0xff));
		}
	}
	while (i < len && s[i] == '=')
		i++;
	return i == len && n != 6 && (bits & ((1u << n) - 1)) == 0;
}
