/* parse.c - strict numbers.
 *
 * Written out instead of strtol and friends: those skip blanks, accept signs and prefixes that
 * nobody asked for, need a terminator and look at the locale.
 * May include: base/. */
#include "base/parse.h"

#include <float.h>
#include <locale.h>

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

int parse_u64(struct slice s, uint64_t *ret)
{
    uint64_t v = 0;

    if (s.n == 0)
        return EV_ESYNTAX;
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, UINT64_C(10), &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return EV_ESYNTAX;
    *ret = v;
    return EV_OK;
}

int parse_u32(struct slice s, uint32_t *ret)
{
    uint64_t v;

    if (parse_u64(s, &v) < 0 || v > UINT32_MAX)
        return EV_ESYNTAX;
    *ret = (uint32_t)v;
    return EV_OK;
}

int parse_i64(struct slice s, int64_t *ret)
{
    bool minus = s.n && s.p[0] == '-';
    uint64_t v;

    if (s.n && (minus || s.p[0] == '+'))
        s = slice_sub(s, 1, s.n);
    if (parse_u64(s, &v) < 0 || v > (uint64_t)INT64_MAX + minus)
        return EV_ESYNTAX;
    *ret = minus ? (int64_t)(0 - v) : (int64_t)v;
    return EV_OK;
}

int parse_hex64(struct slice s, uint64_t *ret)
{
    uint64_t v = 0;

    if (s.n == 0 || s.n > 16)
        return EV_ESYNTAX;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i] | 0x20;

        if (is_digit(s.p[i]))
            v = v << 4 | (uint64_t)(s.p[i] - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        else
            return EV_ESYNTAX;
    }
    *ret = v;
    return EV_OK;
}

static bool is_hex_prefixed(struct slice s)
{
    return s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x';
}

int parse_int_any(struct slice s, int64_t *ret)
{
    uint64_t v;

    if (!is_hex_prefixed(s))
        return parse_i64(s, ret);
    if (parse_hex64(slice_sub(s, 2, s.n), &v) < 0 || v > INT64_MAX)
        return EV_ESYNTAX;
    *ret = (int64_t)v;
    return EV_OK;
}

/* Is s `[+-] digits [. digits] [e [+-] digits]`, with a digit before or after the point? */
static bool is_decimal(struct slice s)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0, exponent;

    for (; i < s.n && is_digit(s.p[i]); i++)
        digits++;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && is_digit(s.p[i]); i++)
            digits++;
    if (digits == 0)
        return false;
    if (i == s.n)
        return true;
    if ((s.p[i++] | 0x20) != 'e')
        return false;
    i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
    for (exponent = i; i < s.n && is_digit(s.p[i]); i++)
        ;
    return i > exponent && i == s.n;
}

/* No number of an event or rule is longer. */
#define DOUBLE_TEXT 400

/* The exact value where mantissa and power of ten are both exact doubles, as for all short numbers.
 * text is_decimal. */
static bool double_exact(struct slice s, double *ret)
{
    static const double power[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    bool minus = s.p[0] == '-', point = false;
    uint64_t m = 0;
    size_t digits = 0, after = 0;

    for (size_t i = minus || s.p[0] == '+'; i < s.n; i++) {
        if (s.p[i] == '.') {
            point = true;
            continue;
        }
        if (!is_digit(s.p[i]) || ++digits > 15)
            return false;
        m = m * 10 + (uint64_t)(s.p[i] - '0');
        after += point;
    }
    *ret = (double)m / power[after];
    if (minus)
        *ret = -*ret;
    return true;
}

/* By the C library, in the C locale whatever the program's is. */
static int double_library(struct slice s, double *ret)
{
    char text[DOUBLE_TEXT + 1];
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (!c_locale)
        return EV_ESYNTAX;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *ret = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return EV_OK;
}

int parse_double(struct slice s, double *ret)
{
    uint64_t v;
    double d;

    if (is_hex_prefixed(s)) {
        if (parse_hex64(slice_sub(s, 2, s.n), &v) < 0)
            return EV_ESYNTAX;
        *ret = (double)v;
        return EV_OK;
    }
    if (s.n > DOUBLE_TEXT || !is_decimal(s))
        return EV_ESYNTAX;
    if (!double_exact(s, &d) && double_library(s, &d) < 0)
        return EV_ESYNTAX;
    if (d > DBL_MAX || d < -DBL_MAX)
        return EV_ESYNTAX;
    *ret = d;
    return EV_OK;
}

int parse_size(struct slice s, uint64_t *ret)
{
    uint64_t v, scale = 1;

    if (s.n) {
        switch (s.p[s.n - 1] | 0x20) {
        case 'k':
            scale = UINT64_C(1) << 10;
            break;
        case 'm':
            scale = UINT64_C(1) << 20;
            break;
        case 'g':
            scale = UINT64_C(1) << 30;
            break;
        case 't':
            scale = UINT64_C(1) << 40;
            break;
        default:
            break;
        }
    }
    if (scale != 1)
        s.n--;
    if (parse_u64(s, &v) < 0 || __builtin_mul_overflow(v, scale, &v))
        return EV_ESYNTAX;
    *ret = v;
    return EV_OK;
}
