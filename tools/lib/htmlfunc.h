/*
 * htmlfunc: what html adds to XPath's functions. A part of html, for nobody
 * else.
 */
#ifndef SLUICE_HTMLFUNC_H
#define SLUICE_HTMLFUNC_H

#include <libxml/xpath.h>

/*
 * Makes class() and match() known. Where one fails, it appends the reason to
 * the struct buf that the context's userData is.
 */
void htmlfunc_add(xmlXPathContextPtr);

#endif
