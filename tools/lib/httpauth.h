/*
 * httpauth: what every request carries beside its own: header fields, and who
 * makes it. It comes from options and files; what is a credential is told to
 * msg_secret as it is read.
 *
 * Functions return false with a text in *why and an exit status in *status.
 */
#ifndef SLUICE_HTTPAUTH_H
#define SLUICE_HTTPAUTH_H

#include <stdbool.h>

#include "api.h"
#include "buf.h"
#include "http.h"
#include "opt.h"

struct httpauth {
	struct opt_list headers; /* "Name: value" or "@file" */
	const char *bearer_file; /* its first line is a token; NULL: none */
	const char *user_file;   /* its first line is USER:PASSWORD */
	bool netrc;
	bool optional; /* a file that is not there is none */
};

/*
 * Sets the fields of the profile, then what the options say: they take the
 * place of one of that name.
 */
bool httpauth_set(const struct httpauth *, const struct api *, struct http *,
    int *status, struct buf *why);

/*
 * Appends the path of the netrc file, NETRC or ~/.netrc, which has to be
 * there.
 */
bool httpauth_netrc(struct buf *path, int *status, struct buf *why);

/* The password of a URL (NULL: none) is used, but not shown. */
void httpauth_hide_password(const char *url);

#endif
