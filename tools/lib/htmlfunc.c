/* htmlfunc: class() and match(). */
#include "htmlfunc.h"

#include <libxml/tree.h>
#include <libxml/xpathInternals.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "pattern.h"

static bool
has_word(const char *list, const char *word, size_t len)
{
	size_t n;

	for (; *list; list += n) {
		while (json_space(*list) || *list == '\f')
			list++;
		n = strcspn(list, " \t\r\n\f");
		if (n == len && memcmp(list, word, n) == 0)
			return true;
	}
	return false;
}

static bool
has_words(const char *list, const char *words)
{
	size_t n;
	bool any = false;

	for (; *words; words += n) {
		while (json_space(*words))
			words++;
		n = strcspn(words, " \t\r\n");
		if (n > 0 && !has_word(list, words, n))
			return false;
		any = any || n > 0;
	}
	return any;
}

static void
class_function(xmlXPathParserContextPtr p, int nargs)
{
	xmlNodePtr node;
	xmlChar *words, *list = NULL;

	if (nargs != 1) {
		xmlXPathSetArityError(p);
		return;
	}
	words = xmlXPathPopString(p);
	if (xmlXPathCheckError(p)) {
		xmlFree(words);
		return;
	}
	node = p->context->node;
	if (node && node->type == XML_ELEMENT_NODE)
		list = xmlGetProp(node, (const xmlChar *)"class");
	xmlXPathReturnBoolean(
	    p, list && has_words((const char *)list, (const char *)words));
	xmlFree(list);
	xmlFree(words);
}

/* What the expression finds in the text; "" where it finds nothing. */
static void
match_function(xmlXPathParserContextPtr p, int nargs)
{
	struct buf *why = p->context->userData;
	struct pattern_found f = {"", 0, 0};
	enum pattern_is is = PATTERN_FAILED;
	struct pattern *pattern;
	xmlChar *text, *expr;

	if (nargs != 2) {
		xmlXPathSetArityError(p);
		return;
	}
	expr = xmlXPathPopString(p);
	text = xmlXPathPopString(p);
	if (!xmlXPathCheckError(p)) {
		pattern = pattern_new((const char *)expr, why);
		if (pattern)
			is = pattern_find(pattern, (const char *)text,
			    strlen((const char *)text), 0, &f, why);
		if (is == PATTERN_FAILED)
			xmlXPathErr(p, XPATH_EXPR_ERROR);
		else
			valuePush(p, xmlXPathWrapString(xmlStrndup(
					 (const xmlChar *)f.s, (int)f.len)));
		pattern_free(pattern);
	}
	xmlFree(expr);
	xmlFree(text);
}

void
htmlfunc_add(xmlXPathContextPtr c)
{
	xmlXPathRegisterFunc(c, (const xmlChar *)"class", class_function);
	xmlXPathRegisterFunc(c, (const xmlChar *)"match", match_function);
}
