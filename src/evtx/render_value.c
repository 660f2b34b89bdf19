/* render_value.c - text of values, escaped while it is made.
 * May include: base/, event/value.h, this folder. */
#include "evtx/render_value.h"

#include "evtx/render_string.h"

static uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t u = 0;

    for (size_t i = n; i-- > 0;)
        u = u << 8 | p[i];
    return u;
}

static uint8_t *put_bytes(uint8_t *to, const uint8_t *p, size_t n)
{
    size_t i = 0;

    for (; i + 16 <= n; i += 16)
        hex_put16(to + 2 * i, p + i, 'A');
    for (; i < n; i++) {
        to[2 * i] = (uint8_t) "0123456789ABCDEF"[p[i] >> 4];
        to[2 * i + 1] = (uint8_t) "0123456789ABCDEF"[p[i] & 15];
    }
    return to + 2 * n;
}

/* Types whose text is made without an arena. False: not one of them, or of no fitting size. */
static bool put_common(struct render_state *r, uint8_t **to, const struct value *v)
{
    uint8_t *end;

    switch ((unsigned)v->type << 8 | (v->n < 256 ? v->n : 255)) {
    case VALUE_U8 << 8 | 1:
        *to = render_decimal(*to, v->p[0]);
        return true;
    case VALUE_U16 << 8 | 2:
        *to = render_decimal(*to, binxml_u16(v->p));
        return true;
    case VALUE_U32 << 8 | 4:
        *to = render_decimal(*to, binxml_u32(v->p));
        return true;
    case VALUE_U64 << 8 | 8:
        *to = render_decimal(*to, binxml_u64(v->p));
        return true;
    case VALUE_I8 << 8 | 1:
    case VALUE_I16 << 8 | 2:
    case VALUE_I32 << 8 | 4:
    case VALUE_I64 << 8 | 8:
        *to = render_signed(*to, load(v->p, v->n), v->n);
        return true;
    case VALUE_HEX32 << 8 | 4:
    case VALUE_SIZET << 8 | 4:
        *to = render_hex(*to, binxml_u32(v->p));
        return true;
    case VALUE_HEX64 << 8 | 8:
    case VALUE_SIZET << 8 | 8:
        *to = render_hex(*to, binxml_u64(v->p));
        return true;
    case VALUE_BOOL << 8 | 4:
        *to = render_bool(*to, binxml_u32(v->p));
        return true;
    case VALUE_GUID << 8 | 16:
        *to = hex_guid(*to, v->p);
        return true;
    case VALUE_FILETIME << 8 | 8:
        *to = render_filetime(&r->clock, *to, binxml_u64(v->p));
        return true;
    default:
        if (v->type != VALUE_SID || !(end = render_sid(r->sid, *to, v->p, v->n)))
            return false;
        *to = end;
        return true;
    }
}

uint8_t *render_value(struct render_state *r, uint8_t *to, const struct value *v,
                      enum render_place place, bool padded)
{
    struct slice text;

    if (v->type == VALUE_UTF16) {
        if (!padded)
            return render_utf16(r, to, v->p, v->n, place);
        return place == RENDER_TEXT   ? render_utf16_text(r, to, v->p, v->n)
               : place == RENDER_JSON ? render_utf16_json(r, to, v->p, v->n)
                                      : render_utf16_attribute(r, to, v->p, v->n);
    }
    if (v->n == 0 || v->type == VALUE_NULL || put_common(r, &to, v))
        return to;
    if (v->type == VALUE_BINARY)
        return put_bytes(to, v->p, v->n);
    if (v->type == VALUE_UTF8)
        return render_utf8(r, to, slice_of(v->p, v->n), place);
    text = value_text(v, r->arena);
    return text.p ? render_utf8(r, to, text, place) : NULL;
}
