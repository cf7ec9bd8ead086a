/*
 * Failures that answers list: which rows they are matched to, in what order,
 * and when they cannot be; and the names that content gives a batch.
 */
#include "items.h"

#include <stdlib.h>

#include "unit.h"
#include "uuid.h"

/* A batch whose records have these keys; rows 1 to 4 of it are asked about. */
static const char *const records[] = {"{\"id\":0}", "{\"id\":7}",
    "{\"id\":\"7\"}", "{\"id\":9007199254740993}", "{\"id\":\"dup\"}",
    "{\"id\":\"dup\"}"};
enum { FROM = 1, N = 4, ALL = sizeof(records) / sizeof(*records) };

static const struct {
	const char *expr, *answer;
	const char *wanted; /* ROW CODE REASON, by |; or !REASON */
} cases[] = {
    /* None. */
    {".errors", "{}", ""},
    {".errors", "{\"errors\":null}", ""},
    {".errors", "{\"errors\":[]}", ""},
    {".errors[]?", "{\"errors\":[]}", ""},
    {".", " [] ", ""},
    /* By index: as a path, an array; as a program, one by one. */
    {".errors", "{\"errors\":[{\"index\":0,\"reason\":\"bad\"}]}", "1  bad"},
    {".errors", "{\"errors\":{\"index\":3,\"reason\":\"bad\"}}", "4  bad"},
    {".errors[] | {index: .at, reason: .msg, code: .no}",
	"{\"errors\":[{\"at\":2,\"msg\":\"b\"},{\"at\":0,\"no\":409}]}",
	"1 409 no reason is given|3  b"},
    {".detail[] | {index: .loc[1], reason: .msg}",
	"{\"detail\":[{\"loc\":[\"body\",1,\"x\"],\"msg\":\"a\"},"
	"{\"loc\":[\"body\",1,\"y\"],\"msg\":\"b\"}]}",
	"2  a; b"},
    {".items | to_entries[] | select(.value.error) | "
     "{index: .key, reason: .value.error, code: .value.status}",
	"{\"items\":[{\"status\":201},{\"status\":400,\"error\":\"no\"}]}",
	"2 400 no"},
    /* By key: as the value is, not as the digits are. */
    {".", "[{\"key\":7,\"reason\":\"n\"},{\"key\":\"7\",\"reason\":\"s\"}]",
	"1  n|2  s"},
    {".", "[{\"key\":9007199254740993}]", "3  no reason is given"},
    {".", "[{\"index\":null,\"key\":\"\\u0037\"}]", "2  no reason is given"},
    /* An index counts. */
    {".", "[{\"index\":0,\"key\":\"no such\"}]", "1  no reason is given"},
    /* A reason and a code of any kind. */
    {".", "[{\"index\":0,\"reason\":{\"a\": [1.50]},\"code\":\"E-1\"}]",
	"1 E-1 {\"a\":[1.50]}"},
    {".", "[{\"index\":0,\"reason\":\"a\\nb\\u0000c\",\"code\":null}]",
	"1  a b c"},
    /* What cannot be matched. */
    {".errors", "", "!the answer is no JSON: "},
    {".errors", "<html>", "!the answer is no JSON: "},
    {".errors", "{\"errors\":[{\"index\":0},", "!the answer is no JSON: "},
    {".errors", "{\"errors\":true}", "!--item-errors .errors: true is no "},
    {".errors", "{\"errors\":[\"bad\"]}", "!--item-errors .errors: \"bad\" "},
    {".", "[{\"reason\":\"x\"}]",
	"!--item-errors .: {\"reason\":\"x\"} has "
	"neither an index nor a key"},
    {".", "[{\"index\":4}]", "!--item-errors .: {\"index\":4} has an index "},
    {".", "[{\"index\":-1}]", "!--item-errors .: {\"index\":-1} has an index"},
    {".", "[{\"index\":1.5}]", "!--item-errors .: {\"index\":1.5} has an "},
    {".", "[{\"index\":\"1\"}]", "!--item-errors .: {\"index\":\"1\"} has "},
    {".", "[{\"index\":99999999999999999999}]", "!--item-errors .: "},
    {".", "[{\"key\":8}]", "!--item-errors .: {\"key\":8} has a key that no "},
    {".", "[{\"key\":0}]", "!--item-errors .: {\"key\":0} has a key that no "},
    {".", "[{\"key\":{}}]",
	"!--item-errors .: {\"key\":{}} has a key that is "
	"none"},
    {".[] | {key}", "[{\"key\":9007199254740993}]", "!--item-errors .[] | "},
    {"error(\"odd\")", "{}", "!--item-errors error(\"odd\"): odd"},
};

static void
fill(struct batch *b, struct key *key)
{
	static const struct batch_form form = {false, NULL};
	struct rec_saved r;
	size_t i;

	for (i = 0; i < ALL; i++) {
		r = (struct rec_saved){records[i], strlen(records[i]), i + 1};
		key_get(key, (struct json_val){r.s, r.len});
		batch_add(b, &form, &r, key);
	}
}

/* As `wanted` is written. */
static void
show(const struct items *t, bool ok, const struct buf *why, struct buf *is)
{
	size_t i;

	buf_cut(is, 0);
	buf_str(is, "");
	if (!ok)
		buf_printf(is, "!%s", why->s);
	for (i = 0; ok && i < t->n; i++)
		buf_printf(is, "%s%zu %s %s", i ? "|" : "", t->v[i].row,
		    t->text.s + t->v[i].code, t->text.s + t->v[i].reason);
}

/* Of a reason only the beginning. */
static bool
as_wanted(const char *is, const char *wanted)
{
	return strncmp(is, wanted, strlen(wanted)) == 0 &&
	       (*wanted == '!' || strlen(is) == strlen(wanted));
}

static void
matching(const struct batch *b, struct key *key)
{
	struct buf body = BUF_INIT, why = BUF_INIT, is = BUF_INIT;
	struct items t;
	const char *bad;
	bool ok;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		t = (struct items){.key = key};
		bad = expr_opt(&t.expr, cases[i].expr);
		CHECK(!bad, "%s: %s", cases[i].expr, bad);
		buf_cut(&body, 0);
		buf_cut(&why, 0);
		buf_str(&body, cases[i].answer);
		ok = items_read(&t, b, FROM, N, &body, &why);
		show(&t, ok, &why, &is);
		CHECK(as_wanted(is.s, cases[i].wanted), "%s on %s: \"%s\"",
		    cases[i].expr, cases[i].answer, is.s);
		items_free(&t);
	}
	buf_free(&body);
	buf_free(&why);
	buf_free(&is);
}

/* A key of two records names neither; without --key there is none. */
static void
no_one_row(const struct batch *b, struct key *key)
{
	struct key none = KEY_INIT;
	struct items t = {.key = key};
	struct buf body = BUF_INIT, why = BUF_INIT;

	CHECK(!expr_opt(&t.expr, "."), "expression");
	buf_str(&body, "[{\"key\":\"dup\"}]");
	CHECK(!items_read(&t, b, 0, ALL, &body, &why) &&
		  strstr(why.s, "several records"),
	    "%s", why.s);
	t.key = &none;
	buf_cut(&why, 0);
	CHECK(!items_read(&t, b, 0, ALL, &body, &why) &&
		  strstr(why.s, "there is no --key"),
	    "%s", why.s);
	items_free(&t);
	buf_free(&body);
	buf_free(&why);
}

static void
apart(struct batch *b, struct key *key)
{
	static const uint64_t wanted[] = {1, 2, 4, 3, 5, 6};
	struct items t = {.key = key};
	struct buf body = BUF_INIT, why = BUF_INIT;
	size_t i;

	CHECK(!expr_opt(&t.expr, "."), "expression");
	buf_str(&body, "[{\"index\":3},{\"index\":1}]");
	CHECK(items_read(&t, b, FROM, N, &body, &why), "%s", why.s);
	items_set_apart(&t, b, FROM, N);
	for (i = 0; i < ALL; i++)
		CHECK(b->row[i].line == wanted[i], "row %zu is line %d", i,
		    (int)b->row[i].line);
	items_free(&t);
	buf_free(&body);
	buf_free(&why);
}

/*
 * The example of RFC 9562, appendix B.2: its name space, then its name. The
 * second is `sha256sum`'s of the empty text.
 */
static void
names(void)
{
	static const struct uuid_part rfc[] = {
	    {"\x6b\xa7\xb8\x10\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8",
		16},
	    {"www.example.com", 15}};
	char is[UUID_TEXT];

	uuid_open();
	uuid_of(is, rfc, 2);
	CHECK(
	    strcmp(is, "5c146b14-3c52-8afd-938a-375d0df1fbf6") == 0, "%s", is);
	uuid_of(is, rfc, 0);
	CHECK(
	    strcmp(is, "e3b0c442-98fc-8c14-9afb-f4c8996fb924") == 0, "%s", is);
	uuid_close();
}

int
main(void)
{
	struct key key = KEY_INIT;
	struct batch b = {.row = NULL};

	CHECK(!key_opt(&key, ".id"), "key");
	fill(&b, &key);
	matching(&b, &key);
	no_one_row(&b, &key);
	apart(&b, &key);
	names();
	batch_free(&b);
	key_free(&key);
	return UNIT_END();
}
