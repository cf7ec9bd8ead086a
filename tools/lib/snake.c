#include <string.h>

#include "snake.h"

static bool
upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Of a word that goes on in lower case; other scripts' letters, too. */
static bool
lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

static bool
is_separator(char c)
{
	return c == ' ' || c == '-' || c == '.';
}

/* Does a word begin at the capital s[i]? */
static bool
word_begins(const char *s, size_t len, size_t i)
{
	if (i == 0)
		return false;
	if (lower(s[i - 1]))
		return true;
	/* The last capital of a run begins the next word. */
	return upper(s[i - 1]) && i + 1 < len && s[i + 1] >= 'a' &&
	       s[i + 1] <= 'z';
}

static void
snake_text(struct buf *b, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (is_separator(s[i])) {
			if (i == 0 || b->s[b->len - 1] != '_')
				buf_char(b, '_');
			continue;
		}
		if (upper(s[i]) && word_begins(s, len, i))
			buf_char(b, '_');
		buf_char(b, upper(s[i]) ? (char)(s[i] | 0x20) : s[i]);
	}
}

static bool
changes(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (upper(s[i]) || is_separator(s[i]))
			return true;
	return false;
}

size_t
snake_room(size_t len)
{
	/* Two bytes for a capital; an escape never grows. */
	return 2 * len + 1;
}

void
snake_name(struct buf *b, struct json_val name)
{
	struct buf text = BUF_INIT, snake = BUF_INIT;

	if (!json_decode(&text, name) || !changes(text.s, text.len)) {
		buf_add(b, name.s, name.len);
	} else {
		snake_text(&snake, text.s, text.len);
		json_quote(b, snake.s, snake.len);
	}
	buf_free(&text);
	buf_free(&snake);
}
