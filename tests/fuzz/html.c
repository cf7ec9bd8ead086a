/*
 * Pages of any bytes: what is read becomes UTF-8, a tree and texts, and a link
 * that is found can be asked for.
 */
#include "html.h"
#include "charset.h"
#include "fuzz.h"
#include "json.h"

static void
try_links(struct html *page)
{
	static struct html_path *links;
	struct buf text = BUF_INIT, url = BUF_INIT, why = BUF_INIT;
	struct html_found f;
	size_t i;

	if (!links)
		links = html_path("//a | //@* | //*[class('a')]", &why);
	must(links && html_find(page, NULL, links, &f, &why));
	for (i = 0; i < f.n; i++) {
		buf_cut(&text, 0);
		buf_cut(&url, 0);
		buf_cut(&why, 0);
		html_text(&f, i, &text);
		must(json_utf8(text.s, text.len));
		if (html_link(page, &f, i, &url, &why))
			must(url.len > 0);
		else
			must(why.len > 0);
	}
	html_found_free(&f);
	buf_free(&text);
	buf_free(&url);
	buf_free(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = memchr(data, '\n', size);
	struct buf text = BUF_INIT, why = BUF_INIT;
	struct html *page;
	char *type, *s;

	/* The first line is the Content-Type. */
	if (!nl || size > 16384)
		return 0;
	type = buf_dup((const char *)data, (size_t)(nl - data));
	size -= (size_t)(nl + 1 - data);
	s = exact(nl + 1, size);
	charset_utf8(&text, s, size, type);
	must(text.len == 0 || json_utf8(text.s, text.len));
	must(text.len == 0 || !memchr(text.s, '\0', text.len));
	page = html_parse(s, size, type, "http://h/a/b?c", &why);
	must(page || why.len > 0);
	if (page)
		try_links(page);
	html_free(page);
	buf_free(&text);
	buf_free(&why);
	free(type);
	free(s);
	return 0;
}
