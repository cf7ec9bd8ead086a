#include "file.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "num.h"

struct file {
	char *path;
	bool with_query;
	const char *type;
	struct text body;
	char etag[24]; /* of the body's bytes, in quotes */
};

struct files {
	struct file *at;
	size_t n;
};

static const char *
type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
	    {".json", "application/json"},
	    {".ndjson", "application/x-ndjson"},
	    {".html", "text/html; charset=utf-8"},
	    {".csv", "text/csv"},
	    {".txt", "text/plain"},
	    {".zip", "application/zip"},
	};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t end = strlen(types[i].end);

		if (n > end && strcmp(name + n - end, types[i].end) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

static bool
read_file(const char *name, struct text *body, struct text *err)
{
	char piece[8192];
	FILE *f = fopen(name, "rb");
	size_t n;
	bool ok;

	if (f == NULL) {
		text_printf(err, "could not open file \"%s\": %s", name,
		    strerror(errno));
		return false;
	}
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		text_add(body, piece, n);
	ok = ferror(f) == 0;
	if (!ok)
		text_printf(err, "could not read file \"%s\": %s", name,
		    strerror(errno));
	fclose(f);
	return ok;
}

/* FNV-1a. */
static void
make_etag(struct file *f)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < f->body.len; i++)
		h = (h ^ (unsigned char)f->body.at[i]) * 1099511628211u;
	snprintf(
	    f->etag, sizeof(f->etag), "\"%016llx\"", (unsigned long long)h);
}

struct files *
files_new(void)
{
	return need(calloc(1, sizeof(struct files)));
}

bool
files_add(struct files *f, const char *spec, struct text *err)
{
	const char *equals = strrchr(spec, '=');
	struct file new = {0}, *at;

	if (spec[0] != '/' || equals == NULL || equals[1] == '\0') {
		text_printf(
		    err, "\"%s\" is not PATH=FILE with a PATH from /", spec);
		return false;
	}
	if (!read_file(equals + 1, &new.body, err)) {
		text_free(&new.body);
		return false;
	}
	new.path = need(strndup(spec, (size_t)(equals - spec)));
	new.with_query = strchr(new.path, '?') != NULL;
	new.type = type_of(equals + 1);
	make_etag(&new);
	at = need(realloc(f->at, (f->n + 1) * sizeof(*at)));
	f->at = at;
	f->at[f->n++] = new;
	return true;
}

static const char *
header(const struct req *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_HEADER_KIND, name);
}

/* `Range: bytes=N-`: where what is asked for begins; else 0. */
static size_t
range_from(const struct req *r, size_t len)
{
	const char *range = header(r, "Range");
	char text[24];
	size_t n;
	long from;

	if (range == NULL || strncmp(range, "bytes=", 6) != 0)
		return 0;
	range += 6;
	n = strcspn(range, "-");
	if (n == 0 || n >= sizeof(text) || strcmp(range + n, "-") != 0)
		return 0;
	memcpy(text, range, n);
	text[n] = '\0';
	return num_int(text, 0, LONG_MAX, &from) && (size_t)from < len
		   ? (size_t)from
		   : 0;
}

static void
serve(const struct file *f, const struct req *r, struct answer *a)
{
	const char *known = header(r, "If-None-Match");
	bool same = known && strcmp(known, f->etag) == 0;
	size_t from = range_from(r, f->body.len);
	struct text range = {0};

	answer_start(a, same ? 304 : from ? 206 : 200, f->type);
	answer_header(a, "ETag", f->etag);
	if (same)
		return;
	if (from > 0) {
		text_printf(&range, "bytes %zu-%zu/%zu", from, f->body.len - 1,
		    f->body.len);
		answer_header(a, "Content-Range", range.at);
		text_free(&range);
	}
	text_add(&a->body, f->body.at + from, f->body.len - from);
}

bool
files_serve(const struct files *f, const struct req *r, struct answer *a)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct file *file = &f->at[i];

		if (strcmp(file->path, file->with_query ? r->url : r->path) !=
		    0)
			continue;
		serve(file, r, a);
		return true;
	}
	return false;
}

void
files_free(struct files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->at[i].path);
		text_free(&f->at[i].body);
	}
	free(f->at);
	free(f);
}
