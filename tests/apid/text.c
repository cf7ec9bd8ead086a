#include "text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"

static void
text_room(struct text *t, size_t n)
{
	size_t cap = t->cap ? t->cap : 256;

	while (cap - t->len <= n)
		cap *= 2;
	if (cap == t->cap)
		return;
	t->at = need(realloc(t->at, cap));
	t->cap = cap;
}

void
text_add(struct text *t, const char *bytes, size_t n)
{
	text_room(t, n);
	if (n > 0)
		memcpy(t->at + t->len, bytes, n);
	t->len += n;
	t->at[t->len] = '\0';
}

void
text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	text_room(t, 128);
	va_start(ap, fmt);
	n = vsnprintf(t->at + t->len, t->cap - t->len, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= t->cap - t->len) {
		text_room(t, (size_t)n);
		va_start(ap, fmt);
		n = vsnprintf(t->at + t->len, t->cap - t->len, fmt, ap);
		va_end(ap);
	}
	if (n > 0)
		t->len += (size_t)n;
}

/* The length of the UTF-8 sequence at s, 0 if there is none. */
static size_t
utf8_length(const unsigned char *s)
{
	size_t i, n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what is beyond U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static bool
is_utf8(const unsigned char *s)
{
	size_t n;

	for (; *s != '\0'; s += n)
		if ((n = utf8_length(s)) == 0)
			return false;
	return true;
}

void
text_json(struct text *t, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	bool utf8 = is_utf8(p);

	text_puts(t, "\"");
	for (; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			text_printf(t, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f || (*p >= 0x80 && !utf8))
			text_printf(t, "\\u%04x", *p);
		else
			text_add(t, (const char *)p, 1);
	}
	text_puts(t, "\"");
}

void
text_json_or_null(struct text *t, const char *s)
{
	if (s != NULL)
		text_json(t, s);
	else
		text_puts(t, "null");
}

char *
text_take(struct text *t, size_t *len)
{
	char *bytes;

	text_room(t, 0);
	t->at[t->len] = '\0';
	bytes = t->at;
	*len = t->len;
	*t = (struct text){0};
	return bytes;
}

void
text_free(struct text *t)
{
	free(t->at);
	*t = (struct text){0};
}
