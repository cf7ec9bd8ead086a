#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "auditdir.h"
#include "in.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"
#include "stop.h"

static int
named(const struct dirent *d, const char *start, const char *end)
{
	size_t len = strlen(d->d_name), n = strlen(end);

	return len >= strlen(start) + n &&
	       strncmp(d->d_name, start, strlen(start)) == 0 &&
	       strcmp(d->d_name + len - n, end) == 0;
}

static int
is_batch(const struct dirent *d)
{
	return named(d, "batch_", ".json");
}

static int
is_pending(const struct dirent *d)
{
	return named(d, "pending_", ".ndjson");
}

/* The names that `wanted` wants, sorted; free_names frees them. */
static int
scan(const char *dir, int (*wanted)(const struct dirent *),
    struct dirent ***names)
{
	int n = scandir(dir, names, wanted, alphasort);

	if (n < 0)
		die_errno(EX_NOINPUT, "could not read folder \"%s\"", dir);
	return n;
}

static void
free_names(struct dirent **names, int n)
{
	while (n > 0)
		free(names[--n]);
	free(names);
}

/* Reads all of a file; false where a signal asks to stop. */
static bool
read_all(struct in *in, struct json_val *v)
{
	enum in_is is;

	*v = (struct json_val){NULL, 0};
	while ((is = in_more(in, v->len, &v->s, &v->len)) == IN_LINE)
		if (v->len > in->max)
			die(EX_DATAERR,
			    "could not take %s: it is longer than the %zu "
			    "bytes of --max-record",
			    in->name, in->max);
	return is == IN_END;
}

static void
read_batch(struct in *in, struct key *key,
    void (*one)(void *arg, struct json_val id), void *arg)
{
	struct json_val v, name;
	struct json_error bad;
	struct json_walk w;
	uint64_t n = 0;

	if (!read_all(in, &v))
		return;
	v = json_trim(v.s, v.len);
	if (!json_check(v.s, v.len, &bad))
		die(EX_DATAERR, "%s: not JSON: %s at byte %zu", in->name,
		    json_why(&bad), bad.at + 1);
	if (*v.s != '[')
		die(EX_DATAERR, "%s: not an array of ids but %s", in->name,
		    json_type_name(json_type(v.s)));
	w = json_walk(v);
	while (json_next(&w, &name, &v)) {
		n++;
		if (!keyline_value(key, v))
			die(EX_DATAERR, "%s: id %" PRIu64 ": %s", in->name, n,
			    key->why.s);
		one(arg, v);
	}
}

uint64_t
auditdir_read(const char *dir, struct key *key,
    void (*one)(void *arg, struct json_val id), void *arg)
{
	struct buf path = BUF_INIT;
	struct dirent **names;
	struct in in;
	uint64_t bytes = 0;
	int i, n;

	n = scan(dir, is_batch, &names);
	for (i = 0; i < n && !stop_asked(); i++) {
		buf_cut(&path, 0);
		buf_printf(&path, "%s/%s", dir, names[i]->d_name);
		in_open(&in, path.s, opt_common.max_record);
		read_batch(&in, key, one, arg);
		bytes += in.bytes;
		in_close(&in);
	}
	free_names(names, n);
	buf_free(&path);
	return bytes;
}

size_t
auditdir_pending(const char *dir)
{
	struct dirent **names;
	int n = scan(dir, is_pending, &names);

	free_names(names, n);
	return (size_t)n;
}
