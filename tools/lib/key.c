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
key_scalar(struct buf *b, struct json_val v, bool numeric)
{
	enum json_type type = json_type(v.s);
	size_t head = b->len;
	uint32_t len;

	buf_add(b, "sn\0\0\0", KEY_HEAD);
	b->s[head] = type == JSON_STRING   ? 's'
		     : type == JSON_NUMBER ? 'n'
					   : *v.s;
	if (type == JSON_STRING && !json_decode(b, v)) {
		/* Half a surrogate pair means nothing but its spelling. */
		buf_cut(b, head + KEY_HEAD);
		buf_add(b, v.s, v.len);
		b->s[head] = 'r';
	} else if (type == JSON_NUMBER && numeric)
		json_canonical_number(b, v);
	else if (type == JSON_NUMBER)
		buf_add(b, v.s, v.len);
	len = (uint32_t)(b->len - head - KEY_HEAD);
	memcpy(b->s + head + 1, &len, sizeof len);
}

/* Adds one part; its value is v. */
static enum key_is
add_part(struct key *k, struct expr *e, struct json_val v)
{
	switch (json_type(v.s)) {
	case JSON_NULL:
		buf_printf(&k->why, "the key %s is null", expr_text(e));
		return KEY_NULL;
	case JSON_ARRAY:
	case JSON_OBJECT:
		buf_printf(&k->why, "the key %s is %s, not a scalar",
		    expr_text(e), json_type_name(json_type(v.s)));
		return KEY_FAILED;
	default:
		break;
	}
	key_scalar(&k->bytes, v, k->numeric);
	return KEY_OK;
}

enum key_is
key_get(struct key *k, struct json_val record)
{
	enum key_is is = KEY_OK;
	size_t i;

	buf_cut(&k->bytes, 0);
	buf_cut(&k->why, 0);
	for (i = 0; i < k->n && is == KEY_OK; i++) {
		switch (expr_get(k->part[i], record, &k->value[i])) {
		case EXPR_VALUE:
			is = add_part(k, k->part[i], k->value[i]);
			break;
		case EXPR_NONE:
			buf_printf(&k->why, "the key %s is missing",
			    expr_text(k->part[i]));
			is = KEY_NULL;
			break;
		case EXPR_FAILED:
			buf_printf(&k->why, "the key %s cannot be told: %s",
			    expr_text(k->part[i]), expr_error(k->part[i]));
			is = KEY_FAILED;
		}
	}
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
