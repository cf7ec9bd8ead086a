#ifndef APID_NAMES_H
#define APID_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Word lists that records are made of. Static, never freed. */
struct words {
	const char *const *at;
	size_t n;
};

extern const struct words names_model;
extern const struct words names_colour;
extern const struct words names_partner;
extern const struct words names_shop;
extern const struct words names_shop_kind;
extern const struct words names_animal;

/* The word that the bits of h choose. */
const char *names_pick(const struct words *list, uint64_t h);

#endif
