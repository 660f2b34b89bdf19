/* render_name.c - names of a log as names that XML allows.
 * May include: base/, binxml.h. */
#include "evtx/render_name.h"

#include "base/utf16.h"

/* XML 1.0, fifth edition, production 4, beyond ASCII. */
static const struct {
    uint32_t from, to;
} start[] = { { 0xc0, 0xd6 },     { 0xd8, 0xf6 },     { 0xf8, 0x2ff },    { 0x370, 0x37d },
              { 0x37f, 0x1fff },  { 0x200c, 0x200d }, { 0x2070, 0x218f }, { 0x2c00, 0x2fef },
              { 0x3001, 0xd7ff }, { 0xf900, 0xfdcf }, { 0xfdf0, 0xfffc }, { 0x10000, 0xeffff } };

static bool starts_name(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    for (size_t i = 0; i < sizeof start / sizeof *start; i++)
        if (c >= start[i].from && c <= start[i].to)
            return true;
    return false;
}

static bool in_name(uint32_t c)
{
    return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 0xb7 ||
           (c >= 0x300 && c <= 0x36f) || c == 0x203f || c == 0x2040;
}

static uint32_t unit_at(struct binxml_name name, uint32_t i)
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
    uint8_t utf8[4];

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
        buf_put(out, utf8, utf8_encode(c, utf8));
    }
    return replaced;
}
