#include <stdint.h>
#include <stdlib.h>

#include "key.h"

const char *
key_opt(void *to, const char *text)
{
	struct key *k = to;
	char *why;
	struct expr *e = expr_new(text, &why);

	if (e == NULL)
		return why;
	k->part = buf_array(k->part, k->n + 1, sizeof *k->part);
	k->value = buf_array(k->value, k->n + 1, sizeof *k->value);
	k->part[k->n++] = e;
	return NULL;
}

void
key_free(struct key *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		expr_free(k->part[i]);
	free(k->part);
	free(k->value);
	buf_free(&k->bytes);
	buf_free(&k->why);
	buf_free(&k->alone);
	*k = (struct key)KEY_INIT;
}

void
key_part(struct buf *b, char type, const char *s, size_t len)
{
	char *to = buf_room(b, KEY_HEAD + len);
	uint32_t n = (uint32_t)len;

	to[0] = type;
	memcpy(to + 1, &n, sizeof n);
	memcpy(to + KEY_HEAD, s, len);
	to[KEY_HEAD + len] = '\0';
	b->len += KEY_HEAD + len;
}

/* Appends a part whose bytes are not those of the text. */
static void
converted_part(struct buf *b, struct json_val v)
{
	size_t head = b->len;
	uint32_t len;

	key_part(b, *v.s == '"' ? 's' : 'n', v.s, 0);
	if (*v.s != '"') {
		json_canonical_number(b, v);
	} else if (!json_decode(b, v)) {
		/* Half a surrogate pair means nothing but its spelling. */
		buf_cut(b, head + KEY_HEAD);
		buf_add(b, v.s, v.len);
		b->s[head] = 'r';
	}
	len = (uint32_t)(b->len - head - KEY_HEAD);
	memcpy(b->s + head + 1, &len, sizeof len);
}

void
key_scalar(struct buf *b, struct json_val v, bool numeric)
{
	struct json_val text;
	char type = key_plain(v, numeric, &text);

	if (type)
		key_part(b, type, text.s, text.len);
	else
		converted_part(b, v);
}

/* Says why an expression's result, v where it is a value, is no part. */
static enum key_is
no_part(struct key *k, struct expr *e, enum expr_is is, struct json_val v)
{
	switch (is) {
	case EXPR_NONE:
		buf_printf(&k->why, "the key %s is missing", expr_text(e));
		return KEY_NULL;
	case EXPR_FAILED:
		buf_printf(&k->why, "the key %s cannot be told: %s",
		    expr_text(e), expr_error(e));
		return KEY_FAILED;
	case EXPR_VALUE:
		break;
	}
	if (*v.s == 'n') {
		buf_printf(&k->why, "the key %s is null", expr_text(e));
		return KEY_NULL;
	}
	buf_printf(&k->why, "the key %s is %s, not a scalar", expr_text(e),
	    json_type_name(json_type(v.s)));
	return KEY_FAILED;
}

enum key_is
key_find(struct key *k, struct json_val record)
{
	enum expr_is is;
	struct json_val v = {NULL, 0};
	size_t i;

	buf_cut(&k->why, 0);
	for (i = 0; i < k->n; i++) {
		is = expr_get(k->part[i], record, &v);
		if (is != EXPR_VALUE || *v.s == 'n' || *v.s == '[' ||
		    *v.s == '{')
			return no_part(k, k->part[i], is, v);
		k->value[i] = v;
	}
	return KEY_OK;
}

enum key_is
key_get(struct key *k, struct json_val record)
{
	enum key_is is = key_find(k, record);
	size_t i;

	buf_cut(&k->bytes, 0);
	for (i = 0; is == KEY_OK && i < k->n; i++)
		key_scalar(&k->bytes, k->value[i], k->numeric);
	return is;
}

void
key_text(const struct key *k, struct buf *b)
{
	const char *p = k->bytes.s, *end = p + k->bytes.len;
	struct json_val v;
	uint32_t len;

	for (; p < end; p = v.s + v.len) {
		if (p > k->bytes.s)
			buf_char(b, ',');
		memcpy(&len, p + 1, sizeof len);
		v = (struct json_val){p + KEY_HEAD, len};
		if (*p == 'r')
			json_decode(b, v);
		else if (*p == 't' || *p == 'f')
			buf_str(b, *p == 't' ? "true" : "false");
		else
			buf_add(b, v.s, v.len);
	}
}
