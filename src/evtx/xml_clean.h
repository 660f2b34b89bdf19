/* xml_clean.h - text that almost is XML made into XML that libxml2 takes, without losing a byte.
 *
 * libevtx writes control characters raw, other dumpers write `&#0;` or bare ampersands; XML 1.0
 * forbids all of them and a parser would drop the record. What XML cannot hold is written as a pair
 * of characters here and put back by xml_restore after the parse. So are carriage returns, and line
 * breaks and tabs in attributes, which a parser would change.
 * Rank: base/. */
#ifndef EVTX_XML_CLEAN_H
#define EVTX_XML_CLEAN_H

#include "base/buf.h"
#include "base/slice.h"

/* Appends the clean form of one element (with or without an XML declaration before it, which is
 * left out) to out. Invalid UTF-8 becomes U+FFFD, a pair of character references that forms a
 * surrogate pair becomes one character. The structure is not checked. */
void xml_clean(struct slice text, struct buf *out);

/* True when s (as xml_clean wrote it) is empty or only blanks and line ends. */
bool xml_blank(struct slice s);

/* Puts back what xml_clean replaced, in place; returns the new length (never larger). */
size_t xml_restore(uint8_t *p, size_t n);

#endif
