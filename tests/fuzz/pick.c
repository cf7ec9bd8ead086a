/*
 * Fields of pages of any bytes: what an operand takes is JSON, or there is a
 * reason; a price is a number. The first line is the operand.
 */
#include "pick.h"
#include "decimal.h"
#include "fuzz.h"
#include "json.h"

static void
try_decimal(const char *s, size_t len, bool comma)
{
	struct buf b = BUF_INIT;
	struct json_error e;

	if (decimal_read(&b, s, len, comma) == DECIMAL_FOUND)
		must(json_check(b.s, b.len, &e));
	buf_free(&b);
}

static void
try_pick(struct pick *p, struct html *page)
{
	struct buf b = BUF_INIT, why = BUF_INIT;
	struct json_error e;

	if (pick_get(p, page, NULL, &b, &why))
		must(why.len == 0 && json_check(b.s, b.len, &e));
	else
		must(why.len > 0);
	buf_free(&b);
	buf_free(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = memchr(data, '\n', size);
	struct buf why = BUF_INIT;
	struct html *page;
	struct pick p;
	char *operand, *s;

	/* Paths can be made that take for ever. */
	if (!nl || size > 4096 || nl - data > 100)
		return 0;
	operand = buf_dup((const char *)data, (size_t)(nl - data));
	size -= (size_t)(nl + 1 - data);
	s = exact(nl + 1, size);
	try_decimal(s, size, false);
	try_decimal(s, size, true);
	if (pick_parse(&p, operand, &why)) {
		page = html_parse(s, size, NULL, "http://h/a/b", &why);
		if (page)
			try_pick(&p, page);
		html_free(page);
		pick_free(&p);
	} else {
		must(why.len > 0);
	}
	buf_free(&why);
	free(operand);
	free(s);
	return 0;
}
