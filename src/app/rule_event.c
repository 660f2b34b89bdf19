#include "app/rule_event.h"

#include "base/filetime.h"
#include "base/parse.h"

/* Fixed ids of System fields come first in names.def, Security_UserID last of them. */
static bool is_system(uint32_t id)
{
    return id <= FIELD_SECURITY_USERID;
}

static void key_fact(struct event *ev, uint32_t id, struct slice text)
{
    uint64_t n;
    switch (id) {
    case FIELD_PROVIDER_NAME:
        ev->provider = text;
        break;
    case FIELD_CHANNEL:
        ev->channel = text;
        break;
    case FIELD_COMPUTER:
        ev->computer = text;
        break;
    case FIELD_SECURITY_USERID:
        ev->user_sid = text;
        break;
    case FIELD_EVENTID:
        if (parse_u64(text, &n) == EV_OK && n <= UINT32_MAX) {
            ev->event_id = (uint32_t)n;
            ev->has_event_id = true;
        }
        break;
    case FIELD_TIMECREATED:
        (void)filetime_parse(text, &ev->time_created);
        break;
    default:
        break;
    }
}

void rule_event_make(const struct test_event *t, const struct names *names, struct arena *a,
                     struct event *ret)
{
    *ret = (struct event){ .arena = a };
    ret->field = arena_zalloc(a, t->n ? t->n : 1, sizeof *ret->field);
    for (int system = 1; system >= 0; system--)
        for (size_t i = 0; i < t->n; i++) {
            uint32_t id = names_find(names, t->key[i]);
            if (is_system(id) != (bool)system)
                continue;
            ret->field[ret->n++] = (struct field){ .name = t->key[i],
                                                   .id = id,
                                                   .part = system ? EVENT_SYSTEM : EVENT_DATA,
                                                   .value = value_utf8(t->value[i]) };
            if (system)
                key_fact(ret, id, t->value[i]);
        }
}
