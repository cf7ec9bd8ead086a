#ifndef APID_TEXT_H
#define APID_TEXT_H

#include <stddef.h>

/*
 * A growing text. All zero is an empty one. at is NUL-terminated as soon as
 * anything was added and belongs to the text until text_take or text_free.
 * Running out of memory ends the process.
 */
struct text {
	char *at;
	size_t len;
	size_t cap;
};

void text_add(struct text *t, const char *bytes, size_t n);
void text_puts(struct text *t, const char *s);
void text_printf(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Adds s as a JSON string with its quotes (RFC 8259). s is taken for UTF-8;
 * if it is not, its bytes above 127 are written as the code points of the
 * same number, so that what is printed is always valid JSON.
 */
void text_json(struct text *t, const char *s);

/* The same, or null if s is NULL. */
void text_json_or_null(struct text *t, const char *s);

/* Hands the bytes over: the caller frees them. Never NULL. */
char *text_take(struct text *t, size_t *len);

void text_free(struct text *t);

#endif
