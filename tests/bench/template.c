/* Made-up values: splitmix64 and what is drawn from it. */
#include "template.h"

#include <stdbool.h>
#include <string.h>

#include "words.h"

#define FIRST_ID 9007199254740993u /* 2^53 + 1: no double holds it */

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t
rnd(struct record *r)
{
	return mix(r->rng += 0x9e3779b97f4a7c15u);
}

uint32_t
record_below(struct record *r, uint32_t n)
{
	return (uint32_t)(((rnd(r) >> 32) * n) >> 32);
}

uint64_t
nth_id(uint64_t k)
{
	return FIRST_ID + (k * 2654435761u & 0xffffffffu);
}

static void
put_number(struct record *r, uint64_t value, int digits)
{
	char *end = r->line + r->len + digits;

	r->len += (size_t)digits;
	for (; digits > 0; digits--, value /= 10)
		*--end = (char)('0' + value % 10);
}

static void
put_digits(struct record *r, int digits)
{
	uint32_t power = 1;
	int i;

	for (i = 1; i < digits; i++)
		power *= 10;
	put_number(r, power + record_below(r, 9 * power), digits);
}

static void
put_hex(struct record *r, int digits)
{
	uint64_t bits = rnd(r);

	for (; digits > 0; digits--, bits >>= 4)
		r->line[r->len++] = "0123456789abcdef"[bits & 15];
}

static void
put_uuid(struct record *r)
{
	static const int groups[] = {8, 4, 4, 4, 12};
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (i > 0)
			r->line[r->len++] = '-';
		put_hex(r, groups[i]);
	}
}

/* With its last digit, also where that is 0. */
static void
put_decimal(struct record *r, uint32_t value, int decimals)
{
	uint32_t power = 1;
	int i, digits = 1;

	for (i = 0; i < decimals; i++)
		power *= 10;
	for (i = 10; value / power >= (uint32_t)i; i *= 10)
		digits++;
	put_number(r, value / power, digits);
	r->line[r->len++] = '.';
	put_number(r, value % power, decimals);
}

static void
put_coordinate(struct record *r)
{
	if (record_below(r, 2))
		r->line[r->len++] = '-';
	put_digits(r, 2);
	r->line[r->len++] = '.';
	put_digits(r, 7);
	put_digits(r, 7);
}

static void
put_date(struct record *r)
{
	put_number(r, 1960 + record_below(r, 60), 4);
	r->line[r->len++] = '-';
	put_number(r, 1 + record_below(r, 12), 2);
	r->line[r->len++] = '-';
	put_number(r, 1 + record_below(r, 28), 2);
}

static void
put_time(struct record *r)
{
	put_date(r);
	r->line[r->len++] = 'T';
	put_number(r, record_below(r, 24), 2);
	r->line[r->len++] = ':';
	put_number(r, record_below(r, 60), 2);
	r->line[r->len++] = ':';
	put_number(r, record_below(r, 60), 2);
	memcpy(r->line + r->len, record_below(r, 2) ? "-05:00" : "+09:30", 6);
	r->len += 6;
}

static void
put_id(struct record *r, bool maybe_null)
{
	if (maybe_null && record_below(r, 2)) {
		memcpy(r->line + r->len, "null", 4);
		r->len += 4;
	} else
		put_number(r, nth_id(rnd(r)), 16);
}

static void
put_word(struct record *r, const struct words *words)
{
	const char *word = words->word[record_below(r, words->count)];
	size_t n = strlen(word);

	memcpy(r->line + r->len, word, n);
	r->len += n;
}

static void
put_value(struct record *r, char what)
{
	if (what >= 'A' && what <= 'Z')
		put_word(r, &word_lists[what - 'A']);
	else if (what >= '1' && what <= '9')
		put_digits(r, what - '0');
	else if (what == 'a')
		put_number(r, r->id, 16);
	else if (what == 'b')
		put_word(r, &truth);
	else if (what == 'c')
		put_coordinate(r);
	else if (what == 'd')
		put_date(r);
	else if (what == 'h')
		put_hex(r, 16), put_hex(r, 16);
	else if (what == 'i' || what == 'n')
		put_id(r, what == 'n');
	else if (what == 'm')
		put_decimal(r, 100 + 5 * record_below(r, 20000), 2);
	else if (what == 'r')
		put_decimal(r, record_below(r, 250), 3);
	else if (what == 't')
		put_time(r);
	else
		put_uuid(r);
}

void
record_put(struct record *r, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '%')
			put_value(r, *++text);
		else
			r->line[r->len++] = *text == '\'' ? '"' : *text;
}

void
record_begin(struct record *r, uint64_t seed, uint64_t i)
{
	r->rng = mix(seed ^ mix(i + 1));
	r->id = nth_id(i);
	r->len = 0;
}
