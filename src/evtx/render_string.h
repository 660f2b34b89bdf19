/* render_string.h - text of a log, escaped while it becomes UTF-8.
 *
 * Nearly all of it is ASCII that needs no escape: sixteen units go at a time, and a mask says where
 * the first one is that needs a look.
 * Rank: base/, binxml.h. */
#ifndef EVTX_RENDER_STRING_H
#define EVTX_RENDER_STRING_H

#include "evtx/render_value.h"

/* UTF-16LE of n bytes, trailing NULs left out; lone surrogates become U+FFFD. `to` has 3 * n + 64
 * bytes; behind p + n 32 bytes may be read. Returns the end. */
uint8_t *render_utf16_text(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n);
uint8_t *render_utf16_attribute(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n);
uint8_t *render_utf16_json(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n);

/* Where nothing behind the text may be read. */
uint8_t *render_utf16(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n,
                      enum render_place place);

/* UTF-8; `to` has 6 * s.n + 64 bytes. Invalid bytes become U+FFFD. */
uint8_t *render_utf8(struct render_state *r, uint8_t *to, struct slice s, enum render_place place);

#endif
