/* build_event.h - events made by hand for tests, from pairs of names and texts.
 *
 * Rank: event/. */
#ifndef UNIT_BUILD_EVENT_H
#define UNIT_BUILD_EVENT_H

#include "base/err.h"
#include "base/limits.h"
#include "event/event.h"

#define BUILD_FIELDS 64

struct build {
    struct names *names;
    struct arena arena;
    struct field field[BUILD_FIELDS];
    struct event event;
};

static inline void build_init(struct build *b)
{
    memset(b, 0, sizeof *b);
    b->names = names_new();
    arena_init(&b->arena, LIMIT_EVENT_ARENA);
}

static inline void build_release(struct build *b)
{
    names_free(b->names);
    arena_release(&b->arena);
}

static inline void build_value(struct build *b, const char *name, struct value value,
                               enum event_part part)
{
    struct field *f = &b->field[b->event.n++];

    *f = (struct field){ .name = slice_str(name), .part = (uint8_t)part, .value = value };
    f->id = names_find(b->names, f->name);
}

static inline void build_data(struct build *b, const char *name, const char *text)
{
    build_value(b, name, value_utf8(slice_str(text)), EVENT_DATA);
}

/* Starts an event; `pairs` is name, text, name, text ..., NULL. */
static inline struct event *build_event(struct build *b, const char *channel, const char *provider,
                                        uint32_t id, const char *const *pairs)
{
    static const char *const digits = "0123456789";
    uint8_t *text;
    size_t n = 0;

    arena_reset(&b->arena);
    b->event = (struct event){ .arena = &b->arena, .field = b->field };
    b->event.channel = slice_str(channel);
    b->event.provider = slice_str(provider);
    b->event.computer = SLICE("HOST.example");
    b->event.event_id = id;
    b->event.has_event_id = true;
    text = arena_zalloc(&b->arena, 11, 1);
    for (uint32_t u = id; u > 0 || n == 0; u /= 10, n++)
        text[9 - n] = (uint8_t)digits[u % 10];
    build_value(b, "Provider_Name", value_utf8(b->event.provider), EVENT_SYSTEM);
    build_value(b, "EventID", value_utf8(slice_of(text + 10 - n, n)), EVENT_SYSTEM);
    build_value(b, "Channel", value_utf8(b->event.channel), EVENT_SYSTEM);
    build_value(b, "Computer", value_utf8(b->event.computer), EVENT_SYSTEM);
    for (; pairs && pairs[0]; pairs += 2)
        build_data(b, pairs[0], pairs[1]);
    return &b->event;
}

#define SYSMON_CHANNEL "Microsoft-Windows-Sysmon/Operational"
#define SYSMON_PROVIDER "Microsoft-Windows-Sysmon"
#define SECURITY_PROVIDER "Microsoft-Windows-Security-Auditing"
#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline struct event *build_sysmon(struct build *b, uint32_t id, const char *const *pairs)
{
    return build_event(b, SYSMON_CHANNEL, SYSMON_PROVIDER, id, pairs);
}

static inline struct event *build_security(struct build *b, uint32_t id, const char *const *pairs)
{
    return build_event(b, "Security", SECURITY_PROVIDER, id, pairs);
}

#define assert_slice(s, text)                                                                      \
    do {                                                                                           \
        struct slice s_ = (s), t_ = slice_str(text);                                               \
        if ((s_.p == NULL) != (t_.p == NULL) || !slice_eq(s_, t_))                                 \
            fail_msg("got \"%.*s\", expected \"%.*s\"", SLICE_ARG(s_), SLICE_ARG(t_));             \
    } while (0)

#endif
