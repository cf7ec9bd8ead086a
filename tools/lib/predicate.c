/*
 * A parser for a part of jq's grammar and a walk over its tree. jq's
 * precedence, from the loosest: | or and == !=.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "path.h"
#include "predicate.h"

enum kind {
	NODE_PATH,
	NODE_TYPE,
	NODE_NOT, /* of what comes in */
	NODE_PIPE,
	NODE_AND,
	NODE_OR,
	NODE_EQUAL,
	NODE_UNEQUAL
};

/* A node takes one value in and gives one value, or fails. */
struct predicate {
	enum kind kind;
	struct path path;
	struct predicate *left, *right;
	enum json_type type; /* of the constant of == and != */
	struct buf string;   /* and what it says, if it is a string */
};

/* Parentheses in each other that the parser follows. */
enum { DEPTH = 64 };

/* ---- the parser: NULL is "not known here" ---- */

struct parser {
	const char *p;
	unsigned depth;
};

static struct predicate *
node(enum kind kind, struct predicate *left, struct predicate *right)
{
	struct predicate *n = buf_array(NULL, 1, sizeof *n);

	*n = (struct predicate){
	    kind, PATH_INIT, left, right, JSON_NULL, BUF_INIT};
	return n;
}

void
predicate_free(struct predicate *n)
{
	if (n == NULL)
		return;
	predicate_free(n->left);
	predicate_free(n->right);
	path_free(&n->path);
	buf_free(&n->string);
	free(n);
}

static bool
name_byte(char c)
{
	return c == '_' || isalnum((unsigned char)c);
}

static void
space(struct parser *s)
{
	while (json_space(*s->p))
		s->p++;
}

/* Passes over that word or sign, and white space behind it. */
static bool
sign(struct parser *s, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(s->p, text, len) != 0 ||
	    (name_byte(*text) && name_byte(s->p[len])))
		return false;
	s->p += len;
	space(s);
	return true;
}

/* The end of what may be a plain path at s: path_parse judges it. */
static const char *
path_end(const char *s)
{
	struct json_error bad;
	size_t len;

	while (*s == '.' || *s == '[' || *s == ']' || *s == '-' || *s == '"' ||
	       name_byte(*s)) {
		len = *s == '"' ? json_scan(s, strlen(s), true, &bad) : 1;
		if (len == 0)
			break;
		s += len;
	}
	return s;
}

static struct predicate *
path(struct parser *s)
{
	const char *end = path_end(s->p);
	char *text = buf_dup(s->p, (size_t)(end - s->p));
	struct predicate *n = node(NODE_PATH, NULL, NULL);

	if (path_parse(&n->path, text)) {
		s->p = end;
		space(s);
	} else {
		predicate_free(n);
		n = NULL;
	}
	free(text);
	return n;
}

static struct predicate *pipe_of(struct parser *);

static struct predicate *
operand(struct parser *s)
{
	struct predicate *n;

	if (*s->p == '.')
		return path(s);
	if (sign(s, "type"))
		return node(NODE_TYPE, NULL, NULL);
	if (sign(s, "not"))
		return node(NODE_NOT, NULL, NULL);
	if (s->depth == DEPTH || !sign(s, "("))
		return NULL;
	s->depth++;
	n = pipe_of(s);
	s->depth--;
	if (n && !sign(s, ")")) {
		predicate_free(n);
		return NULL;
	}
	return n;
}

/* The right side of a comparison; false if it is another than those. */
static bool
constant(struct parser *s, struct predicate *n)
{
	struct json_error bad;
	size_t len;

	if (*s->p != '"') {
		n->type = json_type(s->p);
		return sign(s, "null") || sign(s, "true") || sign(s, "false");
	}
	/* \( starts an interpolation in jq, and fails to scan here. */
	len = json_scan(s->p, strlen(s->p), true, &bad);
	n->type = JSON_STRING;
	if (len == 0 || !json_decode(&n->string, (struct json_val){s->p, len}))
		return false;
	s->p += len;
	space(s);
	return true;
}

static struct predicate *
comparison(struct parser *s)
{
	struct predicate *n = operand(s);
	bool equal;

	if (n == NULL)
		return NULL;
	equal = sign(s, "==");
	if (!equal && !sign(s, "!="))
		return n;
	n = node(equal ? NODE_EQUAL : NODE_UNEQUAL, n, NULL);
	if (constant(s, n))
		return n;
	predicate_free(n);
	return NULL;
}

/* A chain of what `next` parses, between those words. */
static struct predicate *
chain(struct parser *s, enum kind kind, const char *word,
    struct predicate *(*next)(struct parser *))
{
	struct predicate *n = next(s), *right;

	while (n && sign(s, word)) {
		right = next(s);
		if (right == NULL) {
			predicate_free(n);
			return NULL;
		}
		n = node(kind, n, right);
	}
	return n;
}

static struct predicate *
and_of(struct parser *s)
{
	return chain(s, NODE_AND, "and", comparison);
}

static struct predicate *
or_of(struct parser *s)
{
	return chain(s, NODE_OR, "or", and_of);
}

static struct predicate *
pipe_of(struct parser *s)
{
	return chain(s, NODE_PIPE, "|", or_of);
}

struct predicate *
predicate_parse(const char *text)
{
	struct parser s = {text, 0};
	struct predicate *n;

	space(&s);
	n = pipe_of(&s);
	if (n && *s.p) {
		predicate_free(n);
		return NULL;
	}
	/* It takes what the parser returns for the parser. */
	/* cppcheck-suppress returnDanglingLifetime */
	return n;
}

/* ---- the walk ---- */

static struct json_val
boolean(bool b)
{
	return b ? (struct json_val){"true", 4} : (struct json_val){"false", 5};
}

/* The name that jq's `type` gives. */
static struct json_val
type_of(struct json_val v)
{
	static const char *const names[] = {"\"null\"", "\"boolean\"",
	    "\"boolean\"", "\"number\"", "\"string\"", "\"array\"",
	    "\"object\""};
	const char *name = names[json_type(v.s)];

	return (struct json_val){name, strlen(name)};
}

/* A lone surrogate is U+FFFD, as libjq has it. */
static bool
string_is(struct json_val v, const struct buf *s)
{
	struct buf b = BUF_INIT;
	bool same;

	if (memchr(v.s, '\\', v.len) == NULL)
		return v.len == s->len + 2 &&
		       memcmp(v.s + 1, s->s, s->len) == 0;
	json_decode(&b, v);
	same = b.len == s->len && memcmp(b.s, s->s, s->len) == 0;
	buf_free(&b);
	return same;
}

static bool
is_constant(const struct predicate *n, struct json_val v)
{
	return json_type(v.s) == n->type &&
	       (n->type != JSON_STRING || string_is(v, &n->string));
}

static bool
get_path(struct predicate *n, struct json_val *v, struct buf *error)
{
	switch (path_get(&n->path, *v, v, error)) {
	case PATH_VALUE:
		return true;
	case PATH_NONE:
		*v = (struct json_val){"null", 4};
		return true;
	default:
		return false;
	}
}

bool
predicate_apply(struct predicate *n, struct json_val *v, struct buf *error)
{
	struct json_val in = *v;

	switch (n->kind) {
	case NODE_PATH:
		return get_path(n, v, error);
	case NODE_TYPE:
		*v = type_of(*v);
		return true;
	case NODE_NOT:
		*v = boolean(!predicate_true(*v));
		return true;
	case NODE_PIPE:
		return predicate_apply(n->left, v, error) &&
		       predicate_apply(n->right, v, error);
	case NODE_EQUAL:
	case NODE_UNEQUAL:
		if (!predicate_apply(n->left, v, error))
			return false;
		*v = boolean(is_constant(n, *v) == (n->kind == NODE_EQUAL));
		return true;
	case NODE_AND:
	case NODE_OR:
		if (!predicate_apply(n->left, v, error))
			return false;
		/* The right side is not asked where the left one decides. */
		if (predicate_true(*v) == (n->kind == NODE_AND)) {
			*v = in;
			if (!predicate_apply(n->right, v, error))
				return false;
		}
		*v = boolean(predicate_true(*v));
		return true;
	}
	return false;
}
