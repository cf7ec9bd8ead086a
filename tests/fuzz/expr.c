/*
 * Paths and keys on any bytes: the text up to the first newline is a path, the
 * rest a record. A path must give what jq's own walk gives.
 */
#include "expr.h"
#include "fuzz.h"
#include "key.h"
#include "path.h"

/* libjq is slow and keeps memory: only what is a plain path, in short. */
static void
against_jq(const char *text, struct json_val record, enum expr_is is,
    struct json_val v)
{
	struct buf program = BUF_INIT;
	struct expr *e;
	struct json_val jq;
	enum expr_is theirs;
	char *why;

	buf_printf(&program, "first(%s)", text);
	e = expr_new(program.s, &why);
	/* jq 1.6 does not know `.a.[0]` yet. */
	must(e || strstr(text, ".["));
	if (e == NULL) {
		free(why);
		buf_free(&program);
		return;
	}
	theirs = expr_get(e, record, &jq);
	/* What libjq cannot hold (depth, digits) is no difference. */
	if (theirs == EXPR_VALUE && is == EXPR_NONE)
		must(jq.len == 4 && memcmp(jq.s, "null", 4) == 0);
	else if (theirs == EXPR_VALUE)
		must(is == EXPR_VALUE && json_type(jq.s) == json_type(v.s));
	expr_free(e);
	buf_free(&program);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = memchr(data, '\n', size);
	struct key key = KEY_INIT;
	struct json_error e;
	struct json_val v, found = {NULL, 0};
	struct path path;
	struct buf why = BUF_INIT;
	enum path_is is;
	char *text, *s;

	if (nl == NULL || size > 4096)
		return 0;
	text = buf_dup((const char *)data, (size_t)(nl - data));
	size -= (size_t)(nl + 1 - data);
	s = exact(nl + 1, size);
	if (path_parse(&path, text) && json_check(s, size, &e)) {
		v = json_trim(s, size);
		is = path_get(&path, v, &found, &why);
		must(is != PATH_VALUE ||
		     (found.s >= v.s && found.s + found.len <= v.s + v.len &&
			 json_check(found.s, found.len, &e)));
		must(is != PATH_FAILED || why.len > 0);
		against_jq(text, v,
		    is == PATH_VALUE  ? EXPR_VALUE
		    : is == PATH_NONE ? EXPR_NONE
				      : EXPR_FAILED,
		    found);
		must(key_opt(&key, text) == NULL);
		must((key_get(&key, v) == KEY_OK) == (key.why.len == 0));
	}
	key_free(&key);
	path_free(&path);
	buf_free(&why);
	free(text);
	free(s);
	return 0;
}
