/* ynode.c - see ynode.h. The number forms are those of YAML 1.1 as PyYAML reads them. */
#include "rule/ynode.h"

#include "base/escape.h"
#include "base/parse.h"

struct word {
    const char *text;
    uint8_t type;
    bool boolean;
};

/* Each in lower case; also accepted Capitalised and in UPPER case, but not mixed. */
static const struct word words[] = {
    { "null", YTYPE_NULL, false }, { "true", YTYPE_BOOL, true }, { "false", YTYPE_BOOL, false },
    { "yes", YTYPE_BOOL, true },   { "no", YTYPE_BOOL, false },  { "on", YTYPE_BOOL, true },
    { "off", YTYPE_BOOL, false },
};

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* lower, Capitalised or UPPER; nothing else. */
static bool one_case(struct slice s)
{
    bool lower = true, upper = true;
    for (size_t i = 1; i < s.n; i++) {
        lower = lower && is_lower(s.p[i]);
        upper = upper && is_upper(s.p[i]);
    }
    return lower || (upper && is_upper(s.p[0]));
}

static bool resolve_word(struct ynode *n)
{
    struct slice s = n->text;
    if (s.n < 2 || s.n > 5 || !one_case(s))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!slice_eq_nocase(s, slice_str(words[i].text)))
            continue;
        n->type = words[i].type;
        n->boolean = words[i].boolean;
        return true;
    }
    return false;
}

static int digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Digits of a base with underscores between them, into *ret. False when one is no digit or the
 * number is too large for an int64_t (it then stays text, which compares as well). */
static bool read_digits(struct slice s, int base, bool negative, int64_t *ret)
{
    int64_t v = 0;
    bool any = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '_')
            continue;
        int d = digit_of(s.p[i]);
        if (d >= base || __builtin_mul_overflow(v, base, &v) ||
            __builtin_sub_overflow(v, d, &v)) /* downwards, so that INT64_MIN fits */
            return false;
        any = true;
    }
    if (!any || (!negative && __builtin_sub_overflow((int64_t)0, v, &v)))
        return false;
    *ret = v;
    return true;
}

static bool resolve_int(struct ynode *n)
{
    struct slice s = n->text;
    bool negative = s.p[0] == '-';
    if (negative || s.p[0] == '+')
        s = slice_sub(s, 1, s.n);
    int base = 10;
    if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'b')) {
        base = s.p[1] == 'x' ? 16 : 2;
        s = slice_sub(s, 2, s.n);
    } else if (s.n > 1 && s.p[0] == '0') {
        base = 8;
    } else if (s.n == 0 || s.p[0] == '_') {
        return false;
    }
    if (!read_digits(s, base, negative, &n->u.integer))
        return false;
    n->type = YTYPE_INT;
    return true;
}

/* A dot is needed, and a sign in the exponent; 1e3 and 1.2.3 are text. */
static bool resolve_float(struct ynode *n)
{
    char digits[64];
    size_t len = 0;
    struct slice s = n->text;
    if (s.n > sizeof digits || slice_find_byte(s, '.') == SIZE_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool exponent = c == 'e' || c == 'E';
        if (exponent && (i + 1 == s.n || (s.p[i + 1] != '+' && s.p[i + 1] != '-')))
            return false;
        if (c != '_')
            digits[len++] = (char)c;
    }
    if (parse_double(slice_of(digits, len), &n->u.number) < 0)
        return false;
    n->type = YTYPE_FLOAT;
    return true;
}

void ynode_resolve(struct ynode *n)
{
    struct slice s = n->text;
    n->type = YTYPE_TEXT;
    if (s.n == 0 || (s.n == 1 && s.p[0] == '~')) {
        n->type = YTYPE_NULL;
        return;
    }
    uint8_t c = s.p[0];
    if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') {
        if (!resolve_int(n))
            (void)resolve_float(n);
        return;
    }
    (void)resolve_word(n);
}

const struct ynode *ynode_get(const struct ynode *map, const char *key)
{
    if (map == NULL || map->kind != YNODE_MAP)
        return NULL;
    struct slice want = slice_str(key);
    for (const struct ynode *k = map->first; k != NULL; k = ynode_after(k))
        if (slice_eq(k->text, want))
            return k->next;
    return NULL;
}

void ynode_place(const struct ynode *n, size_t at, uint32_t *ret_line, uint32_t *ret_column)
{
    *ret_line = n->line;
    *ret_column = n->column;
    if (n->kind != YNODE_SCALAR || !n->one_line)
        return;
    uint32_t column = n->column + n->lead;
    for (size_t i = 0; i < at && i < n->text.n; i++)
        column += (n->text.p[i] & 0xc0) != 0x80; /* columns count characters */
    *ret_column = column;
}

const char *ynode_what(const struct ynode *n)
{
    static const char *const types[] = { "text", "null", "a boolean", "a number", "a number" };
    if (n->kind == YNODE_LIST)
        return "a list";
    return n->kind == YNODE_MAP ? "a map" : types[n->type];
}

/* A plain scalar may stand as it is when it is typed; text is always quoted. */
static void flow_scalar(const struct ynode *n, struct buf *out)
{
    if (n->type == YTYPE_TEXT)
        escape_json_string(n->text, out);
    else if (n->type == YTYPE_NULL)
        buf_str(out, "null");
    else
        buf_slice(out, n->text);
}

void ynode_flow(const struct ynode *n, struct buf *out)
{
    if (n->kind == YNODE_SCALAR) {
        flow_scalar(n, out);
        return;
    }
    buf_byte(out, n->kind == YNODE_MAP ? '{' : '[');
    for (const struct ynode *i = n->first; i != NULL && !out->full; i = i->next) {
        if (i != n->first)
            buf_str(out, ", ");
        if (n->kind == YNODE_MAP) {
            escape_json_string(i->text, out);
            buf_str(out, ": ");
            i = i->next;
        }
        ynode_flow(i, out);
    }
    buf_byte(out, n->kind == YNODE_MAP ? '}' : ']');
}
