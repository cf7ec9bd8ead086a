#include "shape.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH = 64 };

struct scan {
	const char *p, *end;
};

/* The kinds of value that the shape asks about. */
enum kind { NO_VALUE, INTEGER, STRING, NOTHING, STRINGS, OTHER };

static enum kind skip_value(struct scan *s, int depth);

static bool
take(struct scan *s, char c)
{
	while (s->p < s->end && isspace((unsigned char)*s->p))
		s->p++;
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
skip_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	for (; s->p < s->end && *s->p != '"'; s->p++) {
		if ((unsigned char)*s->p < ' ')
			return false;
		if (*s->p == '\\' && ++s->p == s->end)
			return false;
	}
	return take(s, '"');
}

static enum kind
skip_array(struct scan *s, int depth)
{
	enum kind is = STRINGS, one;

	if (take(s, ']'))
		return STRINGS;
	do {
		one = skip_value(s, depth);
		if (one == NO_VALUE)
			return NO_VALUE;
		if (one != STRING)
			is = OTHER;
	} while (take(s, ','));
	return take(s, ']') ? is : NO_VALUE;
}

static enum kind
skip_object(struct scan *s, int depth)
{
	if (take(s, '}'))
		return OTHER;
	do
		if (!skip_string(s) || !take(s, ':') ||
		    skip_value(s, depth) == NO_VALUE)
			return NO_VALUE;
	while (take(s, ','));
	return take(s, '}') ? OTHER : NO_VALUE;
}

static enum kind
skip_word(struct scan *s)
{
	const char *from = s->p;
	size_t len;

	while (s->p < s->end &&
	       (isalnum((unsigned char)*s->p) || strchr("+-.", *s->p)))
		s->p++;
	len = (size_t)(s->p - from);
	if (len == 0)
		return NO_VALUE;
	if (len == 4 && memcmp(from, "null", 4) == 0)
		return NOTHING;
	if (*from == '-' || isdigit((unsigned char)*from))
		return strcspn(from, ".eE") < len ? OTHER : INTEGER;
	return (len == 4 && memcmp(from, "true", 4) == 0) ||
		       (len == 5 && memcmp(from, "false", 5) == 0)
		   ? OTHER
		   : NO_VALUE;
}

static enum kind
skip_value(struct scan *s, int depth)
{
	if (depth == DEPTH)
		return NO_VALUE;
	if (take(s, '['))
		return skip_array(s, depth + 1);
	if (take(s, '{'))
		return skip_object(s, depth + 1);
	if (s->p < s->end && *s->p == '"')
		return skip_string(s) ? STRING : NO_VALUE;
	return skip_word(s);
}

static const struct member {
	const char *name; /* with its quotes */
	enum kind is, or ;
	const char *why;
} members[] = {
    {"\"id\"", INTEGER, INTEGER, "value is not a valid integer"},
    {"\"name\"", STRING, STRING, "str type expected"},
    {"\"born_at\"", STRING, NOTHING, "invalid datetime format"},
    {"\"friends\"", STRINGS, STRINGS, "value is not a valid list"},
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static void
place(struct shape *sh, const char *member)
{
	text_printf(&sh->where, "%zu%s%s", sh->n, *member ? "," : "", member);
}

/* Looks at a member of the name that stands before s; false: no JSON. */
static bool
read_member(struct shape *sh, struct scan *s, const char *name, size_t len,
    bool *seen, struct text *id)
{
	const char *from;
	enum kind is;

	take(s, ' ');
	from = s->p;
	is = skip_value(s, 0);
	if (is == NO_VALUE)
		return false;
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct member *m = &members[i];

		if (strlen(m->name) != len || memcmp(m->name, name, len) != 0)
			continue;
		seen[i] = true;
		if (is != m->is && is != m->or &&sh->why == NULL) {
			place(sh, m->name);
			sh->why = m->why;
		}
		if (i == 0)
			text_add(id, from, (size_t)(s->p - from));
	}
	return true;
}

/* One animal; sh->why says what is wrong with it. False: no JSON. */
static bool
read_animal(struct shape *sh, struct scan *s, struct text *id)
{
	bool seen[MEMBERS] = {false};
	const char *name;
	size_t len;

	if (!take(s, '{')) {
		if (skip_value(s, 0) == NO_VALUE)
			return false;
		place(sh, "");
		sh->why = "value is not a valid dict";
		return true;
	}
	if (!take(s, '}')) {
		do {
			take(s, ' ');
			name = s->p;
			if (!skip_string(s))
				return false;
			len = (size_t)(s->p - name);
			if (!take(s, ':') ||
			    !read_member(sh, s, name, len, seen, id))
				return false;
		} while (take(s, ','));
		if (!take(s, '}'))
			return false;
	}
	for (size_t i = 0; i < MEMBERS && sh->why == NULL; i++) {
		if (!seen[i]) {
			place(sh, members[i].name);
			sh->why = "field required";
		}
	}
	return true;
}

/* Hands it over, as it is; false where it ends all. */
static bool
tell(struct shape *sh, const char *id)
{
	if (sh->why == NULL) {
		sh->one(sh->arg, id);
	} else if (sh->bad != NULL) {
		sh->bad(sh->arg, sh->n, id, sh->why);
		sh->why = NULL;
		sh->where.len = 0;
	}
	sh->n++;
	return sh->why == NULL;
}

bool
shape_read(struct shape *sh, const char *body, size_t len)
{
	struct scan s = {body, len > 0 ? body + len : body};
	struct text id = {0};
	bool ok = len > 0 && take(&s, '[');

	while (ok) {
		id.len = 0;
		ok = read_animal(sh, &s, &id) &&
		     tell(sh, id.len > 0 ? id.at : "null");
		if (!ok || !take(&s, ','))
			break;
	}
	ok = ok && take(&s, ']');
	take(&s, '\n');
	ok = ok && s.p == s.end;
	text_free(&id);
	if (!ok && sh->why == NULL)
		sh->why = "Expecting a JSON array of animals";
	return ok;
}
