/* walkstate: where a walk is, there and back. */
#include "walkstate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct walk, member)
#define RULE(member) offsetof(struct api_page, member)

struct field {
	const char *name;
	size_t at;
};

static const struct field numbers[] = {{"page", AT(page)},
    {"number", AT(number)}, {"offset", AT(offset)}, {"received", AT(received)},
    {"repeated", AT(repeated)}, {"fullest", AT(fullest)},
    {"empties", AT(empties)}};

static const struct field texts[] = {{"url", AT(ask.url)},
    {"body", AT(ask.body)}, {"field", AT(ask.field)}, {"content", AT(content)}};

/* Rules, under the names of a profile; those that `auto` may find first. */
static const struct field rules[] = {{"by", RULE(by)}, {"next", RULE(next)},
    {"cursor", RULE(cursor)}, {"cursor_param", RULE(cursor_param)},
    {"offset_param", RULE(offset_param)}, {"total", RULE(total)},
    {"total_pages", RULE(total_pages)}, {"param", RULE(param)},
    {"size_param", RULE(size_param)}, {"cursor_header", RULE(cursor_header)},
    {"cursor_body", RULE(cursor_body)}, {"more", RULE(more)}};

static const struct field rule_numbers[] = {{"first", RULE(first)},
    {"size", RULE(size)}, {"empty_pages", RULE(empty_pages)}};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void
put_text(struct buf *b, const char *name, const char *s, size_t len)
{
	buf_printf(b, "%s\"%s\":", b->len > 0 ? "," : "", name);
	json_quote(b, s, len);
}

static void
put_number(struct buf *b, const char *name, uint64_t n)
{
	buf_printf(b, "%s\"%s\":%" PRIu64, b->len > 0 ? "," : "", name, n);
}

static void
put_rules(const struct api_page *p, struct buf *b)
{
	const char *s;
	uint64_t n;
	size_t i;

	for (i = 0; i < COUNT(rules); i++) {
		memcpy(&s, (const char *)p + rules[i].at, sizeof(s));
		if (s)
			put_text(b, rules[i].name, s, strlen(s));
	}
	for (i = 0; i < COUNT(rule_numbers); i++) {
		memcpy(&n, (const char *)p + rule_numbers[i].at, sizeof(n));
		if (n != API_NONE)
			put_number(b, rule_numbers[i].name, n);
	}
}

void
walkstate_identity(const struct walk *w, struct buf *b)
{
	const struct buf *body = &w->base.body;

	put_text(b, "url", w->base.url.s, w->base.url.len);
	if (body->len > 0)
		put_text(b, "body", body->s, body->len);
	put_rules(&w->rules, b);
}

void
walkstate_save(const struct walk *w, struct buf *b)
{
	struct buf found = BUF_INIT;
	const struct buf *text;
	uint64_t n;
	size_t i;

	for (i = 0; i < COUNT(numbers); i++) {
		memcpy(&n, (const char *)w + numbers[i].at, sizeof(n));
		put_number(b, numbers[i].name, n);
	}
	for (i = 0; i < COUNT(texts); i++) {
		text = (const struct buf *)(const void *)((const char *)w +
							  texts[i].at);
		if (text->len > 0)
			put_text(b, texts[i].name, text->s, text->len);
	}
	if (w->found.len == 0)
		return;
	put_rules(&w->rules, &found);
	buf_printf(b, ",\"found\":{%s}", found.s);
	buf_free(&found);
}

/* ---- and back ---- */

static bool
member(struct json_val v, const char *name, struct json_val *m)
{
	return json_member(v, name, strlen(name), m);
}

/* What the first page showed to a walk by auto. */
static bool
take_found(struct walk *w, struct json_val found)
{
	struct api_page *p = &w->rules;
	struct buf why = BUF_INIT, text;
	struct json_val v;
	uint64_t n;
	size_t i;
	bool ok;

	for (i = 0; i < COUNT(rules); i++)
		if (member(found, rules[i].name, &v)) {
			text = (struct buf)BUF_INIT;
			json_decode(&text, v);
			w->kept =
			    buf_array(w->kept, w->nkept + 1, sizeof(*w->kept));
			w->kept[w->nkept++] = text.s;
			memcpy(
			    (char *)p + rules[i].at, &text.s, sizeof(text.s));
		}
	for (i = 0; i < COUNT(rule_numbers); i++)
		if (json_count(found, rule_numbers[i].name, &n))
			memcpy((char *)p + rule_numbers[i].at, &n, sizeof(n));
	ok = walk_settle(w, &why);
	buf_free(&why);
	return ok;
}

bool
walkstate_restore(struct walk *w, struct json_val v)
{
	struct json_val m;
	struct buf *text;
	uint64_t n;
	size_t i;

	if (!w->way && member(v, "found", &m)) {
		buf_str(&w->found, "-");
		if (!take_found(w, m))
			return false;
	}
	for (i = 0; i < COUNT(numbers); i++) {
		if (!json_count(v, numbers[i].name, &n))
			return false;
		memcpy((char *)w + numbers[i].at, &n, sizeof(n));
	}
	for (i = 0; i < COUNT(texts); i++) {
		text = (struct buf *)(void *)((char *)w + texts[i].at);
		buf_cut(text, 0);
		if (member(v, texts[i].name, &m))
			json_decode(text, m);
	}
	if (w->content.len > 0)
		set_add(&w->contents, w->content.s, w->content.len);
	walk_asked(w);
	return w->ask.url.len > 0;
}
