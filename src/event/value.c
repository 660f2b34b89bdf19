/* value.c - numbers and times of event values.
 * May include base/ only. */
#include "event/value_load.h"

#include "base/filetime.h"
#include "base/parse.h"
#include "base/utf16.h"

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
    if (step == 2)
        return utf16_ascii(v->p, n, b) == n ? n : SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (v->p[i] >= 0x80)
            return SIZE_MAX;
        b[i] = v->p[i];
    }
    return n;
}

/* Is it a size that values of this integer type have? */
static bool value_size_fits(const struct value *v)
{
    static const uint8_t size[] = {
        [VALUE_I8] = 1,  [VALUE_U8] = 1,  [VALUE_I16] = 2, [VALUE_U16] = 2,   [VALUE_I32] = 4,
        [VALUE_U32] = 4, [VALUE_I64] = 8, [VALUE_U64] = 8, [VALUE_HEX32] = 4, [VALUE_HEX64] = 8
    };

    return v->type == VALUE_SIZET ? v->n == 4 || v->n == 8 : v->n == size[v->type];
}

int value_u64(const struct value *v, uint64_t *ret)
{
    uint8_t b[32];

    switch (v->type) {
    case VALUE_I8:
    case VALUE_I16:
    case VALUE_I32:
    case VALUE_I64:
        if (!v->n || !value_size_fits(v) || load_signed(v->p, v->n) < 0)
            return EV_ESYNTAX;
        break;
    case VALUE_U8:
    case VALUE_U16:
    case VALUE_U32:
    case VALUE_U64:
    case VALUE_SIZET:
    case VALUE_HEX32:
    case VALUE_HEX64:
        if (!v->n || !value_size_fits(v))
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
    *ret = load_unsigned(v->p, v->n);
    return EV_OK;
}

static int systemtime_filetime(const uint8_t *p, uint64_t *ret)
{
    uint16_t part[8];
    struct civil c;

    for (size_t i = 0; i < 8; i++)
        part[i] = (uint16_t)load_unsigned(p + 2 * i, 2);
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
        *ret = load_unsigned(v->p, 8);
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
