/* uuid: SHA-256 by libcrypto, and the text of it. */
#include "uuid.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "msg.h"

static void
text(char *to, const unsigned char *b)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex[b[i] >> 4];
		*to++ = hex[b[i] & 15];
	}
	*to = '\0';
}

/* Its default context crashes where there was no memory to set it up. */
static OSSL_LIB_CTX *own;
static EVP_MD *sha256;
static EVP_MD_CTX *context;

void
uuid_open(void)
{
	if (!(own = OSSL_LIB_CTX_new()) ||
	    !(sha256 = EVP_MD_fetch(own, "SHA256", NULL)) ||
	    !(context = EVP_MD_CTX_new()))
		die(EX_OSERR, "could not set up libcrypto's SHA-256: out of "
			      "memory");
}

void
uuid_close(void)
{
	EVP_MD_CTX_free(context);
	EVP_MD_free(sha256);
	OSSL_LIB_CTX_free(own);
	own = NULL;
	context = NULL;
	sha256 = NULL;
}

void
uuid_of(char to[UUID_TEXT], const struct uuid_part *part, size_t n)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	bool ok = EVP_DigestInit_ex(context, sha256, NULL);
	size_t i;

	for (i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(context, part[i].s, part[i].len);
	if (!ok || !EVP_DigestFinal_ex(context, sum, NULL))
		die(EX_SOFTWARE, "libcrypto's SHA-256 failed");
	sum[6] = (unsigned char)((sum[6] & 0x0f) | 0x80);
	sum[8] = (unsigned char)((sum[8] & 0x3f) | 0x80);
	text(to, sum);
}
