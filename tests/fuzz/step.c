/*
 * The tokenizer that is fed block by block, in blocks of the sizes that the
 * first bytes give, against the one that has it all.
 */
#include "fuzz.h"
#include "json.h"
#include "jsonstep.h"

/* Feeds s in blocks of `size` more each time; where it ended, in *at. */
static enum jsonstep_is
feed(struct jsonstep *j, const char *s, size_t len, size_t size,
    struct buf *compact, size_t *at)
{
	enum jsonstep_is is = JSONSTEP_MORE;
	size_t end = 0, used;
	char *block;

	*at = 0;
	jsonstep_begin(j, 0);
	while (is == JSONSTEP_MORE && end < len) {
		end = len - end > size ? end + size : len;
		block = exact((const uint8_t *)s + *at, end - *at);
		is = jsonstep(j, block, end - *at, compact, &used);
		free(block);
		must(used <= end - *at);
		*at += used;
		must(is != JSONSTEP_MORE || end - *at < 6);
	}
	return is;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct jsonstep j;
	struct buf compact = BUF_INIT, wanted = BUF_INIT;
	struct json_error e = {0, NULL};
	enum jsonstep_is is;
	size_t n, at, block;
	char *s;

	if (size == 0)
		return 0;
	block = data[0] % 32 + 1u;
	s = exact(data + 1, --size);
	n = json_scan(s, size, false, &e);
	is = feed(&j, s, size, block, &compact, &at);
	if (n > 0) {
		json_compact(&wanted, json_trim(s, n));
		must(is == JSONSTEP_DONE && at == n);
		must(compact.len == wanted.len &&
		     memcmp(compact.s, wanted.s, wanted.len) == 0);
	} else if (e.what) {
		must(is == JSONSTEP_FAILED && at == e.at &&
		     strcmp(j.error.what, e.what) == 0);
	} else {
		must(is == JSONSTEP_MORE);
	}
	buf_free(&compact);
	buf_free(&wanted);
	free(s);
	return 0;
}
