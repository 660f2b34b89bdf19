/* twin_build.c - the list of fields of a twin under construction.
 *
 * The twin shares the values; only the list is new. What Sysmon writes in another form (decimal ids,
 * DOMAIN\name) is made as text in the event's arena.
 * May include base/ only. */
#include "event/twin_build.h"

#include "base/err.h"

static const struct slice name_of[] = {
#define NAME(id, text) [id] = SLICE_INIT(text),
#include "event/names.def"
#undef NAME
};

void twin_push(struct twin *t, struct field f)
{
    if (t->to->n < t->room)
        t->to->field[t->to->n++] = f;
}

void twin_alias(struct twin *t, const struct field *f, uint32_t id)
{
    struct field copy = *f;

    copy.id = id;
    copy.name = name_of[id];
    twin_push(t, copy);
}

void twin_text(struct twin *t, uint32_t id, struct slice text)
{
    struct field f = { .name = name_of[id], .id = id, .part = EVENT_DATA };

    if (!text.p)
        return;
    f.value = value_utf8(text);
    f.text = text;
    twin_push(t, f);
}

bool text_given(struct slice s)
{
    return s.n > 0 && !(s.n == 1 && s.p[0] == '-');
}

struct slice text_u64(struct arena *a, uint64_t u, bool hex)
{
    uint8_t b[20], *p;
    size_t at = sizeof b;

    do {
        b[--at] = (uint8_t) "0123456789abcdef"[u % (hex ? 16 : 10)];
        u /= hex ? 16 : 10;
    } while (u);
    if (hex) {
        b[--at] = 'x';
        b[--at] = '0';
    }
    p = arena_try(a, sizeof b - at);
    if (!p)
        return SLICE_ABSENT;
    memcpy(p, b + at, sizeof b - at);
    return slice_of(p, sizeof b - at);
}

void twin_id(struct twin *t, const struct field *f, uint32_t id)
{
    struct arena *a = t->from->arena;
    uint64_t u;

    if (value_u64(&f->value, &u) < 0) {
        twin_alias(t, f, id);
        return;
    }
    twin_text(t, id, text_u64(a, u, false));
    twin_text(t, id, text_u64(a, u, true));
}

const struct account account_subject = { FIELD_SUBJECTUSERSID, FIELD_SUBJECTUSERNAME,
                                         FIELD_SUBJECTDOMAINNAME, FIELD_SUBJECTLOGONID };
const struct account account_target = { FIELD_TARGETUSERSID, FIELD_TARGETUSERNAME,
                                        FIELD_TARGETDOMAINNAME, FIELD_TARGETLOGONID };

static struct slice well_known_account(struct slice sid)
{
    static const struct {
        struct slice sid, name;
    } known[] = {
        { SLICE_INIT("S-1-5-18"), SLICE_INIT("NT AUTHORITY\\SYSTEM") },
        { SLICE_INIT("S-1-5-19"), SLICE_INIT("NT AUTHORITY\\LOCAL SERVICE") },
        { SLICE_INIT("S-1-5-20"), SLICE_INIT("NT AUTHORITY\\NETWORK SERVICE") },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq(known[i].sid, sid))
            return known[i].name;
    return SLICE_ABSENT;
}

struct slice account_join(struct arena *a, struct slice domain, struct slice name)
{
    if (!text_given(name))
        return SLICE_ABSENT;
    return text_given(domain) ? ARENA_JOIN(a, domain, SLICE("\\"), name) : name;
}

struct slice account_text(struct event *ev, struct account a)
{
    struct slice known = well_known_account(event_get(ev, a.sid));

    if (known.p)
        return known;
    return account_join(ev->arena, event_get(ev, a.domain), event_get(ev, a.name));
}
