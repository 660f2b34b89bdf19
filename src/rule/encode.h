/* encode.h - the bytes that wide, utf16, base64 and base64offset make of a value.
 *
 * Everything works on bytes, so that non-ASCII values come out as Windows writes them.
 * Rank: base/. */
#ifndef RULE_ENCODE_H
#define RULE_ENCODE_H

#include "base/arena.h"

enum encoding { ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_UTF16 /* LE after FF FE */ };

/* UTF-8 text as UTF-16. Absent when the arena is full. */
struct slice encode_utf16(struct slice text, enum encoding e, struct arena *a);
/* Base64 with padding. Absent when the arena is full. */
struct slice encode_base64(struct slice bytes, struct arena *a);
/* The part of base64 text that depends on `bytes` alone when they stand at offset 0, 1 or 2 of a
 * group of three. May be present and empty (one byte), which would be found in every text: the
 * caller drops it. Absent when the arena is full. */
struct slice encode_base64_offset(struct slice bytes, unsigned offset, struct arena *a);

#endif
