/* httpauth: header fields and credentials, from options and files. */
#include "httpauth.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"

void
httpauth_hide_password(const char *url)
{
	CURLU *u = url && strchr(url, '@') ? curl_url() : NULL;
	char *password = NULL;

	if (u &&
	    !curl_url_set(
		u, CURLUPART_URL, url, CURLU_PATH_AS_IS | CURLU_GUESS_SCHEME) &&
	    !curl_url_get(u, CURLUPART_PASSWORD, &password, CURLU_URLDECODE))
		msg_secret(password, strlen(password));
	curl_free(password);
	curl_url_cleanup(u);
}

static FILE *
open_file(const char *path, int *status, struct buf *why)
{
	FILE *f = fopen(path, "re");

	if (f)
		return f;
	*status = EX_NOINPUT;
	buf_printf(
	    why, "could not open file \"%s\": %s", path, strerror(errno));
	return NULL;
}

/* The next line that is not empty, without white space at its end. */
static bool
next_line(FILE *f, struct buf *line)
{
	char *s = NULL;
	size_t cap = 0;
	ssize_t len = 0;

	buf_cut(line, 0);
	while (line->len == 0 && (len = getline(&s, &cap, f)) > 0) {
		while (len > 0 && strchr(" \t\r\n", s[len - 1]))
			len--;
		buf_add(line, s, (size_t)len);
	}
	free(s);
	return line->len > 0;
}

static bool
close_file(FILE *f, const char *path, int *status, struct buf *why)
{
	bool ok = !ferror(f);

	if (!ok) {
		*status = EX_NOINPUT;
		buf_printf(why, "could not read file \"%s\": %s", path,
		    strerror(errno));
	}
	fclose(f);
	return ok;
}

/* Each line is a header field. */
static bool
header_file(struct http *h, const char *path, int *status, struct buf *why)
{
	FILE *f = open_file(path, status, why);
	struct buf line = BUF_INIT;
	bool ok = true;

	if (!f)
		return false;
	while (ok && next_line(f, &line)) {
		*status = EX_CONFIG;
		ok = http_header(h, line.s, why);
	}
	if (!ok)
		buf_printf(why, ", in file \"%s\"", path);
	buf_free(&line);
	return close_file(f, path, status, why) && ok;
}

/* The first line of the file. */
static bool
read_secret(const char *path, struct buf *line, int *status, struct buf *why)
{
	FILE *f = open_file(path, status, why);
	bool ok;

	if (!f)
		return false;
	ok = next_line(f, line);
	if (ok)
		msg_secret(line->s, line->len);
	if (!close_file(f, path, status, why))
		return false;
	*status = EX_CONFIG;
	if (!ok)
		buf_printf(
		    why, "could not read file \"%s\": it is empty", path);
	return ok;
}

static bool
authorization(struct http *h, const char *scheme, const struct buf *value,
    int *status, struct buf *why)
{
	struct buf field = BUF_INIT;
	bool ok;

	*status = EX_CONFIG;
	buf_printf(&field, "Authorization: %s %s", scheme, value->s);
	ok = http_header(h, field.s, why);
	buf_free(&field);
	return ok;
}

/* USER:PASSWORD (RFC 7617); the password alone is a secret, too. */
static bool
user_file(struct http *h, const char *path, int *status, struct buf *why)
{
	struct buf line = BUF_INIT, digits = BUF_INIT;
	const char *colon;
	bool ok = read_secret(path, &line, status, why);

	if (ok && !(colon = memchr(line.s, ':', line.len))) {
		buf_printf(why, "file \"%s\": wanted: USER:PASSWORD", path);
		ok = false;
	}
	if (ok) {
		msg_secret(colon + 1, strlen(colon + 1));
		buf_base64(&digits, line.s, line.len);
		ok = authorization(h, "Basic", &digits, status, why);
	}
	buf_free(&line);
	buf_free(&digits);
	return ok;
}

static bool
bearer_file(struct http *h, const char *path, int *status, struct buf *why)
{
	struct buf line = BUF_INIT;
	bool ok = read_secret(path, &line, status, why) &&
		  authorization(h, "Bearer", &line, status, why);

	buf_free(&line);
	return ok;
}

static bool
wanted(const struct httpauth *a, const char *path)
{
	return path && !(a->optional && access(path, F_OK) != 0);
}

bool
httpauth_set(const struct httpauth *a, const struct api *api, struct http *h,
    int *status, struct buf *why)
{
	const char *s;
	size_t i;

	*status = EX_CONFIG;
	for (i = 0; i < api->nheaders; i++)
		if (!http_header(h, api->header[i], why))
			return false;
	if (a->bearer_file && a->user_file) {
		*status = EX_USAGE;
		buf_str(why, "--bearer-file and --user-file exclude each "
			     "other");
		return false;
	}
	if (wanted(a, a->bearer_file) &&
	    !bearer_file(h, a->bearer_file, status, why))
		return false;
	if (wanted(a, a->user_file) && !user_file(h, a->user_file, status, why))
		return false;
	for (i = 0; i < a->headers.n; i++) {
		s = a->headers.v[i];
		*status = EX_USAGE;
		if (*s == '@' ? wanted(a, s + 1) &&
				    !header_file(h, s + 1, status, why)
			      : !http_header(h, s, why))
			return false;
	}
	return true;
}

/* libcurl reads the file itself; here it is only read for its passwords. */
static void
hide_netrc(FILE *f)
{
	struct buf word = BUF_INIT;
	bool password = false, quoted = false;
	int c;

	do {
		c = getc(f);
		if (c == '"') {
			quoted = !quoted;
		} else if (c == '\\' && quoted) {
			c = getc(f);
			buf_char(&word, (char)c);
		} else if (c != EOF && (quoted || !isspace(c))) {
			buf_char(&word, (char)c);
		} else if (word.len > 0) {
			if (password)
				msg_secret(word.s, word.len);
			password = strcmp(word.s, "password") == 0;
			buf_cut(&word, 0);
		}
	} while (c != EOF);
	buf_free(&word);
}

bool
httpauth_netrc(struct buf *path, int *status, struct buf *why)
{
	const char *file = getenv("NETRC"), *home = getenv("HOME");
	FILE *f;

	if (file && *file) {
		buf_str(path, file);
	} else if (home && *home) {
		buf_printf(path, "%s/.netrc", home);
	} else {
		*status = EX_NOINPUT;
		buf_str(why, "--netrc needs NETRC, or a HOME with a .netrc");
		return false;
	}
	f = open_file(path->s, status, why);
	if (!f)
		return false;
	hide_netrc(f);
	return close_file(f, path->s, status, why);
}
