/* batch: records gathered, and the bodies made of them. */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "keyfile.h"

void
batch_free(struct batch *b)
{
	buf_free(&b->raw);
	buf_free(&b->id);
	buf_free(&b->key);
	buf_free(&b->text);
	free(b->row);
	*b = (struct batch){.row = NULL};
}

void
batch_clear(struct batch *b)
{
	buf_cut(&b->raw, 0);
	buf_cut(&b->id, 0);
	buf_cut(&b->key, 0);
	buf_cut(&b->text, 0);
	b->n = 0;
}

static void
open_body(const struct batch_form *f, struct buf *to)
{
	if (f->ndjson)
		return;
	if (f->wrap) {
		buf_char(to, '{');
		json_quote(to, f->wrap, strlen(f->wrap));
		buf_char(to, ':');
	}
	buf_char(to, '[');
}

void
batch_add(struct batch *b, const struct batch_form *f,
    const struct rec_saved *r, struct key *k)
{
	struct batch_row *row;

	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 128;
		b->row = buf_array(b->row, b->cap, sizeof(*b->row));
	}
	if (b->n == 0)
		open_body(f, &b->raw);
	row = &b->row[b->n++];
	*row = (struct batch_row){.raw = b->raw.len,
	    .raw_len = r->len,
	    .id = b->id.len,
	    .key = b->key.len,
	    .key_len = k->bytes.len,
	    .text = b->text.len,
	    .line = r->line};
	buf_add(&b->raw, r->s, r->len);
	buf_char(&b->raw, f->ndjson ? '\n' : ',');
	if (k->n == 0)
		return;
	buf_add(&b->key, k->bytes.s, k->bytes.len);
	key_text(k, &b->text);
	buf_char(&b->text, '\0');
	keyline_json(k, (struct json_val){r->s, r->len}, false, &b->id);
	row->id_len = b->id.len - row->id;
}

struct rec_saved
batch_saved(const struct batch *b, size_t i)
{
	const struct batch_row *row = &b->row[i];

	return (struct rec_saved){b->raw.s + row->raw, row->raw_len, row->line};
}

const char *
batch_key(const struct batch *b, size_t i)
{
	return b->text.len > 0 ? b->text.s + b->row[i].text : NULL;
}

/* Appends the records, each with that behind it, or between. */
static void
join(const struct batch *b, size_t from, size_t n, char with, struct buf *to)
{
	const struct batch_row *row = &b->row[from];
	size_t i;

	for (i = 0; i < n; i++, row++) {
		buf_add(to, b->raw.s + row->raw, row->raw_len);
		if (with == '\n' || i + 1 < n)
			buf_char(to, with);
	}
}

void
batch_lines(const struct batch *b, size_t from, size_t n, struct buf *to)
{
	join(b, from, n, '\n', to);
}

void
batch_body(const struct batch *b, size_t from, size_t n,
    const struct batch_form *f, struct buf *to)
{
	open_body(f, to);
	join(b, from, n, f->ndjson ? '\n' : ',', to);
	if (!f->ndjson)
		buf_str(to, f->wrap ? "]}" : "]");
}

struct json_val
batch_whole(struct batch *b, const struct batch_form *f)
{
	if (!f->ndjson) {
		b->raw.s[b->raw.len - 1] = ']';
		if (f->wrap)
			buf_char(&b->raw, '}');
	}
	return (struct json_val){b->raw.s, b->raw.len};
}

struct json_val
batch_printed(struct batch *b)
{
	const struct batch_row *row = b->row;
	size_t i, end = 0;

	for (i = 0; i < b->n; i++) {
		end = row[i].raw + row[i].raw_len;
		b->raw.s[end] = '\n';
	}
	return (struct json_val){b->raw.s + row->raw, end + 1 - row->raw};
}

size_t
batch_bytes(const struct batch *b, const struct batch_form *f, size_t another)
{
	size_t end = f->wrap && !f->ndjson ? 2 : 1;

	return b->raw.len + another + end;
}

void
batch_ids(const struct batch *b, size_t from, size_t n, struct buf *to)
{
	size_t i;

	buf_char(to, '[');
	for (i = from; i < from + n; i++) {
		if (i > from)
			buf_char(to, ',');
		buf_add(to, b->id.s + b->row[i].id, b->row[i].id_len);
	}
	buf_str(to, "]\n");
}
