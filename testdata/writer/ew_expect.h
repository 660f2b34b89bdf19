/* ew_expect.h - what a reader must come to: names and values of an event.
 */
#ifndef EW_EXPECT_H
#define EW_EXPECT_H

#include "ew_event.h"

/* Appends lines "PREFIX<tab>path<tab>type<tab>text<newline>" in document order:
 * one for each attribute (path Event/System/Provider@Name) and for each element
 * without child elements. Names lose their prefix; xmlns attributes are left
 * out. What Windows drops (notes 1.7) is dropped, an array repeats its element.
 * Text is Windows' rendering; tab, CR, LF, NUL and \ as \t \r \n \0 \\, a lone
 * surrogate as U+FFFD. type is ew_value.h's name, "text" for literal text. The
 * event's record_id must be set. */
void ew_expect(const struct ew_event *ev, const char *prefix, struct ew_buf *out);

#endif
