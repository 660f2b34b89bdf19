/* slice.c - comparison, search and hash of slices.
 *
 * Absent slices behave as empty ones here; only callers that care look at p.
 * May include: base/. */
#include "base/slice.h"

#include "base/mix.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (a.p[i] != b.p[i] && lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return prefix.n <= s.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return suffix.n <= s.n &&
           (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

size_t slice_find(struct slice s, struct slice needle)
{
    const uint8_t *at;

    if (needle.n == 0)
        return 0;
    if (needle.n > s.n)
        return SIZE_MAX;
    at = memmem(s.p, s.n, needle.p, needle.n);
    return at ? (size_t)(at - s.p) : SIZE_MAX;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s)
{
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

static uint64_t load64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t load32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

#define K0 UINT64_C(0x9e3779b97f4a7c15)
#define K1 UINT64_C(0xd1b54a32d192ed03)
#define K2 UINT64_C(0x8bb84b93962eacc9)

/* All of n bytes, 16 at most. */
static inline void load_last(const uint8_t *p, size_t n, uint64_t *ret_a, uint64_t *ret_b)
{
    if (n >= 8) {
        *ret_a = load64(p);
        *ret_b = load64(p + (n - 8));
    } else if (n >= 4) {
        *ret_a = load32(p);
        *ret_b = load32(p + (n - 4));
    } else if (n) {
        *ret_a = (uint64_t)p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
    }
}

uint64_t slice_hash(struct slice s, uint64_t seed)
{
    const uint8_t *p = s.p;
    size_t n = s.n;
    uint64_t h = mix64(seed ^ K0, (uint64_t)n ^ K1), a = 0, b = 0;

    for (; n > 16; p += 16, n -= 16)
        h = mix64(load64(p) ^ K1 ^ h, load64(p + 8) ^ K2 ^ (h << 32 | h >> 32));
    load_last(p, n, &a, &b);
    return mix64(mix64(a ^ K1 ^ h, b ^ K2 ^ seed), h ^ K0);
}

uint64_t slice_hash_sample(struct slice s, uint64_t seed)
{
    const uint8_t *p = s.p;
    uint64_t h = seed ^ (uint64_t)s.n * K0, a = 0, b = 0;

    if (s.n > 32) {
        const uint8_t *mid = p + (s.n - 16) / 2;

        h = mix64(load64(mid) ^ K1 ^ h, load64(mid + 8) ^ K2 ^ (h << 32 | h >> 32));
    }
    if (s.n > 16) {
        h = mix64(load64(p) ^ K1 ^ h, load64(p + 8) ^ K2 ^ (h << 32 | h >> 32));
        p += s.n - 16;
        a = load64(p);
        b = load64(p + 8);
    } else {
        load_last(p, s.n, &a, &b);
    }
    return mix64(mix64(a ^ K1 ^ h, b ^ K2 ^ seed), h ^ K0);
}
