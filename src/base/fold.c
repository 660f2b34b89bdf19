/* fold.c - case folding of Sigma values.
 *
 * Event values are nearly always ASCII and often already lower case: a scan of eight bytes a step
 * finds the first byte that would change, and only then is a copy made.
 * May include: base/, utf8proc. */
#include "base/fold.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/utf16.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define ONES UINT64_C(0x0101010101010101)

uint32_t fold_codepoint(uint32_t c)
{
    uint32_t f;

    if (c < 0x80)
        return fold_ascii((uint8_t)c);
    f = (uint32_t)utf8proc_tolower(utf8proc_toupper((utf8proc_int32_t)c));
    return f < 0x80 ? c : f;
}

#define LAST_CASED 0x1ffff /* no plane beyond has letters with case */

static int compare_pairs(const void *a, const void *b)
{
    const struct fold_pair *x = a, *y = b;

    if (x->folded != y->folded)
        return x->folded < y->folded ? -1 : 1;
    return x->c < y->c ? -1 : x->c > y->c;
}

void fold_inverse_init(struct fold_inverse *f)
{
    size_t room = 0;

    *f = (struct fold_inverse){ NULL, 0 };
    for (uint32_t c = 0x80; c <= LAST_CASED; c++) {
        uint32_t folded = c >= 0xd800 && c < 0xe000 ? c : fold_codepoint(c);

        if (folded == c)
            continue;
        if (f->n == room) {
            room = room ? 2 * room : 2048;
            f->pair = xrealloc(f->pair, room, sizeof *f->pair);
        }
        f->pair[f->n++] = (struct fold_pair){ folded, c };
    }
    if (f->n)
        qsort(f->pair, f->n, sizeof *f->pair, compare_pairs);
}

void fold_inverse_release(struct fold_inverse *f)
{
    free(f->pair);
    *f = (struct fold_inverse){ NULL, 0 };
}

size_t fold_inverse_find(const struct fold_inverse *f, uint32_t folded, uint32_t *ret, size_t room)
{
    size_t low = 0, high = f->n, n = 0;

    if (folded < 0x80) {
        if (folded < 'a' || folded > 'z' || !room)
            return 0;
        *ret = folded - 0x20;
        return 1;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (f->pair[middle].folded < folded)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < f->n && f->pair[low].folded == folded && n < room; low++)
        ret[n++] = f->pair[low].c;
    return n;
}

/* The high bit of each byte of v that is an upper-case letter or not ASCII. */
static uint64_t changing(uint64_t v)
{
    uint64_t low = v & ~HIGH_BITS;
    /* Per byte without carry: bit 7 is set where the byte is at least 'A', above 'Z'. */
    uint64_t from_a = low + (0x80 - 'A') * ONES;
    uint64_t above_z = low + (0x80 - 'Z' - 1) * ONES;

    return ((from_a & ~above_z) | v) & HIGH_BITS;
}

/* Offset of the first byte at or after `at` that may change. */
static size_t first_change(struct slice s, size_t at)
{
    uint64_t v;

    for (; s.n - at >= 8; at += 8) {
        memcpy(&v, s.p + at, 8);
        if (changing(v))
            break;
    }
    while (at < s.n && s.p[at] < 0x80 && fold_ascii(s.p[at]) == s.p[at])
        at++;
    return at;
}

/* Folds the ASCII run at s.p + at into dst; returns its length. */
static size_t fold_ascii_run(struct slice s, size_t at, uint8_t *dst)
{
    size_t i = at;
    uint64_t v;

    for (; s.n - i >= 8; i += 8) {
        memcpy(&v, s.p + i, 8);
        if (v & HIGH_BITS)
            break;
        v |= changing(v) >> 2; /* 0x80 >> 2 is the bit between 'A' and 'a' */
        memcpy(dst + (i - at), &v, 8);
    }
    for (; i < s.n && s.p[i] < 0x80; i++)
        dst[i - at] = fold_ascii(s.p[i]);
    return i - at;
}

/* One code point (or invalid byte) beyond ASCII at s.p; *ret_n: bytes read. Returns the bytes
 * written, at most 4. */
static size_t fold_step(struct slice s, size_t *ret_n, uint8_t dst[4])
{
    uint32_t c = utf8_decode(s, ret_n);
    uint32_t f;

    if (*ret_n == 1) {
        dst[0] = fold_ascii(s.p[0]); /* ASCII, or invalid and kept */
        return 1;
    }
    f = fold_codepoint(c);
    if (f != c)
        return utf8_encode(f, dst);
    memcpy(dst, s.p, *ret_n);
    return *ret_n;
}

/* Length of s once folded. */
static size_t folded_length(struct slice s, size_t at)
{
    size_t n = at;
    uint8_t dst[4];

    while (at < s.n) {
        size_t step = 1;

        n += s.p[at] < 0x80 ? 1 : fold_step(slice_sub(s, at, s.n), &step, dst);
        at += step;
    }
    return n;
}

static bool has_high_byte(struct slice s, size_t at)
{
    uint64_t v;

    for (; s.n - at >= 8; at += 8) {
        memcpy(&v, s.p + at, 8);
        if (v & HIGH_BITS)
            return true;
    }
    for (; at < s.n; at++)
        if (s.p[at] >= 0x80)
            return true;
    return false;
}

struct slice fold_slice(struct slice s, struct arena *a)
{
    size_t at = first_change(s, 0), to, n;
    uint8_t *dst;

    if (at == s.n)
        return s;
    n = has_high_byte(s, at) ? folded_length(s, at) : s.n;
    dst = arena_try(a, n);
    if (!dst)
        return SLICE_ABSENT;
    memcpy(dst, s.p, at);
    to = at;
    while (at < s.n) {
        size_t run = fold_ascii_run(s, at, dst + to), step;
        uint8_t one[4];
        size_t len;

        at += run;
        to += run;
        if (at == s.n)
            break;
        len = fold_step(slice_sub(s, at, s.n), &step, one);
        memcpy(dst + to, one, len);
        to += len;
        at += step;
    }
    /* Text beyond ASCII that folds to itself (most scripts have no case): no copy to keep. */
    return slice_eq(slice_of(dst, n), s) ? s : slice_of(dst, n);
}

size_t fold_offset(struct slice s, size_t folded)
{
    size_t at = 0, n = 0;
    uint8_t one[4];

    while (at < s.n && n < folded) {
        size_t step = 1;

        n += s.p[at] < 0x80 ? 1 : fold_step(slice_sub(s, at, s.n), &step, one);
        at += step;
    }
    return at;
}
