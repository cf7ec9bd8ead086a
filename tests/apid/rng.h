#ifndef APID_RNG_H
#define APID_RNG_H

#include <stdint.h>

/*
 * Values without memory: every value that apid serves is a pure function of
 * the seed, the kind of thing, its number, and the field. Millions of records
 * cost nothing to keep, and the same seed gives the same data on any machine.
 */
enum rng_kind {
	RNG_BRAND = 1,
	RNG_PRODUCT,
	RNG_OFFER,
	RNG_RETAILER,
	RNG_ANIMAL,
	RNG_FAULT,
	RNG_USER,
	RNG_ORDER,
	RNG_ORNAMENT
};

/* 64 well mixed bits for one field of one thing. */
uint64_t rng_value(
    uint64_t seed, enum rng_kind kind, uint64_t id, unsigned field);

/* 64 well mixed bits for a text, the nth time it is seen. */
uint64_t rng_text(uint64_t seed, const char *s, uint64_t nth);

/*
 * The place of i, 0..n-1, in a permutation of 0..n-1 that the seed chooses:
 * "rank below k" picks exactly k of n. n is below 2^31.
 */
uint64_t rng_rank(uint64_t seed, enum rng_kind kind, uint64_t i, uint64_t n);

#endif
