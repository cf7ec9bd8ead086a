#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

/* One step of a path: a member's decoded name, or an element's index. */
struct path_step {
	char *name; /* NULL: an index */
	size_t len;
	long index;
};

static struct path_step *
add_step(struct path *p)
{
	p->step = buf_array(p->step, p->n + 1, sizeof *p->step);
	p->step[p->n] = (struct path_step){NULL, 0, 0};
	return &p->step[p->n++];
}

/* A quoted name at s; NULL if it is no plain string. */
static const char *
quoted_step(struct path *p, const char *s)
{
	struct buf b = BUF_INIT;
	struct json_error bad;
	struct path_step *step;
	size_t len = json_scan(s, strlen(s), true, &bad);

	/* \( starts an interpolation in jq, and fails to scan here. */
	if (len == 0)
		return NULL;
	json_decode(&b, (struct json_val){s, len});
	step = add_step(p);
	step->name = buf_dup(b.s, b.len);
	step->len = b.len;
	buf_free(&b);
	return s + len;
}

static bool
name_byte(char c, bool first)
{
	return c == '_' || isalpha((unsigned char)c) ||
	       (!first && isdigit((unsigned char)c));
}

/* `[0]`, `[-1]` or `["name"]` at s, its bracket. */
static const char *
bracket_step(struct path *p, const char *s)
{
	char *end;
	long index;

	s++;
	if (*s == '"') {
		s = quoted_step(p, s);
		return s && *s == ']' ? s + 1 : NULL;
	}
	if (!isdigit((unsigned char)s[*s == '-']))
		return NULL;
	index = strtol(s, &end, 10);
	if (*end != ']' || end - s > 9)
		return NULL;
	add_step(p)->index = index;
	return end + 1;
}

/* The steps of a plain path; false if the text is something else. */
static bool
parse(struct path *p, const char *s)
{
	struct path_step *step;
	const char *from;

	if (*s != '.')
		return false;
	if (s[1] == '\0')
		return true;
	while (s && *s) {
		if (*s == '.' && s[1] == '"') {
			s = quoted_step(p, s + 1);
		} else if (*s == '[' || (*s == '.' && s[1] == '[')) {
			s = bracket_step(p, s + (*s == '.'));
		} else if (*s == '.' && name_byte(s[1], true)) {
			from = ++s;
			while (name_byte(*s, false))
				s++;
			step = add_step(p);
			step->len = (size_t)(s - from);
			step->name = buf_dup(from, step->len);
		} else {
			return false;
		}
	}
	return s != NULL;
}

bool
path_parse(struct path *p, const char *text)
{
	*p = (struct path)PATH_INIT;
	if (parse(p, text))
		return true;
	path_free(p);
	return false;
}

void
path_free(struct path *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		free(p->step[i].name);
	free(p->step);
	p->step = NULL;
	p->n = 0;
}

const char *
path_step(const struct path *p, size_t i, size_t *len, long *index)
{
	*len = p->step[i].len;
	*index = p->step[i].index;
	return p->step[i].name;
}

static bool
element(struct json_val array, long index, struct json_val *v)
{
	struct json_walk w;
	struct json_val name;
	long n = 0;

	if (index < 0) {
		w = json_walk(array);
		while (json_next(&w, &name, v))
			n++;
		index += n;
	}
	if (index < 0)
		return false;
	w = json_walk(array);
	while (json_next(&w, &name, v))
		if (index-- == 0)
			return true;
	return false;
}

static void
lost(const struct path_step *step, enum json_type type, struct buf *why)
{
	if (step->name)
		buf_printf(why, "no member \"%s\" in", step->name);
	else
		buf_printf(why, "no element %ld in", step->index);
	buf_printf(why, " %s", json_type_name(type));
}

static enum path_is
walk(const struct path *p, struct json_val v, struct json_val *result,
    struct buf *why)
{
	const struct path_step *step;
	enum json_type type;
	size_t i;

	for (i = 0; i < p->n; i++) {
		step = &p->step[i];
		type = json_type(v.s);
		if (type == JSON_NULL)
			return PATH_NONE;
		if (type != (step->name ? JSON_OBJECT : JSON_ARRAY)) {
			lost(step, type, why);
			return PATH_FAILED;
		}
		if (step->name ? !json_member(v, step->name, step->len, &v)
			       : !element(v, step->index, &v))
			return PATH_NONE;
	}
	*result = v;
	return PATH_VALUE;
}

/*
 * Remembers which of the shape's values the walk led to, or that there is
 * none: a member that one record lacks, all lack that look like it. Anything
 * else, as an object or an element, is walked to each time.
 */
static void
remember(struct path *p, const struct shape *s, enum path_is is,
    const struct json_val *v)
{
	size_t i = is == PATH_VALUE ? shape_find(s, v->s) : s->n;

	if (i == s->n && (is != PATH_NONE || p->n != 1 || s->gaps > 0))
		return;
	p->value = i;
	p->serial = s->serial;
}

enum path_is
path_get(
    struct path *p, struct json_val v, struct json_val *result, struct buf *why)
{
	const struct shape *s = shape_at(v.s);
	enum path_is is;

	if (path_known(p, v.s, result))
		return PATH_VALUE;
	/* Where it is missing, there may be one of that name before it. */
	if (s && s->serial == p->serial && p->value == s->n)
		return PATH_NONE;
	is = walk(p, v, result, why);
	if (s && s->serial != p->serial)
		remember(p, s, is, result);
	return is;
}
