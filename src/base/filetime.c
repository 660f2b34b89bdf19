/* filetime.c - time as Windows keeps it.
 *
 * Days to dates by counting years from 1 March, so that the leap day is the last of a year and no
 * table or loop is needed. Digits are written directly: a timeline holds millions of these.
 * May include: base/. */
#include "base/filetime.h"

#define DAY (UINT64_C(86400) * FILETIME_SECOND)
#define DAYS_400 146097u     /* days of 400 Gregorian years */
#define DAYS_TO_1601 584694u /* from 0000-03-01 to 1601-01-01 */

struct civil filetime_civil(uint64_t t)
{
    struct civil c;
    uint32_t days = (uint32_t)(t / DAY), sec = (uint32_t)(t % DAY / FILETIME_SECOND);
    uint32_t z = days + DAYS_TO_1601, era = z / DAYS_400, doe = z % DAYS_400;
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153;

    c.day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1);
    c.month = (uint8_t)(mp < 10 ? mp + 3 : mp - 9);
    c.year = (int32_t)(yoe + era * 400 + (mp >= 10));
    c.hour = (uint8_t)(sec / 3600);
    c.minute = (uint8_t)(sec / 60 % 60);
    c.second = (uint8_t)(sec % 60);
    c.weekday = (uint8_t)((days + 1) % 7); /* 1601-01-01 was a Monday */
    c.ticks = (uint32_t)(t % FILETIME_SECOND);
    return c;
}

static uint32_t month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month] + (uint32_t)(month == 2 && leap);
}

int civil_filetime(const struct civil *c, uint64_t *ret_t)
{
    uint32_t y, m, era, yoe, doy;
    uint64_t days, t;

    /* 60056 is the year in which the ticks of 64 bits end. */
    if (c->year < 1601 || c->year > 60056 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > month_days((uint32_t)c->year, c->month) || c->hour > 23 || c->minute > 59 ||
        c->second > 59 || c->ticks >= FILETIME_SECOND)
        return EV_ESYNTAX;
    y = (uint32_t)c->year - (c->month <= 2);
    m = c->month > 2 ? c->month - 3u : c->month + 9u;
    era = y / 400;
    yoe = y % 400;
    doy = (153 * m + 2) / 5 + c->day - 1u;
    days = (uint64_t)era * DAYS_400 + yoe * 365 + yoe / 4 - yoe / 100 + doy - DAYS_TO_1601;
    if (__builtin_mul_overflow(days, DAY, &t) ||
        __builtin_add_overflow(
            t,
            (c->hour * UINT64_C(3600) + c->minute * 60u + c->second) * FILETIME_SECOND + c->ticks,
            &t))
        return EV_ESYNTAX;
    *ret_t = t;
    return EV_OK;
}

/* v as decimal, at least `digits` wide; returns the place behind. */
static char *put_number(char *p, uint32_t v, unsigned digits)
{
    char tmp[10];
    unsigned n = 0;

    do {
        tmp[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n < digits)
        tmp[n++] = '0';
    while (n)
        *p++ = tmp[--n];
    return p;
}

/* Two digits, the common case, without loops. */
static char *put2(char *p, uint32_t v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

static char *put_date_time(char *p, const struct civil *c)
{
    if (c->year < 10000) {
        p = put2(p, (uint32_t)c->year / 100);
        p = put2(p, (uint32_t)c->year % 100);
    } else {
        p = put_number(p, (uint32_t)c->year, 5);
    }
    *p++ = '-';
    p = put2(p, c->month);
    *p++ = '-';
    p = put2(p, c->day);
    *p++ = 'T';
    p = put2(p, c->hour);
    *p++ = ':';
    p = put2(p, c->minute);
    *p++ = ':';
    p = put2(p, c->second);
    *p++ = '.';
    *p++ = (char)('0' + c->ticks / 1000000);
    p = put2(p, c->ticks / 10000 % 100);
    p = put2(p, c->ticks / 100 % 100);
    return put2(p, c->ticks % 100);
}

size_t filetime_iso(uint64_t t, char out[FILETIME_TEXT])
{
    struct civil c = filetime_civil(t);
    char *p = put_date_time(out, &c);

    *p++ = 'Z';
    *p = '\0';
    return (size_t)(p - out);
}

size_t filetime_iso_offset(uint64_t t, int minutes, char out[FILETIME_TEXT])
{
    uint32_t m = minutes < 0 ? 0u - (uint32_t)minutes : (uint32_t)minutes;
    uint64_t ticks = m * 60 * FILETIME_SECOND, local;
    struct civil c;
    char *p;

    /* Where the zone's time is not representable, UTC tells the truth. Zones reach +-26 hours. */
    if (minutes == 0 || m > 26 * 60 || (minutes < 0 && ticks > t) ||
        (minutes > 0 && __builtin_add_overflow(t, ticks, &local)))
        return filetime_iso(t, out);
    local = minutes < 0 ? t - ticks : t + ticks;
    c = filetime_civil(local);
    p = put_date_time(out, &c);
    *p++ = minutes < 0 ? '-' : '+';
    p = put2(p, m / 60);
    *p++ = ':';
    p = put2(p, m % 60);
    *p = '\0';
    return (size_t)(p - out);
}

size_t systemtime_iso(const uint8_t b[16], char out[FILETIME_TEXT])
{
    static const struct {
        uint8_t at, digits;
        char before;
    } part[] = { { 0, 4, 0 },    { 2, 2, '-' },  { 6, 2, '-' }, { 8, 2, 'T' },
                 { 10, 2, ':' }, { 12, 2, ':' }, { 14, 3, '.' } };
    char *p = out;

    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        if (part[i].before)
            *p++ = part[i].before;
        p = put_number(p, (uint32_t)b[part[i].at] | (uint32_t)b[part[i].at + 1] << 8,
                       part[i].digits);
    }
    *p++ = 'Z';
    *p = '\0';
    return (size_t)(p - out);
}

/* Exactly n digits at the front of *s, taken off. */
static bool take_digits(struct slice *s, size_t n, uint32_t *ret)
{
    uint32_t v = 0;

    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (uint32_t)(s->p[i] - '0');
    }
    *s = slice_sub(*s, n, s->n);
    *ret = v;
    return true;
}

static bool take_byte(struct slice *s, uint8_t c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = slice_sub(*s, 1, s->n);
    return true;
}

/* "2020-02-18"; a year beyond 9999 has five digits, as filetime_iso writes it. */
static bool take_date(struct slice *s, struct civil *c)
{
    size_t digits = s->n > 5 && s->p[4] >= '0' && s->p[4] <= '9' ? 5 : 4;
    uint32_t y, m, d;

    if (!take_digits(s, digits, &y) || !take_byte(s, '-') || !take_digits(s, 2, &m) ||
        !take_byte(s, '-') || !take_digits(s, 2, &d))
        return false;
    c->year = (int32_t)y;
    c->month = (uint8_t)m;
    c->day = (uint8_t)d;
    return true;
}

/* "10:11:12" with an optional fraction. */
static bool take_time(struct slice *s, struct civil *c)
{
    uint32_t h, m, sec, scale = FILETIME_SECOND / 10;

    if (!take_digits(s, 2, &h) || !take_byte(s, ':') || !take_digits(s, 2, &m) ||
        !take_byte(s, ':') || !take_digits(s, 2, &sec))
        return false;
    c->hour = (uint8_t)h;
    c->minute = (uint8_t)m;
    c->second = (uint8_t)sec;
    if (!take_byte(s, '.'))
        return true;
    if (!s->n || s->p[0] < '0' || s->p[0] > '9')
        return false;
    while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
        c->ticks += (uint32_t)(s->p[0] - '0') * scale;
        scale /= 10;
        *s = slice_sub(*s, 1, s->n);
    }
    return true;
}

/* Zone at the end of the text: the minutes east of UTC. */
static bool take_zone(struct slice s, int64_t *ret_minutes)
{
    uint32_t h, m;
    bool west = s.n && s.p[0] == '-';

    *ret_minutes = 0;
    if (s.n == 0 || (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')))
        return true;
    if (!take_byte(&s, west ? '-' : '+') || !take_digits(&s, 2, &h) || !take_byte(&s, ':') ||
        !take_digits(&s, 2, &m) || s.n || h > 23 || m > 59)
        return false;
    *ret_minutes = west ? -(int64_t)(h * 60 + m) : (int64_t)(h * 60 + m);
    return true;
}

int filetime_parse(struct slice text, uint64_t *ret_t)
{
    struct civil c = { 0 };
    int64_t minutes = 0;
    uint64_t t, ticks;

    if (!take_date(&text, &c))
        return EV_ESYNTAX;
    if (text.n) {
        if (!take_byte(&text, 'T') && !take_byte(&text, 't') && !take_byte(&text, ' '))
            return EV_ESYNTAX;
        if (!take_time(&text, &c) || !take_zone(text, &minutes))
            return EV_ESYNTAX;
    }
    if (civil_filetime(&c, &t) < 0)
        return EV_ESYNTAX;
    ticks = (uint64_t)(minutes < 0 ? -minutes : minutes) * 60 * FILETIME_SECOND;
    if (minutes < 0 ? __builtin_add_overflow(t, ticks, &t) : __builtin_sub_overflow(t, ticks, &t))
        return EV_ESYNTAX;
    *ret_t = t;
    return EV_OK;
}
