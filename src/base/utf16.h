/* utf16.h - UTF-16LE to UTF-8 and the repair of UTF-8.
 *
 * Lone surrogates become U+FFFD and eat nothing else. NUL units are kept.
 * Rank: slice.h, buf.h. */
#ifndef BASE_UTF16_H
#define BASE_UTF16_H

#include "base/buf.h"
#include "base/slice.h"

/* Most bytes that n units of UTF-16 need as UTF-8. */
static inline size_t utf16_utf8_room(size_t units)
{
    return units * 3;
}

/* Converts units code units (2 bytes each, any alignment) into dst, which has
 * utf16_utf8_room(units) bytes. Returns the bytes written. Never fails. */
size_t utf16_to_utf8(const uint8_t *src, size_t units, uint8_t *dst);

/* Copies the ASCII units at the front of src to dst (units bytes of room); returns how many there
 * are: at least those before the first block of eight with another unit in it. */
size_t utf16_ascii(const uint8_t *src, size_t units, uint8_t *dst);

/* Number of units before the first NUL, or units when there is none. */
size_t utf16_length(const uint8_t *src, size_t units);

/* Appends UTF-8 of s as UTF-16LE to out; invalid sequences become U+FFFD. */
void utf8_to_utf16(struct slice s, struct buf *out, bool big_endian);

/* The code point at s.p (s.n > 0), its length in *ret_n (1 for an invalid byte, which yields
 * U+FFFD). Overlong forms, surrogates and values above U+10FFFF are invalid. */
uint32_t utf8_decode(struct slice s, size_t *ret_n);
/* Writes c (a valid scalar value) to dst (4 bytes); returns the length. */
size_t utf8_encode(uint32_t c, uint8_t *dst);
bool utf8_valid(struct slice s);
/* Appends s with each invalid byte replaced by U+FFFD. Returns how many were replaced. */
size_t utf8_repair(struct slice s, struct buf *out);

#endif
