/* JSON values as fields of COPY's binary format, and which have none. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pgbinary.h"
#include "unit.h"

/* What follows the length, in hex: what the type's send function gives. */
static const struct {
	const char *json, *hex;
	enum pgbinary_kind kind;
} good[] = {
    {"true", "01", PGBINARY_BOOL},
    {"false", "00", PGBINARY_BOOL},
    {"0", "0000", PGBINARY_INT2},
    {"-1", "ffff", PGBINARY_INT2},
    {"32767", "7fff", PGBINARY_INT2},
    {"-32767", "8001", PGBINARY_INT2},
    {"\"12\"", "000c", PGBINARY_INT2},
    {"2147483647", "7fffffff", PGBINARY_INT4},
    {"-2147483647", "80000001", PGBINARY_INT4},
    {"\"-007\"", "fffffff9", PGBINARY_INT4},
    {"9007199254740993", "0020000000000001", PGBINARY_INT8},
    {"-999999999999999999", "f21f494c589c0001", PGBINARY_INT8},
    {"9223372036854775807", "7fffffffffffffff", PGBINARY_INT8},
    {"\"-9223372036854775807\"", "8000000000000001", PGBINARY_INT8},
    {"1.5", "3fc00000", PGBINARY_FLOAT4},
    {"0.1", "3fb999999999999a", PGBINARY_FLOAT8},
    {"-1e3", "c08f400000000000", PGBINARY_FLOAT8},
    {"1E+2", "4059000000000000", PGBINARY_FLOAT8},
    {"\"2.5\"", "4004000000000000", PGBINARY_FLOAT8},
    /* digit groups, weight, sign, scale; zeros at the ends may stay */
    {"0", "00010000000000000000", PGBINARY_NUMERIC},
    {"19.90", "000200000000000200132328", PGBINARY_NUMERIC},
    {"-19.9", "000200004000000100132328", PGBINARY_NUMERIC},
    {"12345678", "000200010000000004d2162e", PGBINARY_NUMERIC},
    {"123456", "0002000100000000000c0d80", PGBINARY_NUMERIC},
    {"0.00012345", "0003000000000008000000010929", PGBINARY_NUMERIC},
    {"\"1.0\"", "000200000000000100010000", PGBINARY_NUMERIC},
    {"\"\"", "", PGBINARY_TEXT},
    {"\"abc\"", "616263", PGBINARY_TEXT},
    {"\"a\\tb\\\\\\u00e9\\ud83d\\ude00\"", "6109625cc3a9f09f9880",
	PGBINARY_TEXT},
    {"\"\\b\\f\\n\\r\\/\\\"\"", "080c0a0d2f22", PGBINARY_TEXT},
    {"true", "74727565", PGBINARY_TEXT},
    {"19.90", "31392e3930", PGBINARY_TEXT},
    {"[1, \"\\n\"]", "5b312c20225c6e225d", PGBINARY_TEXT},
    {"\"a\\n\"", "22615c6e22", PGBINARY_JSON},
    {"{}", "7b7d", PGBINARY_JSON},
    {"[1.50]", "015b312e35305d", PGBINARY_JSONB},
    {"\"123e4567-E89B-12d3-a456-426614174000\"",
	"123e4567e89b12d3a456426614174000", PGBINARY_UUID},
    {"\"2000-01-01\"", "00000000", PGBINARY_DATE},
    {"\"1999-12-31\"", "ffffffff", PGBINARY_DATE},
    {"\"2000-02-29\"", "0000003b", PGBINARY_DATE},
    {"\"2000-01-01T00:00:01\"", "00000000000f4240", PGBINARY_TIMESTAMP},
    {"\"2000-01-01 00:00:00.5\"", "000000000007a120", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:00.000001+05:00\"", "0000000000000001",
	PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:00Z\"", "0000000000000000", PGBINARY_TIMESTAMPTZ},
    {"\"2000-01-01T01:00:00+01\"", "0000000000000000", PGBINARY_TIMESTAMPTZ},
    {"\"1999-12-31T18:30:00-0530\"", "0000000000000000", PGBINARY_TIMESTAMPTZ},
    {"\"1999-12-31T18:30:00.123456-05:30\"", "000000000001e240",
	PGBINARY_TIMESTAMPTZ},
};

static const struct {
	const char *json;
	enum pgbinary_kind kind;
} text_only[] = {
    {"1", PGBINARY_NONE},
    {"\"a\"", PGBINARY_NONE},
    {"\"true\"", PGBINARY_BOOL},
    {"1", PGBINARY_BOOL},
    {"32768", PGBINARY_INT2},
    {"-32768", PGBINARY_INT2},
    {"2147483648", PGBINARY_INT4},
    {"9223372036854775808", PGBINARY_INT8},
    {"-9223372036854775808", PGBINARY_INT8},
    {"9999999999999999999", PGBINARY_INT8},
    {"18446744073709551617", PGBINARY_INT8},
    {"1.0", PGBINARY_INT8},
    {"1e3", PGBINARY_INT8},
    {"\"\"", PGBINARY_INT8},
    {"\"-\"", PGBINARY_INT8},
    {"\" 1\"", PGBINARY_INT8},
    {"\"+1\"", PGBINARY_INT8},
    {"true", PGBINARY_INT4},
    {"[1]", PGBINARY_INT4},
    {"1e400", PGBINARY_FLOAT8},
    {"1e-400", PGBINARY_FLOAT8},
    {"1e39", PGBINARY_FLOAT4},
    {"\"NaN\"", PGBINARY_FLOAT8},
    {"\"-\"", PGBINARY_FLOAT8},
    {"\"\"", PGBINARY_FLOAT8},
    {"\"0x10\"", PGBINARY_FLOAT8},
    {"\"1 \"", PGBINARY_FLOAT8},
    {"1e3", PGBINARY_NUMERIC},
    {"\"NaN\"", PGBINARY_NUMERIC},
    {"\".5\"", PGBINARY_NUMERIC},
    {"\"5.\"", PGBINARY_NUMERIC},
    {"\"-\"", PGBINARY_NUMERIC},
    {"\"\"", PGBINARY_NUMERIC},
    {"\"1.2.3\"", PGBINARY_NUMERIC},
    {"{}", PGBINARY_NUMERIC},
    {"false", PGBINARY_NUMERIC},
    {"\"a\\u0000b\"", PGBINARY_TEXT},
    {"\"\\ud800\"", PGBINARY_TEXT},
    {"\"123e4567e89b12d3a456426614174000\"", PGBINARY_UUID},
    {"\"123e4567-e89b-12d3-a456-42661417400g\"", PGBINARY_UUID},
    {"\"123e4567-e89b-12d3-a456+426614174000\"", PGBINARY_UUID},
    {"\"2001-02-29\"", PGBINARY_DATE},
    {"\"1900-02-29\"", PGBINARY_DATE},
    {"\"2000-04-31\"", PGBINARY_DATE},
    {"\"2000-00-01\"", PGBINARY_DATE},
    {"\"2000-13-01\"", PGBINARY_DATE},
    {"\"2000-01-00\"", PGBINARY_DATE},
    {"\"0000-01-01\"", PGBINARY_DATE},
    {"\"2000-1-001\"", PGBINARY_DATE},
    {"\"2000/01/01\"", PGBINARY_DATE},
    {"\"2000-01-01T00:00:00\"", PGBINARY_DATE},
    {"\"today\"", PGBINARY_DATE},
    {"20000101", PGBINARY_DATE},
    {"\"2000-01-01\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T24:00:00\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:60:00\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:60\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01t00:00:00\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:00.\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:00.1234567\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:00 BC\"", PGBINARY_TIMESTAMP},
    {"\"2000-01-01T00:00:00\"", PGBINARY_TIMESTAMPTZ},
    {"\"2000-01-01T00:00:00 UTC\"", PGBINARY_TIMESTAMPTZ},
    {"\"2000-01-01T00:00:00+1\"", PGBINARY_TIMESTAMPTZ},
    {"\"2000-01-01T00:00:00+15\"", PGBINARY_TIMESTAMPTZ},
    {"\"2000-01-01T00:00:00+01:60\"", PGBINARY_TIMESTAMPTZ},
    {"\"2000-01-01T00:00:00+01.30\"", PGBINARY_TIMESTAMPTZ},
    {"\"infinity\"", PGBINARY_TIMESTAMPTZ},
};

/*
 * The field of a value with so many bytes that may be read behind it, in hex
 * with its length; false where it has none, and then nothing was appended.
 */
static bool
field(const char *json, enum pgbinary_kind kind, size_t behind, struct buf *hex)
{
	size_t len = strlen(json), i;
	/* No byte more than it may read, for the sanitizer. */
	char *text = buf_array(NULL, len + behind, 1);
	struct buf b = BUF_INIT;
	bool taken;

	memcpy(text, json, len);
	memset(text + len, '\\', behind);
	buf_char(&b, '!');
	taken = pgbinary_value(
	    &b, (struct json_val){text, len}, kind, text + len + behind);
	CHECK(taken || b.len == 1, "%s: %zu bytes, but no field", json, b.len);
	buf_cut(hex, 0);
	for (i = 1; i < b.len; i++)
		buf_printf(hex, "%02x", (unsigned)(unsigned char)b.s[i]);
	buf_char(hex, '\0');
	buf_free(&b);
	free(text);
	return taken;
}

static void
check_good(void)
{
	struct buf got = BUF_INIT, want = BUF_INIT;
	size_t i, behind;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		buf_cut(&want, 0);
		buf_printf(
		    &want, "%08zx%s", strlen(good[i].hex) / 2, good[i].hex);
		for (behind = 0; behind < 40; behind += 13) {
			CHECK(field(good[i].json, good[i].kind, behind, &got),
			    "%s of kind %d has no field", good[i].json,
			    (int)good[i].kind);
			CHECK(strcmp(got.s, want.s) == 0, "%s: %s, not %s",
			    good[i].json, got.s, want.s);
		}
	}
	buf_free(&got);
	buf_free(&want);
}

static void
check_text_only(void)
{
	struct buf got = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof text_only / sizeof *text_only; i++)
		CHECK(!field(text_only[i].json, text_only[i].kind, 20, &got),
		    "%s of kind %d: %s", text_only[i].json,
		    (int)text_only[i].kind, got.s);
	buf_free(&got);
}

/* A null has a field in any column, as has a member that is missing. */
static void
check_null(void)
{
	struct buf b = BUF_INIT;
	const char *null = "null";
	int kind;

	for (kind = PGBINARY_NONE; kind <= PGBINARY_TIMESTAMPTZ; kind++) {
		buf_cut(&b, 0);
		CHECK(
		    pgbinary_value(&b, (struct json_val){null, 4},
			(enum pgbinary_kind)kind, null + 4) &&
			pgbinary_value(&b, (struct json_val){NULL, 0},
			    (enum pgbinary_kind)kind, null) &&
			b.len == 8 &&
			memcmp(b.s, "\377\377\377\377\377\377\377\377", 8) == 0,
		    "a null of kind %d", kind);
	}
	buf_free(&b);
}

/* Days of 9,999 years, every one of two centuries, as the C library counts. */
static void
check_days(void)
{
	const int64_t epoch = 946684800, day = 86400, near = 110 * 366 * day;
	struct buf got = BUF_INIT;
	char json[32], want[32];
	time_t t = (time_t)(-719162 * day);
	struct tm tm;

	for (; gmtime_r(&t, &tm) && tm.tm_year + 1900 < 10000;
	     t += (t > epoch - near && t < epoch + near ? 1 : 17) * day) {
		snprintf(json, sizeof json, "\"%04d-%02d-%02d\"",
		    (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
		    tm.tm_mday % 100);
		snprintf(want, sizeof want, "00000004%08x",
		    (unsigned)(int)((t - epoch) / day));
		if (!field(json, PGBINARY_DATE, 0, &got) ||
		    strcmp(got.s, want) != 0)
			break;
	}
	CHECK(tm.tm_year + 1900 >= 10000, "%s: %s, not %s", json, got.s, want);
	buf_free(&got);
}

int
main(void)
{
	check_good();
	check_text_only();
	check_null();
	check_days();
	return UNIT_END();
}
