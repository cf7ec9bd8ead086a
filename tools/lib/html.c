/* html: libxml2's HTML parser and XPath. */
#include "html.h"

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "htmlfunc.h"
#include "json.h"
#include "url.h"

struct html {
	struct buf source; /* as UTF-8 */
	xmlDocPtr doc;
	xmlXPathContextPtr context;
	struct buf base; /* what links are relative to */
};

struct html_path {
	xmlXPathCompExprPtr compiled;
	char *text;
};

/* The first error, of which libxml2 would tell the terminal. */
struct complaint {
	bool fatal;
	struct buf text;
};

/* ---- libxml2 set up ---- */

static void *
lib_malloc(size_t n)
{
	return buf_array(NULL, 1, n ? n : 1);
}

static void *
lib_realloc(void *old, size_t n)
{
	return buf_array(old, 1, n ? n : 1);
}

static char *
lib_strdup(const char *s)
{
	return buf_dup(s, strlen(s));
}

/* What libxml2 says without a structure is in the structured errors, too. */
__attribute__((format(printf, 2, 3))) static void
say_nothing(void *to, const char *fmt, ...)
{
	(void)to;
	(void)fmt;
}

/* Where memory runs out libxml2 would go on with half a page. */
static void
set_up(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	xmlMemSetup(free, lib_malloc, lib_realloc, lib_strdup);
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say_nothing);
}

/* libxml2 made the type const from 2.12 on. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *xml_error;
#else
typedef xmlError *xml_error;
#endif

static void
complain(void *to, xml_error e)
{
	struct complaint *c = to;
	const char *s = e->message ? e->message : "unknown error";
	size_t len = strlen(s);

	while (len > 0 && json_space(s[len - 1]))
		len--;
	if (c->text.len == 0 || (e->level == XML_ERR_FATAL && !c->fatal)) {
		buf_cut(&c->text, 0);
		buf_add(&c->text, s, len);
	}
	c->fatal = c->fatal || e->level == XML_ERR_FATAL;
}

static void
listen_to(struct complaint *c)
{
	xmlSetStructuredErrorFunc(c, c ? complain : NULL);
}

/* ---- a page ---- */

/* The first <base> with an href tells what links are relative to. */
static void
find_base(struct html *h)
{
	static const char xpath[] = "(//base[@href])[1]/@href";
	struct buf base = BUF_INIT, ignored = BUF_INIT;
	struct html_path *p = html_path(xpath, &ignored);
	struct html_found f = {0, NULL};

	if (p && html_find(h, NULL, p, &f, &ignored) && f.n > 0 &&
	    html_link(h, &f, 0, &base, &ignored)) {
		buf_free(&h->base);
		h->base = base;
	}
	html_found_free(&f);
	html_path_free(p);
	buf_free(&ignored);
}

/* Are elements nested deeper than libxml2's XPath can look? */
static bool
too_deep(xmlDocPtr doc)
{
	xmlNodePtr n = xmlDocGetRootElement(doc);
	size_t depth = 0;

	while (n) {
		if (n->type == XML_ELEMENT_NODE && n->children) {
			if (++depth > HTML_DEPTH)
				return true;
			n = n->children;
			continue;
		}
		while (n && !n->next) {
			n = n->parent;
			depth--;
		}
		n = n ? n->next : NULL;
	}
	return false;
}

static xmlDocPtr
parse(const struct buf *page, struct buf *why)
{
	struct complaint c = {false, BUF_INIT};
	htmlParserCtxtPtr p = htmlNewParserCtxt();
	size_t before = why->len;
	xmlDocPtr doc;

	/* Its limits would cut a page; html_parse has limited the length. */
	p->options |= XML_PARSE_HUGE;
	listen_to(&c);
	doc = htmlCtxtReadMemory(p, page->len ? page->s : " ",
	    page->len ? (int)page->len : 1, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NONET);
	listen_to(NULL);
	htmlFreeParserCtxt(p);
	if (!doc || c.fatal)
		buf_printf(why, "could not read the page as HTML: %s",
		    c.text.len ? c.text.s : "it makes no tree");
	else if (too_deep(doc))
		buf_printf(why,
		    "the page has elements within each other, more than %d",
		    HTML_DEPTH);
	if (why->len > before) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	buf_free(&c.text);
	return doc;
}

struct html *
html_parse(const char *s, size_t len, const char *type, const char *url,
    struct buf *why)
{
	struct buf text = BUF_INIT;
	struct html *h;
	xmlDocPtr doc;

	set_up();
	if (len <= HTML_MAX)
		charset_utf8(&text, s, len, type);
	if (len > HTML_MAX || text.len > HTML_MAX) {
		buf_printf(why, "the page is longer than %d bytes", HTML_MAX);
		buf_free(&text);
		return NULL;
	}
	doc = parse(&text, why);
	if (!doc) {
		buf_free(&text);
		return NULL;
	}
	h = buf_array(NULL, 1, sizeof(*h));
	*h = (struct html){
	    .doc = doc, .source = text, .context = xmlXPathNewContext(doc)};
	buf_str(&h->base, url);
	htmlfunc_add(h->context);
	find_base(h);
	return h;
}

const char *
html_source(const struct html *h, size_t *len)
{
	*len = h->source.len;
	return h->source.s ? h->source.s : "";
}

void
html_free(struct html *h)
{
	if (!h)
		return;
	xmlXPathFreeContext(h->context);
	xmlFreeDoc(h->doc);
	buf_free(&h->source);
	buf_free(&h->base);
	free(h);
}

/* ---- XPath ---- */

struct html_path *
html_path(const char *text, struct buf *why)
{
	struct complaint c = {false, BUF_INIT};
	struct html_path *p = NULL;
	xmlXPathCompExprPtr compiled;

	set_up();
	listen_to(&c);
	compiled = xmlXPathCompile((const xmlChar *)text);
	listen_to(NULL);
	if (compiled) {
		p = buf_array(NULL, 1, sizeof(*p));
		*p = (struct html_path){compiled, buf_dup(text, strlen(text))};
	} else {
		buf_printf(why, "\"%s\" is no XPath: %s", text,
		    c.text.len ? c.text.s : "it cannot be compiled");
	}
	buf_free(&c.text);
	return p;
}

void
html_path_free(struct html_path *p)
{
	if (!p)
		return;
	xmlXPathFreeCompExpr(p->compiled);
	free(p->text);
	free(p);
}

bool
html_find(struct html *h, const struct html_node *from,
    const struct html_path *p, struct html_found *f, struct buf *why)
{
	struct complaint c = {false, BUF_INIT};
	xmlXPathObjectPtr o;

	h->context->userData = &c.text;
	h->context->node = from ? (xmlNodePtr)from : (xmlNodePtr)h->doc;
	listen_to(&c);
	o = xmlXPathCompiledEval(p->compiled, h->context);
	listen_to(NULL);
	*f = (struct html_found){0, o};
	if (o && (o->type == XPATH_NODESET || o->type == XPATH_XSLT_TREE)) {
		if (o->nodesetval)
			xmlXPathNodeSetSort(o->nodesetval);
		f->n = o->nodesetval ? (size_t)o->nodesetval->nodeNr : 0;
	} else if (o) {
		f->n = 1;
	} else {
		buf_printf(why, "could not work out \"%s\": %s", p->text,
		    c.text.len ? c.text.s : "unknown error");
	}
	buf_free(&c.text);
	return o != NULL;
}

void
html_found_free(struct html_found *f)
{
	xmlXPathFreeObject(f->object);
	*f = (struct html_found){0, NULL};
}

static xmlNodePtr
node(const struct html_found *f, size_t i)
{
	xmlXPathObjectPtr o = f->object;

	if (o->type != XPATH_NODESET && o->type != XPATH_XSLT_TREE)
		return NULL;
	return o->nodesetval->nodeTab[i];
}

const struct html_node *
html_node(const struct html_found *f, size_t i)
{
	return (const struct html_node *)node(f, i);
}

void
html_raw_text(const struct html_found *f, size_t i, struct buf *b)
{
	xmlNodePtr n = node(f, i);
	xmlChar *s =
	    n ? xmlXPathCastNodeToString(n) : xmlXPathCastToString(f->object);

	buf_str(b, (const char *)s);
	xmlFree(s);
}

void
html_squeeze(struct buf *b, size_t from)
{
	size_t i, to = from;

	for (i = from; i < b->len; i++) {
		if (!json_space(b->s[i]) && b->s[i] != '\f')
			b->s[to++] = b->s[i];
		else if (to > from && b->s[to - 1] != ' ')
			b->s[to++] = ' ';
	}
	if (to > from && b->s[to - 1] == ' ')
		to--;
	buf_cut(b, to);
}

void
html_text(const struct html_found *f, size_t i, struct buf *b)
{
	size_t from = b->len;

	html_raw_text(f, i, b);
	html_squeeze(b, from);
}

bool
html_reference(
    const struct html_found *f, size_t i, struct buf *b, struct buf *why)
{
	xmlNodePtr n = node(f, i);
	size_t from = b->len;
	xmlChar *s;

	if (n && n->type == XML_ELEMENT_NODE) {
		s = xmlGetProp(n, (const xmlChar *)"href");
		if (!s)
			s = xmlGetProp(n, (const xmlChar *)"src");
		if (!s) {
			buf_printf(why,
			    "<%s> has neither href nor src, and leads nowhere",
			    (const char *)n->name);
			return false;
		}
		buf_str(b, (const char *)s);
		xmlFree(s);
	} else {
		html_raw_text(f, i, b);
	}
	html_squeeze(b, from);
	return true;
}

bool
html_resolve(
    const struct html *h, const char *ref, struct buf *b, struct buf *why)
{
	/* Without a base, what is absolute is its own. */
	bool ok = url_resolve(b, h->base.len ? h->base.s : ref, ref, why);

	if (!ok && h->base.len == 0)
		buf_str(why, "; the page's own URL is not known");
	return ok;
}

bool
html_link(struct html *h, const struct html_found *f, size_t i, struct buf *b,
    struct buf *why)
{
	struct buf ref = BUF_INIT;
	bool ok =
	    html_reference(f, i, &ref, why) && html_resolve(h, ref.s, b, why);

	buf_free(&ref);
	return ok;
}
