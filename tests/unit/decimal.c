/* Prices as shops write them. */
#include "decimal.h"
#include "unit.h"

static const struct {
	const char *text, *point, *comma; /* NULL: none; "?": unclear */
} cases[] = {
    {"$15.95", "15.95", "?"},
    {"$1,234.50", "1234.50", "?"},
    {"1.234,50 \xe2\x82\xac", "?", "1234.50"},
    {"\xe2\x82\xac 12,50", "?", "12.50"},
    {"12", "12", "12"},
    {"1,234", "1234", "1.234"},
    {"1.234", "1.234", "1234"},
    {"1,234,567.00", "1234567.00", "?"},
    {"1'234.50", "1234.50", "?"},
    {"1\xe2\x80\x99"
     "234",
	"1234", "1234"},
    {"1\xc2\xa0"
     "234,5",
	"?", "1234.5"},
    {"1\xe2\x80\xaf"
     "234\xe2\x80\xaf"
     "567",
	"1234567", "1234567"},
    {"1\xc2\xa0"
     "234,567",
	"?", "1234.567"},
    {"1 234", "?", "?"},
    {"1,23", "?", "1.23"},
    {"1,2345", "?", "1.2345"},
    {"1234,567", "?", "1234.567"},
    {"1,234,56", "?", "?"},
    {"0", "0", "0"},
    {"0.00", "0.00", "?"},
    {"007", "7", "7"},
    {"0,001", "1", "0.001"},
    {"$.99", "0.99", "?"},
    {"$,99", "?", "0.99"},
    {"from,5", "5", "5"},
    {".5", "0.5", "?"},
    {"No.5", "5", "5"},
    {"Rs. 500", "500", "500"},
    {"5.", "5", "5"},
    {"It costs 5.", "5", "5"},
    {"-5", "-5", "-5"},
    {"-$5.00", "-5.00", "?"},
    {"$-5", "-5", "-5"},
    {"-\xe2\x82\xac"
     "5",
	"-5", "-5"},
    {"\xe2\x88\x92"
     "5",
	"-5", "-5"},
    {"-.5", "-0.5", "?"},
    {"Price - $5", "5", "5"},
    {"QX-15", "15", "15"},
    {"10%", "10", "10"},
    {"$10.00 - $20.00", "?", "?"},
    {"2 for $5", "?", "?"},
    {"1e5", "?", "?"},
    {"9007199254740993.10", "9007199254740993.10", "?"},
    {"Your Price\xc2\xa0$20.95", "20.95", "?"},
    {"Call for price", NULL, NULL},
    {"", NULL, NULL},
    {"$", NULL, NULL},
};

static void
try(const char *text, const char *wanted, bool comma)
{
	struct buf b = BUF_INIT;
	enum decimal_is is = decimal_read(&b, text, strlen(text), comma);

	if (!wanted)
		CHECK(is == DECIMAL_NONE, "\"%s\"", text);
	else if (*wanted == '?')
		CHECK(is == DECIMAL_UNCLEAR, "\"%s\" %d", text, comma);
	else
		CHECK(is == DECIMAL_FOUND && strcmp(b.s, wanted) == 0,
		    "\"%s\" %d: %s", text, comma, b.s ? b.s : "");
	buf_free(&b);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		try(cases[i].text, cases[i].point, false);
		try(cases[i].text, cases[i].comma, true);
	}
	return UNIT_END();
}
