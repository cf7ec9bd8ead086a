/*
 * httpfields: the header fields that every request carries. Internal to http.
 *
 * A field tells something harmless about the request (Accept), or it may say
 * who makes it: then its value is a secret, and goes to one origin only.
 */
#ifndef SLUICE_HTTPFIELDS_H
#define SLUICE_HTTPFIELDS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct httpfields {
	struct httpfield {
		char *line;
		bool credential;
	} * v;
	size_t n;
	struct curl_slist *all, *harmless;
};

/*
 * "Name: value"; it replaces one of that name. False, with *why: it is none,
 * or homeless and not harmless.
 */
bool httpfields_set(
    struct httpfields *, const char *line, bool homeless, struct buf *why);
void httpfields_free(struct httpfields *);

#endif
