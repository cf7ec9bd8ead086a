#include "lag.h"

struct lag_line *
lag_next(struct lag *g)
{
	return &g->line[g->next++ % LAG_LINES];
}

void
lag_put(struct lag_line *l, struct json_val line, bool plain, uint32_t block,
    struct counts_print print)
{
	l->block = block;
	l->print = print;
	l->plain = plain;
	l->full = true;
	buf_cut(&l->text, 0);
	buf_add(&l->text, line.s, line.len);
}

void
lag_free(struct lag *g)
{
	size_t i;

	for (i = 0; i < LAG_LINES; i++)
		buf_free(&g->line[i].text);
	*g = (struct lag){.next = 0};
}
