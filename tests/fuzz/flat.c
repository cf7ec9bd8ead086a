/*
 * flatten and its inverse on lines of any bytes: what is flattened is one
 * level and JSON, does not depend on the records before, and unflatten gives
 * the value back wherever no name holds the separator.
 */
#include "flat.h"
#include "fuzz.h"
#include "nest.h"

/*
 * Is there a name that the way back takes for something else: with a dot, or
 * an escape that may be one, or twice in one object?
 */
static bool
is_odd(struct json_val v)
{
	struct names names = NAMES_INIT;
	struct json_walk w;
	struct json_val name, x;
	bool odd = false;

	if (*v.s != '{')
		return false;
	w = json_walk(v);
	names_reset(&names);
	while (!odd && json_next(&w, &name, &x))
		odd = memchr(name.s, '.', name.len) ||
		      memchr(name.s, '\\', name.len) ||
		      !names_add(&names, name.s + 1, name.len - 2) || is_odd(x);
	names_free(&names);
	return odd;
}

/* Objects compact; arrays are copied as they are spelled. */
static void
compact_objects(struct buf *b, struct json_val v)
{
	struct json_walk w;
	struct json_val name, x;
	const char *comma = "";

	if (*v.s != '{' || json_is_empty(v.s)) {
		buf_add(b, v.s, v.len);
		return;
	}
	buf_char(b, '{');
	w = json_walk(v);
	while (json_next(&w, &name, &x)) {
		buf_str(b, comma);
		buf_add(b, name.s, name.len);
		buf_char(b, ':');
		compact_objects(b, x);
		comma = ",";
	}
	buf_char(b, '}');
}

static void
one_level(struct json_val v)
{
	struct json_walk w = json_walk(v);
	struct json_val name, x;

	while (json_next(&w, &name, &x))
		must(*x.s != '{' || json_is_empty(x.s));
}

static void
and_back(struct json_val flat, struct json_val v)
{
	struct nest nest = NEST_INIT;
	struct buf out = BUF_INIT, why = BUF_INIT, wanted = BUF_INIT;

	buf_str(&nest.sep, ".");
	must(nest_object(&nest, flat, &out, &why));
	if (json_is_empty(v.s))
		buf_str(&wanted, "{}");
	else
		compact_objects(&wanted, v);
	must(out.len == wanted.len && memcmp(out.s, wanted.s, out.len) == 0);
	nest_free(&nest);
	buf_free(&out);
	buf_free(&why);
	buf_free(&wanted);
}

/* Flattens v by itself, and as one that follows others. */
static void
one_object(struct flat *kept, struct shape *shape, struct json_val v)
{
	struct flat alone = FLAT_INIT;
	struct buf a = BUF_INIT, b = BUF_INIT, why = BUF_INIT;
	struct json_error e;
	bool good;

	buf_str(&alone.sep, ".");
	good = flat_object(&alone, v, &a, &why);
	must(good || why.len > 0);
	must(shape_check(shape, v, &e));
	must(flat_object(kept, v, &b, &why) == good);
	shape->s = NULL;
	if (good) {
		must(a.len == b.len && memcmp(a.s, b.s, a.len) == 0);
		must(json_check(a.s, a.len, &e));
		one_level((struct json_val){a.s, a.len});
		if (!is_odd(v))
			and_back((struct json_val){a.s, a.len}, v);
	}
	flat_free(&alone);
	buf_free(&a);
	buf_free(&b);
	buf_free(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flat kept = FLAT_INIT;
	struct shape shape = SHAPE_INIT;
	const uint8_t *end = data + size, *nl;
	struct json_error e;
	struct json_val v;
	char *s;
	size_t len, i;

	buf_str(&kept.sep, ".");
	for (; data < end; data = nl + 1) {
		nl = memchr(data, '\n', (size_t)(end - data));
		if (nl == NULL)
			nl = end;
		len = (size_t)(nl - data);
		s = exact(data, len);
		v = json_trim(s, len);
		/* The second time it follows itself. */
		if (v.len > 0 && *v.s == '{' && json_check(v.s, v.len, &e))
			for (i = 0; i < 2; i++)
				one_object(&kept, &shape, v);
		free(s);
	}
	flat_free(&kept);
	shape_free(&shape);
	return 0;
}
