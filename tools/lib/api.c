/* api: what a loaded profile is asked for. */
#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "opt.h"

void
api_free(struct api *a)
{
	size_t i;

	for (i = 0; i < a->ntexts; i++)
		free(a->text[i]);
	for (i = 0; i < a->nresources; i++)
		free(a->resource[i].skip_status.v);
	free(a->http.retry_on.v);
	free(a->text);
	free(a->header);
	free(a->resource);
	memset(a, 0, sizeof(*a));
}

const struct api_resource *
api_find(const struct api *a, const char *name, struct buf *why)
{
	size_t i;

	/* The last of duplicate names counts, as everywhere. */
	for (i = a->nresources; i > 0; i--)
		if (strcmp(a->resource[i - 1].name, name) == 0)
			return &a->resource[i - 1];
	buf_printf(why, "%s has no resource \"%s\"; it has", a->file, name);
	for (i = 0; i < a->nresources; i++)
		buf_printf(why, "%s %s", i ? "," : ":", a->resource[i].name);
	if (a->nresources == 0)
		buf_str(why, " none");
	return NULL;
}

char *
api_template(const struct api *a, const struct api_resource *r, struct buf *why)
{
	struct buf b = BUF_INIT;

	if (strncmp(r->path, "http://", 7) == 0 ||
	    strncmp(r->path, "https://", 8) == 0 ||
	    strncmp(r->path, "{+", 2) == 0)
		return buf_dup(r->path, strlen(r->path));
	if (!a->base_url || !*a->base_url) {
		buf_printf(why,
		    "%s: key \"base_url\" is missing, and key "
		    "\"resources.%s.path\" is no whole URL",
		    a->file, r->name);
		return NULL;
	}
	buf_str(&b, a->base_url);
	while (b.len > 0 && b.s[b.len - 1] == '/')
		buf_cut(&b, b.len - 1);
	if (*r->path != '/')
		buf_char(&b, '/');
	buf_str(&b, r->path);
	return b.s;
}

/* False if one is not from min to 599. */
static bool
add_statuses(
    struct api_statuses *to, const char *s, bool negative, uint64_t min)
{
	size_t len;
	uint64_t n;
	char *one;
	bool ok, minus;

	do {
		len = strcspn(s, ",");
		minus = negative && *s == '-';
		one = buf_dup(s + minus, len - minus);
		ok = opt_number(one, &n) && n >= min && n <= 599;
		free(one);
		if (!ok)
			return false;
		to->v = buf_array(to->v, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = minus ? -(long)n : (long)n;
		s += len;
	} while (*s++ == ',');
	return true;
}

const char *
api_statuses(struct api_statuses *to, const char *s)
{
	return add_statuses(to, s, false, 100)
		   ? NULL
		   : "wanted: HTTP statuses, as 404 or 404,410";
}

const char *
api_retry_on(struct api_statuses *to, const char *s)
{
	return add_statuses(to, s, true, 200)
		   ? NULL
		   : "wanted: HTTP statuses, as 409, or -500 for one that is "
		     "not tried again";
}

bool
api_has_status(const struct api_statuses *l, long status)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i] == status)
			return true;
	return false;
}
