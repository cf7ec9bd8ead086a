/*
 * mask: values as keyed hashes, so that they can be compared and joined but
 * not read.
 *
 * HMAC (RFC 2104) with SHA-256 (FIPS 180-4), by OpenSSL's libcrypto; the first
 * 128 bits are shown. Who has the key can try values until one fits: what
 * protects is that the key is secret.
 */
#ifndef SLUICE_MASK_H
#define SLUICE_MASK_H

#include <stdbool.h>

#include "buf.h"
#include "json.h"

/*
 * Takes the key: the bytes of a file without the newline at its end, or,
 * where that is NULL, SLUICE_MASK_KEY from the environment. No key, or one
 * under 16 bytes, ends the process with EX_CONFIG, a file that cannot be read
 * with EX_NOINPUT. The key is a secret of msg.h from here on.
 */
void mask_open(const char *key_file);

/*
 * Appends the hash of a scalar's content as a JSON string,
 * "hmac-sha256:32 hex digits": of a string what it means, as UTF-8, of a
 * number its text, so that 1 and "1" give the same. Null stays null. False,
 * with nothing appended, for an object, an array and a string that has no
 * UTF-8.
 */
bool mask_value(struct buf *, struct json_val);

void mask_close(void);

/* The library's version, for --version. */
const char *mask_library(void);

#endif
