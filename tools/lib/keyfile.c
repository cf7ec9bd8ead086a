#include <inttypes.h>
#include <string.h>

#include "keyfile.h"
#include "msg.h"
#include "opt.h"

/* Wanted lines so many bytes apart are worth a seek. */
enum { FAR = 16 * 1024 };

static bool
is_text(const char *s)
{
	return *s != '{' && *s != '[' && *s != '"';
}

/* Can a value be a part? */
static bool
is_part(struct key *k, struct json_val v)
{
	enum json_type type = json_type(v.s);

	if (type != JSON_NULL && type != JSON_ARRAY && type != JSON_OBJECT)
		return true;
	buf_printf(&k->why, "a key cannot be %s", json_type_name(type));
	return false;
}

static bool
find_parts(struct key *k, struct json_val array)
{
	struct json_walk w = json_walk(array);
	struct json_val name, v;
	size_t n = 0;

	while (json_next(&w, &name, &v)) {
		if (!is_part(k, v))
			return false;
		if (n < k->n)
			k->value[n] = v;
		n++;
	}
	if (n == k->n && n > 1)
		return true;
	if (k->n < 2)
		buf_str(&k->why, "an array is a key of several parts, and "
				 "there are not several -k");
	else
		buf_printf(&k->why,
		    "an array of %zu, but the key has %zu parts", n, k->n);
	return false;
}

/* A key that is no record: is it one of as many parts as there are? */
static bool
single(struct key *k)
{
	if (k->n < 2)
		return true;
	buf_printf(&k->why,
	    "the key has %zu parts: an array of them or a record is needed",
	    k->n);
	return false;
}

static void
set_value(struct key *k, struct json_val v)
{
	if (k->value == NULL)
		k->value = buf_array(NULL, 1, sizeof *k->value);
	k->value[0] = v;
}

/* keyline_value, but no `bytes`. */
static bool
find_value(struct key *k, struct json_val v)
{
	if (*v.s == '{' && k->n > 0)
		return key_find(k, v) == KEY_OK;
	buf_cut(&k->why, 0);
	switch (json_type(v.s)) {
	case JSON_OBJECT:
		buf_str(&k->why, "the key of a record is not known without -k");
		return false;
	case JSON_ARRAY:
		return find_parts(k, v);
	default:
		set_value(k, v);
		return single(k) && is_part(k, v);
	}
}

void
keyline_bytes(struct key *k, bool plain)
{
	size_t i;

	buf_cut(&k->bytes, 0);
	if (plain)
		key_part(&k->bytes, 's', k->value[0].s, k->value[0].len);
	else
		for (i = 0; i == 0 || i < k->n; i++)
			key_scalar(&k->bytes, k->value[i], k->numeric);
}

bool
keyline_value(struct key *k, struct json_val v)
{
	if (!find_value(k, v))
		return false;
	keyline_bytes(k, false);
	return true;
}

enum keyline
keyline_get(struct key *k, struct json_val line, bool json)
{
	struct json_error bad;

	if (json && !is_text(line.s))
		return find_value(k, line) ? KEYLINE_EXACT : KEYLINE_BAD;
	buf_cut(&k->why, 0);
	if (!is_text(line.s)) {
		json_check(line.s, line.len, &bad);
		buf_printf(&k->why, "not JSON: %s at byte %zu", json_why(&bad),
		    bad.at + 1);
		return KEYLINE_BAD;
	}
	if (!single(k))
		return KEYLINE_BAD;
	if (line.len == 4 && memcmp(line.s, "null", 4) == 0) {
		buf_str(
		    &k->why, "a key cannot be null (the string is \"null\")");
		return KEYLINE_BAD;
	}
	if (!json_utf8(line.s, line.len)) {
		buf_str(&k->why, "a key cannot be text that is not UTF-8");
		return KEYLINE_BAD;
	}
	set_value(k, line);
	return KEYLINE_PLAIN;
}

/* Is a line of plain text a number? */
static bool
is_number(struct json_val line)
{
	struct json_error bad;

	return (*line.s == '-' || (*line.s >= '0' && *line.s <= '9')) &&
	       json_check(line.s, line.len, &bad);
}

bool
keyline_number(struct key *k, struct json_val line)
{
	if (!is_number(line))
		return false;
	buf_cut(&k->bytes, 0);
	key_scalar(&k->bytes, line, k->numeric);
	return true;
}

struct json_val
keyline_alone(struct key *k, struct json_val line)
{
	struct buf *b = &k->alone;
	size_t i;

	if (*line.s != '{')
		return line;
	if (k->n == 1)
		return k->value[0];
	buf_cut(b, 0);
	for (i = 0; i < k->n; i++) {
		buf_char(b, i > 0 ? ',' : '[');
		buf_add(b, k->value[i].s, k->value[i].len);
	}
	buf_char(b, ']');
	return (struct json_val){b->s, b->len};
}

void
keyline_json(struct key *k, struct json_val line, bool plain, struct buf *b)
{
	if (!plain)
		json_compact(b, keyline_alone(k, line));
	else if (is_number(line))
		buf_add(b, line.s, line.len);
	else
		json_quote(b, line.s, line.len);
}

void
keyfile_open(struct keyfile *f, const char *path, struct key *k)
{
	*f = (struct keyfile){.key = k, .shape = SHAPE_INIT};
	in_open(&f->in, path, opt_common.max_record);
}

static _Noreturn void
bad_line(const struct keyfile *f, const char *why)
{
	if (f->blocks)
		keyfile_changed(f);
	die(EX_DATAERR, "%s:%" PRIu64 ": %s", f->in.name, f->in.line, why);
}

void
keyfile_changed(const struct keyfile *f)
{
	die(EX_IOERR, "\"%s\" was changed while it was read", f->in.name);
}

uint32_t
keyfile_block(const struct keyfile *f)
{
	uint64_t block = f->in.start / KEYFILE_BLOCK;

	return block < KEYFILE_LAST_BLOCK ? (uint32_t)block
					  : KEYFILE_LAST_BLOCK;
}

static bool
is_wanted(const struct keyfile *f, uint64_t block)
{
	return f->blocks->s[block / 8] >> block % 8 & 1;
}

/*
 * Goes to the next line that is wanted; false where there is none. Where few
 * are, most of the file is not read again.
 */
static bool
go_on(struct keyfile *f)
{
	const uint64_t n = (uint64_t)f->blocks->len * 8;
	uint64_t at = in_at(&f->in), block = at / KEYFILE_BLOCK;
	struct json_val rest;
	enum in_is is;

	if (block > KEYFILE_LAST_BLOCK)
		block = KEYFILE_LAST_BLOCK;
	while (block < n && !is_wanted(f, block))
		block += f->blocks->s[block / 8] ? 1 : 8 - block % 8;
	if (block >= n)
		return false;
	if (block * KEYFILE_BLOCK < at + FAR)
		return true;
	/* A line that begins with the block comes after a newline. */
	in_seek(&f->in, block * KEYFILE_BLOCK - 1);
	is = in_line(&f->in, &rest.s, &rest.len);
	return is != IN_END && is != IN_STOP;
}

/* The next line that is wanted and not empty; *json: it is JSON. */
static bool
next_line(struct keyfile *f, bool *json)
{
	struct json_error bad;
	enum in_is is;

	do {
		if (f->blocks && !go_on(f))
			return false;
		is = in_line(&f->in, &f->line.s, &f->line.len);
		if (is == IN_END || is == IN_STOP)
			return false;
		if (is == IN_LONG)
			bad_line(f, "line longer than --max-record");
		f->line = json_trim(f->line.s, f->line.len);
	} while (
	    f->line.len == 0 || (f->blocks && !is_wanted(f, keyfile_block(f))));
	*json = !is_text(f->line.s) && shape_check(&f->shape, f->line, &bad);
	if (is == IN_CUT && !*json)
		bad_line(f, "the last line is cut off: it has no newline and "
			    "may be part of a longer one");
	return true;
}

bool
keyfile_next(struct keyfile *f)
{
	enum keyline key;
	bool json = true;

	if ((f->blocks || !shape_line(&f->shape, &f->in, &f->line)) &&
	    !next_line(f, &json))
		return false;
	key = keyline_get(f->key, f->line, json);
	if (key == KEYLINE_BAD)
		bad_line(f, f->key->why.s);
	f->plain = key == KEYLINE_PLAIN;
	return true;
}

void
keyfile_close(struct keyfile *f)
{
	in_close(&f->in);
	shape_free(&f->shape);
}
