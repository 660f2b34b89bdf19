/* ew_text.h - numbers, times, GUIDs and SIDs between text and bytes.
 *
 * Text is what a maker of test data types and what Windows shows
 * (notes: value types). All parsers want the whole text to be consumed.
 */
#ifndef EW_TEXT_H
#define EW_TEXT_H

#include "ew_buf.h"

#include <stdbool.h>

/* Decimal, or hexadecimal behind 0x; a leading '-' gives the two's complement. */
bool ew_text_int(struct ew_str s, uint64_t *ret_v);
/* "2026-03-02T08:01:02.1234567Z" (0 to 7 digits of fraction, also ' ' for 'T',
 * Z optional) to FILETIME: 100 ns since 1601, UTC. */
bool ew_text_time(struct ew_str s, uint64_t *ret_filetime);
/* FILETIME to that form with 7 digits (or digits = 3), with Z when zone. */
void ew_text_put_time(struct ew_buf *out, uint64_t filetime, unsigned digits, bool zone);
/* FILETIME to the 16 bytes of a SYSTEMTIME, and back. */
void ew_text_systemtime(uint64_t filetime, uint8_t ret_st[16]);
uint64_t ew_text_from_systemtime(const uint8_t st[16]);
/* "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", braces optional. */
bool ew_text_guid(struct ew_str s, uint8_t ret_guid[16]);
void ew_text_put_guid(struct ew_buf *out, const uint8_t guid[16]);
/* "S-1-5-21-1-2-3-500" to the binary SID (8 to 68 bytes appended to out). */
bool ew_text_sid(struct ew_str s, struct ew_buf *out);
void ew_text_put_sid(struct ew_buf *out, const uint8_t *sid, size_t n);
/* Pairs of hexadecimal digits to bytes. */
bool ew_text_hex(struct ew_str s, struct ew_buf *out);
/* UTF-8 to UTF-16LE; a byte that is no UTF-8 stands for itself (Latin-1).
 * Surrogates written as three bytes come out as lone surrogates. */
void ew_text_utf16(struct ew_str s, struct ew_buf *out);
/* UTF-16LE to UTF-8; lone surrogates become U+FFFD. */
void ew_text_utf8(const uint8_t *p, size_t n, struct ew_buf *out);
/* \n \r \t \0 \\ \xNN \uNNNN to what they mean. */
bool ew_text_unescape(struct ew_str s, struct ew_buf *out);

#endif
