/*
 * uuid: a UUID that is made of content, so that the same content has the same
 * one anywhere and at any time.
 *
 * Version 8 of RFC 9562, as in its appendix B.2: the first 128 bits of a
 * SHA-256, six of them set to the version and the variant.
 */
#ifndef SLUICE_UUID_H
#define SLUICE_UUID_H

#include <stddef.h>

enum { UUID_TEXT = 37 }; /* 36 characters and a NUL */

struct uuid_part {
	const char *s;
	size_t len;
};

/*
 * Before the first one; where there is no memory for it the process ends with
 * EX_OSERR.
 */
void uuid_open(void);
void uuid_close(void);

/* Of the parts, one behind the other. */
void uuid_of(char to[UUID_TEXT], const struct uuid_part *, size_t n);

#endif
