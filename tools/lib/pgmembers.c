#include <stdio.h>
#include <string.h>

#include "pginfer.h"
#include "pgmembers.h"

bool
pgmembers_blame(struct pgbad *bad, const char *code, const char *fmt, ...)
{
	va_list ap;

	snprintf(bad->code, sizeof bad->code, "%s", code);
	buf_cut(&bad->why, 0);
	va_start(ap, fmt);
	buf_vprintf(&bad->why, fmt, ap);
	va_end(ap);
	bad->unknown = false;
	return false;
}

/* The column of the i-th member: most likely that of the record before. */
static size_t
find(struct pgrows *b, size_t i, struct json_val name)
{
	const struct pgtable *t = b->table;
	size_t c;

	if (i < b->nhint) {
		c = b->hint[i];
		if (c < t->ncol &&
		    json_string_is(name, t->col[c].name, t->col[c].name_len))
			return c;
	} else {
		b->hint = buf_array(b->hint, i + 1, sizeof *b->hint);
		b->nhint = i + 1;
	}
	return b->hint[i] = pgtable_find(t, name);
}

/* A member for which there is no column, or none to be set (c). */
static bool
unknown(struct pgrows *b, size_t c, struct json_val name, struct json_val v,
    struct pgbad *bad)
{
	const struct pgtable *t = b->table;
	const char *unfit;

	switch (t->spec->unknown) {
	case PG_UNKNOWN_IGNORE:
		return true;
	case PG_UNKNOWN_JSON:
		buf_char(&b->rest, b->rest.len > 0 ? ',' : '{');
		buf_add(&b->rest, name.s, name.len);
		buf_char(&b->rest, ':');
		buf_add(&b->rest, v.s, v.len);
		return true;
	case PG_UNKNOWN_ADD:
		/* There is no column to tell a null from nothing. */
		if (c == SIZE_MAX && json_type(v.s) == JSON_NULL)
			return true;
		break;
	default:
		break;
	}
	if (c != SIZE_MAX)
		return pgmembers_blame(bad, "428C9", "column \"%s\" %s",
		    t->col[c].name, t->col[c].closed);
	unfit = pginfer_unfit(name);
	pgmembers_blame(bad, "42703", "member %.*s is no column of %s%s%s",
	    (int)name.len, name.s, t->name, unfit ? ", nor can it be: " : "",
	    unfit ? unfit : "");
	bad->unknown = t->spec->unknown == PG_UNKNOWN_ADD && unfit == NULL;
	return false;
}

/*
 * The same for a record that looks like the last one, all of whose members
 * are columns: names are not even looked at.
 */
static bool
known_members(struct pgrows *b, const struct shape *s)
{
	size_t i;

	if (s == NULL || s->n == 0 || s->serial != b->serial)
		return false;
	for (i = 0; i < s->n; i++)
		if (s->value[i].s)
			b->val[b->hint[i]] = s->value[i];
	b->whole = s->gaps == 0;
	return true;
}

/*
 * Points `val` at the values of members that are columns, the last of equal
 * names, and counts them.
 */
static bool
look_up(struct pgrows *b, struct json_val record, bool gone, size_t *found,
    struct pgbad *bad)
{
	const struct pgtable *t = b->table;
	const struct shape *s = shape_at(record.s);
	struct json_walk w = json_walk(record);
	struct json_val name, v;
	size_t c, i = 0;

	while (json_next(&w, &name, &v)) {
		c = find(b, i++, name);
		if (c < t->ncol && !t->col[c].closed && c != t->rest) {
			if (!gone || t->col[c].in_key || c == t->newer)
				b->val[c] = v;
			++*found;
		} else if (!gone && !unknown(b, c, name, v, bad))
			return false;
	}
	b->serial = s && s->gaps == 0 && *found == s->n ? s->serial : 0;
	if (b->rest.len > 0) {
		buf_char(&b->rest, '}');
		b->val[t->rest] = (struct json_val){b->rest.s, b->rest.len};
		++*found;
	}
	return true;
}

bool
pgmembers(
    struct pgrows *b, struct json_val record, bool gone, struct pgbad *bad)
{
	const struct pgtable *t = b->table;
	struct json_val v;
	size_t i, found = 0;

	if (json_type(record.s) != JSON_OBJECT)
		return pgmembers_blame(bad, "", "not an object but %s",
		    json_type_name(json_type(record.s)));
	memset(b->val, 0, t->ncol * sizeof *b->val);
	b->whole = false;
	buf_cut(&b->rest, 0);
	if (!gone && known_members(b, shape_at(record.s)))
		found = t->ncol;
	else if (!look_up(b, record, gone, &found, bad))
		return false;
	if (found == 0 && t->nkey == 0)
		return pgmembers_blame(
		    bad, "", "it has no member that is a column");
	for (i = 0; i < t->nkey; i++) {
		v = b->val[t->key[i]];
		if (v.s == NULL || json_type(v.s) == JSON_NULL)
			return pgmembers_blame(bad, "23502",
			    "key column \"%s\" is %s", t->col[t->key[i]].name,
			    v.s ? "null" : "missing");
	}
	return true;
}
