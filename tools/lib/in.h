/*
 * in: lines of a descriptor.
 *
 * One buffer, as large as the longest line so far (at most max bytes and a
 * block). A clean end is told apart from a last line that was cut off, and a
 * read error from both: the latter ends the process with EX_IOERR. Outputs
 * are flushed before a read that would block.
 */
#ifndef SLUICE_IN_H
#define SLUICE_IN_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct in {
	const char *name; /* for messages: `<stdin>` or a path */
	int fd;
	bool started;       /* a byte order mark has been looked for */
	bool ended;         /* read(2) returned 0 */
	bool regular;       /* never blocks: no poll before a read */
	size_t block;       /* bytes of the next read */
	struct pollfd also; /* in_wait: what else to wait for; fd -1: nothing */
	void (*failing)(void); /* before a failed read ends the process */
	size_t max;            /* longest line, in bytes, without its newline */
	struct buf b;
	size_t at;      /* the first byte not handed out yet */
	size_t seen;    /* no newline lies in at .. seen */
	uint64_t line;  /* number of the line that in_line returned last */
	uint64_t bytes; /* read so far */
	uint64_t start; /* where that line begins, in bytes */
};

enum in_is {
	IN_LINE, /* a whole line */
	IN_CUT,  /* the last bytes of the input, without a newline */
	IN_LONG, /* a line over max: its first bytes; the rest is skipped */
	IN_END,
	IN_IDLE, /* in_wait: no whole line in time, or before `also` */
	IN_STOP  /* a signal asked to stop */
};

/* path NULL or "-" is standard input. Cannot open: EX_NOINPUT. */
void in_open(struct in *, const char *path, size_t max);

/*
 * The next line, without its newline and a carriage return before that; a
 * byte order mark at the start of the input is skipped. *s is valid until the
 * next call. Empty lines are returned too.
 */
enum in_is in_line(struct in *, const char **s, size_t *len);
/*
 * The same, but IN_IDLE when so many milliseconds brought no byte, or when
 * `also` was ready first.
 */
enum in_is in_wait(struct in *, int timeout_ms, const char **s, size_t *len);

/*
 * For who finds the end of a line without looking for a newline: the bytes at
 * hand behind the last line, at least one, or false. in_pass makes so many of
 * them the line that in_line would return; a newline has to be behind them.
 */
bool in_peek(const struct in *, const char **s, size_t *len);
void in_pass(struct in *, size_t len);

/*
 * For readers that do not read lines: the unread bytes, at least one more
 * than the `have` bytes the last call left unread unless the input ended
 * (then *len may equal have). in_take(n) consumes n of them. IN_LINE when
 * there is more, IN_END, IN_STOP. Line numbers are then the caller's matter.
 */
enum in_is in_more(struct in *, size_t have, const char **s, size_t *len);
void in_take(struct in *, size_t n);

/* Where the next line, or byte, begins. */
uint64_t in_at(const struct in *);
/*
 * Goes on at that byte of an ordinary file. Line numbers go on as if nothing
 * had been passed over.
 */
void in_seek(struct in *, uint64_t at);

void in_close(struct in *);

#endif
