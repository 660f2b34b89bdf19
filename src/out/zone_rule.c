/* zone_rule.c - parse and apply a POSIX TZ rule (RFC 8536 section 3.3, POSIX 8.3 with the extended
 * hours of -167..167). */
#include "out/zone_rule.h"

enum { DAY = 86400 };

struct cursor {
    struct slice s;
    bool bad;
};

static uint8_t peek(const struct cursor *c)
{
    return c->s.n > 0 ? c->s.p[0] : 0;
}

static bool take(struct cursor *c, uint8_t want)
{
    if (peek(c) != want || c->s.n == 0)
        return false;
    c->s = slice_sub(c->s, 1, c->s.n);
    return true;
}

static void need(struct cursor *c, uint8_t want)
{
    if (!take(c, want))
        c->bad = true;
}

static int number(struct cursor *c, int low, int high)
{
    int n = 0, digits = 0;
    while (peek(c) >= '0' && peek(c) <= '9' && digits < 4) {
        n = n * 10 + (peek(c) - '0');
        digits++;
        c->s = slice_sub(c->s, 1, c->s.n);
    }
    if (digits == 0 || n < low || n > high)
        c->bad = true;
    return n;
}

/* `CET` or `<+03>`; its text is of no use here. */
static void skip_name(struct cursor *c)
{
    bool quoted = take(c, '<');
    size_t n = 0;
    while (c->s.n > 0) {
        uint8_t ch = peek(c);
        bool letter = (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z';
        if (quoted ? ch == '>' : !letter)
            break;
        c->s = slice_sub(c->s, 1, c->s.n);
        n++;
    }
    if (n < 3)
        c->bad = true;
    if (quoted)
        need(c, '>');
}

/* [+-]h[hh][:mm[:ss]] */
static int32_t hours(struct cursor *c, int most)
{
    int sign = take(c, '-') ? -1 : 1;
    if (sign > 0)
        (void)take(c, '+');
    int32_t t = number(c, 0, most) * 3600;
    if (take(c, ':'))
        t += number(c, 0, 59) * 60;
    if (take(c, ':'))
        t += number(c, 0, 59);
    return sign * t;
}

static struct zone_day day(struct cursor *c)
{
    struct zone_day d = { .kind = 'N', .time = 2 * 3600 };
    if (take(c, 'M')) {
        d.kind = 'M';
        d.a = number(c, 1, 12);
        need(c, '.');
        d.b = number(c, 1, 5);
        need(c, '.');
        d.c = number(c, 0, 6);
    } else if (take(c, 'J')) {
        d.kind = 'J';
        d.a = number(c, 1, 365);
    } else {
        d.a = number(c, 0, 365);
    }
    if (take(c, '/'))
        d.time = hours(c, 167);
    return d;
}

int zone_rule_parse(struct slice text, struct zone_rule *ret)
{
    struct cursor c = { .s = text };
    struct zone_rule r = { 0 };
    skip_name(&c);
    r.std = -hours(&c, 24); /* POSIX counts west of Greenwich */
    r.dst = r.std;
    if (c.s.n > 0 && !c.bad) {
        r.has_dst = true;
        skip_name(&c);
        r.dst = r.std + 3600;
        if (peek(&c) != ',')
            r.dst = -hours(&c, 24);
        need(&c, ',');
        r.start = day(&c);
        need(&c, ',');
        r.end = day(&c);
    }
    if (c.bad || c.s.n > 0)
        return EV_ESYNTAX;
    *ret = r;
    return EV_OK;
}

static bool leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to 1 January of year (1601 or later). */
static int64_t year_start(int64_t year)
{
    int64_t y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static int64_t year_of(int64_t days)
{
    int64_t year = 1970 + days / 366;
    while (year_start(year) > days)
        year--;
    while (year_start(year + 1) <= days)
        year++;
    return year;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Seconds since 1970, in local time, of the day's moment in that year. */
static int64_t moment(const struct zone_day *d, int64_t year)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
    int64_t first = year_start(year), days = first + d->a;
    if (d->kind == 'J') {
        days = first + d->a - 1 + (leap(year) && d->a >= 60);
    } else if (d->kind == 'M') {
        int64_t month = first + before[d->a - 1] + (leap(year) && d->a > 2);
        int64_t next = first + before[d->a] + (leap(year) && d->a > 1);
        int64_t weekday = ((month + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        days = month + (d->c - weekday + 7) % 7 + 7 * (d->b - 1);
        if (days >= next)
            days -= 7;
    }
    return days * DAY + d->time;
}

int32_t zone_rule_offset(const struct zone_rule *r, int64_t unix_time)
{
    if (!r->has_dst)
        return r->std;
    int64_t year = year_of(floor_div(unix_time + r->std, DAY));
    int64_t start = moment(&r->start, year) - r->std;
    int64_t end = moment(&r->end, year) - r->dst;
    bool dst = start < end ? unix_time >= start && unix_time < end
                           : !(unix_time >= end && unix_time < start);
    return dst ? r->dst : r->std;
}
