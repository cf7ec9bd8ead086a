/* api: loading a profile, driven by tables of its keys. */
#include "api.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "opt.h"

enum kind {
	STRING,
	NUMBER,
	SECONDS,
	STATUSES,
	RETRY_ON,
	HEADERS,
	OBJECT,
	RESOURCES
};

struct key {
	const char *name;
	enum kind kind;
	size_t at;              /* where it goes in the structure */
	const struct key *keys; /* of an OBJECT */
};

struct load {
	struct api *api;
	struct buf path; /* of the key in hand: `resources.offers.path` */
	struct buf *why;
};

#define AT(type, member) offsetof(struct type, member)

static const struct key page_keys[] = {{"by", STRING, AT(api_page, by), NULL},
    {"param", STRING, AT(api_page, param), NULL},
    {"first", NUMBER, AT(api_page, first), NULL},
    {"size_param", STRING, AT(api_page, size_param), NULL},
    {"size", NUMBER, AT(api_page, size), NULL},
    {"offset_param", STRING, AT(api_page, offset_param), NULL},
    {"cursor", STRING, AT(api_page, cursor), NULL},
    {"cursor_param", STRING, AT(api_page, cursor_param), NULL},
    {"cursor_header", STRING, AT(api_page, cursor_header), NULL},
    {"cursor_body", STRING, AT(api_page, cursor_body), NULL},
    {"next", STRING, AT(api_page, next), NULL},
    {"total", STRING, AT(api_page, total), NULL},
    {"total_pages", STRING, AT(api_page, total_pages), NULL},
    {"more", STRING, AT(api_page, more), NULL},
    {"max_pages", NUMBER, AT(api_page, max_pages), NULL},
    {"empty_pages", NUMBER, AT(api_page, empty_pages), NULL},
    {NULL, STRING, 0, NULL}};

static const struct key resource_keys[] = {
    {"path", STRING, AT(api_resource, path), NULL},
    {"method", STRING, AT(api_resource, method), NULL},
    {"body", STRING, AT(api_resource, body), NULL},
    {"records", STRING, AT(api_resource, records), NULL},
    {"skip_status", STATUSES, AT(api_resource, skip_status), NULL},
    {"batch", NUMBER, AT(api_resource, batch), NULL},
    {"not_executed", STRING, AT(api_resource, not_executed), NULL},
    {"item_errors", STRING, AT(api_resource, item_errors), NULL},
    {"give_up", NUMBER, AT(api_resource, give_up), NULL},
    {"page", OBJECT, AT(api_resource, page), page_keys},
    {NULL, STRING, 0, NULL}};

static const struct key http_keys[] = {
    {"retry", NUMBER, AT(api_http, retry), NULL},
    {"retry_delay", SECONDS, AT(api_http, retry_delay), NULL},
    {"retry_max_time", SECONDS, AT(api_http, retry_max_time), NULL},
    {"max_time", SECONDS, AT(api_http, max_time), NULL},
    {"connect_timeout", SECONDS, AT(api_http, connect_timeout), NULL},
    {"retry_on", RETRY_ON, AT(api_http, retry_on), NULL},
    {"rate", STRING, AT(api_http, rate), NULL},
    {"secret_param", STRING, AT(api_http, secret_param), NULL},
    {NULL, STRING, 0, NULL}};

static const struct key top_keys[] = {
    {"base_url", STRING, AT(api, base_url), NULL},
    {"headers", HEADERS, 0, NULL}, {"http", OBJECT, AT(api, http), http_keys},
    {"resources", RESOURCES, 0, NULL}, {NULL, STRING, 0, NULL}};

static bool load_object(
    struct load *, void *to, const struct key *, struct json_val);

/* Appends the file and the key in hand; the reason follows. */
static bool
bad(struct load *l, const char *reason)
{
	buf_printf(l->why, "%s: key \"%s\": %s", l->api->file,
	    l->path.len ? l->path.s : ".", reason);
	return false;
}

static bool
bad_type(struct load *l, const char *wanted, struct json_val v)
{
	buf_printf(l->why, "%s: key \"%s\": has to be %s, is %s", l->api->file,
	    l->path.len ? l->path.s : ".", wanted,
	    json_type_name(json_type(v.s)));
	return false;
}

/* Makes the name part of the path; returns the length to go back to. */
static size_t
enter(struct load *l, struct json_val name)
{
	size_t before = l->path.len;

	if (before)
		buf_char(&l->path, '.');
	json_decode(&l->path, name);
	return before;
}

static const char *
keep(struct api *a, const struct buf *b)
{
	char *s = buf_dup(b->s ? b->s : "", b->len);

	a->text = buf_array(a->text, a->ntexts + 1, sizeof(*a->text));
	a->text[a->ntexts++] = s;
	return s;
}

/* `NAME` or `NAME:-default` between the braces of `${...}`. */
static bool
variable(struct load *l, struct buf *to, const char *s, size_t len)
{
	const char *sep = memmem(s, len, ":-", 2);
	size_t n = sep ? (size_t)(sep - s) : len;
	char *name = buf_dup(s, n);
	const char *value = getenv(name);
	bool ok = true;

	if (value && (*value || !sep)) {
		buf_str(to, value);
	} else if (sep) {
		buf_add(to, sep + 2, len - n - 2);
	} else {
		buf_printf(l->why,
		    "%s: key \"%s\": the environment variable %s is not set",
		    l->api->file, l->path.s, name);
		ok = false;
	}
	free(name);
	return ok;
}

static bool
environment(struct load *l, struct buf *to, const char *s, size_t len)
{
	const char *end = s + len, *from, *close;

	while ((from = memmem(s, (size_t)(end - s), "${", 2))) {
		buf_add(to, s, (size_t)(from - s));
		close = memchr(from, '}', (size_t)(end - from));
		if (!close)
			return bad(l, "\"${\" without a \"}\"");
		if (!variable(l, to, from + 2, (size_t)(close - from) - 2))
			return false;
		s = close + 1;
	}
	buf_add(to, s, (size_t)(end - s));
	return true;
}

/* A string's content, or a number's text. */
static bool
text(struct load *l, struct buf *to, struct json_val v)
{
	struct buf raw = BUF_INIT;
	bool ok = true;

	if (json_type(v.s) == JSON_NUMBER) {
		buf_add(to, v.s, v.len);
		return true;
	}
	json_decode(&raw, v);
	if (memchr(raw.s ? raw.s : "", '\0', raw.len))
		ok = bad(l, "a NUL byte cannot stand here");
	else
		ok = environment(l, to, raw.s ? raw.s : "", raw.len);
	buf_free(&raw);
	return ok;
}

static bool
load_number(struct load *l, void *to, enum kind kind, struct json_val v)
{
	struct buf b = BUF_INIT;
	bool ok = text(l, &b, v);

	if (ok && kind == NUMBER && !opt_number(b.s ? b.s : "", to))
		ok = bad(l, "has to be a whole number");
	if (ok && kind == SECONDS && !opt_seconds(b.s ? b.s : "", to))
		ok = bad(l, "has to be a number of seconds");
	buf_free(&b);
	return ok;
}

static bool
load_string(struct load *l, const char **to, struct json_val v)
{
	struct buf b = BUF_INIT;
	bool ok = text(l, &b, v);

	if (ok)
		*to = keep(l->api, &b);
	buf_free(&b);
	return ok;
}

static bool
load_statuses(
    struct load *l, struct api_statuses *to, enum kind kind, struct json_val v)
{
	struct json_walk w = json_walk(v);
	struct json_val name, e;
	const char *why = NULL;
	char *s;

	while (!why && json_next(&w, &name, &e)) {
		s = buf_dup(e.s, e.len);
		why = kind == RETRY_ON ? api_retry_on(to, s)
				       : api_statuses(to, s);
		free(s);
	}
	return why ? bad(l, why) : true;
}

static bool
load_header(struct load *l, struct json_val name, struct json_val v)
{
	struct api *a = l->api;
	struct buf b = BUF_INIT;
	bool ok;

	if (json_type(v.s) != JSON_STRING)
		return bad_type(l, "a string", v);
	json_decode(&b, name);
	buf_str(&b, ": ");
	ok = text(l, &b, v);
	if (ok) {
		a->header =
		    buf_array(a->header, a->nheaders + 1, sizeof(*a->header));
		a->header[a->nheaders++] = keep(a, &b);
	}
	buf_free(&b);
	return ok;
}

static bool
load_resource(struct load *l, struct json_val name, struct json_val v)
{
	struct api *a = l->api;
	struct api_resource *r;
	struct buf b = BUF_INIT;

	if (json_type(v.s) != JSON_OBJECT)
		return bad_type(l, "an object", v);
	a->resource =
	    buf_array(a->resource, a->nresources + 1, sizeof(*a->resource));
	r = &a->resource[a->nresources++];
	memset(r, 0, sizeof(*r));
	r->give_up = r->batch = r->page.first = r->page.size =
	    r->page.max_pages = r->page.empty_pages = API_NONE;
	json_decode(&b, name);
	r->name = keep(a, &b);
	buf_free(&b);
	if (!load_object(l, r, resource_keys, v))
		return false;
	return r->path ? true : bad(l, "has no \"path\"");
}

typedef bool member_fn(struct load *, struct json_val, struct json_val);

static bool
load_members(struct load *l, struct json_val v, member_fn *one)
{
	struct json_walk w = json_walk(v);
	struct json_val name, e;
	size_t before;

	while (json_next(&w, &name, &e)) {
		before = enter(l, name);
		if (!one(l, name, e))
			return false;
		buf_cut(&l->path, before);
	}
	return true;
}

static bool
load_key(struct load *l, void *to, const struct key *k, struct json_val v)
{
	static const char *const wanted[] = {"a string", "a number", "a number",
	    "an array", "an array", "an object", "an object", "an object"};
	enum json_type t = json_type(v.s);
	bool object = k->kind >= HEADERS;

	if (object                ? t != JSON_OBJECT
	    : k->kind >= STATUSES ? t != JSON_ARRAY
	    : k->kind == STRING   ? t != JSON_STRING
				  : t != JSON_NUMBER && t != JSON_STRING)
		return bad_type(l, wanted[k->kind], v);
	switch (k->kind) {
	case STRING:
		return load_string(l, to, v);
	case NUMBER:
	case SECONDS:
		return load_number(l, to, k->kind, v);
	case STATUSES:
	case RETRY_ON:
		return load_statuses(l, to, k->kind, v);
	case HEADERS:
		return load_members(l, v, load_header);
	case RESOURCES:
		return load_members(l, v, load_resource);
	case OBJECT:
		break;
	}
	return load_object(l, to, k->keys, v);
}

static bool
load_object(struct load *l, void *to, const struct key *keys, struct json_val v)
{
	struct json_walk w = json_walk(v);
	struct json_val name, e;
	const struct key *k;
	size_t before;

	while (json_next(&w, &name, &e)) {
		before = enter(l, name);
		for (k = keys; k->name; k++)
			if (json_string_is(name, k->name, strlen(k->name)))
				break;
		if (!k->name)
			return bad(l, "is not known here");
		if (!load_key(l, (char *)to + k->at, k, e))
			return false;
		buf_cut(&l->path, before);
	}
	return true;
}

static bool
read_file(struct buf *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	bool ok = fd != -1 && buf_read(b, fd);

	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	return ok;
}

bool
api_load(struct api *a, const char *path, struct buf *why)
{
	struct load l = {a, BUF_INIT, why};
	struct buf b = BUF_INIT;
	struct json_error e;
	struct json_val v;
	bool ok = false;

	memset(a, 0, sizeof(*a));
	a->file = path;
	a->http =
	    (struct api_http){API_NONE, -1, -1, -1, -1, NULL, {NULL, 0}, NULL};
	if (!read_file(&b, path)) {
		buf_printf(why,
		    "could not read profile \"%s\": %s: name one "
		    "with -p, or a URL with -u",
		    path, strerror(errno));
	} else if (!json_check(b.s, b.len, &e)) {
		buf_printf(why, "%s: no JSON at byte %zu: %s", path, e.at,
		    json_why(&e));
	} else {
		v = json_trim(b.s, b.len);
		ok = json_type(v.s) == JSON_OBJECT
			 ? load_object(&l, a, top_keys, v)
			 : bad_type(&l, "an object", v);
	}
	buf_free(&l.path);
	buf_free(&b);
	return ok;
}
