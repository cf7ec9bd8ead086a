/*
 * Values with so much behind them that they are told by wide loads: the same
 * verdict as on their own, and the same byte is to blame.
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "unit.h"

/* Checks the text as an element with more behind it, and on its own. */
static void
is(const char *s, size_t len, bool good, size_t at)
{
	static const char rest[] = ",\"0123456789abcdef0123456789abcdef\"]";
	struct json_error e = {0, NULL};
	char *p = malloc(len + sizeof rest);
	bool got;

	if (p == NULL)
		abort();
	*p = '[';
	memcpy(p + 1, s, len);
	memcpy(p + 1 + len, rest, sizeof rest - 1);
	got = json_check(p, len + sizeof rest, &e);
	CHECK(got == good, "%.*s, padded: %s", (int)len, s, json_why(&e));
	CHECK(got || e.at == at + 1, "%.*s, padded: at %zu, not %zu", (int)len,
	    s, e.at, at + 1);
	memmove(p, p + 1, len);
	got = json_check(p, len, &e);
	CHECK(got == good, "%.*s: %s", (int)len, s, json_why(&e));
	CHECK(
	    got || e.at == at, "%.*s: at %zu, not %zu", (int)len, s, e.at, at);
	free(p);
}

/* One number, and what may and may not follow it. */
static void
number(char *text, size_t sign, size_t whole, size_t fraction)
{
	size_t n = sign + whole;

	memset(text, '7', 40);
	if (sign > 0)
		text[0] = '-';
	if (fraction > 0) {
		text[n] = '.';
		n += 1 + fraction;
	}
	is(text, n, true, 0);
	text[n] = ' ';
	is(text, n + 1, true, 0);
	text[n] = 'x';
	is(text, n + 1, false, n);
	memcpy(text + n, "E-1", 3);
	is(text, n + 3, true, 0);
	memcpy(text + n, ".x", 2);
	is(text, n + 2, false, n + (fraction == 0));
	if (whole > 1) {
		text[sign] = '0';
		is(text, n, false, sign + 1);
	}
}

static void
numbers(void)
{
	char text[80];
	size_t sign, whole, fraction;

	for (sign = 0; sign < 2; sign++)
		for (whole = 1; whole < 35; whole++)
			for (fraction = 0; fraction < 35; fraction++) {
				memset(text, '7', sizeof text);
				number(text, sign, whole, fraction);
			}
	is("-x", 2, false, 1);
	is("-", 1, false, 1);
	is("0", 1, true, 0);
	is("-0.50", 5, true, 0);
}

/* Each byte in each place of a word. */
static void
words(void)
{
	static const char *const all[] = {"true", "false", "null"};
	char text[6];
	size_t i, at, len;
	int c;

	for (i = 0; i < 3; i++) {
		len = strlen(all[i]);
		for (at = 0; at < len; at++)
			for (c = 'A'; c < 256; c++) {
				/* Another value may begin there. */
				if (at == 0 && strchr("tfn[{", c) &&
				    c != all[i][0])
					continue;
				memcpy(text, all[i], len);
				text[at] = (char)c;
				if (c != ']' && c != '}')
					is(text, len, text[at] == all[i][at],
					    at);
			}
	}
}

/* A quote, an escape or a bad byte at each distance from the loads' ends. */
static void
strings(void)
{
	char text[80];
	size_t at;

	for (at = 1; at < 60; at++) {
		memset(text, 'x', sizeof text);
		text[0] = text[at] = '"';
		is(text, at + 1, true, 0);
		text[at] = '\t';
		text[70] = '"';
		is(text, 71, false, at);
		memcpy(text + at, "\\n", 2);
		is(text, 71, true, 0);
		memcpy(text + at, "\\x", 2);
		is(text, 71, false, at + 1);
		memcpy(text + at, "\xc3\xa9", 2);
		is(text, 71, true, 0);
		memcpy(text + at, "\xc3x", 2);
		is(text, 71, false, at);
	}
}

int
main(void)
{
	numbers();
	words();
	strings();
	return UNIT_END();
}
