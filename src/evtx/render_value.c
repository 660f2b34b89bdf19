/* render_value.c - text of values, escaped while it is made.
 *
 * Nearly all of a log is ASCII that needs no escape: sixteen units go at a time, and a mask says
 * where the first one is that needs a look.
 * May include: base/, event/value.h, this folder. */
#include "evtx/render_value.h"

#include "base/filetime.h"
#include "base/utf16.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define REPLACEMENT 0xfffdu
#define DAY_TICKS (24 * 3600 * FILETIME_SECOND)

static const char hex_upper[] = "0123456789ABCDEF";
static const char hex_lower[] = "0123456789abcdef";

/* "00" to "99" */
static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                            "34353637383940414243444546474849505152535455565758596061626364656667"
                            "6869707172737475767778798081828384858687888990919293949596979899";

static uint8_t *put(uint8_t *to, const char *s, size_t n)
{
    memcpy(to, s, n);
    return to + n;
}

static uint8_t *put_replacement(struct render_state *r, uint8_t *to)
{
    r->replaced++;
    return put(to, "\xef\xbf\xbd", 3);
}

/* A character reference "&#N;" below 100. */
static uint8_t *put_reference(uint8_t *to, uint32_t c)
{
    to = put(to, "&#", 2);
    if (c >= 10)
        *to++ = (uint8_t)('0' + c / 10);
    *to++ = (uint8_t)('0' + c % 10);
    *to++ = ';';
    return to;
}

/* A code point that may not pass in XML as it is. Line ends and tabs that a parser would change are
 * written as references. */
static uint8_t *put_xml(struct render_state *r, uint8_t *to, uint32_t c, bool attribute)
{
    switch (c) {
    case '&':
        return put(to, "&amp;", 5);
    case '<':
        return put(to, "&lt;", 4);
    case '>':
        return put(to, "&gt;", 4);
    case '"':
        return attribute ? put(to, "&quot;", 6) : put(to, "\"", 1);
    case '\'':
        return attribute ? put(to, "&apos;", 6) : put(to, "'", 1);
    case '\r':
        return put_reference(to, c);
    case '\n':
        return attribute || r->lines ? put_reference(to, c) : put(to, "\n", 1);
    case '\t':
        return attribute ? put_reference(to, c) : put(to, "\t", 1);
    default:
        break;
    }
    if (c < 0x20 || c == 0xfffe || c == 0xffff)
        return put_replacement(r, to);
    return to + utf8_encode(c, to);
}

/* As escape_json does. next: the code unit that follows, 0 at the end. */
static uint8_t *put_json(uint8_t *to, uint32_t c, uint32_t next)
{
    static const char letter[] = "btn-fr"; /* of 8, 9, 10, 12, 13 */
    bool markup = c == '<' && (next == '/' || next == '!');

    if (c == '"' || c == '\\') {
        *to++ = '\\';
        *to++ = (uint8_t)c;
    } else if (c >= 8 && c <= 13 && c != 11) {
        *to++ = '\\';
        *to++ = (uint8_t)letter[c - 8];
    } else if (markup || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
        to = put(to, "\\u", 2);
        for (int shift = 12; shift >= 0; shift -= 4)
            *to++ = (uint8_t)hex_lower[c >> shift & 15];
    } else {
        to += utf8_encode(c, to);
    }
    return to;
}

static uint8_t *put_code(struct render_state *r, uint8_t *to, uint32_t c, uint32_t next,
                         enum render_place place)
{
    if (place == RENDER_JSON)
        return put_json(to, c, next);
    return put_xml(r, to, c, place == RENDER_ATTRIBUTE);
}

static uint32_t unit_at(const uint8_t *p, size_t i)
{
    return (uint32_t)p[2 * i] | (uint32_t)p[2 * i + 1] << 8;
}

/* The code point at unit *i, which goes behind it. A lone surrogate is U+FFFD. */
static uint32_t code_at(struct render_state *r, const uint8_t *p, size_t units, size_t *i)
{
    uint32_t c = unit_at(p, (*i)++), low;

    if (c < 0xd800 || c >= 0xe000)
        return c;
    low = c < 0xdc00 && *i < units ? unit_at(p, *i) : 0;
    if (low >= 0xdc00 && low < 0xe000) {
        ++*i;
        return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    r->replaced++;
    return REPLACEMENT;
}

#ifdef __SSE2__
/* A bit for each byte of x that is not to be copied as it is. */
__attribute__((always_inline)) static inline unsigned odd_bytes(__m128i x, enum render_place place)
{
    __m128i odd = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20)); /* and 0x80 and up: they are negative */

    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('<')));
    if (place == RENDER_JSON) {
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f)));
        return (unsigned)_mm_movemask_epi8(odd);
    }
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('>')));
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('&')));
    if (place == RENDER_ATTRIBUTE) {
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('\'')));
    }
    return (unsigned)_mm_movemask_epi8(odd);
}

/* Copies units from *i on up to the first odd one. */
__attribute__((always_inline)) static inline uint8_t *copy_plain(uint8_t *to, const uint8_t *p,
                                                                 size_t units, size_t *i,
                                                                 enum render_place place,
                                                                 bool padded)
{
    while (*i < units) {
        size_t left = units - *i;
        const uint8_t *at = p + 2 * *i;
        unsigned odd = 0x10000, n;
        __m128i x;

        if (left < 16 && !padded)
            return to;
        x = _mm_packus_epi16(_mm_loadu_si128((const __m128i *)(const void *)at),
                             _mm_loadu_si128((const __m128i *)(const void *)(at + 16)));
        odd |= odd_bytes(x, place);
        if (left < 16)
            odd |= 1u << left;
        _mm_storeu_si128((__m128i *)(void *)to, x);
        n = (unsigned)__builtin_ctz(odd);
        to += n;
        *i += n;
        if (n < 16)
            return to;
    }
    return to;
}
#else
static inline uint8_t *copy_plain(uint8_t *to, const uint8_t *p, size_t units, size_t *i,
                                  enum render_place place, bool padded)
{
    (void)p, (void)units, (void)i, (void)place, (void)padded;
    return to;
}
#endif

/* Made anew for each place and kind of memory: the test of every sixteen units depends on them. */
__attribute__((always_inline)) static inline uint8_t *utf16(struct render_state *r, uint8_t *to,
                                                            const uint8_t *p, size_t units,
                                                            enum render_place place, bool padded)
{
    size_t i = 0;

    while (i < units) {
        to = copy_plain(to, p, units, &i, place, padded);
        /* Text beyond ASCII comes in runs. */
        while (i < units) {
            uint32_t c = code_at(r, p, units, &i);

            to = put_code(r, to, c, i < units ? unit_at(p, i) : 0, place);
            if (c < 0x80 && (units - i >= 16 || padded))
                break;
        }
    }
    return to;
}

static uint8_t *text_padded(struct render_state *r, uint8_t *to, const uint8_t *p, size_t units)
{
    return utf16(r, to, p, units, RENDER_TEXT, true);
}

static uint8_t *json_padded(struct render_state *r, uint8_t *to, const uint8_t *p, size_t units)
{
    return utf16(r, to, p, units, RENDER_JSON, true);
}

/* Attributes, and what lies in other memory, are rare. */
static uint8_t *utf16_rare(struct render_state *r, uint8_t *to, const uint8_t *p, size_t units,
                           enum render_place place, bool padded)
{
    return utf16(r, to, p, units, place, padded);
}

static uint8_t *put_utf16(struct render_state *r, uint8_t *to, const struct value *v,
                          enum render_place place, bool padded)
{
    size_t units = v->n / 2;

    while (units > 0 && v->p[2 * units - 2] == 0 && v->p[2 * units - 1] == 0)
        units--;
    if (padded && place == RENDER_TEXT)
        return text_padded(r, to, v->p, units);
    if (padded && place == RENDER_JSON)
        return json_padded(r, to, v->p, units);
    return utf16_rare(r, to, v->p, units, place, padded);
}

static bool is_plain(uint8_t c, enum render_place place)
{
    if (c < 0x20 || c >= 0x7f || c == '<')
        return false;
    if (place == RENDER_JSON)
        return c != '"' && c != '\\';
    return c != '>' && c != '&' && (place == RENDER_TEXT || (c != '"' && c != '\''));
}

uint8_t *render_utf8(struct render_state *r, uint8_t *to, struct slice s, enum render_place place)
{
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t c;

        n = 1;
        if (is_plain(s.p[i], place)) {
            *to++ = s.p[i];
            continue;
        }
        c = utf8_decode(slice_sub(s, i, s.n), &n);

        r->replaced += c == REPLACEMENT && n == 1 && place != RENDER_JSON;
        to = put_code(r, to, c, i + n < s.n ? s.p[i + n] : 0, place);
    }
    return to;
}

static uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t u = 0;

    for (size_t i = n; i-- > 0;)
        u = u << 8 | p[i];
    return u;
}

static unsigned digits_of(uint64_t u)
{
    static const uint64_t power[] = { 0,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000,
                                      UINT64_C(10000000000000000000) };
    /* Bits to digits by log10(2), one too few at most. */
    unsigned about = (64 - (unsigned)__builtin_clzll(u | 1)) * 1233 >> 12;

    return about + (u >= power[about]);
}

/* From the last digit on, straight to its place: a detour over a buffer costs more than all. */
static uint8_t *put_decimal(uint8_t *to, uint64_t u)
{
    unsigned n = digits_of(u);
    uint8_t *at = to + n;

    while (u >= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (u % 100), 2);
        u /= 100;
    }
    if (u >= 10)
        memcpy(at - 2, pairs + 2 * u, 2);
    else
        at[-1] = (uint8_t)('0' + u);
    return to + n;
}

static uint8_t *put_signed(uint8_t *to, const struct value *v)
{
    uint64_t u = load(v->p, v->n), sign = UINT64_C(1) << (8 * v->n - 1);

    if (!(u & sign))
        return put_decimal(to, u);
    *to++ = '-';
    return put_decimal(to, (sign - 1 - (u & (sign - 1))) + 1);
}

static uint8_t *put_hex(uint8_t *to, uint64_t u)
{
    unsigned digits = u ? (67 - (unsigned)__builtin_clzll(u)) / 4 : 1;

    to = put(to, "0x", 2);
    for (unsigned i = digits; i-- > 0; u >>= 4)
        to[i] = (uint8_t)hex_lower[u & 15];
    return to + digits;
}

static uint8_t *put_byte(uint8_t *to, uint8_t b)
{
    to[0] = (uint8_t)hex_upper[b >> 4];
    to[1] = (uint8_t)hex_upper[b & 15];
    return to + 2;
}

/* 16 bytes as 32 digits. */
static void put_sixteen(uint8_t *to, const uint8_t *p)
{
#ifdef __SSE2__
    const __m128i low = _mm_set1_epi8(15), nine = _mm_set1_epi8(9);
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i h = _mm_and_si128(_mm_srli_epi16(x, 4), low), l = _mm_and_si128(x, low);
    __m128i half[2] = { _mm_unpacklo_epi8(h, l), _mm_unpackhi_epi8(h, l) };

    for (int i = 0; i < 2; i++) {
        __m128i letter =
            _mm_and_si128(_mm_cmpgt_epi8(half[i], nine), _mm_set1_epi8('A' - '0' - 10));

        half[i] = _mm_add_epi8(_mm_add_epi8(half[i], _mm_set1_epi8('0')), letter);
        _mm_storeu_si128((__m128i *)(void *)(to + 16 * i), half[i]);
    }
#else
    for (int i = 0; i < 16; i++)
        put_byte(to + 2 * i, p[i]);
#endif
}

static uint8_t *put_bytes(uint8_t *to, const uint8_t *p, size_t n)
{
    size_t i = 0;

    for (; i + 16 <= n; i += 16)
        put_sixteen(to + 2 * i, p + i);
    for (; i < n; i++)
        put_byte(to + 2 * i, p[i]);
    return to + 2 * n;
}

static uint8_t *put_guid(uint8_t *to, const uint8_t *p)
{
    const uint8_t order[16] = { p[3], p[2], p[1],  p[0],  p[5],  p[4],  p[7],  p[6],
                                p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15] };
    uint8_t digit[32];

    put_sixteen(digit, order);
    to[0] = '{';
    memcpy(to + 1, digit, 8);
    to[9] = '-';
    memcpy(to + 10, digit + 8, 4);
    to[14] = '-';
    memcpy(to + 15, digit + 12, 4);
    to[19] = '-';
    memcpy(to + 20, digit + 16, 4);
    to[24] = '-';
    memcpy(to + 25, digit + 20, 12);
    to[37] = '}';
    return to + 38;
}

static uint8_t *put_pair(uint8_t *to, uint32_t n)
{
    return put(to, pairs + 2 * n, 2);
}

/* Seldom a new day: its date is kept. */
static uint8_t *put_filetime(struct render_state *r, uint8_t *to, uint64_t t)
{
    uint64_t day = t / DAY_TICKS, ticks = t % DAY_TICKS;
    uint32_t second = (uint32_t)(ticks / FILETIME_SECOND),
             rest = (uint32_t)(ticks % FILETIME_SECOND);
    char text[FILETIME_TEXT];

    if (r->day != day || day == 0) {
        size_t n = filetime_iso(t, text);

        if (n != 28)
            return put(to, text, n);
        memcpy(r->date, text, 11);
        r->day = day;
    }
    memcpy(to, r->date, 16);
    to = put_pair(to + 11, second / 3600);
    *to++ = ':';
    to = put_pair(to, second / 60 % 60);
    *to++ = ':';
    to = put_pair(to, second % 60);
    *to++ = '.';
    to = put_pair(to, rest / 100000);
    to = put_pair(to, rest / 1000 % 100);
    to = put_pair(to, rest / 10 % 100);
    *to++ = (uint8_t)('0' + rest % 10);
    *to++ = 'Z';
    return to;
}

/* S-1-A-S-S...; false, and nothing written, when it is not of the usual kind. */
static bool put_sid(uint8_t **to, const struct value *v)
{
    const uint8_t *p = v->p;
    uint8_t *q = *to;

    if (v->n < 8 || p[1] > 15 || v->n < 8 + 4u * p[1] || p[2] || p[3])
        return false;
    q = put(q, "S-", 2);
    q = put_decimal(q, p[0]);
    *q++ = '-';
    q = put_decimal(q, (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7]);
    for (unsigned i = 0; i < p[1]; i++) {
        *q++ = '-';
        q = put_decimal(q, binxml_u32(p + 8 + 4 * i));
    }
    *to = q;
    return true;
}

/* Types whose text is made without an arena. False: not one of them, or of no fitting size. */
static bool put_common(struct render_state *r, uint8_t **to, const struct value *v)
{
    switch ((unsigned)v->type << 8 | (v->n < 256 ? v->n : 255)) {
    case VALUE_U8 << 8 | 1:
        *to = put_decimal(*to, v->p[0]);
        return true;
    case VALUE_U16 << 8 | 2:
        *to = put_decimal(*to, binxml_u16(v->p));
        return true;
    case VALUE_U32 << 8 | 4:
        *to = put_decimal(*to, binxml_u32(v->p));
        return true;
    case VALUE_U64 << 8 | 8:
        *to = put_decimal(*to, binxml_u64(v->p));
        return true;
    case VALUE_I8 << 8 | 1:
    case VALUE_I16 << 8 | 2:
    case VALUE_I32 << 8 | 4:
    case VALUE_I64 << 8 | 8:
        *to = put_signed(*to, v);
        return true;
    case VALUE_HEX32 << 8 | 4:
    case VALUE_SIZET << 8 | 4:
        *to = put_hex(*to, binxml_u32(v->p));
        return true;
    case VALUE_HEX64 << 8 | 8:
    case VALUE_SIZET << 8 | 8:
        *to = put_hex(*to, binxml_u64(v->p));
        return true;
    case VALUE_BOOL << 8 | 4:
        *to = binxml_u32(v->p) ? put(*to, "true", 4) : put(*to, "false", 5);
        return true;
    case VALUE_GUID << 8 | 16:
        *to = put_guid(*to, v->p);
        return true;
    case VALUE_FILETIME << 8 | 8:
        *to = put_filetime(r, *to, binxml_u64(v->p));
        return true;
    default:
        return v->type == VALUE_SID && put_sid(to, v);
    }
}

uint8_t *render_value(struct render_state *r, uint8_t *to, const struct value *v,
                      enum render_place place, bool padded)
{
    struct slice text;

    if (v->type == VALUE_UTF16)
        return put_utf16(r, to, v, place, padded);
    if (v->n == 0 || v->type == VALUE_NULL || put_common(r, &to, v))
        return to;
    if (v->type == VALUE_BINARY)
        return put_bytes(to, v->p, v->n);
    if (v->type == VALUE_UTF8)
        return render_utf8(r, to, slice_of(v->p, v->n), place);
    text = value_text(v, r->arena);
    return text.p ? render_utf8(r, to, text, place) : NULL;
}
