/* number.c - tests that read a value as a number, a time or an address.
 *
 * May include base/, event/value.h, rule/. */
#include "match/number.h"

#include "base/filetime.h"
#include "base/parse.h"
#include "rule/cidr.h"

bool number_compare(const struct test *t, struct slice text)
{
    double want = t->u.compare.number, have;

    if (parse_double(text, &have) < 0)
        return false;
    switch (t->u.compare.op) {
    case COMPARE_LT:
        return have < want;
    case COMPARE_LTE:
        return have <= want;
    case COMPARE_GT:
        return have > want;
    case COMPARE_GTE:
        return have >= want;
    }
    return false;
}

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days before the date's month and day, from 0. */
static int day_of_year(const struct civil *c)
{
    static const int before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };

    return before[c->month - 1] + c->day - 1 + (c->month > 2 && is_leap(c->year));
}

/* ISO 8601: weeks begin on Monday, week 1 holds the first Thursday. */
static int iso_week(const struct civil *c)
{
    int thursday = day_of_year(c) + 3 - (c->weekday + 6) % 7;

    if (thursday < 0)
        thursday += is_leap(c->year - 1) ? 366 : 365;
    else if (thursday >= (is_leap(c->year) ? 366 : 365))
        thursday -= is_leap(c->year) ? 366 : 365;
    return thursday / 7 + 1;
}

bool number_timepart(const struct test *t, const struct value *v, struct slice text)
{
    struct civil c;
    uint64_t time;
    int64_t have = 0;

    if (value_filetime(v, &time) < 0 && filetime_parse(text, &time) < 0)
        return false;
    c = filetime_civil(time);
    switch (t->u.time.part) {
    case TIME_MINUTE:
        have = c.minute;
        break;
    case TIME_HOUR:
        have = c.hour;
        break;
    case TIME_DAY:
        have = c.day;
        break;
    case TIME_WEEK:
        have = iso_week(&c);
        break;
    case TIME_MONTH:
        have = c.month;
        break;
    case TIME_YEAR:
        have = c.year;
        break;
    }
    return have == t->u.time.number;
}

bool number_cidr(const struct test *t, struct slice text)
{
    uint8_t address[16];
    bool v6;

    return address_parse(text, address, &v6) == EV_OK && v6 == t->u.cidr.v6 &&
           cidr_contains(t->u.cidr.net, t->u.cidr.bits, address);
}

bool number_equals(const struct test *t, struct slice text)
{
    int64_t have;

    /* Decimal texts were compared as texts: 007 is not 7. */
    if (text.n < 3 || text.p[0] != '0' || (text.p[1] | 0x20) != 'x')
        return false;
    return parse_int_any(text, &have) == EV_OK && have == t->u.text.number;
}
