/*
 * fields: edits the members of each record, one level.
 *
 * What the options name is done in this order: --hoist, --only or --drop,
 * --rename, --snake, then --set and --stamp, at last --mask. A name that would
 * be there twice makes a bad record; only --set and --stamp replace.
 */
#include <stdlib.h>
#include <string.h>

#include "mask.h"
#include "msg.h"
#include "names.h"
#include "opt.h"
#include "rec.h"
#include "snake.h"
#include "when.h"

/* A member on its way to the output; raw, the name with its quotes. */
struct member {
	struct json_val name, value;
	struct json_val came; /* the name that it came with */
};

/* What an option says of one name. */
struct edit {
	struct buf name;   /* as the command line gives it */
	struct buf quoted; /* the name as JSON */
	struct buf raw;    /* the new name or value, as JSON */
};

struct edits {
	struct edit *v;
	size_t n;
};

static struct edits only, drop, hoist, renames, sets, masks;
static bool snake;
static const char *mask_key_file;
static struct buf snaked, masked; /* names and values made for a record */
static struct member *members;
static size_t nmembers, room;
static struct names names = NAMES_INIT;

static struct edit *
add_edit(struct edits *e, const char *name, size_t len)
{
	e->v = buf_array(e->v, e->n + 1, sizeof *e->v);
	e->v[e->n] = (struct edit){BUF_INIT, BUF_INIT, BUF_INIT};
	buf_add(&e->v[e->n].name, name, len);
	if (!json_quote(&e->v[e->n].quoted, name, len))
		opt_usage("the name \"%.*s\" is not UTF-8", (int)len, name);
	return &e->v[e->n++];
}

/* NAME[,NAME...], for --only, --drop and --hoist. */
static const char *
add_names(void *to, const char *value)
{
	const char *end;

	for (;; value = end + 1) {
		end = strchrnul(value, ',');
		add_edit(to, value, (size_t)(end - value));
		if (*end == '\0')
			return NULL;
	}
}

static const char *
add_rename(void *to, const char *value)
{
	const char *eq = strchr(value, '=');
	struct edit *e;

	if (eq == NULL)
		return "it takes OLD=NEW";
	e = add_edit(to, value, (size_t)(eq - value));
	if (!json_quote(&e->raw, eq + 1, strlen(eq + 1)))
		return "the new name is not UTF-8";
	return NULL;
}

static const char *
add_set(void *to, const char *value)
{
	const char *eq = strchr(value, '=');
	struct json_error bad;
	struct json_val v;

	if (eq == NULL)
		return "it takes NAME=JSON";
	if (!json_check(eq + 1, strlen(eq + 1), &bad))
		return "the right side is not JSON (a string has quotes: "
		       "NAME='\"text\"')";
	v = json_trim(eq + 1, strlen(eq + 1));
	json_compact(&add_edit(to, value, (size_t)(eq - value))->raw, v);
	return NULL;
}

/* The time of this run: the same for all its records. */
static const char *
add_stamp(void *to, const char *value)
{
	struct edit *e = add_edit(to, value, strlen(value));

	buf_char(&e->raw, '"');
	when_stamp(&e->raw);
	buf_char(&e->raw, '"');
	return NULL;
}

static struct edit *
find(const struct edits *e, struct json_val name)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (json_string_is(name, e->v[i].name.s, e->v[i].name.len))
			return &e->v[i];
	return NULL;
}

static void
add_member(struct json_val came, struct json_val name, struct json_val value)
{
	if (nmembers == room) {
		room = room ? room * 2 : 64;
		members = buf_array(members, room, sizeof *members);
	}
	members[nmembers++] = (struct member){name, value, came};
}

/* A name in snake case; `snaked` has room for those of the whole record. */
static struct json_val
in_snake_case(struct json_val name)
{
	size_t at = snaked.len;

	snake_name(&snaked, name);
	return (struct json_val){snaked.s + at, snaked.len - at};
}

/* Adds a member as --only, --drop, --rename and --snake will have it. */
static void
keep(struct json_val came, struct json_val value)
{
	struct json_val name = came;
	struct edit *e;

	if ((only.n > 0 && !find(&only, name)) || find(&drop, name))
		return;
	if ((e = find(&renames, name)))
		name = (struct json_val){e->raw.s, e->raw.len};
	else if (snake)
		name = in_snake_case(name);
	add_member(came, name, value);
}

/* The members of a hoisted object in its place; false if it is none. */
static bool
lift(struct rec *r, struct json_val name, struct json_val value)
{
	struct json_walk w;

	if (*value.s != '{') {
		rec_reject(r, "--hoist %.*s: not an object but %s",
		    (int)name.len, name.s, json_type_name(json_type(value.s)));
		return false;
	}
	w = json_walk(value);
	while (json_next(&w, &name, &value))
		keep(name, value);
	return true;
}

/* --set and --stamp: in the place of a member of that name, or at the end. */
static void
set_member(struct edit *e)
{
	struct json_val value = {e->raw.s, e->raw.len};
	struct json_val name;
	size_t i;

	for (i = 0; i < nmembers; i++)
		if (json_string_is(members[i].name, e->name.s, e->name.len)) {
			members[i].value = value;
			return;
		}
	name = (struct json_val){e->quoted.s, e->quoted.len};
	add_member(name, name, value);
}

/*
 * --mask, by the name that a member came with or the one that it has now: to
 * mask too much shows, to mask too little does not.
 */
static bool
mask_members(struct rec *r)
{
	const size_t longest = 64;
	struct member *m;
	size_t at;

	buf_cut(&masked, 0);
	/* No value moves any more. */
	buf_room(&masked, nmembers * longest);
	for (m = members; m < members + nmembers; m++) {
		if (!find(&masks, m->name) && !find(&masks, m->came))
			continue;
		at = masked.len;
		if (!mask_value(&masked, m->value)) {
			rec_reject(r,
			    "--mask %.*s: it is %s, which has no hash: only "
			    "text, numbers and booleans have",
			    (int)m->name.len, m->name.s,
			    *m->value.s == '"'
				? "a string with half a surrogate pair"
				: json_type_name(json_type(m->value.s)));
			return false;
		}
		m->value = (struct json_val){masked.s + at, masked.len - at};
	}
	return true;
}

static void
print(struct rec *r)
{
	struct buf *out = out_buf(r->out);
	struct member *m;
	size_t i;

	names_reset(&names);
	buf_char(out, '{');
	for (i = 0; i < nmembers; i++) {
		m = &members[i];
		if (!names_add(&names, m->name.s + 1, m->name.len - 2)) {
			out_undo(r->out);
			rec_reject(r, "two members would be called %.*s",
			    (int)m->name.len, m->name.s);
			return;
		}
		if (i > 0)
			buf_char(out, ',');
		buf_add(out, m->name.s, m->name.len);
		buf_char(out, ':');
		buf_add(out, m->value.s, m->value.len);
	}
	buf_char(out, '}');
	out_end(r->out);
}

static void
one_record(struct rec *r)
{
	struct json_val v = {r->s, r->len}, name;
	struct json_walk w;
	size_t i;

	if (*v.s != '{') {
		rec_reject(
		    r, "not an object but %s", json_type_name(json_type(v.s)));
		return;
	}
	nmembers = 0;
	buf_cut(&snaked, 0);
	buf_room(&snaked, snake ? snake_room(r->len) : 0);
	w = json_walk(v);
	while (json_next(&w, &name, &v)) {
		if (!find(&hoist, name))
			keep(name, v);
		else if (!lift(r, name, v))
			return;
	}
	for (i = 0; i < sets.n; i++)
		set_member(&sets.v[i]);
	if (masks.n == 0 || mask_members(r))
		print(r);
}

static void
free_edits(struct edits *e)
{
	size_t i;

	for (i = 0; i < e->n; i++) {
		buf_free(&e->v[i].name);
		buf_free(&e->v[i].quoted);
		buf_free(&e->v[i].raw);
	}
	free(e->v);
}

static const struct opt options[] = {
    {0, "hoist", "NAME", OPT_CALL, &hoist,
	"lift that object's members to this level", add_names, 0, 0},
    {0, "only", "NAME,...", OPT_CALL, &only, "keep only these members",
	add_names, 0, 0},
    {0, "drop", "NAME,...", OPT_CALL, &drop, "leave these members out",
	add_names, 0, 0},
    {0, "rename", "OLD=NEW", OPT_CALL, &renames, "give a member a new name",
	add_rename, 0, 0},
    {0, "snake", NULL, OPT_FLAG, &snake, "give the others names in snake_case",
	NULL, 0, 0},
    {0, "set", "NAME=JSON", OPT_CALL, &sets, "set a member to a value", add_set,
	0, 0},
    {0, "stamp", "NAME", OPT_CALL, &sets,
	"set a member to the time of this run", add_stamp, 0, 0},
    {0, "mask", "NAME,...", OPT_CALL, &masks,
	"show only a keyed hash of these values", add_names, 0, 0},
    {0, "mask-key-file", "FILE", OPT_STR, &mask_key_file,
	"the key of --mask (default: SLUICE_MASK_KEY)", NULL, 0, 0},
    {0, NULL, NULL, OPT_FLAG, NULL, NULL, NULL, 0, 0}};

static const struct opt_tool tool = {"fields", "",
    "Edits the members of JSON objects, one level.", options, NULL,
    mask_library};

int
main(int argc, char *argv[])
{
	struct rec r;
	int status;

	if (opt_parse(&tool, argc, argv) < argc)
		opt_usage("fields reads standard input and takes no operands");
	if (masks.n > 0)
		mask_open(mask_key_file);
	else if (mask_key_file)
		opt_usage("--mask-key-file says how, but nothing says what to "
			  "--mask");
	rec_open(&r, REC_JSON);
	while (rec_next(&r))
		one_record(&r);
	status = rec_close(&r, 0);
	free_edits(&only);
	free_edits(&drop);
	free_edits(&hoist);
	free_edits(&renames);
	free_edits(&sets);
	free_edits(&masks);
	free(members);
	buf_free(&snaked);
	buf_free(&masked);
	mask_close();
	names_free(&names);
	return status;
}
