/* value.c - text of event values, as Windows renders them.
 *
 * One row of a table per type: the sizes that fit and the function that renders. No printf on the
 * way: nearly every value of a log passes here.
 * May include base/ only. */
#include "event/value.h"

#include "base/filetime.h"
#include "base/parse.h"
#include "base/utf16.h"

#include <math.h>

static const uint8_t empty_text[1] = { 0 };
static const char hex_upper[] = "0123456789ABCDEF";
static const char hex_lower[] = "0123456789abcdef";

static struct slice slice_empty(void)
{
    return (struct slice){ empty_text, 0 };
}

static uint32_t le16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
    return le16(p) | le16(p + 2) << 16;
}

static uint64_t le64(const uint8_t *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* n is a size that an integer has: size_fits() has seen to it. */
static uint64_t le_load(const uint8_t *p, size_t n)
{
    return n == 4 ? le32(p) : n == 8 ? le64(p) : n == 2 ? le16(p) : p[0];
}

static int64_t le_load_signed(const uint8_t *p, size_t n)
{
    uint64_t u = le_load(p, n);
    uint64_t sign = UINT64_C(1) << (8 * n - 1);

    if (n < 8 && (u & sign))
        u |= ~(sign | (sign - 1));
    int64_t i;
    memcpy(&i, &u, sizeof i);
    return i;
}

static unsigned digits_of(uint64_t u)
{
    unsigned n = 1;

    for (; u >= 10000; u /= 10000)
        n += 4;
    return n + (u >= 10) + (u >= 100) + (u >= 1000);
}

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

/* u in n digits; returns the place behind. */
static uint8_t *put_digits(uint8_t *p, uint64_t u, unsigned n)
{
    uint8_t *q = p + n;

    for (; u >= 100; u /= 100)
        memcpy(q -= 2, two_digits + 2 * (u % 100), 2);
    if (u >= 10)
        memcpy(q - 2, two_digits + 2 * u, 2);
    else
        q[-1] = (uint8_t)('0' + u);
    return p + n;
}

static uint8_t *put_decimal(uint8_t *p, uint32_t u)
{
    return put_digits(p, u, digits_of(u));
}

static struct slice text_decimal(uint64_t u, bool negative, struct arena *a)
{
    unsigned n = digits_of(u);
    uint8_t *p = arena_try(a, n + negative);

    if (!p)
        return SLICE_ABSENT;
    if (negative)
        *p = '-';
    put_digits(p + negative, u, n);
    return slice_of(p, n + negative);
}

static struct slice text_hex_bytes(const struct value *v, struct arena *a)
{
    uint8_t *p = arena_try(a, (size_t)v->n * 2);

    if (!p)
        return SLICE_ABSENT;
    for (size_t i = 0; i < v->n; i++) {
        p[2 * i] = (uint8_t)hex_upper[v->p[i] >> 4];
        p[2 * i + 1] = (uint8_t)hex_upper[v->p[i] & 15];
    }
    return slice_of(p, (size_t)v->n * 2);
}

static struct slice text_null(const struct value *v, struct arena *a)
{
    (void)v;
    (void)a;
    return slice_empty();
}

static struct slice text_utf16_other(const uint8_t *src, size_t units, struct arena *a)
{
    uint8_t *p = arena_try(a, utf16_utf8_room(units));

    return p ? slice_of(p, utf16_to_utf8(src, units, p)) : SLICE_ABSENT;
}

/* Nearly all text is ASCII: the room for anything else is only taken when it is needed. */
static struct slice text_utf16(const struct value *v, struct arena *a)
{
    const uint8_t *src = v->p;
    size_t units = v->n / 2;
    uint8_t *p;

    while (units > 0 && le16(src + 2 * units - 2) == 0)
        units--;
    if (units == 0)
        return slice_empty();
    p = arena_try(a, units);
    if (!p)
        return SLICE_ABSENT;
    return utf16_ascii(src, units, p) == units ? slice_of(p, units)
                                               : text_utf16_other(src, units, a);
}

/* Windows-1252, 0x80..0x9f; the five holes are the C1 controls, as MultiByteToWideChar has them. */
static const uint16_t cp1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178
};

static struct slice text_ansi(const struct value *v, struct arena *a)
{
    size_t n = v->n, at = 0;

    while (n > 0 && v->p[n - 1] == 0)
        n--;
    if (n == 0)
        return slice_empty();
    uint8_t *p = arena_try(a, n * 3);
    if (!p)
        return SLICE_ABSENT;
    for (size_t i = 0; i < n; i++) {
        uint32_t c = v->p[i];
        if (c >= 0x80 && c < 0xa0)
            c = cp1252[c - 0x80];
        if (c < 0x80)
            p[at++] = (uint8_t)c;
        else
            at += utf8_encode(c, p + at);
    }
    return slice_of(p, at);
}

static __attribute__((noinline)) struct slice text_utf8(const struct value *v, struct arena *a)
{
    struct slice s = slice_of(v->p, v->n);
    size_t at = 0, n;

    if (v->n == 0)
        return slice_empty();
    if (utf8_valid(s))
        return s;
    uint8_t *p = arena_try(a, s.n * 3);
    if (!p)
        return SLICE_ABSENT;
    for (size_t i = 0; i < s.n; i += n)
        at += utf8_encode(utf8_decode(slice_of(s.p + i, s.n - i), &n), p + at);
    return slice_of(p, at);
}

static struct slice text_unsigned(const struct value *v, struct arena *a)
{
    return text_decimal(le_load(v->p, v->n), false, a);
}

static struct slice text_signed(const struct value *v, struct arena *a)
{
    int64_t i = le_load_signed(v->p, v->n);

    return text_decimal(i < 0 ? 0 - (uint64_t)i : (uint64_t)i, i < 0, a);
}

static struct slice text_hex(const struct value *v, struct arena *a)
{
    uint64_t u = le_load(v->p, v->n);
    unsigned n = u ? 16 - (unsigned)__builtin_clzll(u) / 4 : 1;
    uint8_t *p = arena_try(a, 2 + n);

    if (!p)
        return SLICE_ABSENT;
    p[0] = '0';
    p[1] = 'x';
    for (unsigned i = n; i > 0; u >>= 4)
        p[1 + i--] = (uint8_t)hex_lower[u & 15];
    return slice_of(p, 2 + n);
}

static struct slice text_bool(const struct value *v, struct arena *a)
{
    (void)a;
    return le_load(v->p, v->n) ? SLICE("true") : SLICE("false");
}

/* Fixed notation with up to six decimals; what is no number as the Microsoft runtime of Vista
 * wrote it. Rare enough for snprintf; the locale's decimal sign is put right. */
static struct slice text_double(double d, struct arena *a)
{
    char b[400];

    if (isnan(d))
        return SLICE("-1.#IND");
    if (isinf(d))
        return d > 0 ? SLICE("1.#INF") : SLICE("-1.#INF");
    int wrote = snprintf(b, sizeof b, "%.6f", d);
    size_t n = wrote > 0 ? (size_t)wrote : 0;
    for (size_t i = 0; i < n; i++)
        if (b[i] == ',')
            b[i] = '.';
    while (n > 1 && b[n - 1] == '0' && memchr(b, '.', n))
        n--;
    if (n > 1 && b[n - 1] == '.')
        n--;
    return arena_dup(a, slice_of(b, n));
}

static struct slice text_f32(const struct value *v, struct arena *a)
{
    uint32_t u = (uint32_t)le_load(v->p, 4);
    float f;

    memcpy(&f, &u, sizeof f);
    return text_double((double)f, a);
}

static struct slice text_f64(const struct value *v, struct arena *a)
{
    uint64_t u = le_load(v->p, 8);
    double d;

    memcpy(&d, &u, sizeof d);
    return text_double(d, a);
}

static uint8_t *put_hex(uint8_t *p, uint8_t b)
{
    p[0] = (uint8_t)hex_upper[b >> 4];
    p[1] = (uint8_t)hex_upper[b & 15];
    return p + 2;
}

static struct slice text_guid(const struct value *v, struct arena *a)
{
    uint8_t *p = arena_try(a, 38), *q = p;
    const uint8_t *g = v->p;

    if (!p)
        return SLICE_ABSENT;
    *q++ = '{';
    q = put_hex(put_hex(put_hex(put_hex(q, g[3]), g[2]), g[1]), g[0]);
    *q++ = '-';
    q = put_hex(put_hex(q, g[5]), g[4]);
    *q++ = '-';
    q = put_hex(put_hex(q, g[7]), g[6]);
    *q++ = '-';
    q = put_hex(put_hex(q, g[8]), g[9]);
    *q++ = '-';
    for (size_t i = 10; i < 16; i++)
        q = put_hex(q, g[i]);
    *q = '}';
    return slice_of(p, 38);
}

static struct slice text_filetime(const struct value *v, struct arena *a)
{
    char b[FILETIME_TEXT];
    size_t n = filetime_iso(le_load(v->p, 8), b);

    return arena_dup(a, slice_of(b, n));
}

static struct slice text_systemtime(const struct value *v, struct arena *a)
{
    char b[FILETIME_TEXT];
    size_t n = systemtime_iso(v->p, b);

    return arena_dup(a, slice_of(b, n));
}

/* S-R-A-S-S...: the authority is 48 bits, big endian; beyond 32 bits Windows writes it as hex. */
static struct slice text_sid(const struct value *v, struct arena *a)
{
    unsigned count = v->n >= 8 ? v->p[1] : 16;
    uint8_t *p, *q;

    if (count > 15 || v->n < 8 + 4 * count)
        return text_hex_bytes(v, a);
    /* Most that it can be: S-, revision, authority as 0x and twelve digits, 11 for each number. */
    p = q = arena_try(a, 20 + 11 * (size_t)count);
    if (!p)
        return SLICE_ABSENT;
    *q++ = 'S';
    *q++ = '-';
    q = put_decimal(q, v->p[0]);
    *q++ = '-';
    if (v->p[2] || v->p[3]) {
        *q++ = '0';
        *q++ = 'x';
        for (size_t i = 2; i < 8; i++) {
            *q++ = (uint8_t)hex_lower[v->p[i] >> 4];
            *q++ = (uint8_t)hex_lower[v->p[i] & 15];
        }
    } else {
        q = put_decimal(q, (uint32_t)v->p[4] << 24 | (uint32_t)v->p[5] << 16 |
                               (uint32_t)v->p[6] << 8 | v->p[7]);
    }
    for (unsigned i = 0; i < count; i++) {
        *q++ = '-';
        q = put_decimal(q, le32(v->p + 8 + 4 * i));
    }
    return slice_of(p, (size_t)(q - p));
}

#define SIZE_ANY 0xffff
#define SIZE(n) (1u << (n))

/* sizes: bit n set when n bytes fit the type. */
static const struct {
    uint32_t sizes;
    struct slice (*text)(const struct value *v, struct arena *a);
} render[] = {
    [VALUE_NULL] = { SIZE_ANY, text_null },
    [VALUE_UTF16] = { SIZE_ANY, text_utf16 },
    [VALUE_ANSI] = { SIZE_ANY, text_ansi },
    [VALUE_I8] = { SIZE(1), text_signed },
    [VALUE_U8] = { SIZE(1), text_unsigned },
    [VALUE_I16] = { SIZE(2), text_signed },
    [VALUE_U16] = { SIZE(2), text_unsigned },
    [VALUE_I32] = { SIZE(4), text_signed },
    [VALUE_U32] = { SIZE(4), text_unsigned },
    [VALUE_I64] = { SIZE(8), text_signed },
    [VALUE_U64] = { SIZE(8), text_unsigned },
    [VALUE_F32] = { SIZE(4), text_f32 },
    [VALUE_F64] = { SIZE(8), text_f64 },
    [VALUE_BOOL] = { SIZE(1) | SIZE(2) | SIZE(4), text_bool },
    [VALUE_BINARY] = { SIZE_ANY, text_hex_bytes },
    [VALUE_GUID] = { SIZE(16), text_guid },
    [VALUE_SIZET] = { SIZE(4) | SIZE(8), text_hex },
    [VALUE_FILETIME] = { SIZE(8), text_filetime },
    [VALUE_SYSTEMTIME] = { SIZE(16), text_systemtime },
    [VALUE_SID] = { SIZE_ANY, text_sid },
    [VALUE_HEX32] = { SIZE(4), text_hex },
    [VALUE_HEX64] = { SIZE(8), text_hex },
};

static bool size_fits(const struct value *v)
{
    uint32_t sizes = render[v->type].sizes;

    return sizes == SIZE_ANY || (v->n <= 16 && (sizes >> v->n & 1));
}

struct slice value_text(const struct value *v, struct arena *a)
{
    if (v->type == VALUE_UTF16)
        return text_utf16(v, a);
    if (v->type == VALUE_UTF8)
        return text_utf8(v, a);
    if (v->n == 0)
        return slice_empty();
    if (v->type >= sizeof render / sizeof *render || !size_fits(v))
        return text_hex_bytes(v, a);
    return render[v->type].text(v, a);
}

/* Integers in text are short; longer text is none. */
static int text_u64(struct slice s, uint64_t *ret)
{
    if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X'))
        return parse_hex64(slice_sub(s, 2, s.n - 2), ret);
    return parse_u64(s, ret);
}

/* The ASCII text of a UTF-16 or byte string into b; SIZE_MAX when it is longer or not ASCII. */
static size_t short_text(const struct value *v, uint8_t *b, size_t cap)
{
    size_t step = v->type == VALUE_UTF16 ? 2 : 1, n = v->n / step;

    while (n > 0 && v->type != VALUE_UTF8 && v->p[(n - 1) * step] == 0)
        n--;
    if (n > cap)
        return SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (v->p[i * step] >= 0x80 || (step == 2 && v->p[2 * i + 1]))
            return SIZE_MAX;
        b[i] = v->p[i * step];
    }
    return n;
}

int value_u64(const struct value *v, uint64_t *ret)
{
    uint8_t b[32];

    switch (v->type) {
    case VALUE_I8:
    case VALUE_I16:
    case VALUE_I32:
    case VALUE_I64:
        if (!v->n || !size_fits(v) || le_load_signed(v->p, v->n) < 0)
            return EV_ESYNTAX;
        break;
    case VALUE_U8:
    case VALUE_U16:
    case VALUE_U32:
    case VALUE_U64:
    case VALUE_SIZET:
    case VALUE_HEX32:
    case VALUE_HEX64:
        if (!v->n || !size_fits(v))
            return EV_ESYNTAX;
        break;
    case VALUE_UTF8:
    case VALUE_UTF16:
    case VALUE_ANSI: {
        size_t n = short_text(v, b, sizeof b);
        return n == SIZE_MAX ? EV_ESYNTAX : text_u64(slice_of(b, n), ret);
    }
    default:
        return EV_ESYNTAX;
    }
    *ret = le_load(v->p, v->n);
    return EV_OK;
}

static int systemtime_filetime(const uint8_t *p, uint64_t *ret)
{
    uint16_t part[8];
    struct civil c;

    for (size_t i = 0; i < 8; i++)
        part[i] = (uint16_t)le_load(p + 2 * i, 2);
    if (part[1] > 12 || part[3] > 31 || part[4] > 23 || part[5] > 59 || part[6] > 59 ||
        part[7] > 999)
        return EV_ESYNTAX;
    c = (struct civil){ .year = part[0],
                        .month = (uint8_t)part[1],
                        .day = (uint8_t)part[3],
                        .hour = (uint8_t)part[4],
                        .minute = (uint8_t)part[5],
                        .second = (uint8_t)part[6],
                        .ticks = part[7] * UINT32_C(10000) };
    return civil_filetime(&c, ret);
}

int value_filetime(const struct value *v, uint64_t *ret)
{
    uint8_t b[64];
    size_t n;

    switch (v->type) {
    case VALUE_FILETIME:
        if (v->n != 8)
            return EV_ESYNTAX;
        *ret = le_load(v->p, 8);
        return EV_OK;
    case VALUE_SYSTEMTIME:
        return v->n == 16 ? systemtime_filetime(v->p, ret) : EV_ESYNTAX;
    case VALUE_UTF8:
    case VALUE_UTF16:
    case VALUE_ANSI:
        n = short_text(v, b, sizeof b);
        return n == SIZE_MAX ? EV_ESYNTAX : filetime_parse(slice_of(b, n), ret);
    default:
        return EV_ESYNTAX;
    }
}
