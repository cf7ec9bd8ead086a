/*
 * shape_check on lines of any bytes: its verdict is json_check's, and the
 * values that it tells are those of a walk over the record. The first byte
 * chooses what is gone into.
 */
#include "shape.h"
#include "fuzz.h"

static bool
is_open(const struct shape *s, const char *p, unsigned depth)
{
	return (*p == '{' || (*p == '[' && s->into_arrays)) &&
	       depth < s->max_depth && depth < SHAPE_MAX_DEPTH &&
	       !json_is_empty(p);
}

static void
same_value(struct json_val a, struct json_val b)
{
	must(a.s == b.s && a.len == b.len);
}

static void
same_elements(const struct shape *s, size_t i)
{
	const struct shape *e = shape_elements(s, i);
	struct json_walk w = json_walk(s->value[i]);
	struct json_val name, v;
	size_t n = 0;

	if (e == NULL)
		return;
	for (; json_next(&w, &name, &v); n++) {
		must(n < e->nelements);
		same_value(v, e->element[n]);
	}
	must(n == e->nelements && n > 0);
}

/* Holds the values in w against those from *i on. */
static void
same_values(
    const struct shape *s, struct json_walk w, unsigned depth, size_t *i)
{
	struct json_val name, v;

	while (json_next(&w, &name, &v)) {
		if (is_open(s, v.s, depth)) {
			same_values(s, json_walk(v), depth + 1, i);
			continue;
		}
		while (*i < s->n && s->value[*i].s == NULL)
			++*i;
		must(*i < s->n && shape_find(s, v.s) == *i);
		same_value(v, s->value[*i]);
		if (*v.s == '[' && !s->into_arrays)
			same_elements(s, *i);
		++*i;
	}
}

static void
one_line(struct shape *shape, const uint8_t *data, size_t size)
{
	struct json_error a = {0, NULL}, b = {0, NULL};
	char *s = exact(data, size);
	struct json_val v = json_trim(s, size);
	bool good;
	size_t n = 0;

	if (v.len > 0) {
		good = json_check(v.s, v.len, &a);
		must(shape_check(shape, v, &b) == good);
		must(a.at == b.at && a.what == b.what);
		must(good || shape_at(v.s) == NULL);
		if (shape_at(v.s)) {
			same_values(shape, json_walk(v), 0, &n);
			while (n < shape->n && shape->value[n].s == NULL)
				n++;
			must(n == shape->n);
		}
		shape->s = NULL;
	}
	free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shape shape = SHAPE_INIT;
	const uint8_t *end = data + size, *nl;

	json_depth = 8;
	shape.list_elements = true;
	if (size > 0) {
		shape.into_arrays = *data & 1;
		if (*data & 2)
			shape.max_depth = *data >> 6;
		data++;
	}
	for (; data < end; data = nl + 1) {
		nl = memchr(data, '\n', (size_t)(end - data));
		if (nl == NULL)
			nl = end;
		/* The second time it has its own shape to follow. */
		one_line(&shape, data, (size_t)(nl - data));
		one_line(&shape, data, (size_t)(nl - data));
	}
	shape_free(&shape);
	return 0;
}
