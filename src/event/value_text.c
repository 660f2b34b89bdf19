/* value_text.c - text of event values, as Windows renders them.
 *
 * Text is written to where there is room, so that all texts of an event are one row of bytes. No
 * printf on the way: nearly every value of a log passes here.
 * May include base/ only. */
#include "event/event.h"
#include "event/value_load.h"

#include "base/filetime.h"
#include "base/utf16.h"
#include "base/hex.h"
#include "base/utf16_ascii.h"

#include <math.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Most bytes of a text that is no string: a double has 317, a SID 185. */
#define VALUE_ROOM 400

static const uint8_t empty_text[1] = { 0 };

static struct slice slice_empty(void)
{
    return (struct slice){ empty_text, 0 };
}

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

static inline uint8_t *put_pair(uint8_t *p, uint32_t u)
{
    memcpy(p, two_digits + 2 * (size_t)u, 2);
    return p + 2;
}

static inline uint8_t *put_four(uint8_t *p, uint32_t u)
{
    return put_pair(put_pair(p, u / 100), u % 100);
}

/* u < 10,000 without zeros in front. */
static inline uint8_t *put_short(uint8_t *p, uint32_t u)
{
    if (u >= 1000)
        return put_four(p, u);
    if (u >= 100) {
        *p = (uint8_t)('0' + u / 100);
        return put_pair(p + 1, u % 100);
    }
    if (u >= 10)
        return put_pair(p, u);
    *p = (uint8_t)('0' + u);
    return p + 1;
}

/* Returns the place behind. */
static uint8_t *put_decimal(uint8_t *p, uint32_t u)
{
    if (u < 10000)
        return put_short(p, u);
    if (u < 100000000)
        return put_four(put_short(p, u / 10000), u % 10000);
    p = put_short(p, u / 100000000);
    return put_four(put_four(p, u / 10000 % 10000), u % 10000);
}

static uint8_t *put_decimal64(uint8_t *p, uint64_t u)
{
    uint32_t low = (uint32_t)(u % 100000000);

    if (u <= UINT32_MAX)
        return put_decimal(p, (uint32_t)u);
    p = put_decimal64(p, u / 100000000);
    return put_four(put_four(p, low / 10000), low % 10000);
}

static uint8_t *put_hex_bytes(const struct value *v, uint8_t *to)
{
    static const char upper[] = "0123456789ABCDEF";
    uint32_t i = 0;

    for (; i + 16 <= v->n; i += 16)
        hex_put16(to + 2 * (size_t)i, v->p + i, 'A');
    for (; i < v->n; i++) {
        to[2 * (size_t)i] = (uint8_t)upper[v->p[i] >> 4];
        to[2 * (size_t)i + 1] = (uint8_t)upper[v->p[i] & 15];
    }
    return to + 2 * (size_t)v->n;
}

static uint8_t *put_null(const struct value *v, uint8_t *to)
{
    (void)v;
    return to;
}

static uint8_t *put_unsigned(const struct value *v, uint8_t *to)
{
    uint64_t u = load_unsigned(v->p, v->n);

    return put_decimal64(to, u);
}

static uint8_t *put_signed(const struct value *v, uint8_t *to)
{
    int64_t i = load_signed(v->p, v->n);
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

    *to = '-';
    to += i < 0;
    return put_decimal64(to, u);
}

static inline void store64be(uint8_t *p, uint64_t u)
{
    p[0] = (uint8_t)(u >> 56);
    p[1] = (uint8_t)(u >> 48);
    p[2] = (uint8_t)(u >> 40);
    p[3] = (uint8_t)(u >> 32);
    p[4] = (uint8_t)(u >> 24);
    p[5] = (uint8_t)(u >> 16);
    p[6] = (uint8_t)(u >> 8);
    p[7] = (uint8_t)u;
}

static uint8_t *put_hex(const struct value *v, uint8_t *to)
{
    uint64_t u = load_unsigned(v->p, v->n);
    unsigned n = 16 - (unsigned)__builtin_clzll(u | 1) / 4;
    uint8_t raw[8], digits[32];

    store64be(raw, u);
    hex_put8(digits, raw, 'a');
    to[0] = '0';
    to[1] = 'x';
    memcpy(to + 2, digits + 16 - n, 16); /* what is behind the digits does not count */
    return to + 2 + n;
}

static uint8_t *put_str(uint8_t *to, const char *s)
{
    size_t n = strlen(s);

    memcpy(to, s, n);
    return to + n;
}

static uint8_t *put_bool(const struct value *v, uint8_t *to)
{
    return put_str(to, load_unsigned(v->p, v->n) ? "true" : "false");
}

/* Fixed notation with up to six decimals; what is no number as the Microsoft runtime of Vista
 * wrote it. Rare enough for snprintf; the locale's decimal sign is put right. */
static uint8_t *put_double(double d, uint8_t *to)
{
    char *b = (char *)to;
    int wrote;
    size_t n;

    if (isnan(d))
        return put_str(to, "-1.#IND");
    if (isinf(d))
        return put_str(to, d > 0 ? "1.#INF" : "-1.#INF");
    wrote = snprintf(b, VALUE_ROOM, "%.6f", d);
    n = wrote > 0 ? (size_t)wrote : 0;
    for (size_t i = 0; i < n; i++)
        if (b[i] == ',')
            b[i] = '.';
    while (n > 1 && b[n - 1] == '0' && memchr(b, '.', n))
        n--;
    if (n > 1 && b[n - 1] == '.')
        n--;
    return to + n;
}

static uint8_t *put_f32(const struct value *v, uint8_t *to)
{
    uint32_t u = load32(v->p);
    float f;

    memcpy(&f, &u, sizeof f);
    return put_double((double)f, to);
}

static uint8_t *put_f64(const struct value *v, uint8_t *to)
{
    uint64_t u = load64(v->p);
    double d;

    memcpy(&d, &u, sizeof d);
    return put_double(d, to);
}

static uint8_t *put_guid(const struct value *v, uint8_t *to)
{
    return hex_guid(to, v->p);
}

static uint8_t *put_filetime(const struct value *v, uint8_t *to)
{
    return to + filetime_iso(load64(v->p), (char *)to);
}

static uint8_t *put_systemtime(const struct value *v, uint8_t *to)
{
    return to + systemtime_iso(v->p, (char *)to);
}

static bool is_sid(const struct value *v)
{
    return v->n >= 8 && v->p[1] <= 15 && v->n >= 8 + 4u * v->p[1];
}

/* S-R-A-S-S...: the authority is 48 bits, big endian; beyond 32 bits Windows writes it as hex. */
static uint8_t *put_sid(const struct value *v, uint8_t *to)
{
    static const char lower[] = "0123456789abcdef";

    if (!is_sid(v))
        return put_hex_bytes(v, to);
    *to++ = 'S';
    *to++ = '-';
    to = put_decimal(to, v->p[0]);
    *to++ = '-';
    if (v->p[2] || v->p[3]) {
        *to++ = '0';
        *to++ = 'x';
        for (size_t i = 2; i < 8; i++) {
            *to++ = (uint8_t)lower[v->p[i] >> 4];
            *to++ = (uint8_t)lower[v->p[i] & 15];
        }
    } else {
        to = put_decimal(to, (uint32_t)v->p[4] << 24 | (uint32_t)v->p[5] << 16 |
                                 (uint32_t)v->p[6] << 8 | v->p[7]);
    }
    for (unsigned i = 0; i < v->p[1]; i++) {
        *to++ = '-';
        to = put_decimal(to, load32(v->p + 8 + 4 * i));
    }
    return to;
}

/* Windows-1252, 0x80..0x9f; the five holes are the C1 controls, as MultiByteToWideChar has them. */
static const uint16_t cp1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178
};

static uint8_t *put_ansi(const struct value *v, uint8_t *to)
{
    size_t n = v->n;

    while (n > 0 && v->p[n - 1] == 0)
        n--;
    for (size_t i = 0; i < n; i++) {
        uint32_t c = v->p[i];

        if (c >= 0x80 && c < 0xa0)
            c = cp1252[c - 0x80];
        if (c < 0x80)
            *to++ = (uint8_t)c;
        else
            to += utf8_encode(c, to);
    }
    return to;
}

/* Units of a string without the NULs at its end. */
static inline size_t units_of(const struct value *v)
{
    size_t units = v->n / 2;

    while (units > 0 && load16(v->p + 2 * units - 2) == 0)
        units--;
    return units;
}

/* Of a string in a buffer with padding. */
static inline uint8_t *put_padded(const struct value *v, uint8_t *to)
{
    size_t units = units_of(v);

    if (units == 0 || utf16_ascii_padded(v->p, units, to) == units)
        return to + units;
    return to + utf16_to_utf8(v->p, units, to);
}

#define SIZE(n) (UINT32_C(1) << (n))
#define SIZE_ANY UINT32_MAX
#define SIZE_MOST 31 /* longer ones are rare: text_long */

/* Types but for strings. sizes: bit n set when n bytes fit the type. */
static const struct {
    uint8_t *(*put)(const struct value *v, uint8_t *to);
    uint32_t sizes;
} render[] = {
    [VALUE_NULL] = { put_null, SIZE_ANY },
    [VALUE_I8] = { put_signed, SIZE(1) },
    [VALUE_U8] = { put_unsigned, SIZE(1) },
    [VALUE_I16] = { put_signed, SIZE(2) },
    [VALUE_U16] = { put_unsigned, SIZE(2) },
    [VALUE_I32] = { put_signed, SIZE(4) },
    [VALUE_U32] = { put_unsigned, SIZE(4) },
    [VALUE_I64] = { put_signed, SIZE(8) },
    [VALUE_U64] = { put_unsigned, SIZE(8) },
    [VALUE_F32] = { put_f32, SIZE(4) },
    [VALUE_F64] = { put_f64, SIZE(8) },
    [VALUE_BOOL] = { put_bool, SIZE(1) | SIZE(2) | SIZE(4) },
    [VALUE_BINARY] = { put_hex_bytes, SIZE_ANY },
    [VALUE_GUID] = { put_guid, SIZE(16) },
    [VALUE_SIZET] = { put_hex, SIZE(4) | SIZE(8) },
    [VALUE_FILETIME] = { put_filetime, SIZE(8) },
    [VALUE_SYSTEMTIME] = { put_systemtime, SIZE(16) },
    [VALUE_SID] = { put_sid, SIZE_ANY },
    [VALUE_HEX32] = { put_hex, SIZE(4) },
    [VALUE_HEX64] = { put_hex, SIZE(8) },
};

/* The place behind the text of a value with bytes, which has VALUE_ROOM + 2 * v->n bytes of room; NULL:
 * a string, or one of those that text_long is for. */
static inline uint8_t *put_value(const struct value *v, uint8_t *to)
{
    if (v->type >= sizeof render / sizeof *render || v->n > SIZE_MOST ||
        !(render[v->type].sizes >> v->n & 1))
        return NULL;
    return render[v->type].put(v, to);
}

void event_texts(struct event *ev, size_t from)
{
    struct field *f = ev->field + from, *stop = ev->field + ev->n;
    struct arena *a = ev->arena;
    uint8_t *to = a->at, *behind;
    const uint8_t *end = arena_end(a);

    for (; f < stop; f++) {
        if (f->text.p)
            continue;
        behind = NULL;
        if ((size_t)(end - to) < VALUE_ROOM + 2 * (size_t)f->value.n)
            ;
        else if (f->value.type == VALUE_UTF16)
            behind = ev->padded ? put_padded(&f->value, to) : NULL;
        else
            behind = f->value.n ? put_value(&f->value, to) : to;
        if (behind) {
            f->text = slice_of(to, (size_t)(behind - to));
            to = behind;
            continue;
        }
        arena_take(a, to);
        event_text_make(ev, f);
        to = a->at;
        end = arena_end(a);
    }
    arena_take(a, to);
}

static __attribute__((noinline)) struct slice text_utf8(const struct value *v, struct arena *a)
{
    struct slice s = slice_of(v->p, v->n);
    size_t at = 0, n;
    uint8_t *p;

    if (utf8_valid(s))
        return s;
    p = arena_try(a, s.n * 3);
    if (!p)
        return SLICE_ABSENT;
    for (size_t i = 0; i < s.n; i += n)
        at += utf8_encode(utf8_decode(slice_of(s.p + i, s.n - i), &n), p + at);
    return slice_of(p, at);
}

/* Text of a value that may be long: room for ASCII first. */
static struct slice text_utf16(const struct value *v, struct arena *a)
{
    size_t units = units_of(v);
    uint8_t *p = arena_try(a, units);

    if (p && utf16_ascii(v->p, units, p) == units)
        return units ? slice_of(p, units) : slice_empty();
    p = arena_try(a, utf16_utf8_room(units));
    return p ? slice_of(p, utf16_to_utf8(v->p, units, p)) : SLICE_ABSENT;
}

/* The same for ANSI, and for SIDs and what does not fit its type. */
static struct slice text_long(const struct value *v, struct arena *a)
{
    bool ansi = v->type == VALUE_ANSI;
    size_t room = (size_t)v->n * (ansi ? 3 : 2);
    uint8_t *p, *end;

    if (v->type == VALUE_SID && room < VALUE_ROOM)
        room = VALUE_ROOM;
    if (v->type == VALUE_NULL)
        return slice_empty();
    p = arena_try(a, room);
    if (!p)
        return SLICE_ABSENT;
    end = ansi ? put_ansi(v, p) : v->type == VALUE_SID ? put_sid(v, p) : put_hex_bytes(v, p);
    return slice_of(p, (size_t)(end - p));
}

struct slice value_text(const struct value *v, struct arena *a)
{
    uint8_t text[VALUE_ROOM], *end, *p;
    size_t n;

    if (v->n == 0)
        return slice_empty();
    if (v->type == VALUE_UTF8)
        return text_utf8(v, a);
    if (v->type == VALUE_UTF16)
        return text_utf16(v, a);
    end = put_value(v, text);
    if (!end)
        return text_long(v, a);
    n = (size_t)(end - text);
    p = arena_try(a, n);
    return p ? slice_of(memcpy(p, text, n), n) : SLICE_ABSENT;
}
