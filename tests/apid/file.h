#ifndef APID_FILE_H
#define APID_FILE_H

#include <stdbool.h>

#include "api.h"

/* Files that are served as they are, before any API is asked. */
struct files;

struct files *files_new(void);
void files_free(struct files *f);

/*
 * Adds PATH=FILE, split at the last "=", and reads the file now. A PATH with a
 * "?" is compared with path and query, another one with the path. False, with
 * the reason in err, if that fails.
 */
bool files_add(struct files *f, const char *spec, struct text *err);

/* Answers r from a file; false if none has its path. */
bool files_serve(const struct files *f, const struct req *r, struct answer *a);

#endif
