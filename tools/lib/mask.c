#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "in.h"
#include "mask.h"
#include "msg.h"

enum { KEY_MIN = 16, KEY_MAX = 65536, DIGEST = 32, SHOWN = 16 };

/* Its default context crashes where there was no memory to set it up. */
static OSSL_LIB_CTX *own;
static EVP_MAC_CTX *mac; /* with the key */
static struct buf text;  /* the content of the value in hand */

/* Reads the key file. */
static void
read_key(const char *path, struct buf *key)
{
	struct in in;
	const char *s;
	size_t len = 0;

	in_open(&in, path, KEY_MAX);
	while (in_more(&in, len, &s, &len) == IN_LINE)
		if (len > KEY_MAX)
			die(EX_CONFIG, "the key in \"%s\" is over %d bytes",
			    path, KEY_MAX);
	buf_add(key, s, len);
	if (key->len > 0 && key->s[key->len - 1] == '\n')
		buf_cut(key, key->len - 1);
	if (key->len > 0 && key->s[key->len - 1] == '\r')
		buf_cut(key, key->len - 1);
	OPENSSL_cleanse(in.b.s, in.b.len);
	in_close(&in);
}

static void
set_key(const struct buf *key)
{
	EVP_MAC *hmac = NULL;
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end()};

	own = OSSL_LIB_CTX_new();
	if (own)
		hmac = EVP_MAC_fetch(own, "HMAC", NULL);
	mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	if (mac == NULL ||
	    !EVP_MAC_init(mac, (const unsigned char *)key->s, key->len, params))
		die(EX_OSERR, "could not set up libcrypto's HMAC-SHA-256 for "
			      "--mask: out of memory");
	EVP_MAC_free(hmac);
}

void
mask_open(const char *key_file)
{
	const char *env = getenv("SLUICE_MASK_KEY");
	struct buf key = BUF_INIT;

	if (key_file)
		read_key(key_file, &key);
	else if (env)
		buf_str(&key, env);
	else
		die(EX_CONFIG,
		    "--mask needs a secret key: name a file with "
		    "--mask-key-file or set SLUICE_MASK_KEY (`openssl rand "
		    "-hex 32` makes one)");
	if (key.len < KEY_MIN)
		die(EX_CONFIG,
		    "the key in %s has %zu bytes, which can be guessed: it "
		    "takes %d or more (`openssl rand -hex 32` makes one)",
		    key_file ? key_file : "SLUICE_MASK_KEY", key.len, KEY_MIN);
	msg_secret(key.s, key.len);
	set_key(&key);
	OPENSSL_cleanse(key.s, key.len);
	buf_free(&key);
}

bool
mask_value(struct buf *b, struct json_val v)
{
	unsigned char hash[DIGEST];
	size_t len, i;

	if (*v.s == 'n') {
		buf_add(b, v.s, v.len);
		return true;
	}
	if (*v.s == '{' || *v.s == '[')
		return false;
	buf_cut(&text, 0);
	if (*v.s != '"')
		buf_add(&text, v.s, v.len);
	else if (!json_decode(&text, v))
		return false;
	/* Without a key it begins again with the one it has. */
	if (!EVP_MAC_init(mac, NULL, 0, NULL) ||
	    !EVP_MAC_update(mac, (const unsigned char *)text.s, text.len) ||
	    !EVP_MAC_final(mac, hash, &len, sizeof hash) || len != DIGEST)
		die(EX_SOFTWARE, "could not mask a value: libcrypto's HMAC "
				 "failed");
	buf_str(b, "\"hmac-sha256:");
	for (i = 0; i < SHOWN; i++) {
		buf_char(b, "0123456789abcdef"[hash[i] >> 4]);
		buf_char(b, "0123456789abcdef"[hash[i] & 15]);
	}
	buf_char(b, '"');
	return true;
}

void
mask_close(void)
{
	EVP_MAC_CTX_free(mac);
	OSSL_LIB_CTX_free(own);
	mac = NULL;
	own = NULL;
	buf_free(&text);
}

const char *
mask_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
