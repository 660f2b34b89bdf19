/* render_string.c - text of a log, escaped while it becomes UTF-8.
 * May include: base/, binxml.h. */
#include "evtx/render_string.h"

#include "base/plain.h"
#include "base/utf16.h"

#define REPLACEMENT 0xfffdu

static const char hex[] = "0123456789abcdef";

/* What JSON writes behind a backslash. */
static const uint8_t letter[128] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'
};

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
    bool markup = c == '<' && (next == '/' || next == '!');

    if (c < 128 && letter[c]) {
        *to++ = '\\';
        *to++ = letter[c];
    } else if (markup || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
        to = put(to, "\\u", 2);
        for (int shift = 12; shift >= 0; shift -= 4)
            *to++ = (uint8_t)hex[c >> shift & 15];
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
__attribute__((always_inline)) static inline __m128i load16(const uint8_t *p)
{
    return _mm_packus_epi16(_mm_loadu_si128((const __m128i *)(const void *)p),
                            _mm_loadu_si128((const __m128i *)(const void *)(p + 16)));
}

/* The units at p, of which `odd` tells those that are not to be copied; the first has been stored with
 * all behind it. Paths are full of backslashes: what follows one is stored anew, without another
 * look at it. *took: units up to one that is for put_code, or all. */
__attribute__((always_inline)) static inline uint8_t *
short_escapes(uint8_t *to, const uint8_t *p, unsigned odd, size_t most, size_t *took)
{
    size_t done = 0;

    for (; odd; odd &= odd - 1) {
        size_t k = (unsigned)__builtin_ctz(odd);
        uint32_t c = unit_at(p, k);

        to += k - done;
        done = k;
        if (c >= 128 || !letter[c])
            break;
        to[0] = '\\';
        to[1] = letter[c];
        to += 2;
        done = k + 1;
        _mm_storeu_si128((__m128i *)(void *)to, load16(p + 2 * done));
    }
    *took = odd ? done : most;
    return odd ? to : to + (most - done);
}

/* Copies the units at p up to one that is for put_code, in whole blocks; padded: 32 bytes behind
 * them may be read. */
__attribute__((always_inline)) static inline uint8_t *put_blocks(uint8_t *to, const uint8_t *p,
                                                                 size_t units, size_t *took,
                                                                 enum render_place place,
                                                                 bool padded)
{
    const enum plain_target target = place == RENDER_JSON   ? PLAIN_JSON
                                     : place == RENDER_TEXT ? PLAIN_XML_TEXT
                                                            : PLAIN_XML_ATTRIBUTE;
    size_t i = 0;

    while (i < units && (padded || units - i >= 16)) {
        size_t most = units - i < 16 ? units - i : 16, n = most;
        __m128i x = load16(p + 2 * i);
        unsigned odd = plain_odd(x, target);

        _mm_storeu_si128((__m128i *)(void *)to, x);
        odd &= (1u << most) - 1;
        if (!odd)
            to += most;
        else if (place == RENDER_JSON && padded)
            to = short_escapes(to, p + 2 * i, odd, most, &n);
        else
            to += n = (unsigned)__builtin_ctz(odd);
        i += n;
        if (n < most)
            break;
    }
    *took = i;
    return to;
}
#else
static inline uint8_t *put_blocks(uint8_t *to, const uint8_t *p, size_t units, size_t *took,
                                  enum render_place place, bool padded)
{
    (void)p, (void)units, (void)place, (void)padded;
    *took = 0;
    return to;
}
#endif

/* Made anew for each place and kind of memory: the test of every sixteen units depends on them. */
__attribute__((always_inline)) static inline uint8_t *utf16(struct render_state *r, uint8_t *to,
                                                            const uint8_t *p, size_t units,
                                                            enum render_place place, bool padded)
{
    size_t i = 0;

    while (units > 0 && p[2 * units - 2] == 0 && p[2 * units - 1] == 0)
        units--;
    while (i < units) {
        size_t took;

        to = put_blocks(to, p + 2 * i, units - i, &took, place, padded);
        i += took;
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

static __attribute__((noinline)) uint8_t *text_slow(struct render_state *r, uint8_t *to,
                                                    const uint8_t *p, size_t units)
{
    return utf16(r, to, p, units, RENDER_TEXT, true);
}

static __attribute__((noinline)) uint8_t *attribute_slow(struct render_state *r, uint8_t *to,
                                                         const uint8_t *p, size_t units)
{
    return utf16(r, to, p, units, RENDER_ATTRIBUTE, true);
}

static __attribute__((noinline)) uint8_t *json_slow(struct render_state *r, uint8_t *to,
                                                    const uint8_t *p, size_t units)
{
    return utf16(r, to, p, units, RENDER_JSON, true);
}

typedef uint8_t *slow_fn(struct render_state *r, uint8_t *to, const uint8_t *p, size_t units);

/* As long as there is nothing to escape: no calls, so nothing to save for them. */
__attribute__((always_inline)) static inline uint8_t *quick(struct render_state *r, uint8_t *to,
                                                            const uint8_t *p, size_t n,
                                                            enum plain_target target, slow_fn *slow)
{
    size_t units = n / 2;

#ifdef __SSE2__
    __m128i x;

    while (units > 0 && !(p[2 * units - 2] | p[2 * units - 1]))
        units--;
    if (units == 0)
        return to;
    for (; units >= 16; units -= 16, p += 32, to += 16) {
        x = load16(p);
        if (plain_odd(x, target))
            return slow(r, to, p, units);
        _mm_storeu_si128((__m128i *)(void *)to, x);
    }
    x = load16(p);
    if (plain_odd(x, target) & ((1u << units) - 1))
        return slow(r, to, p, units);
    _mm_storeu_si128((__m128i *)(void *)to, x);
    return to + units;
#else
    (void)target;
    return slow(r, to, p, units);
#endif
}

uint8_t *render_utf16_text(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n)
{
    return quick(r, to, p, n, PLAIN_XML_TEXT, text_slow);
}

uint8_t *render_utf16_attribute(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n)
{
    return quick(r, to, p, n, PLAIN_XML_ATTRIBUTE, attribute_slow);
}

uint8_t *render_utf16_json(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n)
{
    return quick(r, to, p, n, PLAIN_JSON, json_slow);
}

uint8_t *render_utf16(struct render_state *r, uint8_t *to, const uint8_t *p, size_t n,
                      enum render_place place)
{
    return utf16(r, to, p, n / 2, place, false);
}

/* Copies what may pass at the front of s. */
__attribute__((always_inline)) static inline uint8_t *
put_plain(uint8_t *to, struct slice s, size_t *took, enum plain_target target)
{
    *took = plain_run(s.p, s.n, target);
    memcpy(to, s.p, *took);
    return to + *took;
}

uint8_t *render_utf8(struct render_state *r, uint8_t *to, struct slice s, enum render_place place)
{
    for (;;) {
        size_t n;
        uint32_t c;

        if (s.n == 0)
            return to;
        to = place == RENDER_JSON   ? put_plain(to, s, &n, PLAIN_JSON)
             : place == RENDER_TEXT ? put_plain(to, s, &n, PLAIN_XML_TEXT)
                                    : put_plain(to, s, &n, PLAIN_XML_ATTRIBUTE);
        s = slice_sub(s, n, s.n);
        if (s.n == 0)
            return to;
        c = utf8_decode(s, &n);
        r->replaced += c == REPLACEMENT && n == 1 && place != RENDER_JSON;
        to = put_code(r, to, c, n < s.n ? s.p[n] : 0, place);
        s = slice_sub(s, n, s.n);
    }
}
