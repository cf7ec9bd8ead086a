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
	buf_free(&l->gave_up);
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

/* The members of a line that count. */
enum {
	CASSETTE,
	AT_TIME,
	SEQ,
	METHOD,
	URL,
	BODY,
	BASE64,
	GAVE_UP,
	ATTEMPTS,
	MEMBERS
};

static const struct {
	const char *name;
	enum json_type type;
	const char *wanted; /* NULL: it need not be there */
} members[MEMBERS] = {
    [CASSETTE] = {"cassette", JSON_NUMBER, NULL},
    [AT_TIME] = {"at", JSON_STRING, "a string"},
    [SEQ] = {"seq", JSON_NUMBER, NULL},
    [METHOD] = {"method", JSON_STRING, "a string"},
    [URL] = {"url", JSON_STRING, "a string"},
    [BODY] = {"body", JSON_STRING, NULL},
    [BASE64] = {"body_base64", JSON_STRING, NULL},
    [GAVE_UP] = {"gave_up", JSON_STRING, NULL},
    [ATTEMPTS] = {"attempts", JSON_ARRAY, "an array of at least one object"},
};

/* Finds them in one walk: a line may be long. One of another type is none. */
static void
find_members(struct json_val line, struct json_val m[MEMBERS])
{
	struct json_walk w = json_walk(line);
	struct json_val name, v;
	size_t i;

	while (json_next(&w, &name, &v))
		for (i = 0; i < MEMBERS; i++)
			if (json_type(v.s) == members[i].type &&
			    is(name, members[i].name))
				m[i] = v;
}

static bool
check_members(const struct json_val m[MEMBERS], struct buf *why)
{
	size_t i;

	if (!m[CASSETTE].s) {
		buf_str(why, "it is no recorded exchange");
		return false;
	}
	if (number(m[CASSETTE]) != TAPE_VERSION) {
		buf_printf(why,
		    "its format is version %.*s, and this program plays "
		    "version %d",
		    (int)m[CASSETTE].len, m[CASSETTE].s, TAPE_VERSION);
		return false;
	}
	for (i = 0; i < MEMBERS; i++)
		if (members[i].wanted && !m[i].s)
			return bad(why, members[i].name, members[i].wanted);
	return true;
}

static bool
check_attempts(struct json_val v, bool none, struct buf *why)
{
	struct json_walk w = json_walk(v);
	struct json_val name, a, part;
	size_t n = 0;

	for (; json_next(&w, &name, &a); n++)
		if (json_type(a.s) != JSON_OBJECT ||
		    !json_member(a, "status", 6, &part) ||
		    json_type(part.s) != JSON_NUMBER)
			return bad(
			    why, "attempts[].status", "a number in an object");
	return n > 0 || none ||
	       bad(why, members[ATTEMPTS].name, members[ATTEMPTS].wanted);
}

bool
tapeline_read(struct tapeline *l, struct json_val line, struct buf *why)
{
	struct json_val m[MEMBERS];
	struct json_error e;

	if (!json_check(line.s, line.len, &e)) {
		buf_printf(
		    why, "no JSON at byte %zu: %s", e.at + 1, json_why(&e));
		return false;
	}
	line = json_trim(line.s, line.len);
	memset(m, 0, sizeof(m));
	if (json_type(line.s) == JSON_OBJECT)
		find_members(line, m);
	if (!check_members(m, why))
		return false;
	get_text(&l->method, m[METHOD], false);
	get_text(&l->url, m[URL], false);
	get_text(&l->stamp, m[AT_TIME], false);
	if (!when_read(l->stamp.s, &l->at))
		return bad(why, "at", "a time, as 2026-01-02T03:04:05.678Z");
	l->has_body = m[BODY].s || m[BASE64].s;
	buf_cut(&l->body, 0);
	if (l->has_body)
		get_text(&l->body, m[BODY].s ? m[BODY] : m[BASE64], !m[BODY].s);
	l->seq = m[SEQ].s ? (uint64_t)number(m[SEQ]) : 0;
	l->attempts = json_walk(m[ATTEMPTS]);
	buf_cut(&l->gave_up, 0);
	if (m[GAVE_UP].s)
		get_text(&l->gave_up, m[GAVE_UP], false);
	return check_attempts(m[ATTEMPTS], m[GAVE_UP].s, why);
}
