#include <string.h>

#include "jsonin.h"

void
jsonin_open(struct jsonin *j, struct in *in)
{
	*j = (struct jsonin){.in = in, .line = 1};
	j->s = j->p = j->end = j->mark = "";
}

void
jsonin_free(struct jsonin *j)
{
	buf_free(&j->head);
}

uint64_t
jsonin_offset(const struct jsonin *j)
{
	return j->in->bytes - (uint64_t)(j->end - j->p);
}

/* Appends what was used since the mark to the head, while it has room. */
static void
keep_head(struct jsonin *j, const char *end)
{
	size_t n = (size_t)(end - j->mark), room = JSONIN_HEAD - j->head.len;

	buf_add(&j->head, j->mark, n < room ? n : room);
	j->mark = end;
}

void
jsonin_mark(struct jsonin *j)
{
	buf_cut(&j->head, 0);
	j->mark = j->p;
	j->marked = jsonin_offset(j);
}

struct json_val
jsonin_head(struct jsonin *j, bool *cut)
{
	keep_head(j, jsonin_good(j) ? j->p : j->end);
	*cut = jsonin_offset(j) - j->marked > j->head.len;
	return (struct json_val){j->head.s, j->head.len};
}

/* One block more behind the unused bytes; false at the end, or a stop. */
static bool
more(struct jsonin *j)
{
	size_t have = (size_t)(j->end - j->p), len;
	enum in_is is;

	keep_head(j, j->p);
	in_take(j->in, (size_t)(j->p - j->s));
	is = in_more(j->in, have, &j->s, &len);
	j->p = j->mark = j->s;
	j->end = j->s + len;
	j->stopped = is == IN_STOP;
	return is == IN_LINE;
}

static bool
fail(struct jsonin *j, const char *what)
{
	if (jsonin_good(j))
		j->what = what;
	return false;
}

/* The input ended within a value, or a signal asks to stop. */
static bool
cut_off(struct jsonin *j)
{
	if (!j->stopped)
		j->p = j->end;
	return fail(j, "the text is cut off");
}

int
jsonin_peek(struct jsonin *j)
{
	if (!jsonin_good(j))
		return -1;
	do {
		for (; j->p < j->end; j->p++) {
			if (!json_space(*j->p))
				return (unsigned char)*j->p;
			j->line += *j->p == '\n';
		}
	} while (more(j));
	return -1;
}

/* A value that has no end of its own: is it known to be whole? */
static bool
ended(struct jsonin *j)
{
	if (j->p == j->end && !more(j))
		return cut_off(j);
	if (!json_space(*j->p))
		return fail(j, "white space expected after a value");
	return true;
}

bool
jsonin_value(struct jsonin *j, struct buf *to, uint64_t max)
{
	enum jsonstep_is is;
	size_t used, before;
	int first = jsonin_peek(j);

	if (first < 0)
		return cut_off(j);
	j->size = 0;
	jsonstep_begin(&j->step, j->depth);
	do {
		before = to ? to->len : 0;
		is = jsonstep(
		    &j->step, j->p, (size_t)(j->end - j->p), to, &used);
		j->p += used;
		j->line += j->step.lines;
		j->step.lines = 0;
		j->size += to ? to->len - before : 0;
		if (j->size > max)
			to = NULL;
	} while (is == JSONSTEP_MORE && more(j));
	if (is == JSONSTEP_MORE)
		return cut_off(j);
	if (is == JSONSTEP_FAILED)
		return fail(j, j->step.error.what);
	if (j->depth > 0 || strchr("{[\"", first))
		return true;
	return ended(j);
}

struct jsonin_walk
jsonin_enter(struct jsonin *j)
{
	struct jsonin_walk w = {jsonin_peek(j) == '{', true};

	if (j->depth == json_depth) {
		fail(j, "nested too deeply");
	} else if (jsonin_good(j)) {
		j->p++;
		j->depth++;
	}
	return w;
}

/* Passes over a member's name and its colon. */
static bool
member_name(struct jsonin *j, struct buf *name, uint64_t max)
{
	int c = jsonin_peek(j);

	if (c >= 0 && c != '"')
		return fail(j, "name of a member expected");
	buf_cut(name, 0);
	if (!jsonin_value(j, name, max))
		return false;
	c = jsonin_peek(j);
	if (c < 0)
		return cut_off(j);
	if (c != ':')
		return fail(j, "':' expected after a name");
	j->p++;
	return true;
}

bool
jsonin_next(
    struct jsonin *j, struct jsonin_walk *w, struct buf *name, uint64_t max)
{
	int c = jsonin_peek(j);

	if (c < 0)
		return cut_off(j);
	if (c == (w->object ? '}' : ']')) {
		j->p++;
		j->depth--;
		return false;
	}
	if (!w->first && c != ',')
		return fail(j,
		    w->object ? "',' or '}' expected" : "',' or ']' expected");
	if (!w->first)
		j->p++;
	w->first = false;
	return !w->object || member_name(j, name, max);
}
