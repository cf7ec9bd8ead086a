/* pageask: parameters of a walk, in a URL, a body or a header field. */
#include "pageask.h"

#include <inttypes.h>
#include <string.h>

#include "path.h"
#include "url.h"

#define HEADER "header:"

void
pageask_free(struct pageask *a)
{
	buf_free(&a->url);
	buf_free(&a->body);
	buf_free(&a->field);
}

static void
copy(struct buf *to, const struct buf *from)
{
	buf_cut(to, 0);
	buf_add(to, from->s, from->len);
}

void
pageask_copy(struct pageask *to, const struct pageask *from)
{
	copy(&to->url, &from->url);
	copy(&to->body, &from->body);
	copy(&to->field, &from->field);
}

/* Appends what stands in a URL or a header field for the value. */
static bool
plain_text(struct buf *b, struct json_val v, const char *name, struct buf *why)
{
	switch (json_type(v.s)) {
	case JSON_STRING:
		json_decode(b, v);
		return true;
	case JSON_NUMBER:
	case JSON_TRUE:
		buf_add(b, v.s, v.len);
		return true;
	default:
		buf_printf(why, "%s cannot be the parameter \"%s\"",
		    json_type_name(json_type(v.s)), name);
		return false;
	}
}

/*
 * Appends the object, with the value in it where the path's steps from i on
 * lead to; v.s NULL is an object that is made.
 */
static bool
graft(struct buf *b, struct json_val v, const struct path *p, size_t i,
    struct json_val value, struct buf *why)
{
	static const struct json_val empty = {"{}", 2};
	struct json_val name, member, there = {NULL, 0};
	struct json_walk w;
	const char *step;
	size_t len;
	long index;

	if (i == p->n) {
		buf_add(b, value.s, value.len);
		return true;
	}
	step = path_step(p, i, &len, &index);
	if (!v.s || json_type(v.s) == JSON_NULL)
		v = empty;
	if (!step || json_type(v.s) != JSON_OBJECT) {
		buf_str(why, "it leads into an array, or into no object");
		return false;
	}
	buf_char(b, '{');
	w = json_walk(v);
	while (json_next(&w, &name, &member)) {
		if (json_string_is(name, step, len)) {
			there = member;
			continue;
		}
		buf_add(b, name.s, name.len);
		buf_char(b, ':');
		buf_add(b, member.s, member.len);
		buf_char(b, ',');
	}
	json_quote(b, step, len);
	buf_char(b, ':');
	if (!graft(b, there, p, i + 1, value, why))
		return false;
	buf_char(b, '}');
	return true;
}

static bool
set_in_body(
    struct pageask *a, const char *name, struct json_val value, struct buf *why)
{
	struct buf made = BUF_INIT, reason = BUF_INIT;
	struct path p = PATH_INIT;
	bool ok = false;

	if (a->body.len == 0)
		buf_str(&reason, "there is no body: --data");
	else if (!path_parse(&p, name) || p.n == 0)
		buf_str(&reason, "wanted: a path of names, as .a.b");
	else
		ok = graft(&made, (struct json_val){a->body.s, a->body.len}, &p,
		    0, value, &reason);
	if (ok)
		copy(&a->body, &made);
	else
		buf_printf(why,
		    "the parameter \"%s\" cannot be in the body: %s", name,
		    reason.s);
	path_free(&p);
	buf_free(&made);
	buf_free(&reason);
	return ok;
}

/* A line's end in a value would begin another field. */
static bool
set_field(struct pageask *a, const char *name, const struct buf *text,
    struct buf *why)
{
	size_t i, nlen = strcspn(name, " \t\r\n:\"(),/;<=>?@[\\]{}");

	if (nlen == 0 || name[nlen]) {
		buf_printf(why, "\"%s\" is no name of a header field", name);
		return false;
	}
	for (i = 0; i < text->len; i++)
		if ((unsigned char)text->s[i] < ' ' || text->s[i] == 127) {
			buf_printf(why,
			    "a control character cannot be in the header "
			    "field \"%s\"",
			    name);
			return false;
		}
	buf_cut(&a->field, 0);
	buf_printf(&a->field, "%s: %s", name, text->s);
	return true;
}

bool
pageask_set(
    struct pageask *a, const char *name, struct json_val value, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool ok;

	if (*name == '.')
		return set_in_body(a, name, value, why);
	if (!*name) {
		buf_str(why, "a parameter needs a name");
		return false;
	}
	ok = plain_text(&text, value, name, why);
	if (ok && strncmp(name, HEADER, strlen(HEADER)) == 0) {
		ok = set_field(a, name + strlen(HEADER), &text, why);
	} else if (ok) {
		url_drop_query(&a->url, name, strlen(name));
		url_query(&a->url, name, strlen(name), text.s, text.len);
	}
	buf_free(&text);
	return ok;
}

bool
pageask_set_number(
    struct pageask *a, const char *name, uint64_t n, struct buf *why)
{
	struct buf text = BUF_INIT;
	bool ok;

	buf_printf(&text, "%" PRIu64, n);
	ok = pageask_set(a, name, (struct json_val){text.s, text.len}, why);
	buf_free(&text);
	return ok;
}

void
pageask_identity(const struct pageask *a, struct buf *b)
{
	buf_printf(b, "%zu %zu ", a->url.len, a->body.len);
	buf_add(b, a->url.s, a->url.len);
	buf_add(b, a->body.s, a->body.len);
	buf_add(b, a->field.s, a->field.len);
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->s, b->s, a->len) == 0);
}

bool
pageask_same(const struct pageask *a, const struct pageask *b)
{
	return same(&a->url, &b->url) && same(&a->body, &b->body) &&
	       same(&a->field, &b->field);
}
