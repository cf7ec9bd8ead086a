#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "rng.h"

static struct tally_entry **
tally_slot(struct tally *t, const char *name)
{
	size_t i = (size_t)rng_text(0, name, 0) & (t->cap - 1);

	while (t->slots[i] != NULL && strcmp(t->slots[i]->name, name) != 0)
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

static void
tally_grow(struct tally *t)
{
	struct tally old = *t;

	t->cap = old.cap ? old.cap * 2 : 64;
	t->slots = need(calloc(t->cap, sizeof(*t->slots)));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i] != NULL)
			*tally_slot(t, old.slots[i]->name) = old.slots[i];
	free(old.slots);
}

struct tally_entry *
tally_get(struct tally *t, const char *name)
{
	struct tally_entry **slot;

	if (t->n * 2 >= t->cap)
		tally_grow(t);
	slot = tally_slot(t, name);
	if (*slot == NULL) {
		*slot = need(calloc(1, sizeof(**slot)));
		(*slot)->name = need(strdup(name));
		t->n++;
	}
	return *slot;
}

void
tally_reset(struct tally *t)
{
	for (size_t i = 0; i < t->cap; i++) {
		if (t->slots[i] != NULL)
			free(t->slots[i]->name);
		free(t->slots[i]);
	}
	free(t->slots);
	*t = (struct tally){0};
}
