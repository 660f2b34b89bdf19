/* binxml_value.c - arrays item by item, and what fits where.
 * May include: base/, event/value.h, binxml.h. */
#include "evtx/binxml.h"

#include "base/utf16.h"

/* Bytes of an item; 0: strings, SIDs and what has no items. */
static uint32_t item_size(uint8_t type, uint32_t n)
{
    static const uint8_t size[] = {
        [VALUE_I8] = 1,    [VALUE_U8] = 1,       [VALUE_I16] = 2,         [VALUE_U16] = 2,
        [VALUE_I32] = 4,   [VALUE_U32] = 4,      [VALUE_I64] = 8,         [VALUE_U64] = 8,
        [VALUE_F32] = 4,   [VALUE_F64] = 8,      [VALUE_BOOL] = 4,        [VALUE_GUID] = 16,
        [VALUE_SIZET] = 8, [VALUE_FILETIME] = 8, [VALUE_SYSTEMTIME] = 16, [VALUE_HEX32] = 4,
        [VALUE_HEX64] = 8
    };

    /* The width of a pointer is not written down; what divides by 8 is nearly always 64 bit. */
    if (type == VALUE_SIZET && n % 8)
        return 4;
    return type < sizeof size ? size[type] : 0;
}

/* Length of the string at the front, without its NUL; *ret_step with it. */
static uint32_t string_size(const struct value *v, uint32_t unit, uint32_t *ret_step)
{
    uint32_t i;

    if (unit == 2)
        i = 2 * (uint32_t)utf16_length(v->p, v->n / 2);
    else
        i = (uint32_t)strnlen((const char *)v->p, v->n);
    *ret_step = i + unit <= v->n ? i + unit : v->n;
    return i + unit <= v->n ? i : v->n;
}

bool binxml_array_next(struct value *v, struct value *ret_item)
{
    uint32_t n, step;

    if (v->n == 0)
        return false;
    if (v->type == VALUE_UTF16 || v->type == VALUE_ANSI) {
        n = string_size(v, v->type == VALUE_UTF16 ? 2 : 1, &step);
    } else if (v->type == VALUE_SID) {
        n = v->n < 2 ? v->n : 8 + 4u * v->p[1];
        n = step = n < v->n ? n : v->n;
    } else {
        n = item_size(v->type, v->n);
        n = step = n && n < v->n ? n : v->n;
    }
    *ret_item = (struct value){ v->p, n, v->type };
    v->p += step;
    v->n -= step;
    return true;
}

bool binxml_value_empty(const struct value *v)
{
    if (v->type == VALUE_NULL || v->n == 0)
        return true;
    if (v->type != VALUE_UTF16 && v->type != VALUE_ANSI)
        return false;
    for (uint32_t i = 0; i < v->n; i++)
        if (v->p[i])
            return v->type == VALUE_UTF16 && v->n == 1;
    return true;
}

bool binxml_type_fits(uint8_t declared, uint8_t type)
{
    if (type == declared || type == VALUE_NULL)
        return true;
    switch (declared) {
    case VALUE_SIZET:
        return type == VALUE_HEX32 || type == VALUE_HEX64;
    case VALUE_U8:
        return type == VALUE_U16;
    case VALUE_U64:
        return type == VALUE_BINARY;
    case BINXML_TYPE_ARRAY | VALUE_U64:
    case VALUE_NULL:
        return true;
    default:
        return false;
    }
}
