/*
 * json: the tokenizer (RFC 8259), strict, on raw text.
 *
 * Two layers. json_check and json_scan decide whether text is JSON: grammar,
 * escapes, UTF-8 (RFC 3629: no surrogates, nothing overlong), depth. What they
 * passed may be walked by the rest, which looks for token bounds only and
 * never fails; handing it unchecked text is undefined. Nothing is decoded or
 * copied unless asked for: a value is its raw bytes, {s, len}, without the
 * white space around it. Escaped lone surrogates ("\ud800") are legal JSON
 * and pass.
 */
#ifndef SLUICE_JSON_H
#define SLUICE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* Arrays and objects in each other: the default limit, and the highest. */
enum { JSON_DEPTH = 1024, JSON_DEPTH_MAX = 10000 };
extern unsigned json_depth; /* the limit in force */

struct json_error {
	size_t at;        /* offset of the offending byte */
	const char *what; /* why, static text; NULL: the text ended too early */
};

/* A raw value, or a raw name with its quotes. */
struct json_val {
	const char *s;
	size_t len;
};

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/*
 * Is s one JSON value and nothing but white space around it? On false *e says
 * where and why.
 */
bool json_check(const char *s, size_t len, struct json_error *e);

/*
 * Scans one value at the start of s (white space before it allowed) and
 * returns the offset after it, or 0 with *e: e->what NULL when s ends before
 * the value does. A number that touches the end of s counts as ended too
 * early unless `last` says that nothing follows.
 */
size_t json_scan(const char *s, size_t len, bool last, struct json_error *e);

/* Why, for people: e->what, or that the text is cut off. */
const char *json_why(const struct json_error *e);

/* ---- on checked text ---- */

static inline bool
json_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The type of a raw value, by its first byte. */
static inline enum json_type
json_type(const char *s)
{
	switch (*s) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

/* For messages: "null", "a string", "an object". */
const char *json_type_name(enum json_type);

/*
 * The end of the value, or string, that starts at s. `end` is where the text
 * that may be read ends: it bounds wide loads only.
 */
const char *json_skip(const char *s, const char *end);
const char *json_skip_string(const char *s, const char *end);

/* The value without the white space around it. */
struct json_val json_trim(const char *s, size_t len);

/*
 * Walks the members of an object or the elements of an array:
 *	struct json_walk w = json_walk(v);
 *	while (json_next(&w, &name, &val)) ...
 * For an array, name.s is NULL. Values come in order, duplicates too.
 */
struct json_walk {
	const char *p, *end; /* p at the next member or the closing bracket */
	bool object;
};
struct json_walk json_walk(struct json_val);
bool json_next(struct json_walk *, struct json_val *name, struct json_val *v);

/*
 * The same in two steps, for who goes into nested values without skipping
 * them first: json_name stands before a value (at w->p); then json_take gives
 * it, or json_enter walks what is in it and json_leave goes on behind it, the
 * inner walk being at its end.
 */
bool json_name(struct json_walk *, struct json_val *name);
struct json_val json_take(struct json_walk *);
struct json_walk json_enter(const struct json_walk *);
void json_leave(struct json_walk *, const struct json_walk *inner);

/* At its end? Else it is before a member or an element. */
static inline bool
json_at_end(const struct json_walk *w)
{
	return *w->p == '}' || *w->p == ']';
}

/*
 * json_name for who expects a name: false, and nothing has moved, unless the
 * next one is spelled like this (raw, with its quotes; len 0: an element).
 * Comparing is cheaper than looking for the name's end.
 */
bool json_name_is(struct json_walk *, const char *raw, size_t len);

/* Is the container at s empty? */
bool json_is_empty(const char *s);

/* The last member of that (decoded) name; false if there is none. */
bool json_member(
    struct json_val object, const char *name, size_t len, struct json_val *v);

/*
 * The last member of that name as a whole number below 2^64, which is digits
 * and nothing else; false if it is none, and *n as it was.
 */
bool json_count(struct json_val object, const char *name, uint64_t *n);

/* Does the raw string mean these decoded bytes? */
bool json_string_is(struct json_val string, const char *s, size_t len);

/*
 * Appends what a raw string means, as UTF-8. A lone surrogate has no UTF-8:
 * U+FFFD is appended for it and false returned; all else is true.
 */
bool json_decode(struct buf *, struct json_val string);
/* The same for the text between the quotes. */
bool json_unescape(struct buf *, const char *s, size_t len);

/*
 * Appends s as a JSON string with its quotes. Bytes that are not UTF-8 become
 * U+FFFD; returns false if there were such.
 */
bool json_quote(struct buf *, const char *s, size_t len);

/*
 * Appends a raw number in a form that is the same for all texts of one value:
 * 1.0, 1 and 1e0 give "1e0", 19.90 gives "199e-1", -0 gives "0e0".
 */
void json_canonical_number(struct buf *, struct json_val number);

/* Compares two such texts by value, exactly: below, at or above 0. */
int json_compare_canonical(struct json_val a, struct json_val b);

/* Appends the value without the white space outside its strings. */
void json_compact(struct buf *, struct json_val);

/*
 * Is s well-formed UTF-8 (RFC 3629)? json_utf8_one: the length of the one
 * character at s, 1 to 4; 0 if it is none or cut off. len is over 0.
 */
bool json_utf8(const char *s, size_t len);
size_t json_utf8_one(const char *s, size_t len);

#endif
