/* decimal: prices as people write them. */
#include "decimal.h"

#include <string.h>

struct text {
	const char *s;
	size_t len;
};

static bool
is_digit(struct text t, size_t i)
{
	return i < t.len && t.s[i] >= '0' && t.s[i] <= '9';
}

static bool
is_letter(struct text t, size_t i)
{
	return (t.s[i] >= 'a' && t.s[i] <= 'z') ||
	       (t.s[i] >= 'A' && t.s[i] <= 'Z');
}

/* How many digits there are from i on. */
static size_t
digits(struct text t, size_t i)
{
	size_t n = 0;

	while (is_digit(t, i + n))
		n++;
	return n;
}

/* The length of the sign at i that may divide groups; 0: it is none. */
static size_t
divider(struct text t, size_t i, char sign)
{
	static const char *const others[] = {"'",
	    "\xe2\x80\x99", /* apostrophes */
	    "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89" /* spaces */};
	size_t k, n;

	if (i < t.len && t.s[i] == sign)
		return 1;
	for (k = 0; k < sizeof others / sizeof *others; k++) {
		n = strlen(others[k]);
		if (t.len - i >= n && memcmp(t.s + i, others[k], n) == 0)
			return n;
	}
	return 0;
}

/* Appends groups of three behind the digits that end at i; where they end. */
static size_t
groups(struct buf *b, struct text t, size_t i, char sign)
{
	size_t n = divider(t, i, sign), first = i;

	while (n > 0 && digits(t, i + n) == 3 &&
	       memcmp(t.s + first, t.s + i, n) == 0) {
		buf_add(b, t.s + i + n, 3);
		i += n + 3;
		if (divider(t, i, sign) != n)
			break;
	}
	return i;
}

/*
 * Is there a minus before i? A currency's sign may stand between them, and a
 * hyphen within a word, as in "QX-15", is none.
 */
static bool
is_negative(struct text t, size_t i)
{
	static const char minus[] = "\xe2\x88\x92";

	for (; i > 0; i--) {
		if (t.s[i - 1] == '-')
			return i == 1 ||
			       !(is_digit(t, i - 2) || is_letter(t, i - 2));
		if (i >= 3 && memcmp(t.s + i - 3, minus, 3) == 0)
			return true;
		if (t.s[i - 1] == ' ' || is_letter(t, i - 1))
			return false;
	}
	return false;
}

enum decimal_is
decimal_read(struct buf *b, const char *s, size_t len, bool comma)
{
	const struct text t = {s, len};
	const char point = comma ? ',' : '.', sign = comma ? '.' : ',';
	struct buf whole = BUF_INIT;
	size_t i = 0, n, zeros;
	bool bare, negative, alone;

	while (i < len && !is_digit(t, i))
		i++;
	if (i == len)
		return DECIMAL_NONE;
	/* ".99", but not "No.5". */
	alone = i > 0 && (i == 1 || !is_letter(t, i - 2));
	bare = alone && s[i - 1] == point;
	if (alone && s[i - 1] == sign)
		return DECIMAL_UNCLEAR;
	negative = is_negative(t, i - bare);
	buf_str(&whole, "");
	if (bare) {
		i--;
	} else {
		n = digits(t, i);
		buf_add(&whole, s + i, n);
		i = n <= 3 ? groups(&whole, t, i + n, sign) : i + n;
	}
	for (zeros = 0; whole.s[zeros] == '0';)
		zeros++;
	if (negative)
		buf_char(b, '-');
	buf_str(b, whole.s[zeros] ? whole.s + zeros : "0");
	buf_free(&whole);
	if (i < len && s[i] == point && (n = digits(t, i + 1)) > 0) {
		buf_char(b, '.');
		buf_add(b, s + i + 1, n);
		i += 1 + n;
	}
	for (; i < len; i++)
		if (is_digit(t, i))
			return DECIMAL_UNCLEAR;
	return DECIMAL_FOUND;
}
