/* pattern: regular expressions over PCRE2. */
#include "pattern.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	STEPS = 10000000, /* of a search: some tenths of a second */
	HEAP_KB = 64 << 10
};

struct pattern {
	char *text;
	pcre2_code *code;
	pcre2_match_data *found;
	pcre2_match_context *limits;
	uint32_t group; /* which one is wanted */
};

static void *
lib_malloc(size_t n, void *unused)
{
	(void)unused;
	return buf_array(NULL, 1, n ? n : 1);
}

static void
lib_free(void *p, void *unused)
{
	(void)unused;
	free(p);
}

static void
explain(struct buf *why, int code)
{
	PCRE2_UCHAR text[256];

	pcre2_get_error_message(code, text, sizeof text);
	buf_str(why, (const char *)text);
}

struct pattern *
pattern_new(const char *text, struct buf *why)
{
	pcre2_general_context *memory =
	    pcre2_general_context_create(lib_malloc, lib_free, NULL);
	pcre2_compile_context *how = pcre2_compile_context_create(memory);
	struct pattern *p = NULL;
	pcre2_code *code;
	uint32_t groups;
	size_t at;
	int bad;

	/* \C would match half a character. */
	code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &bad, &at, how);
	if (code) {
		p = buf_array(NULL, 1, sizeof(*p));
		*p = (struct pattern){buf_dup(text, strlen(text)), code,
		    pcre2_match_data_create_from_pattern(code, memory),
		    pcre2_match_context_create(memory), 0};
		pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
		p->group = groups > 0;
		pcre2_set_match_limit(p->limits, STEPS);
		pcre2_set_heap_limit(p->limits, HEAP_KB);
	} else {
		buf_printf(why, "\"%s\" is no regular expression: ", text);
		explain(why, bad);
		buf_printf(why, " at byte %zu", at + 1);
	}
	pcre2_compile_context_free(how);
	pcre2_general_context_free(memory);
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_match_data_free(p->found);
	pcre2_match_context_free(p->limits);
	free(p->text);
	free(p);
}

const char *
pattern_text(const struct pattern *p)
{
	return p->text;
}

/* Behind what matched; behind one character more where nothing did. */
static size_t
behind(const char *s, size_t len, size_t start, size_t end)
{
	if (end > start)
		return end;
	do
		end++;
	while (end < len && ((unsigned char)s[end] & 0xc0) == 0x80);
	return end;
}

enum pattern_is
pattern_find(struct pattern *p, const char *s, size_t len, size_t from,
    struct pattern_found *f, struct buf *why)
{
	PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->found);
	const size_t *group = at + 2 * (size_t)p->group;
	int n;

	for (; from <= len; from = behind(s, len, at[0], at[1])) {
		n = pcre2_match(p->code, (PCRE2_SPTR)s, len, from,
		    PCRE2_NO_UTF_CHECK, p->found, p->limits);
		if (n == PCRE2_ERROR_NOMATCH)
			break;
		if (n < 0) {
			buf_printf(why, "could not look for \"%s\": ", p->text);
			explain(why, n);
			return PATTERN_FAILED;
		}
		if ((uint32_t)n <= p->group || group[0] == PCRE2_UNSET)
			continue;
		*f = (struct pattern_found){s + group[0], group[1] - group[0],
		    behind(s, len, at[0], at[1])};
		return PATTERN_FOUND;
	}
	return PATTERN_NONE;
}
