/*
 * key: a record's key as canonical bytes.
 *
 * One expression or several (composite). Keys are JSON values: strings are
 * compared by content ("a" is "\u0061"), numbers by text (or by value, with
 * `numeric`: 1.0 is 1), and 1 is not "1". Each part is one type byte, its
 * length and its bytes, so that no two different keys have the same bytes.
 */
#ifndef SLUICE_KEY_H
#define SLUICE_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "expr.h"

struct key {
	struct expr **part;
	size_t n;
	bool numeric;
	struct buf bytes; /* the canonical bytes of the last key_get */
	/*
	 * Each part's raw value in it; valid as long as the record, and until
	 * the next key_get.
	 */
	struct json_val *value;
	struct buf why;
	struct buf alone; /* keyfile.h's own */
};

#define KEY_INIT                                                   \
	{                                                          \
		NULL, 0, false, BUF_INIT, NULL, BUF_INIT, BUF_INIT \
	}

/* A part's type and length, in `bytes` before its own. */
enum { KEY_HEAD = 5 };

/* An opt_call: adds a part. */
const char *key_opt(void *key, const char *expr);
void key_free(struct key *);

enum key_is {
	KEY_OK,
	KEY_NULL,  /* a part is null or missing; `why` says which */
	KEY_FAILED /* a part is no scalar or its expression failed; `why` */
};

/* Computes `bytes` and `value` of a checked record. */
enum key_is key_get(struct key *, struct json_val record);
/* `value` alone. */
enum key_is key_find(struct key *, struct json_val record);

/*
 * Appends the key in `bytes` for people: `42`, `a,7`; with `numeric` its
 * numbers as they are compared.
 */
void key_text(const struct key *, struct buf *);

/* Appends the canonical bytes of one part: its type and its text. */
void key_part(struct buf *, char type, const char *s, size_t len);
/*
 * The type of a part whose value is v, no null, if its text needs no
 * conversion: that lies in v then. Else 0.
 */
static inline char
key_plain(struct json_val v, bool numeric, struct json_val *text)
{
	*text = v;
	switch (json_type(v.s)) {
	case JSON_STRING:
		*text = (struct json_val){v.s + 1, v.len - 2};
		return memchr(text->s, '\\', text->len) ? 0 : 's';
	case JSON_NUMBER:
		return numeric ? 0 : 'n';
	default:
		text->len = 0;
		return *v.s;
	}
}
/* Appends the canonical bytes of a scalar value that is no null. */
void key_scalar(struct buf *, struct json_val, bool numeric);

#endif
