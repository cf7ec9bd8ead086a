/* uuid: SHA-256 by libcrypto, and the text of it. */
#include "uuid.h"

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

void
uuid_of(char to[UUID_TEXT], const struct uuid_part *part, size_t n)
{
	static EVP_MD_CTX *c; /* kept: making one is dearer than a hash */
	unsigned char sum[EVP_MAX_MD_SIZE];
	bool ok;
	size_t i;

	if (!c && !(c = EVP_MD_CTX_new()))
		die(EX_OSERR, "out of memory");
	ok = EVP_DigestInit_ex(c, EVP_sha256(), NULL);
	for (i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(c, part[i].s, part[i].len);
	if (!ok || !EVP_DigestFinal_ex(c, sum, NULL))
		die(EX_SOFTWARE, "libcrypto's SHA-256 failed");
	sum[6] = (unsigned char)((sum[6] & 0x0f) | 0x80);
	sum[8] = (unsigned char)((sum[8] & 0x3f) | 0x80);
	text(to, sum);
}
