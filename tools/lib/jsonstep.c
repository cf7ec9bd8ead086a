/*
 * The state between two blocks is what may stand next, the kind of each open
 * container, a bit a level, and for a number which part of it was last.
 */
#include <ctype.h>
#include <string.h>

#include "jsonplain.h"
#include "jsonstep.h"

/* What may stand next. */
enum state {
	VALUE,
	FIRST_ELEMENT, /* or the end of the array */
	FIRST_NAME,    /* or the end of the object */
	NAME,
	NAME_TEXT, /* the rest of a name */
	COLON,
	TEXT,   /* the rest of a string */
	NUMBER, /* the rest of a number */
	NEXT    /* a comma or the end of the container */
};

/* The last part of a number so far. */
enum number { START, MINUS, ZERO, INTEGER, POINT, FRACTION, E, SIGN, EXPONENT };

struct cursor {
	const char *p, *end;
	const char *from; /* the first byte that is not in `to` yet */
	struct buf *to;
};

void
jsonstep_begin(struct jsonstep *j, unsigned depth)
{
	j->state = VALUE;
	j->depth = j->base = depth;
	j->lines = 0;
}

static bool
fail(struct jsonstep *j, struct cursor *c, const char *p, const char *what)
{
	c->p = p;
	j->error.what = what;
	return false;
}

static void
copy(struct cursor *c)
{
	if (c->to)
		buf_add(c->to, c->from, (size_t)(c->p - c->from));
}

static bool
skip_space(struct jsonstep *j, struct cursor *c)
{
	copy(c);
	while (c->p < c->end && json_space(*c->p))
		j->lines += *c->p++ == '\n';
	c->from = c->p;
	return c->p < c->end;
}

/* Passes over white space; false at the end of the block. */
static inline bool
space(struct jsonstep *j, struct cursor *c)
{
	if (c->p < c->end && (unsigned char)*c->p > ' ')
		return true;
	return skip_space(j, c);
}

/* Passes over the escape at c->p, its backslash, if it is whole. */
static bool
escape(struct jsonstep *j, struct cursor *c)
{
	const char *p = c->p + 1;
	int i;

	if (p == c->end)
		return false;
	if (*p != 'u') {
		if (*p == '\0' || strchr("\"\\/bfnrt", *p) == NULL)
			return fail(j, c, p, "bad escape in a string");
		c->p = p + 1;
		return true;
	}
	for (i = 1; i <= 4; i++) {
		if (p + i == c->end)
			return false;
		if (!isxdigit((unsigned char)p[i]))
			return fail(j, c, p + i, "bad \\u escape in a string");
	}
	c->p = p + 5;
	return true;
}

/* May the n bytes at s, under 4, be the beginning of a character? */
static bool
character_begins(const char *s, size_t n)
{
	static const char pads[] = {'\x80', '\xbf'};
	char text[4];
	size_t i;

	for (i = 0; i < sizeof pads; i++) {
		memset(text, pads[i], sizeof text);
		memcpy(text, s, n);
		if (json_utf8_one(text, sizeof text) > n)
			return true;
	}
	return false;
}

/* Passes over characters that are not ASCII: they come in runs. */
static bool
characters(struct jsonstep *j, struct cursor *c)
{
	size_t n, len;

	do {
		len = (size_t)(c->end - c->p);
		n = json_utf8_one(c->p, len);
		if (n == 0 && len < 4 && character_begins(c->p, len))
			return false;
		if (n == 0)
			return fail(j, c, c->p, "bad UTF-8 in a string");
		c->p += n;
	} while (c->p < c->end && (unsigned char)*c->p >= 0x80);
	return true;
}

/* Passes over text and the quote that ends it. */
static inline bool
text(struct jsonstep *j, struct cursor *c)
{
	unsigned char b;

	for (;;) {
		c->p = json_skip_plain(c->p, c->end);
		if (c->p == c->end)
			return false;
		b = (unsigned char)*c->p;
		if (b == '"') {
			c->p++;
			return true;
		}
		if (b < 0x20)
			return fail(j, c, c->p, "control byte in a string");
		if (b == '\\' ? !escape(j, c) : !characters(j, c))
			return false;
	}
}

static bool
digit(const struct cursor *c)
{
	return (unsigned char)(*c->p - '0') < 10;
}

/* Where a number goes on with a digit at c->p; false: a leading zero. */
static bool
digits(struct jsonstep *j, struct cursor *c)
{
	switch (j->number) {
	case START:
	case MINUS:
		j->number = *c->p == '0' ? ZERO : INTEGER;
		break;
	case ZERO:
		return fail(j, c, c->p, "number with a leading zero");
	case POINT:
		j->number = FRACTION;
		break;
	case E:
	case SIGN:
		j->number = EXPONENT;
		break;
	default:
		break;
	}
	c->p++;
	if (j->number != ZERO)
		while (c->p < c->end && digit(c))
			c->p++;
	return true;
}

/* Passes over a number, or the rest of it; true at the byte that ends it. */
static bool
number(struct jsonstep *j, struct cursor *c)
{
	bool whole;

	for (; c->p < c->end;) {
		if (digit(c)) {
			if (!digits(j, c))
				return false;
			continue;
		}
		whole = j->number == ZERO || j->number == INTEGER;
		if (*c->p == '-' && j->number == START)
			j->number = MINUS;
		else if (*c->p == '.' && whole)
			j->number = POINT;
		else if ((*c->p | 0x20) == 'e' &&
			 (whole || j->number == FRACTION))
			j->number = E;
		else if ((*c->p == '+' || *c->p == '-') && j->number == E)
			j->number = SIGN;
		else if (whole || j->number == FRACTION ||
			 j->number == EXPONENT)
			return true;
		else
			return fail(j, c, c->p, "digit expected in a number");
		c->p++;
	}
	return false;
}

/* Passes over true, false or null, if it is whole. */
static bool
literal(struct jsonstep *j, struct cursor *c)
{
	const char *word = *c->p == 't'   ? "true"
			   : *c->p == 'f' ? "false"
					  : "null";
	size_t i;

	for (i = 0; word[i]; i++) {
		if (c->p + i == c->end)
			return false;
		if (c->p[i] != word[i])
			return fail(j, c, c->p + i, "value expected");
	}
	c->p += i;
	return true;
}

static bool
push(struct jsonstep *j, struct cursor *c, bool object)
{
	unsigned char bit = (unsigned char)(1 << j->depth % 8);

	if (j->depth >= json_depth)
		return fail(j, c, c->p, "nested too deeply");
	if (object)
		j->objects[j->depth / 8] |= bit;
	else
		j->objects[j->depth / 8] &= (unsigned char)~bit;
	j->depth++;
	c->p++;
	return true;
}

static bool
in_object(const struct jsonstep *j)
{
	return j->objects[(j->depth - 1) / 8] >> (j->depth - 1) % 8 & 1;
}

/*
 * The grammar. Each label is a state: where the block ends, it is what the
 * next one goes on with. Returns true at the value's end.
 */
static bool
run(struct jsonstep *j, struct cursor *c)
{
	bool object;

	switch (j->state) {
	case VALUE:
		goto value;
	case FIRST_ELEMENT:
		goto first_element;
	case FIRST_NAME:
		goto first_name;
	case NAME:
		goto name;
	case NAME_TEXT:
		goto name_text;
	case COLON:
		goto colon;
	case TEXT:
		goto text;
	case NUMBER:
		goto number;
	default:
		goto next;
	}
first_element:
	j->state = FIRST_ELEMENT;
	if (!space(j, c))
		return false;
	if (*c->p == ']')
		goto close;
value:
	j->state = VALUE;
	if (!space(j, c))
		return false;
	switch (*c->p) {
	case '{':
		if (!push(j, c, true))
			return false;
		goto first_name;
	case '[':
		if (!push(j, c, false))
			return false;
		goto first_element;
	case '"':
		c->p++;
		goto text;
	case 't':
	case 'f':
	case 'n':
		if (!literal(j, c))
			return false;
		goto next;
	default:
		if (*c->p != '-' && !digit(c))
			return fail(j, c, c->p, "value expected");
		j->number = START;
		goto number;
	}
first_name:
	j->state = FIRST_NAME;
	if (!space(j, c))
		return false;
	if (*c->p == '}')
		goto close;
name:
	j->state = NAME;
	if (!space(j, c))
		return false;
	if (*c->p != '"')
		return fail(j, c, c->p, "name of a member expected");
	c->p++;
name_text:
	j->state = NAME_TEXT;
	if (!text(j, c))
		return false;
colon:
	j->state = COLON;
	if (!space(j, c))
		return false;
	if (*c->p != ':')
		return fail(j, c, c->p, "':' expected after a name");
	c->p++;
	goto value;
text:
	j->state = TEXT;
	if (!text(j, c))
		return false;
	goto next;
number:
	j->state = NUMBER;
	if (!number(j, c))
		return false;
next:
	if (j->depth == j->base)
		return true;
	j->state = NEXT;
	if (!space(j, c))
		return false;
	object = in_object(j);
	if (*c->p == ',') {
		c->p++;
		if (object)
			goto name;
		goto value;
	}
	if (*c->p != (object ? '}' : ']'))
		return fail(j, c, c->p,
		    object ? "',' or '}' expected" : "',' or ']' expected");
close:
	c->p++;
	j->depth--;
	goto next;
}

enum jsonstep_is
jsonstep(
    struct jsonstep *j, const char *s, size_t len, struct buf *to, size_t *used)
{
	struct cursor c = {s, s + len, s, to};
	bool done;

	j->error.what = NULL;
	done = run(j, &c);
	*used = j->error.at = (size_t)(c.p - s);
	copy(&c);
	if (j->error.what)
		return JSONSTEP_FAILED;
	return done ? JSONSTEP_DONE : JSONSTEP_MORE;
}
