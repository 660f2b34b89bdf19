/* dump_names.c - see dump_names.h. May include base/, rule/, this folder. */
#include "knowledge/dump_names.h"

static const struct {
    const char *field, *key;
} places[] = {
    [DUMP_DATA] = { "", NULL },
    [DUMP_CHANNEL] = { "Channel", "channel" },
    [DUMP_PROVIDER] = { "Provider_Name", "provider" },
    [DUMP_COMPUTER] = { "Computer", "computer" },
    [DUMP_EVENT_ID] = { "EventID", "event_id" },
    [DUMP_RECORD_ID] = { "EventRecordID", "record_id" },
};

enum dump_place dump_place_of(struct slice field)
{
    for (size_t i = 1; i < sizeof places / sizeof *places; i++)
        if (slice_eq(field, slice_str(places[i].field)))
            return (enum dump_place)i;
    return DUMP_DATA;
}

const char *dump_key(enum dump_place place)
{
    return places[place].key;
}

bool dump_has_blanks(const struct rule *r)
{
    return slice_eq(r->category, SLICE("antivirus")) || slice_eq(r->service, SLICE("windefend")) ||
           (!r->category.p && !r->service.p);
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

struct slice dump_blank_name(struct slice field, struct arena *a)
{
    uint8_t *p = arena_try(a, 2 * field.n + 1);
    size_t n = 0;

    if (!p)
        return SLICE_ABSENT;
    for (size_t i = 0; i < field.n; i++) {
        if (i && is_capital(field.p[i]) && !is_capital(field.p[i - 1]))
            p[n++] = ' ';
        p[n++] = field.p[i];
    }
    return n > field.n ? slice_of(p, n) : SLICE_ABSENT;
}
