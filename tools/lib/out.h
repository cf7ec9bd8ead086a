/*
 * out: every output of the process, line by line.
 *
 * Lines are gathered in a buffer; each flush writes whole lines only and
 * holds a record lock (fcntl F_SETLKW) on the file or pipe meanwhile, so that
 * several processes can share it. Closing any descriptor of an inode drops
 * the process' locks on it: so outputs are opened once at start, closed at
 * the end, two outputs on one inode share one descriptor, and no two locks
 * are held at once. A write that fails ends the process with EX_IOERR; a
 * reader that is gone (EPIPE) ends it by SIGPIPE, or, for an output of
 * out_optional, is remembered and the rest of that output is dropped.
 */
#ifndef SLUICE_OUT_H
#define SLUICE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct out;

enum out_mode {
	OUT_STDOUT,  /* standard output; the path is not used */
	OUT_REPLACE, /* a file written beside and renamed by out_finish */
	OUT_KEEP,    /* the same, but beside is path.part, and stays */
	OUT_APPEND   /* a file appended to; may be shared by processes */
};

/* Opens an output; ends the process with EX_CANTCREAT if it cannot. */
struct out *out_open(const char *path, enum out_mode);

/* For sinks: go on when the reader is gone; see out_lost. */
void out_optional(struct out *);
bool out_lost(const struct out *);

/* Appends a line; the newline is added here. */
void out_line(struct out *, const char *s, size_t len);

/* Appends n lines, each with its newline. Many are not copied but written. */
void out_text(struct out *, const char *s, size_t len, uint64_t n);

/*
 * Building a line in place: append to out_buf(), then out_end() adds the
 * newline and makes it part of the output, or out_undo() drops it. The buffer
 * may hold earlier lines: touch only what was appended since.
 */
struct buf *out_buf(struct out *);
void out_end(struct out *);
void out_undo(struct out *);
/* The same for n lines, each of which was given its newline. */
void out_end_lines(struct out *, uint64_t n);

/* For messages: its path, or `<stdout>`. */
const char *out_name(const struct out *);

uint64_t out_lines(const struct out *);
uint64_t out_bytes(const struct out *);

void out_flush(struct out *);
void out_flush_all(void);

/*
 * While they are held, a write that fails ends nothing: it is kept in mind,
 * and does so when they are held no more.
 */
void out_hold(bool);

/*
 * For OUT_KEEP: what the file beside is called behind its name. Before any
 * line: cuts it to that length, which is so many lines. False if it is
 * shorter.
 */
#define OUT_PART ".part"
bool out_cut(struct out *, uint64_t length, uint64_t lines);

/* Flushes and fsyncs: for files that must survive a crash from here on. */
void out_sync(struct out *);

/*
 * Flushes and closes all outputs. Files of OUT_REPLACE and OUT_KEEP get their
 * names where status is 0 or EX_NO; otherwise the first are removed. Returns
 * status, or EX_IOERR where an optional output lost its reader.
 */
int out_finish(int status);

#endif
