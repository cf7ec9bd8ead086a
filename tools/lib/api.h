/*
 * api: an api.json profile: what there is to know about one API.
 *
 * Its keys are called as the options that they stand for. `${NAME}` and
 * `${NAME:-default}` in a string come from the environment; a number may be
 * written as a string, so that it can come from there too. A key that is not
 * known, has the wrong type or is missing is an error that names its path.
 *
 * The profile owns all strings. Numbers that the file does not set are
 * API_NONE, seconds are negative, strings NULL.
 */
#ifndef SLUICE_API_H
#define SLUICE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

#define API_NONE UINT64_MAX

struct api_statuses {
	long *v;
	size_t n;
};

struct api_http {
	uint64_t retry;
	double retry_delay, retry_max_time, max_time, connect_timeout;
	const char *rate;
	struct api_statuses retry_on; /* negative: not */
	const char *secret_param;     /* as `sig2,-token`, see secreturl.h */
};

struct api_page {
	const char *by, *param, *size_param, *offset_param;
	const char *cursor, *cursor_param, *cursor_header, *cursor_body, *next;
	const char *total, *total_pages, *more;
	uint64_t first, size, max_pages, empty_pages;
};

struct api_resource {
	const char *name;
	const char *path; /* a template, behind base_url */
	const char *method;
	const char *body; /* an expression, or JSON */
	const char *records;
	struct api_statuses skip_status;
	uint64_t give_up;
	uint64_t batch;           /* records of a POST, at most */
	const char *not_executed; /* as `500,503:Sorry!` */
	const char *item_errors;  /* where answers list failed records */
	struct api_page page;
};

struct api {
	const char *file;
	const char *base_url;
	const char **header; /* "Name: value" */
	size_t nheaders;
	struct api_http http;
	struct api_resource *resource;
	size_t nresources;
	char **text; /* every string of the profile */
	size_t ntexts;
};

/* Loads; false with *why, which names the file and the key. Free it anyway. */
bool api_load(struct api *, const char *path, struct buf *why);
void api_free(struct api *);

/* NULL, with *why that names those there are. */
const struct api_resource *api_find(
    const struct api *, const char *name, struct buf *why);

/*
 * The resource's URL template: its path behind base_url, or the path alone if
 * it is a whole URL, or begins with `{+name}`. The caller frees it;
 * NULL with *why where the path is relative and there is no base_url.
 */
char *api_template(
    const struct api *, const struct api_resource *, struct buf *why);

/*
 * `404` or `404,410`: adds to the list; NULL, or why it is bad. The other one
 * takes `-500`, too, which is kept as a negative number.
 */
const char *api_statuses(struct api_statuses *, const char *text);
const char *api_retry_on(struct api_statuses *, const char *text);
bool api_has_status(const struct api_statuses *, long status);

#endif
