#include <string.h>

#include "idmatch.h"
#include "msg.h"

/*
 * In a counter: EXPECTED for an expected id; AWAITED as long as it has not
 * come, and below it the block of its line; else how often it came.
 */
#define EXPECTED ((uint32_t)1 << 31)
#define AWAITED ((uint32_t)1 << 30)
#define MOST (AWAITED - 1)

_Static_assert(KEYFILE_LAST_BLOCK <= MOST, "a block has to fit");

/* The print of a key by its bytes. That of one part is of its text. */
static struct counts_print
print_of(const struct idmatch *m, const char *bytes, size_t len)
{
	if (m->key->n > 1)
		return counts_print(0, bytes, len);
	return counts_print(
	    (unsigned char)*bytes, bytes + KEY_HEAD, len - KEY_HEAD);
}

/* The counter of the key in hand, as one of that type. */
static uint32_t *
look_up(struct idmatch *m, char type, bool add)
{
	struct buf *b = &m->key->bytes;

	b->s[0] = type;
	return counts_at(&m->counts, print_of(m, b->s, b->len), add);
}

/*
 * The counter of the key in hand, a new one if there is none. Plain text has
 * a type of its own, p, which matches the string and the number of that text.
 * Afterwards key->bytes is the key as the table has it.
 */
static uint32_t *
counter(struct idmatch *m, struct json_val line, bool plain)
{
	char type = m->key->bytes.s[0];
	uint32_t *c = NULL;

	if (m->have_exact && !plain)
		c = look_up(m, type, false);
	if (c == NULL && m->have_plain && m->key->n < 2)
		c = look_up(m, 'p', false);
	if (c == NULL && m->have_exact && plain) {
		c = look_up(m, 's', false);
		if (c == NULL && keyline_number(m->key, line))
			c = look_up(m, 'n', false);
	}
	if (c)
		return c;
	*(plain ? &m->have_plain : &m->have_exact) = true;
	return look_up(m, plain ? 'p' : type, true);
}

static void
expect(struct idmatch *m, uint32_t *c, uint32_t block)
{
	if (*c != 0) {
		m->repeated++;
		return;
	}
	m->expected++;
	*c = EXPECTED | AWAITED | block;
}

/* An expected id comes for the first time. */
static void
arrive(struct idmatch *m, uint32_t *c)
{
	m->matched++;
	*c = EXPECTED | 1;
}

static void
add_sized(struct buf *b, const void *s, size_t len)
{
	buf_add(b, &len, sizeof len);
	buf_add(b, s, len);
}

/* Keeps the id in hand to be told at the end: its key's bytes and its JSON. */
static void
keep(struct idmatch *m, struct buf *list, struct json_val line, bool plain)
{
	struct buf id = BUF_INIT;

	keyline_json(m->key, line, plain, &id);
	add_sized(list, m->key->bytes.s, m->key->bytes.len);
	add_sized(list, id.s, id.len);
	buf_free(&id);
}

/*
 * The counter of a delivered key; NULL if it is in the range and came for the
 * first time, which needs none. In a range 7 is "7", as in a file of plain
 * lines.
 */
static uint32_t *
delivered_counter(struct idmatch *m, struct json_val line, bool plain)
{
	enum idrange_is is = IDRANGE_OUTSIDE;
	uint32_t *c;

	if (m->ranged && strchr("sn", m->key->bytes.s[0]))
		is = idrange_mark(&m->range, m->key->bytes.s + KEY_HEAD,
		    m->key->bytes.len - KEY_HEAD);
	if (is == IDRANGE_FIRST)
		return NULL;
	c = counter(m, line, plain || is == IDRANGE_AGAIN);
	if (is == IDRANGE_AGAIN && *c == 0)
		*c = EXPECTED | 1;
	return c;
}

static _Noreturn void
cannot_count(const struct idmatch *m)
{
	struct buf id = BUF_INIT;

	key_text(m->key, &id);
	die(EX_SOFTWARE, "could not count the id %s any further", id.s);
}

/* Counts one delivery of the key in hand. */
static void
deliver(struct idmatch *m, struct json_val line, bool plain)
{
	uint32_t *c = delivered_counter(m, line, plain);

	m->delivered++;
	if (c == NULL) {
		m->matched++;
		return;
	}
	if (*c & AWAITED) {
		arrive(m, c);
		return;
	}
	if ((*c & MOST) == MOST)
		cannot_count(m);
	++*c;
	if (*c == 1) {
		m->extra++;
		keep(m, &m->extra_ids, line, plain);
	} else if (*c == (EXPECTED | 2)) {
		m->duplicates++;
		keep(m, &m->duplicate_ids, line, plain);
	}
}

/* Deals with a line whose key is in hand. */
static void
settle_key(struct idmatch *m, struct json_val line, bool plain, uint32_t block)
{
	if (m->expecting)
		expect(m, counter(m, line, plain), block);
	else
		deliver(m, line, plain);
}

/* Computes the key of a good line again. */
static void
take_key(struct idmatch *m, struct json_val line, bool plain)
{
	keyline_get(m->key, line, !plain);
	keyline_bytes(m->key, plain);
}

/*
 * Deals with a line by the print of its key alone: an expected line, if all
 * are of one kind so far, or an expected id that comes for the first time.
 */
static bool
settle_by_print(struct idmatch *m, const struct lag_line *l)
{
	uint32_t *c;

	if (m->expecting && (l->plain ? m->have_exact : m->have_plain))
		return false;
	c = counts_at(&m->counts, l->print, m->expecting);
	if (m->expecting) {
		*(l->plain ? &m->have_plain : &m->have_exact) = true;
		expect(m, c, l->block);
	} else if (c && *c & AWAITED) {
		m->delivered++;
		arrive(m, c);
	} else {
		return false;
	}
	return true;
}

static void
settle_all(struct idmatch *m)
{
	struct lag *lag = &m->lag;
	const struct lag_line *l;
	struct json_val line;

	for (l = lag->line; l < lag->line + lag->n; l++) {
		if (settle_by_print(m, l))
			continue;
		line = lag_text(lag, l);
		take_key(m, line, l->plain);
		settle_key(m, line, l->plain, l->block);
	}
	lag_empty(lag);
}

/*
 * The print of the key in hand, as it is looked up first. It is that of the
 * raw text where that will do: to write bytes and to read them at once holds
 * up a CPU, here for a sixth of the time.
 */
static struct counts_print
quick_print(struct idmatch *m, struct json_val line, bool plain)
{
	bool as_plain = !m->expecting && m->have_plain && m->key->n < 2;
	struct buf *b = &m->key->bytes;
	struct json_val text = line;
	char type = 'p';

	if (!plain)
		type =
		    m->key->n < 2 ? key_plain(line, m->key->numeric, &text) : 0;
	if (type)
		return counts_print(
		    as_plain ? 'p' : (unsigned char)type, text.s, text.len);
	keyline_bytes(m->key, false);
	if (as_plain)
		b->s[0] = 'p';
	return print_of(m, b->s, b->len);
}

/*
 * Each counter lies somewhere else in memory, and waiting for that took a
 * third of the time. So 32 lines are dealt with at once: their counters are
 * near by then.
 */
static void
one_line(struct idmatch *m, struct json_val line, bool plain, uint32_t block)
{
	struct counts_print print = quick_print(m, line, plain);

	counts_prefetch(&m->counts, print);
	lag_add(&m->lag, line, plain, block, print);
	if (m->lag.n == LAG_LINES)
		settle_all(m);
}

/* A line that is too long to copy has its turn at once. */
static void
long_line(struct idmatch *m, struct json_val line, bool plain, uint32_t block)
{
	settle_all(m);
	take_key(m, line, plain);
	settle_key(m, line, plain, block);
}

static void
any_line(struct idmatch *m, struct json_val line, bool plain, uint32_t block)
{
	line = keyline_alone(m->key, line);
	(line.len > LAG_LONGEST ? long_line : one_line)(m, line, plain, block);
}

void
idmatch_expect(
    struct idmatch *m, struct json_val line, bool plain, uint32_t block)
{
	m->expecting = true;
	any_line(m, line, plain, block);
}

void
idmatch_reserve(struct idmatch *m, uint64_t ids)
{
	counts_reserve(&m->counts, (size_t)ids);
}

void
idmatch_expect_end(struct idmatch *m)
{
	settle_all(m);
	m->expecting = false;
}

void
idmatch_deliver(struct idmatch *m, struct json_val line, bool plain)
{
	if (!m->ranged) {
		any_line(m, line, plain, 0);
		return;
	}
	keyline_bytes(m->key, plain);
	deliver(m, line, plain);
}

void
idmatch_deliver_end(struct idmatch *m)
{
	settle_all(m);
}

static void
add_block(void *to, uint32_t c)
{
	struct buf *blocks = to;
	size_t block = c & MOST, at = block / 8;

	if (!(c & AWAITED))
		return;
	if (at >= blocks->len) {
		memset(buf_room(blocks, at + 1 - blocks->len), 0,
		    at + 1 - blocks->len);
		blocks->len = at + 1;
	}
	blocks->s[at] |= (char)(1 << block % 8);
}

void
idmatch_missing_blocks(struct idmatch *m, struct buf *blocks)
{
	counts_each(&m->counts, add_block, blocks);
}

bool
idmatch_missing(struct idmatch *m, struct json_val line, bool plain)
{
	uint32_t *c;

	keyline_bytes(m->key, plain);
	c = counter(m, line, plain);
	if (!(*c & AWAITED))
		return false;
	/* The file may list it again. */
	*c = EXPECTED;
	return true;
}

/* Tells what `keep` put into a list. */
static void
each(struct idmatch *m, const struct buf *list, idmatch_one *one, void *arg)
{
	const char *bytes, *id;
	size_t at = 0, nbytes, len;

	while (at < list->len) {
		memcpy(&nbytes, list->s + at, sizeof nbytes);
		bytes = list->s + at + sizeof nbytes;
		memcpy(&len, bytes + nbytes, sizeof len);
		id = bytes + nbytes + sizeof len;
		one(arg, (struct json_val){id, len},
		    *counts_at(&m->counts, print_of(m, bytes, nbytes), false) &
			MOST);
		at = (size_t)(id - list->s) + len;
	}
}

void
idmatch_extra(struct idmatch *m, idmatch_one *one, void *arg)
{
	each(m, &m->extra_ids, one, arg);
}

void
idmatch_duplicates(struct idmatch *m, idmatch_one *one, void *arg)
{
	each(m, &m->duplicate_ids, one, arg);
}

void
idmatch_free(struct idmatch *m)
{
	counts_free(&m->counts);
	idrange_free(&m->range);
	buf_free(&m->lag.text);
	buf_free(&m->extra_ids);
	buf_free(&m->duplicate_ids);
	*m = (struct idmatch){.key = NULL};
}
