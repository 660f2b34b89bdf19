/* ew_value.c - see ew_value.h. */
#include "ew_value.h"

#include "ew_text.h"

#include <stdlib.h>
#include <string.h>

/* Width 0: the size varies. */
static const struct {
    const char *name;
    uint8_t type, width;
} types[] = {
    { "str", EW_STRING, 0 },    { "esc", EW_STRING, 0 },
    { "ansi", EW_ANSI, 0 },     { "i8", EW_INT8, 1 },
    { "u8", EW_UINT8, 1 },      { "i16", EW_INT16, 2 },
    { "u16", EW_UINT16, 2 },    { "i32", EW_INT32, 4 },
    { "u32", EW_UINT32, 4 },    { "i64", EW_INT64, 8 },
    { "u64", EW_UINT64, 8 },    { "float", EW_FLOAT, 4 },
    { "double", EW_DOUBLE, 8 }, { "bool", EW_BOOL, 4 },
    { "bin", EW_BINARY, 0 },    { "guid", EW_GUID, 16 },
    { "size32", EW_SIZE, 4 },   { "size64", EW_SIZE, 8 },
    { "size", EW_SIZE, 8 },     { "filetime", EW_FILETIME, 8 },
    { "sid", EW_SID, 0 },       { "systemtime", EW_SYSTEMTIME, 16 },
    { "hex32", EW_HEX32, 4 },   { "hex64", EW_HEX64, 8 },
    { "null", EW_NULL, 0 },     { "xml", EW_XML, 0 },
    { "txml", EW_XML, 0 },
};

enum { NTYPES = sizeof types / sizeof *types };

static bool type_find(struct ew_str name, size_t *ret_i)
{
    for (size_t i = 0; i < NTYPES; i++) {
        if (ew_str_eq(name, types[i].name)) {
            *ret_i = i;
            return true;
        }
    }
    return false;
}

static bool encode_real(struct ew_str s, unsigned width, struct ew_buf *out)
{
    char text[64], *end;
    double d;
    float f;

    if (s.n >= sizeof text || s.n == 0)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    d = strtod(text, &end);
    f = (float)d;
    if (width == 4)
        ew_buf_put(out, &f, 4);
    else
        ew_buf_put(out, &d, 8);
    return *end == '\0';
}

static bool encode_time(uint8_t type, struct ew_str s, struct ew_buf *out)
{
    uint64_t t;
    uint8_t st[16];

    if (!ew_text_time(s, &t))
        return false;
    if (type == EW_FILETIME) {
        ew_buf_int(out, t, 8);
        return true;
    }
    ew_text_systemtime(t, st);
    ew_buf_put(out, st, sizeof st);
    return true;
}

static bool encode_int(struct ew_str s, unsigned width, struct ew_buf *out)
{
    uint64_t v;

    if (!ew_text_int(s, &v))
        return false;
    ew_buf_int(out, v, width);
    return true;
}

static bool encode_text(size_t row, struct ew_str s, struct ew_buf *out)
{
    struct ew_buf plain = { 0 };
    bool ok;

    if (!ew_str_eq(ew_str(types[row].name), "esc")) {
        ew_text_utf16(s, out);
        return true;
    }
    ok = ew_text_unescape(s, &plain);
    if (ok)
        ew_text_utf16((struct ew_str){ (char *)plain.p, plain.n }, out);
    ew_buf_release(&plain);
    return ok;
}

static bool encode_guid(struct ew_str s, struct ew_buf *out)
{
    uint8_t guid[16];

    if (!ew_text_guid(s, guid))
        return false;
    ew_buf_put(out, guid, sizeof guid);
    return true;
}

static bool encode_null(struct ew_str s, struct ew_buf *out)
{
    uint64_t n = 0;

    if (s.n > 0 && (!ew_text_int(s, &n) || n > 0xffff))
        return false;
    ew_buf_fill(out, 0, n);
    return true;
}

static bool encode(size_t row, struct ew_str s, struct ew_buf *out)
{
    switch (types[row].type) {
    case EW_NULL:
        return encode_null(s, out);
    case EW_STRING:
        return encode_text(row, s, out);
    case EW_ANSI:
        return ew_text_unescape(s, out);
    case EW_FLOAT:
    case EW_DOUBLE:
        return encode_real(s, types[row].width, out);
    case EW_BOOL:
        ew_buf_int(out, ew_str_eq(s, "true"), 4);
        return ew_str_eq(s, "true") || ew_str_eq(s, "false");
    case EW_BINARY:
        return ew_text_hex(s, out);
    case EW_GUID:
        return encode_guid(s, out);
    case EW_FILETIME:
    case EW_SYSTEMTIME:
        return encode_time(types[row].type, s, out);
    case EW_SID:
        return ew_text_sid(s, out);
    case EW_XML:
        return true;
    default:
        return encode_int(s, types[row].width, out);
    }
}

static bool encode_array(size_t row, struct ew_str s, struct ew_buf *out)
{
    size_t from = 0;

    if (s.n == 0)
        return true;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '|')
            continue;
        if (!encode(row, (struct ew_str){ s.p + from, i - from }, out))
            return false;
        if (types[row].type == EW_STRING || types[row].type == EW_ANSI)
            ew_buf_fill(out, 0, types[row].type == EW_STRING ? 2 : 1);
        from = i + 1;
    }
    return true;
}

static size_t split(struct ew_str s, char at, struct ew_str *ret_tail)
{
    size_t i = 0;

    while (i < s.n && s.p[i] != at)
        i++;
    *ret_tail = i < s.n ? (struct ew_str){ s.p + i + 1, s.n - i - 1 } : (struct ew_str){ NULL, 0 };
    return i;
}

/* A type by name or 0xNN; row is NTYPES for a number. */
static bool parse_type(struct ew_str s, uint8_t *ret_type, size_t *ret_row)
{
    uint64_t number;
    uint8_t array = 0;

    if (s.n > 2 && s.p[s.n - 1] == ']' && s.p[s.n - 2] == '[') {
        array = EW_ARRAY;
        s.n -= 2;
    }
    if (type_find(s, ret_row)) {
        *ret_type = types[*ret_row].type | array;
        return true;
    }
    *ret_row = NTYPES;
    if (s.n < 3 || s.p[1] != 'x' || !ew_text_int(s, &number) || number > 0xff)
        return false;
    *ret_type = (uint8_t)number;
    return true;
}

bool ew_value_parse(struct ew_arena *a, struct ew_str type, struct ew_str text,
                    struct ew_value *ret_v)
{
    struct ew_value v = { 0 };
    struct ew_buf bytes = { 0 };
    struct ew_str declared;
    size_t row, ignored;
    bool ok;

    type.n = split(type, '/', &declared);
    if (type.n > 0 && type.p[type.n - 1] == '?') {
        v.optional = true;
        type.n--;
    }
    if (type.n == 0)
        type = ew_str("str");
    if (!parse_type(type, &v.type, &row))
        return false;
    v.declared = v.type == EW_NULL ? EW_STRING : v.type;
    if (declared.n > 0 && !parse_type(declared, &v.declared, &ignored))
        return false;
    if (row == NTYPES)
        ok = ew_text_hex(text, &bytes);
    else if (v.type & EW_ARRAY)
        ok = encode_array(row, text, &bytes);
    else
        ok = encode(row, text, &bytes);
    v.xml_template = ew_str_eq(type, "txml");
    v.bytes = ew_arena_copy(a, (struct ew_str){ (char *)bytes.p, bytes.n });
    ew_buf_release(&bytes);
    if (ok)
        *ret_v = v;
    return ok;
}

static unsigned width_of(uint8_t type, struct ew_str bytes)
{
    if (type == EW_SIZE)
        return bytes.n % 8 == 0 ? 8 : 4;
    for (size_t i = 0; i < NTYPES; i++) {
        if (types[i].type == type)
            return types[i].width;
    }
    return 0;
}

/* Length of the item that begins at `at`; *ret_next is where the next begins. */
static size_t item_at(const struct ew_value *v, size_t at, size_t *ret_next)
{
    uint8_t type = v->type & 0x7f;
    const uint8_t *p = (const uint8_t *)v->bytes.p;
    size_t n = v->bytes.n, unit = type == EW_STRING ? 2 : 1, i = at;

    if (type == EW_SID) {
        *ret_next = at + 2 <= n ? at + 8 + 4 * (size_t)p[at + 1] : n;
        return *ret_next - at;
    }
    if (type != EW_STRING && type != EW_ANSI) {
        /* Binary has no length of its own inside an array: the rest is one item. */
        const size_t width = width_of(type, v->bytes);
        *ret_next = width ? at + width : n;
        return *ret_next - at;
    }
    while (i + unit <= n && ew_peek(p + i, (unsigned)unit) != 0)
        i += unit;
    *ret_next = i + unit;
    return i - at;
}

size_t ew_value_items(const struct ew_value *v)
{
    size_t count = 0, at = 0;

    if (!(v->type & EW_ARRAY))
        return 1;
    for (; at < v->bytes.n; count++)
        item_at(v, at, &at);
    return count;
}

static void text_of_int(uint8_t type, uint64_t u, unsigned width, struct ew_buf *out)
{
    int64_t sign = width < 8 ? (int64_t)1 << (8 * width - 1) : 0;
    int64_t i = (int64_t)u;

    if (type == EW_SIZE || type == EW_HEX32 || type == EW_HEX64)
        ew_buf_printf(out, "0x%llx", (unsigned long long)u);
    else if (type % 2 == 0)
        ew_buf_printf(out, "%llu", (unsigned long long)u);
    else
        ew_buf_printf(out, "%lld", (long long)(width < 8 && (i & sign) ? i - 2 * sign : i));
}

static void text_of_real(const uint8_t *p, unsigned width, struct ew_buf *out)
{
    float f = 0;
    double d = 0;

    if (width == 4) {
        memcpy(&f, p, 4);
        ew_buf_printf(out, "%.9g", (double)f);
    } else {
        memcpy(&d, p, 8);
        ew_buf_printf(out, "%.17g", d);
    }
}

static void text_of_ansi(const uint8_t *p, size_t n, struct ew_buf *out)
{
    struct ew_buf wide = { 0 };

    for (size_t i = 0; i < n && p[i] != 0; i++)
        ew_buf_int(&wide, p[i], 2);
    ew_text_utf8(wide.p, wide.n, out);
    ew_buf_release(&wide);
}

static void text_of(uint8_t type, const uint8_t *p, size_t n, struct ew_buf *out)
{
    switch (type) {
    case EW_NULL:
    case EW_XML:
        return;
    case EW_STRING:
        ew_text_utf8(p, n, out);
        return;
    case EW_ANSI:
        text_of_ansi(p, n, out);
        return;
    case EW_FLOAT:
    case EW_DOUBLE:
        text_of_real(p, (unsigned)n, out);
        return;
    case EW_BOOL:
        ew_buf_text(out, ew_peek(p, 4) != 0 ? "true" : "false");
        return;
    case EW_GUID:
        ew_text_put_guid(out, p);
        return;
    case EW_FILETIME:
        ew_text_put_time(out, ew_peek(p, 8), 7, true);
        return;
    case EW_SYSTEMTIME:
        ew_text_put_time(out, ew_text_from_systemtime(p), 3, true);
        return;
    case EW_SID:
        ew_text_put_sid(out, p, n);
        return;
    default:
        break;
    }
    if (type == EW_BINARY || type > EW_HEX64) {
        for (size_t i = 0; i < n; i++)
            ew_buf_printf(out, "%02X", p[i]);
    } else {
        text_of_int(type, ew_peek(p, (unsigned)n), (unsigned)n, out);
    }
}

void ew_value_text(const struct ew_value *v, size_t item, struct ew_buf *out)
{
    size_t at = 0, next = 0, n = v->bytes.n;

    if (v->type & EW_ARRAY) {
        for (size_t i = 0; i < item && at < v->bytes.n; i++)
            item_at(v, at, &at);
        if (at >= v->bytes.n)
            return;
        n = item_at(v, at, &next);
    }
    text_of(v->type & 0x7f, (const uint8_t *)v->bytes.p + at, n, out);
}

void ew_value_type_name(const struct ew_value *v, struct ew_buf *out)
{
    uint8_t type = v->type & 0x7f;

    for (size_t i = 0; i < NTYPES; i++) {
        if (types[i].type == type) {
            ew_buf_printf(out, "%s%s", types[i].name, v->type & EW_ARRAY ? "[]" : "");
            return;
        }
    }
    ew_buf_printf(out, "0x%02x", v->type);
}
