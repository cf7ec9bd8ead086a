/* Profiles: good ones, and what is said about bad ones. */
#include <stdlib.h>
#include <unistd.h>

#include "api.h"
#include "unit.h"

static char path[] = "/tmp/sluice-api.XXXXXX";

static bool
load(struct api *a, const char *text, struct buf *why)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) == EOF || fclose(f) == EOF)
		exit(1);
	buf_cut(why, 0);
	return api_load(a, path, why);
}

static const struct {
	const char *text, *why;
} bad[] = {
    {"", "no JSON at byte 0"},
    {"{\"base_url\":}", "no JSON at byte 12"},
    {"[]", "key \".\": has to be an object, is an array"},
    {"{\"base\":1}", "key \"base\": is not known here"},
    {"{\"base_url\":1}", "key \"base_url\": has to be a string, is a number"},
    {"{\"base_url\":\"${SLUICE_NONE}\"}",
	"key \"base_url\": the environment variable SLUICE_NONE is not set"},
    {"{\"base_url\":\"${SLUICE_NONE\"}", "\"${\" without"},
    {"{\"base_url\":\"a\\u0000b\"}", "a NUL byte"},
    {"{\"headers\":[]}", "key \"headers\": has to be an object, is an array"},
    {"{\"headers\":{\"A\":1}}", "key \"headers.A\": has to be a string"},
    {"{\"http\":{\"retries\":1}}", "key \"http.retries\": is not known here"},
    {"{\"http\":{\"retry\":-1}}", "key \"http.retry\": has to be a whole"},
    {"{\"http\":{\"retry\":1.5}}", "key \"http.retry\": has to be a whole"},
    {"{\"http\":{\"retry\":\"many\"}}", "key \"http.retry\": has to be a"},
    {"{\"http\":{\"retry\":true}}", "key \"http.retry\": has to be a number"},
    {"{\"http\":{\"retry_on\":[404,\"x\"]}}",
	"key \"http.retry_on\": wanted: "},
    {"{\"http\":{\"retry_on\":500}}", "key \"http.retry_on\": has to be an ar"},
    {"{\"http\":{\"max_time\":\"x\"}}", "key \"http.max_time\": has to be a n"},
    {"{\"resources\":{\"o\":1}}", "key \"resources.o\": has to be an object"},
    {"{\"resources\":{\"o\":{}}}", "key \"resources.o\": has no \"path\""},
    {"{\"resources\":{\"o\":{\"path\":1}}}", "key \"resources.o.path\": has"},
    {"{\"resources\":{\"o\":{\"path\":\"/\",\"skip_status\":404}}}",
	"key \"resources.o.skip_status\": has to be an array"},
    {"{\"resources\":{\"o\":{\"path\":\"/\",\"skip_status\":[99]}}}",
	"key \"resources.o.skip_status\": wanted: HTTP statuses"},
    {"{\"resources\":{\"o\":{\"path\":\"/\",\"page\":{\"nxt\":\"\"}}}}",
	"key \"resources.o.page.nxt\": is not known here"},
    {"{\"resources\":{\"o\":{\"path\":\"/\",\"verb\":\"GET\"}}}",
	"key \"resources.o.verb\": is not known here"},
};

static void
try_bad(void)
{
	struct buf why = BUF_INIT;
	struct api a = {.file = NULL};
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!load(&a, bad[i].text, &why), "%s", bad[i].text);
		CHECK(why.len && strstr(why.s, bad[i].why) &&
			  strncmp(why.s, path, strlen(path)) == 0,
		    "%s: %s", bad[i].text, why.len ? why.s : "");
		api_free(&a);
	}
	buf_cut(&why, 0);
	CHECK(!api_load(&a, "/nonexistent/api.json", &why) &&
		  strstr(why.s,
		      "could not read profile \"/nonexistent/api.json\""),
	    "%s", why.s);
	api_free(&a);
	buf_free(&why);
}

static const char good[] =
    "{\"base_url\": \"${SLUICE_BASE:-http://h/v1}/\","
    " \"headers\": {\"Accept\": \"a/b\", \"X-Key\": \"k${SLUICE_SET}\"},"
    " \"http\": {\"retry\": \"${SLUICE_RETRY:-3}\", \"max_time\": 40,"
    "  \"retry_delay\": \"50ms\", \"rate\": \"5/s\"},"
    " \"resources\": {"
    "  \"list\": {\"path\": \"/a?b={q}\", \"records\": \".data\","
    "   \"page\": {\"by\": \"page\", \"size_param\": \"n\", \"size\": 20}},"
    "  \"one\": {\"path\": \"a/{id}\", \"skip_status\": [404, 410],"
    "   \"give_up\": 7},"
    "  \"other\": {\"path\": \"https://o/x\"}}}";

static void
try_template(const struct api *a, const char *name, const char *wanted)
{
	struct buf why = BUF_INIT;
	const struct api_resource *r = api_find(a, name, &why);
	char *t = r ? api_template(a, r, &why) : NULL;

	CHECK(t && strcmp(t, wanted) == 0, "%s: %s", name,
	    t         ? t
	    : why.len ? why.s
		      : "");
	free(t);
	buf_free(&why);
}

static void
try_good(void)
{
	struct buf why = BUF_INIT;
	const struct api_resource *r;
	struct api a = {.file = NULL};

	setenv("SLUICE_SET", "ey", 1);
	setenv("SLUICE_RETRY", "", 1);
	CHECK(load(&a, good, &why), "%s", why.s);
	CHECK(a.http.retry == 3 && a.http.max_time == 40 &&
		  a.http.retry_delay == 0.05 && a.http.connect_timeout == -1,
	    "http");
	CHECK(a.nheaders == 2 && strcmp(a.header[1], "X-Key: key") == 0, "%s",
	    a.header[1]);
	r = api_find(&a, "list", &why);
	CHECK(r && strcmp(r->records, ".data") == 0 && r->page.size == 20 &&
		  r->page.first == API_NONE && r->give_up == API_NONE,
	    "list");
	r = api_find(&a, "one", &why);
	CHECK(r && api_has_status(&r->skip_status, 410) &&
		  !api_has_status(&r->skip_status, 400) && r->give_up == 7,
	    "one");
	CHECK(!api_find(&a, "none", &why) &&
		  strstr(why.s, "it has: list, one, other"),
	    "%s", why.s);
	try_template(&a, "list", "http://h/v1/a?b={q}");
	try_template(&a, "one", "http://h/v1/a/{id}");
	try_template(&a, "other", "https://o/x");
	api_free(&a);
	CHECK(load(&a, "{\"resources\":{\"o\":{\"path\":\"/x\"}}}", &why),
	    "no base_url");
	r = api_find(&a, "o", &why);
	CHECK(r && !api_template(&a, r, &why) && strstr(why.s, "base_url"),
	    "%s", why.s);
	api_free(&a);
	buf_free(&why);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd == -1)
		return 1;
	close(fd);
	try_bad();
	try_good();
	unlink(path);
	return UNIT_END();
}
