/* slice.h - bytes with a length, owned by somebody else.
 *
 * Event data holds NUL bytes and is never terminated, so the program passes slices, not strings. A
 * slice with p == NULL is "absent"; p != NULL with n == 0 is "present and empty". Text is UTF-8.
 * Rank: includes nothing of ours. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *p;
    size_t n;
};

/* A string literal as a slice, without its NUL; usable in initialisers of const tables. */
#define SLICE_INIT(lit)                                                                            \
    {                                                                                              \
        (const uint8_t *)("" lit), sizeof(lit) - 1                                                 \
    }
#define SLICE(lit) ((struct slice)SLICE_INIT(lit))
#define SLICE_ABSENT ((struct slice){ NULL, 0 })
/* For printf: "%.*s", SLICE_ARG(s). */
#define SLICE_ARG(s) (int)(s).n, (const char *)((s).p ? (s).p : (const uint8_t *)"")

static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){ (const uint8_t *)p, n };
}

/* NULL gives the absent slice. */
static inline struct slice slice_str(const char *s)
{
    return s ? (struct slice){ (const uint8_t *)s, strlen(s) } : SLICE_ABSENT;
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Equal but for ASCII case. */
bool slice_eq_nocase(struct slice a, struct slice b);
/* Bytewise order, shorter first among equals: <0, 0, >0. */
int slice_cmp(struct slice a, struct slice b);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
/* Offset of the first occurrence, or SIZE_MAX. An empty needle is found at 0. */
size_t slice_find(struct slice s, struct slice needle);
/* Offset of the first c, or SIZE_MAX. */
static inline size_t slice_find_byte(struct slice s, uint8_t c)
{
    const uint8_t *at = s.n ? (const uint8_t *)memchr(s.p, c, s.n) : NULL;

    return at ? (size_t)(at - s.p) : SIZE_MAX;
}
/* The part from offset from, n bytes at most; clamped to s. */
static inline struct slice slice_sub(struct slice s, size_t from, size_t n)
{
    if (!s.p)
        return s;
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct slice){ s.p + from, n };
}
/* Without leading and trailing ASCII white space. */
struct slice slice_trim(struct slice s);
/* 64-bit hash for tables inside one run; seed keeps an attacker from choosing collisions. */
uint64_t slice_hash(struct slice s, uint64_t seed);
/* The same of SLICE_SAMPLE bytes at most: both ends, the middle and the length. All of a short slice,
 * and quick for any; a table must expect that long ones collide, and that an attacker makes them. */
#define SLICE_SAMPLE 48
uint64_t slice_hash_sample(struct slice s, uint64_t seed);

#endif
