/* tapeline: the format of recorded exchanges. */
#include "tapeline.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tape.h"
#include "when.h"

/* ---- members of an attempt, in the order in which they are written ---- */

#define AT(member) offsetof(struct tapeline_attempt, member)

static const struct {
	const char *name;
	size_t at;
	double scale; /* of the last decimal that is kept */
	bool always;  /* written also where it is 0 */
} numbers[] = {{"wait_ms", AT(wait), 1e3, true},
    {"elapsed_ms", AT(elapsed), 1e3, true}, {"jitter", AT(jitter), 1e6, true},
    {"dns_ms", AT(dns), 1e3, true}, {"connect_ms", AT(connect), 1e3, true},
    {"tls_ms", AT(tls), 1e3, true}, {"ttfb_ms", AT(ttfb), 1e3, true},
    {"total_ms", AT(total), 1e3, true}, {"bytes", AT(bytes), 1, true},
    {"sent", AT(sent), 1, true}, {"status", AT(status), 1, true},
    {"error_code", AT(code), 1, false}};

static const struct {
	const char *name;
	size_t at;
} flags[] = {{"too_long", AT(too_long)}, {"no_such_host", AT(no_such_host)}};

static const struct {
	const char *name, *base64; /* base64: its name where it is no UTF-8 */
	size_t at;
} texts[] = {{"http", NULL, AT(http)}, {"url", NULL, AT(url)},
    {"error", NULL, AT(error)}, {"redirect", NULL, AT(redirect)},
    {"body", "body_base64", AT(body)}};

enum {
	NUMBERS = sizeof(numbers) / sizeof(*numbers),
	FLAGS = sizeof(flags) / sizeof(*flags),
	TEXTS = sizeof(texts) / sizeof(*texts)
};

/* ---- writing ---- */

void
tapeline_text(struct buf *b, const char *name, const char *s, size_t len)
{
	if (json_utf8(s, len)) {
		buf_printf(b, ",\"%s\":", name);
		json_quote(b, s, len);
		return;
	}
	buf_printf(b, ",\"%s_base64\":\"", name);
	buf_base64(b, s, len);
	buf_char(b, '"');
}

/* An array of its lines: fields of one name stay apart and in order. */
static void
put_head(struct buf *b, const struct buf *head)
{
	const char *s = head->s, *end = s + head->len, *nl;
	size_t len;
	char open = '[';

	buf_str(b, ",\"headers\":");
	for (; head->len > 0 && s < end; s = nl + 1) {
		nl = memchr(s, '\n', (size_t)(end - s));
		if (!nl)
			nl = end;
		len = (size_t)(nl - s);
		while (len > 0 && json_space(s[len - 1]))
			len--;
		if (len == 0)
			continue;
		buf_char(b, open);
		open = ',';
		json_quote(b, s, len);
	}
	buf_str(b, open == '[' ? "[]" : "]");
}

void
tapeline_put(struct buf *b, const struct tapeline_attempt *a)
{
	const char *from = (const char *)a;
	const struct buf *text;
	double n;
	size_t i;
	char open = '{';

	for (i = 0; i < NUMBERS; i++) {
		memcpy(&n, from + numbers[i].at, sizeof(n));
		if (n == 0 && !numbers[i].always)
			continue;
		buf_printf(b, "%c\"%s\":%.15g", open, numbers[i].name,
		    round(n * numbers[i].scale) / numbers[i].scale);
		open = ',';
	}
	for (i = 0; i < FLAGS; i++)
		if (*(const bool *)(from + flags[i].at))
			buf_printf(b, ",\"%s\":true", flags[i].name);
	put_head(b, &a->head);
	for (i = 0; i < TEXTS; i++) {
		text = (const struct buf *)(const void *)(from + texts[i].at);
		if (text->len > 0)
			tapeline_text(b, texts[i].name, text->s, text->len);
	}
	buf_char(b, '}');
}

/* ---- reading ---- */

void
tapeline_free(struct tapeline *l)
{
	buf_free(&l->method);
	buf_free(&l->url);
	buf_free(&l->body);
	buf_free(&l->stamp);
}

void
tapeline_attempt_free(struct tapeline_attempt *a)
{
	buf_free(&a->http);
	buf_free(&a->url);
	buf_free(&a->redirect);
	buf_free(&a->error);
	buf_free(&a->head);
	buf_free(&a->body);
}

static bool
is(struct json_val name, const char *s)
{
	return json_string_is(name, s, strlen(s));
}

static double
number(struct json_val v)
{
	char *s = buf_dup(v.s, v.len);
	double n = strtod(s, NULL);

	free(s);
	return n;
}

static void
get_text(struct buf *b, struct json_val v, bool base64)
{
	struct buf digits = BUF_INIT;

	buf_cut(b, 0);
	if (!base64) {
		json_decode(b, v);
		return;
	}
	json_decode(&digits, v);
	buf_unbase64(b, digits.s ? digits.s : "", digits.len);
	buf_free(&digits);
}

static void
get_head(struct buf *b, struct json_val v)
{
	struct json_walk w = json_walk(v);
	struct json_val name, line;

	while (json_next(&w, &name, &line)) {
		if (json_type(line.s) == JSON_STRING)
			json_decode(b, line);
		buf_str(b, "\r\n");
	}
}

static void
get_member(struct tapeline_attempt *a, struct json_val name, struct json_val v)
{
	char *to = (char *)a;
	enum json_type type = json_type(v.s);
	bool base64;
	double n;
	size_t i;

	for (i = 0; type == JSON_NUMBER && i < NUMBERS; i++) {
		if (!is(name, numbers[i].name))
			continue;
		n = number(v);
		memcpy(to + numbers[i].at, &n, sizeof(n));
	}
	for (i = 0; type == JSON_TRUE && i < FLAGS; i++)
		if (is(name, flags[i].name))
			*(bool *)(to + flags[i].at) = true;
	for (i = 0; type == JSON_STRING && i < TEXTS; i++) {
		base64 = texts[i].base64 && is(name, texts[i].base64);
		if (base64 || is(name, texts[i].name))
			get_text((struct buf *)(void *)(to + texts[i].at), v,
			    base64);
	}
	if (type == JSON_ARRAY && is(name, "headers"))
		get_head(&a->head, v);
}

bool
tapeline_get(struct json_walk *w, struct tapeline_attempt *a)
{
	struct json_val none, v, name;
	struct json_walk members;

	if (!json_next(w, &none, &v))
		return false;
	members = json_walk(v);
	while (json_next(&members, &name, &v))
		get_member(a, name, v);
	return true;
}

/* ---- checking ---- */

static bool
bad(struct buf *why, const char *name, const char *wanted)
{
	buf_printf(why, "member \"%s\" has to be %s", name, wanted);
	return false;
}

static bool
find(struct json_val line, const char *name, enum json_type type,
    struct json_val *v)
{
	return json_member(line, name, strlen(name), v) &&
	       json_type(v->s) == type;
}

static bool
check_version(struct json_val line, struct buf *why)
{
	struct json_val v;

	if (json_type(line.s) != JSON_OBJECT ||
	    !find(line, "cassette", JSON_NUMBER, &v)) {
		buf_str(why, "it is no recorded exchange");
		return false;
	}
	if (number(v) != TAPE_VERSION) {
		buf_printf(why,
		    "its format is version %.*s, and this program plays "
		    "version %d",
		    (int)v.len, v.s, TAPE_VERSION);
		return false;
	}
	return true;
}

static bool
check_attempts(struct json_val v, struct buf *why)
{
	struct json_walk w = json_walk(v);
	struct json_val name, a, part;
	size_t n = 0;

	for (; json_next(&w, &name, &a); n++)
		if (json_type(a.s) != JSON_OBJECT ||
		    !find(a, "status", JSON_NUMBER, &part))
			return bad(
			    why, "attempts[].status", "a number in an object");
	return n > 0 || bad(why, "attempts", "an array of at least one object");
}

static bool
read_request(struct tapeline *l, struct json_val line, struct buf *why)
{
	struct json_val v;

	if (!find(line, "method", JSON_STRING, &v))
		return bad(why, "method", "a string");
	get_text(&l->method, v, false);
	if (!find(line, "url", JSON_STRING, &v))
		return bad(why, "url", "a string");
	get_text(&l->url, v, false);
	l->has_body = true;
	buf_cut(&l->body, 0);
	if (find(line, "body", JSON_STRING, &v))
		get_text(&l->body, v, false);
	else if (find(line, "body_base64", JSON_STRING, &v))
		get_text(&l->body, v, true);
	else
		l->has_body = false;
	return true;
}

bool
tapeline_read(struct tapeline *l, struct json_val line, struct buf *why)
{
	struct json_error e;
	struct json_val v;

	if (!json_check(line.s, line.len, &e)) {
		buf_printf(
		    why, "no JSON at byte %zu: %s", e.at + 1, json_why(&e));
		return false;
	}
	line = json_trim(line.s, line.len);
	if (!check_version(line, why) || !read_request(l, line, why))
		return false;
	if (!find(line, "at", JSON_STRING, &v))
		return bad(why, "at", "a string");
	get_text(&l->stamp, v, false);
	if (!when_read(l->stamp.s, &l->at))
		return bad(why, "at", "a time, as 2026-01-02T03:04:05.678Z");
	l->seq = find(line, "seq", JSON_NUMBER, &v) ? (uint64_t)number(v) : 0;
	if (!find(line, "attempts", JSON_ARRAY, &v))
		return bad(why, "attempts", "an array");
	l->attempts = json_walk(v);
	return check_attempts(v, why);
}
