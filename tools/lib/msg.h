/*
 * msg: what a tool says on standard error, and how it ends.
 *
 * Every message is `tool: text\n` in one write(2), control bytes shown as
 * `?`, registered secrets as `***`. Exit statuses are those of <sysexits.h>
 * and EX_NO.
 */
#ifndef SLUICE_MSG_H
#define SLUICE_MSG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "buf.h"

enum { EX_NO = 1 }; /* it worked, and the answer is no */

/* Sets the name that messages begin with; s must outlive the process. */
void msg_init(const char *tool);
const char *msg_tool(void);

/* -q silences msg_note (not msg_warn), -v lets msg_debug through. */
enum msg_level { MSG_QUIET, MSG_NORMAL, MSG_VERBOSE };
void msg_set_level(enum msg_level);

void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msg_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msg_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A warning that ends in `: strerror(errno)`. */
void msg_warn_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Say it and end the process with status. The hook that was given to
 * msg_at_exit runs first, once (it writes the stats).
 */
_Noreturn void die(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void die_errno(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void msg_exit(int status);
void msg_at_exit(void (*hook)(int status));
/* Runs that hook now, unless it has run. */
void msg_hook(int status);

/*
 * Registers a value that no message, reject, receipt or cassette may show, in
 * any spelling (secret.h). The bytes are copied.
 */
void msg_secret(const char *s, size_t len);

/*
 * Replaces every registered secret in b, from offset from on, by `***`; false
 * if there were none.
 */
bool msg_mask(struct buf *b, size_t from);
/* The same in a JSON text, which stays one. */
void msg_mask_json(struct buf *b, size_t from);

/* Of two exit statuses the worse: 70 71 64 78 77 73 74 66 69 65 75 1 0. */
int msg_worse(int a, int b);

#endif
