/* ew_buf.h - a growing byte buffer, and memory that is freed all at once.
 *
 * The event writer is used by tests and by the makers of test data only, so
 * both abort when memory runs out: a test has nothing better to do then.
 * Includes nothing of src/, so that the writer shares no fault with the reader.
 */
#ifndef EW_BUF_H
#define EW_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes; zero-initialise before first use. */
struct ew_buf {
    uint8_t *p;
    size_t n, cap;
};

/* Text that may hold NUL; UTF-8, with surrogates allowed in three-byte form. */
struct ew_str {
    const char *p;
    size_t n;
};

/* Memory of one event or one file; zero-initialise before first use. */
struct ew_arena {
    struct ew_arena_block *last;
};

void ew_buf_release(struct ew_buf *b);
void ew_buf_put(struct ew_buf *b, const void *p, size_t n);
void ew_buf_fill(struct ew_buf *b, uint8_t byte, size_t n);
void ew_buf_str(struct ew_buf *b, struct ew_str s);
void ew_buf_text(struct ew_buf *b, const char *s);
/* Little-endian integer of the given width in bytes (1, 2, 4 or 8). */
void ew_buf_int(struct ew_buf *b, uint64_t v, unsigned width);
/* Formatted text; at most 511 bytes a call. */
void ew_buf_printf(struct ew_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Little-endian access to memory that the caller has checked. */
void ew_poke(uint8_t *p, uint64_t v, unsigned width);
uint64_t ew_peek(const uint8_t *p, unsigned width);

/* Zeroed memory, valid until ew_arena_release(). */
void *ew_arena_alloc(struct ew_arena *a, size_t n);
struct ew_str ew_arena_copy(struct ew_arena *a, struct ew_str s);
void ew_arena_release(struct ew_arena *a);

/* A string literal or C string as ew_str; borrowed. */
struct ew_str ew_str(const char *s);
bool ew_str_eq(struct ew_str a, const char *b);

/* CRC-32 (IEEE 802.3); start with crc 0, feed the result back to go on. */
uint32_t ew_crc32(uint32_t crc, const uint8_t *p, size_t n);

#endif
