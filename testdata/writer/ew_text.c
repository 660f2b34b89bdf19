/* ew_text.c - see ew_text.h. */
#include "ew_text.h"

#include <string.h>

enum { TICKS = 10000000, DAY = 86400 };

static int digit(char c, int base)
{
    int v = -1;

    if (c >= '0' && c <= '9')
        v = c - '0';
    else if (c >= 'a' && c <= 'f')
        v = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
        v = c - 'A' + 10;
    return v < base ? v : -1;
}

bool ew_text_int(struct ew_str s, uint64_t *ret_v)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = negative ? 1 : 0;
    int base = 10;
    uint64_t v = 0;

    if (s.n >= i + 2 && s.p[i] == '0' && (s.p[i + 1] == 'x' || s.p[i + 1] == 'X')) {
        base = 16;
        i += 2;
    }
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        int d = digit(s.p[i], base);

        if (d < 0)
            return false;
        v = v * (uint64_t)base + (uint64_t)d;
    }
    *ret_v = negative ? 0 - v : v;
    return true;
}

/* Days from 1601-01-01 to the given date of the Gregorian calendar. */
static int64_t days_from_date(int64_t y, int64_t m, int64_t d)
{
    int64_t year = m <= 2 ? y - 1 : y;
    int64_t era = year / 400, in_era = year - era * 400;
    int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + day - 584694;
}

static void date_from_days(int64_t days, int64_t ret_ymd[3])
{
    int64_t z = days + 584694;
    int64_t era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t m = mp < 10 ? mp + 3 : mp - 9;

    ret_ymd[0] = yoe + era * 400 + (m <= 2 ? 1 : 0);
    ret_ymd[1] = m;
    ret_ymd[2] = doy - (153 * mp + 2) / 5 + 1;
}

static bool number_at(struct ew_str s, size_t at, size_t len, int64_t *ret_v)
{
    int64_t v = 0;

    if (at + len > s.n)
        return false;
    for (size_t i = at; i < at + len; i++) {
        int d = digit(s.p[i], 10);

        if (d < 0)
            return false;
        v = v * 10 + d;
    }
    *ret_v = v;
    return true;
}

bool ew_text_time(struct ew_str s, uint64_t *ret_filetime)
{
    static const struct {
        size_t at, len;
    } part[6] = { { 0, 4 }, { 5, 2 }, { 8, 2 }, { 11, 2 }, { 14, 2 }, { 17, 2 } };
    int64_t v[6], ticks = 0, scale = TICKS / 10;
    size_t i;

    for (i = 0; i < 6; i++) {
        if (!number_at(s, part[i].at, part[i].len, &v[i]))
            return false;
    }
    i = 19;
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && digit(s.p[i], 10) >= 0 && scale > 0; i++, scale /= 10)
            ticks += digit(s.p[i], 10) * scale;
    }
    if (i < s.n && s.p[i] == 'Z')
        i++;
    if (i != s.n)
        return false;
    ticks += ((days_from_date(v[0], v[1], v[2]) * DAY) + v[3] * 3600 + v[4] * 60 + v[5]) * TICKS;
    *ret_filetime = (uint64_t)ticks;
    return true;
}

void ew_text_put_time(struct ew_buf *out, uint64_t filetime, unsigned digits, bool zone)
{
    int64_t ymd[3];
    uint64_t seconds = filetime / TICKS, fraction = filetime % TICKS;
    unsigned in_day = (unsigned)(seconds % DAY);

    date_from_days((int64_t)(seconds / DAY), ymd);
    ew_buf_printf(out, "%04d-%02d-%02d%c%02u:%02u:%02u.", (int)ymd[0], (int)ymd[1], (int)ymd[2],
                  zone ? 'T' : ' ', in_day / 3600, in_day / 60 % 60, in_day % 60);
    if (digits == 3)
        ew_buf_printf(out, "%03u", (unsigned)(fraction / 10000));
    else
        ew_buf_printf(out, "%07u", (unsigned)fraction);
    if (zone)
        ew_buf_text(out, "Z");
}

void ew_text_systemtime(uint64_t filetime, uint8_t ret_st[16])
{
    int64_t ymd[3], days = (int64_t)(filetime / TICKS / DAY);
    unsigned in_day = (unsigned)(filetime / TICKS % DAY);
    unsigned v[8];

    date_from_days(days, ymd);
    v[0] = (unsigned)ymd[0];
    v[1] = (unsigned)ymd[1];
    v[2] = (unsigned)((days + 1) % 7);
    v[3] = (unsigned)ymd[2];
    v[4] = in_day / 3600;
    v[5] = in_day / 60 % 60;
    v[6] = in_day % 60;
    v[7] = (unsigned)(filetime % TICKS / 10000);
    for (size_t i = 0; i < 8; i++)
        ew_poke(ret_st + 2 * i, v[i], 2);
}

uint64_t ew_text_from_systemtime(const uint8_t st[16])
{
    int64_t v[8], seconds;

    for (size_t i = 0; i < 8; i++)
        v[i] = (int64_t)ew_peek(st + 2 * i, 2);
    seconds = days_from_date(v[0], v[1], v[3]) * DAY + v[4] * 3600 + v[5] * 60 + v[6];
    return (uint64_t)(seconds * TICKS + v[7] * 10000);
}

bool ew_text_hex(struct ew_str s, struct ew_buf *out)
{
    if (s.n % 2 != 0)
        return false;
    for (size_t i = 0; i < s.n; i += 2) {
        int hi = digit(s.p[i], 16), lo = digit(s.p[i + 1], 16);

        if (hi < 0 || lo < 0)
            return false;
        ew_buf_int(out, (uint64_t)(hi * 16 + lo), 1);
    }
    return true;
}

/* Where each byte of a GUID in memory stands in its text without dashes. */
static const uint8_t guid_order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

bool ew_text_guid(struct ew_str s, uint8_t ret_guid[16])
{
    uint8_t nibble[32];
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int d = digit(s.p[i], 16);

        if (d < 0 && strchr("{}-", s.p[i]) != NULL)
            continue;
        if (d < 0 || n == sizeof nibble)
            return false;
        nibble[n++] = (uint8_t)d;
    }
    if (n != sizeof nibble)
        return false;
    for (size_t i = 0; i < 16; i++) {
        size_t at = 2 * (size_t)guid_order[i];

        ret_guid[i] = (uint8_t)(nibble[at] * 16 + nibble[at + 1]);
    }
    return true;
}

void ew_text_put_guid(struct ew_buf *out, const uint8_t guid[16])
{
    ew_buf_text(out, "{");
    for (size_t i = 0; i < 16; i++) {
        ew_buf_printf(out, "%02x", guid[guid_order[i]]);
        if (i == 3 || i == 5 || i == 7 || i == 9)
            ew_buf_text(out, "-");
    }
    ew_buf_text(out, "}");
}

bool ew_text_sid(struct ew_str s, struct ew_buf *out)
{
    uint64_t part[18];
    size_t n = 0, from = 2;

    if (s.n < 2 || s.p[0] != 'S' || s.p[1] != '-')
        return false;
    for (size_t i = 2; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '-')
            continue;
        if (n == 18 || !ew_text_int((struct ew_str){ s.p + from, i - from }, &part[n]))
            return false;
        n++;
        from = i + 1;
    }
    if (n < 2 || n > 17)
        return false;
    ew_buf_int(out, part[0], 1);
    ew_buf_int(out, n - 2, 1);
    for (int shift = 40; shift >= 0; shift -= 8)
        ew_buf_int(out, (part[1] >> shift) & 0xff, 1);
    for (size_t i = 2; i < n; i++)
        ew_buf_int(out, part[i], 4);
    return true;
}

void ew_text_put_sid(struct ew_buf *out, const uint8_t *sid, size_t n)
{
    uint64_t authority = 0;

    if (n < 8)
        return;
    for (size_t i = 2; i < 8; i++)
        authority = authority << 8 | sid[i];
    /* Windows writes an authority of more than 32 bits in hexadecimal. */
    if (authority > UINT32_MAX)
        ew_buf_printf(out, "S-%u-0x%012llx", sid[0], (unsigned long long)authority);
    else
        ew_buf_printf(out, "S-%u-%llu", sid[0], (unsigned long long)authority);
    for (size_t i = 8; i + 4 <= n; i += 4)
        ew_buf_printf(out, "-%lu", (unsigned long)ew_peek(sid + i, 4));
}

/* Length of the UTF-8 sequence at p, 0 if there is none; its value. */
static size_t utf8_at(const uint8_t *p, size_t left, uint32_t *ret_cp)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    uint32_t cp = len == 1   ? p[0]
                  : len == 2 ? p[0] & 0x1fU
                  : len == 3 ? p[0] & 0x0fU
                             : p[0] & 0x07U;

    if (len == 0 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (p[i] & 0x3fU);
    }
    *ret_cp = cp;
    return len;
}

void ew_text_utf16(struct ew_str s, struct ew_buf *out)
{
    const uint8_t *p = (const uint8_t *)s.p;

    for (size_t i = 0; i < s.n;) {
        uint32_t cp = p[i];
        size_t len = utf8_at(p + i, s.n - i, &cp);

        i += len > 0 ? len : 1;
        if (cp >= 0x10000) {
            ew_buf_int(out, 0xd800 + ((cp - 0x10000) >> 10), 2);
            ew_buf_int(out, 0xdc00 + ((cp - 0x10000) & 0x3ff), 2);
        } else {
            ew_buf_int(out, cp, 2);
        }
    }
}

static void put_utf8(struct ew_buf *out, uint32_t cp)
{
    if (cp < 0x80) {
        ew_buf_int(out, cp, 1);
    } else if (cp < 0x800) {
        ew_buf_int(out, 0xc0 | cp >> 6, 1);
        ew_buf_int(out, 0x80 | (cp & 0x3f), 1);
    } else if (cp < 0x10000) {
        ew_buf_int(out, 0xe0 | cp >> 12, 1);
        ew_buf_int(out, 0x80 | (cp >> 6 & 0x3f), 1);
        ew_buf_int(out, 0x80 | (cp & 0x3f), 1);
    } else {
        ew_buf_int(out, 0xf0 | cp >> 18, 1);
        ew_buf_int(out, 0x80 | (cp >> 12 & 0x3f), 1);
        ew_buf_int(out, 0x80 | (cp >> 6 & 0x3f), 1);
        ew_buf_int(out, 0x80 | (cp & 0x3f), 1);
    }
}

void ew_text_utf8(const uint8_t *p, size_t n, struct ew_buf *out)
{
    for (size_t i = 0; i + 2 <= n; i += 2) {
        uint32_t u = (uint32_t)ew_peek(p + i, 2);
        uint32_t low = i + 4 <= n ? (uint32_t)ew_peek(p + i + 2, 2) : 0;

        if (u >= 0xd800 && u < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        } else if (u >= 0xd800 && u < 0xe000) {
            u = 0xfffd;
        }
        put_utf8(out, u);
    }
}

bool ew_text_unescape(struct ew_str s, struct ew_buf *out)
{
    static const char from[] = "nrt0\\", to[] = "\n\r\t\0\\";

    for (size_t i = 0; i < s.n; i++) {
        const char *hit;
        size_t len;
        uint32_t v = 0;

        if (s.p[i] != '\\') {
            ew_buf_put(out, s.p + i, 1);
            continue;
        }
        if (++i == s.n)
            return false;
        hit = memchr(from, s.p[i], 5);
        if (hit != NULL) {
            ew_buf_put(out, to + (hit - from), 1);
            continue;
        }
        len = s.p[i] == 'u' ? 4 : s.p[i] == 'x' ? 2 : 0;
        if (len == 0 || s.n - i <= len)
            return false;
        for (; len > 0; len--) {
            int d = digit(s.p[++i], 16);

            if (d < 0)
                return false;
            v = v * 16 + (uint32_t)d;
        }
        put_utf8(out, v);
    }
    return true;
}
