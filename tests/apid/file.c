#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"

struct file {
	char *path;
	bool with_query;
	const char *type;
	struct text body;
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
	at = need(realloc(f->at, (f->n + 1) * sizeof(*at)));
	f->at = at;
	f->at[f->n++] = new;
	return true;
}

bool
files_serve(const struct files *f, const struct req *r, struct answer *a)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct file *file = &f->at[i];

		if (strcmp(file->path, file->with_query ? r->url : r->path) !=
		    0)
			continue;
		answer_start(a, 200, file->type);
		text_add(&a->body, file->body.at, file->body.len);
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
