/*
 * The tokenizer on any bytes: it must not read beyond them, its halves must
 * agree, and what it passes must survive being walked and written again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "json.h"

/* Writes v again, member by member. */
static void
rewrite(struct buf *b, struct json_val v)
{
	struct json_walk w;
	struct json_val name, x;
	char close = '}';
	size_t from;

	if (*v.s != '{' && *v.s != '[') {
		buf_add(b, v.s, v.len);
		return;
	}
	if (*v.s == '[')
		close = ']';
	buf_char(b, *v.s);
	from = b->len;
	w = json_walk(v);
	while (json_next(&w, &name, &x)) {
		if (b->len > from)
			buf_char(b, ',');
		if (name.s) {
			buf_add(b, name.s, name.len);
			buf_char(b, ':');
		}
		rewrite(b, x);
	}
	buf_char(b, close);
}

/* Decoding and quoting a string again must not change what it means. */
static void
requote(struct json_val string)
{
	struct buf meaning = BUF_INIT, raw = BUF_INIT, again = BUF_INIT;

	json_decode(&meaning, string);
	must(json_quote(&raw, meaning.s, meaning.len));
	must(json_decode(&again, (struct json_val){raw.s, raw.len}));
	must(
	    meaning.len == again.len &&
	    (meaning.len == 0 || memcmp(meaning.s, again.s, meaning.len) == 0));
	buf_free(&meaning);
	buf_free(&raw);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf compact = BUF_INIT, written = BUF_INIT, quoted = BUF_INIT;
	char *s = exact(data, size);
	struct json_error e, f;
	struct json_val v;
	bool good;
	size_t n;

	good = json_check(s, size, &e);
	n = json_scan(s, size, true, &f);
	must(!good || n > 0);
	must(good || e.at <= size);
	if (good) {
		v = json_trim(s, size);
		must(json_skip(v.s, v.s + v.len) == v.s + v.len);
		json_compact(&compact, v);
		rewrite(&written, v);
		must(compact.len == written.len &&
		     memcmp(compact.s, written.s, compact.len) == 0);
		must(json_check(compact.s, compact.len, &e));
		if (*v.s == '"')
			requote(v);
	}
	must(json_quote(&quoted, s, size) == json_utf8(s, size));
	must(json_check(quoted.s, quoted.len, &e));
	buf_free(&compact);
	buf_free(&written);
	buf_free(&quoted);
	free(s);
	return 0;
}
