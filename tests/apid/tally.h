#ifndef APID_TALLY_H
#define APID_TALLY_H

#include <stddef.h>

/* Counters by name: a hash table that only grows. All zero is an empty one. */
struct tally_entry {
	char *name;
	unsigned long requests;
	unsigned long ok; /* answered whole, below 400 */
	unsigned long faults;
	unsigned chaos_run; /* failures by chaos since the last success */
};

struct tally {
	struct tally_entry **slots; /* entries stay where they are */
	size_t cap;
	size_t n;
};

/* The entry of that name, made if need be; valid until tally_reset. */
struct tally_entry *tally_get(struct tally *t, const char *name);

/* Forgets and frees everything. */
void tally_reset(struct tally *t);

#endif
