/* render_number.c - what of numbers, times and SIDs is done seldom.
 * May include: base/, binxml.h. */
#include "evtx/render_number.h"

#define DAY_TICKS (24 * 3600 * FILETIME_SECOND)
#define WHOLE 28 /* characters of a time with four digits of year */

static uint8_t *two(uint8_t *to, uint32_t u)
{
    to[0] = (uint8_t)('0' + u / 10);
    to[1] = (uint8_t)('0' + u % 10);
    return to + 2;
}

/* Seldom a new day: its date is kept. */
uint8_t *render_clock_set(struct render_clock *c, uint8_t *to, uint64_t t)
{
    uint64_t day = t / DAY_TICKS;
    uint32_t second = (uint32_t)(t % DAY_TICKS / FILETIME_SECOND);

    if (c->second / (24 * 3600) != day || c->second == 0 || t < FILETIME_SECOND) {
        char text[FILETIME_TEXT];
        size_t n = filetime_iso(t, text);

        if (n != WHOLE || t < FILETIME_SECOND) {
            memcpy(to, text, n);
            return to + n;
        }
        memcpy(c->text, text, 20);
    } else {
        two(c->text + 11, second / 3600);
        two(c->text + 14, second / 60 % 60);
        two(c->text + 17, second % 60);
    }
    c->second = t / FILETIME_SECOND;
    return render_filetime(c, to, t);
}

/* S-1-A-S-S... */
static uint8_t *sid_text(uint8_t *to, const uint8_t *p)
{
    memcpy(to, "S-", 2);
    to = render_decimal(to + 2, p[0]);
    *to++ = '-';
    to = render_decimal(to,
                        (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7]);
    for (unsigned i = 0; i < p[1]; i++) {
        *to++ = '-';
        to = render_decimal(to, binxml_u32(p + 8 + 4 * i));
    }
    return to;
}

uint8_t *render_sid(struct render_sid *memo, uint8_t *to, const uint8_t *p, uint32_t n)
{
    struct render_sid *m;
    uint8_t *end;

    if (n < 8 || p[1] > 15 || n < 8 + 4u * p[1] || p[2] || p[3])
        return NULL;
    if (n > sizeof m->raw || n < 12)
        return sid_text(to, p);
    m = &memo[(binxml_u32(p + n - 4) * 2654435761u) >> 28];
    if (m->n == n && memcmp(m->raw, p, n) == 0) {
        memcpy(to, m->text, sizeof m->text);
        return to + m->text_n;
    }
    end = sid_text(to, p);
    if ((size_t)(end - to) > sizeof m->text)
        return end;
    memcpy(m->raw, p, n);
    m->n = n;
    m->text_n = (uint32_t)(end - to);
    memcpy(m->text, to, sizeof m->text);
    return end;
}
