/* repeat: which records came before. */
#include "repeat.h"

#include <string.h>

static bool
is_new(struct repeat *r, const char *s, size_t len)
{
	if (r->key.n == 0)
		return set_add(&r->seen, s, len);
	if (key_get(&r->key, (struct json_val){s, len}) != KEY_OK)
		return true;
	return set_add(&r->seen, r->key.bytes.s, r->key.bytes.len);
}

uint64_t
repeat_page(struct repeat *r, const struct buf *lines)
{
	const char *s = lines->s, *end = s ? s + lines->len : s, *nl;
	uint64_t before = r->n;

	for (; s < end; s = nl + 1) {
		nl = memchr(s, '\n', (size_t)(end - s));
		r->n += !is_new(r, s, (size_t)(nl - s));
	}
	return r->n - before;
}

void
repeat_free(struct repeat *r)
{
	key_free(&r->key);
	set_free(&r->seen);
}
