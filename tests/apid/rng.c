#include "rng.h"

/* The finalizer of splitmix64: every input bit reaches every output bit. */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t
rng_value(uint64_t seed, enum rng_kind kind, uint64_t id, unsigned field)
{
	return mix(mix(mix(seed) ^ ((uint64_t)kind << 32 | field)) ^ id);
}

uint64_t
rng_text(uint64_t seed, const char *s, uint64_t nth)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return mix(mix(mix(seed) ^ h) ^ nth);
}

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

uint64_t
rng_rank(uint64_t seed, enum rng_kind kind, uint64_t i, uint64_t n)
{
	/* i * a + c modulo n visits every place once if a and n share no
	 * factor; the fields are far from those of the records. */
	uint64_t a = 1 + rng_value(seed, kind, n, 1000001) % n;
	uint64_t c = rng_value(seed, kind, n, 1000002) % n;

	while (common_divisor(a, n) != 1)
		a++;
	return (i * a + c) % n;
}
