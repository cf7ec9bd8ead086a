/*
 * buf: the one growing byte buffer.
 *
 * `s` is never NULL after buf_init's first growth and always ends in a NUL
 * byte that `len` does not count, so text can be handed to libraries; the
 * bytes themselves may contain NUL. The buffer owns `s`. Growing doubles;
 * running out of memory ends the process with EX_OSERR.
 */
#ifndef SLUICE_BUF_H
#define SLUICE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *s;
	size_t len;
	size_t cap;
};

#define BUF_INIT           \
	{                  \
		NULL, 0, 0 \
	}

/* The slow path of buf_room: makes the capacity at least len + n + 1. */
void buf_grow(struct buf *, size_t n);

/* Frees the memory; the buffer is empty and can be used again. */
void buf_free(struct buf *);

/* Appends formatted text, as printf. */
void buf_printf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));

/* Makes room for n more bytes and returns where they go (len is not moved). */
static inline char *
buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->len <= n)
		buf_grow(b, n);
	return b->s + b->len;
}

/* Appends n bytes; s may be NULL if n is 0. */
static inline void
buf_add(struct buf *b, const void *s, size_t n)
{
	char *to = buf_room(b, n);

	if (n > 0)
		memcpy(to, s, n);
	to[n] = '\0';
	b->len += n;
}

static inline void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

static inline void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

/* Shortens the buffer to len bytes, which it must have. */
static inline void
buf_cut(struct buf *b, size_t len)
{
	if (b->s) {
		b->len = len;
		b->s[len] = '\0';
	}
}

/* Appends n bytes as base64 (RFC 4648, padded). */
void buf_base64(struct buf *, const void *s, size_t n);

/*
 * Appends what n digits of base64 mean, in either alphabet of RFC 4648, padded
 * or not; false if they are none.
 */
bool buf_unbase64(struct buf *, const char *s, size_t n);

/*
 * Appends all that a descriptor gives until its end; false, with errno, where
 * it cannot be read. s is not NULL then.
 */
bool buf_read(struct buf *, int fd);

/* A copy of the first n bytes of s, ended by NUL; the caller frees it. */
char *buf_dup(const char *s, size_t n);

/* realloc for n elements of size bytes each; never returns NULL. */
void *buf_array(void *old, size_t n, size_t size);

#endif
