/* render_name.c - names of a log as names that XML allows.
 * May include: base/, binxml.h. */
#include "evtx/render_name.h"

#include "base/utf16.h"

/* Letters beyond ASCII that every edition of XML 1.0 allows: programs of today follow the fourth or the
 * fifth (Appendix B of the fourth, production 4 of the fifth). Ideographs and Hangul follow below. */
static const struct {
    uint32_t from, to;
} start[] = { { 0xc0, 0xd6 },     { 0xd8, 0xf6 },    { 0xf8, 0x131 },  { 0x134, 0x13e },
              { 0x141, 0x148 },   { 0x14a, 0x17e },  { 0x391, 0x3a1 }, { 0x3a3, 0x3ce },
              { 0x401, 0x40c },   { 0x40e, 0x44f },  { 0x451, 0x45c }, { 0x5d0, 0x5ea },
              { 0x3041, 0x3094 }, { 0x30a1, 0x30fa } };

static inline bool starts_name(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    /* Most of the characters of an attacker's long and random names: without a branch to mispredict. */
    if (c > start[sizeof start / sizeof *start - 1].to)
        return (c - 0x4e00 <= 0x9fa5 - 0x4e00) | (c - 0xac00 <= 0xd7a3 - 0xac00);
    for (size_t i = 0; i < sizeof start / sizeof *start; i++)
        if (c >= start[i].from && c <= start[i].to)
            return true;
    return false;
}

static inline bool in_name(uint32_t c)
{
    return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 0xb7;
}

static inline uint32_t unit_at(struct binxml_name name, uint32_t i)
{
    return i < name.units ? binxml_u16(name.p + 2 * i) : 0;
}

/* Letters, and what may stand behind the first one. */
static const uint8_t plain[128] = { ['-'] = 2,         ['.'] = 2, ['0' ... '9'] = 2,
                                    ['A' ... 'Z'] = 3, ['_'] = 3, ['a' ... 'z'] = 3 };

/* The usual name; false, and nothing written, when it is none. */
static bool put_plain(struct binxml_name name, struct buf *out)
{
    uint8_t *to = buf_reserve(out, name.units), need = 1;

    if (!to || name.units == 0)
        return false;
    for (uint32_t i = 0; i < name.units; i++, need = 2) {
        uint32_t c = binxml_u16(name.p + 2 * i);

        if (c >= 128 || !(plain[c] & need))
            return false;
        to[i] = (uint8_t)c;
    }
    out->n += name.units;
    return true;
}

/* One colon may stand in a name, between two names. More are no fault to XML itself, but libxml2 does
 * not find the end tag of some. */
static bool is_prefix(struct binxml_name name, uint32_t i, bool seen)
{
    uint32_t c = unit_at(name, i + 1), low = unit_at(name, i + 2);

    if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000)
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    return i > 0 && !seen && starts_name(c);
}

uint64_t render_name(struct binxml_name name, struct buf *out)
{
    uint64_t replaced = 0;
    bool first = true, colon = false;
    uint8_t piece[256];
    size_t n = 0;

    if (put_plain(name, out))
        return 0;
    if (name.units == 0) {
        buf_byte(out, '_');
        return 1;
    }
    for (uint32_t i = 0; i < name.units; i++, first = false) {
        uint32_t c = unit_at(name, i), low = unit_at(name, i + 1);

        if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i++;
        }
        if (c == ':' && is_prefix(name, i, colon)) {
            colon = true;
        } else if (!(first ? starts_name(c) : in_name(c))) {
            c = '_';
            replaced++;
        }
        if (c < 0x80)
            piece[n++] = (uint8_t)c;
        else
            n += utf8_encode(c, piece + n);
        if (n > sizeof piece - 4) {
            buf_put(out, piece, n);
            n = 0;
        }
    }
    buf_put(out, piece, n);
    return replaced;
}
