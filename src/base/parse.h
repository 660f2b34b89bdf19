/* parse.h - strict numbers: the whole slice, no blanks, no overflow.
 * Rank: slice.h, err.h. */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include "base/err.h"
#include "base/slice.h"

/* Each: EV_OK, or EV_ESYNTAX when the slice is not exactly such a number. */
int parse_u32(struct slice s, uint32_t *ret);
int parse_u64(struct slice s, uint64_t *ret);
int parse_i64(struct slice s, int64_t *ret);
/* Digits of base 16 without prefix, 1..16 of them. */
int parse_hex64(struct slice s, uint64_t *ret);
/* Decimal or 0x hex, optional sign before decimal. */
int parse_int_any(struct slice s, int64_t *ret);
/* Decimal number with optional fraction and exponent, or 0x integer. No inf, nan, locale. */
int parse_double(struct slice s, double *ret);
/* "64M", "2G", "512K", "1000": bytes. */
int parse_size(struct slice s, uint64_t *ret);

#endif
