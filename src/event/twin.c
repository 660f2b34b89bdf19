/* twin.c - an event in the language of a rule's category.
 *
 * Which events have a twin, and the facts of a process for output. The makers are twin_*.c.
 * May include base/ only. */
#include "event/twin.h"

#include "base/err.h"
#include "event/twin_build.h"

int twin_make(struct event *ev, enum twin_kind kind, struct event *ret_twin)
{
    static void (*const make[TWIN_KINDS])(struct twin * t) = {
        [TWIN_PROCESS_4688] = twin_4688,
        [TWIN_REGISTRY_4657] = twin_4657,
        [TWIN_NETWORK_5156] = twin_5156,
        [TWIN_WMI_5861] = twin_5861,
    };
    struct event out = *ev;
    struct twin t = { ev, &out, TWIN_EACH * ev->n + TWIN_EXTRA };

    if (kind == TWIN_NONE) {
        *ret_twin = out;
        return EV_OK;
    }
    out.field = arena_try(ev->arena, t.room * sizeof *out.field);
    if (!out.field)
        return EV_ELIMIT;
    out.n = 0;
    make[kind](&t);
    out.cut = ev->cut;
    *ret_twin = out;
    return EV_OK;
}

enum twin_kind event_twin_kind(const struct event *ev)
{
    static const struct {
        struct slice channel;
        uint32_t id;
        enum twin_kind kind;
    } twin[] = {
        { SLICE_INIT("Security"), 4688, TWIN_PROCESS_4688 },
        { SLICE_INIT("Security"), 4657, TWIN_REGISTRY_4657 },
        { SLICE_INIT("Security"), 5156, TWIN_NETWORK_5156 },
        { SLICE_INIT("Microsoft-Windows-WMI-Activity/Operational"), 5861, TWIN_WMI_5861 },
    };

    for (size_t i = 0; i < sizeof twin / sizeof *twin && ev->has_event_id; i++)
        if (ev->event_id == twin[i].id && slice_eq_nocase(ev->channel, twin[i].channel))
            return twin[i].kind;
    return TWIN_NONE;
}

bool event_is_4688(const struct event *ev)
{
    return event_twin_kind(ev) == TWIN_PROCESS_4688;
}

/* Where the fields with fixed ids are, found in one pass: a process is made of a dozen of them. */
struct places {
    uint16_t at[FIELD_FIXED]; /* index + 1 of the first one; 0: none */
};

static void places_of(const struct event *ev, struct places *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = ev->n < UINT16_MAX ? ev->n : UINT16_MAX; i-- > 0;)
        if (ev->field[i].id < FIELD_FIXED && ev->field[i].part != EVENT_RENDERING)
            ret->at[ev->field[i].id] = (uint16_t)(i + 1);
}

static struct slice text_at(struct event *ev, const struct places *p, uint32_t id)
{
    return p->at[id] ? event_text(ev, p->at[id] - 1u) : SLICE_ABSENT;
}

/* The first of the ids whose field is there and says something. */
static struct slice first_given(struct event *ev, const struct places *p, const uint32_t *id,
                                size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct slice s = text_at(ev, p, id[i]);

        if (text_given(s))
            return s;
    }
    return SLICE_ABSENT;
}

/* The number of the first of the ids, in the base that the column wants. */
static struct slice first_number(struct event *ev, const struct places *p, const uint32_t *id,
                                 size_t n, bool hex)
{
    for (size_t i = 0; i < n; i++) {
        const size_t at = p->at[id[i]];
        uint64_t u;

        if (at && value_u64(&ev->field[at - 1].value, &u) == EV_OK)
            return text_u64(ev->arena, u, hex);
    }
    return first_given(ev, p, id, n);
}

static struct slice process_user(struct event *ev, const struct places *p)
{
    static const uint32_t user[] = { FIELD_USER, FIELD_SOURCEUSER };
    struct slice s = first_given(ev, p, user, sizeof user / sizeof *user);

    if (!s.p)
        s = account_join(ev->arena, text_at(ev, p, FIELD_SUBJECTDOMAINNAME),
                         text_at(ev, p, FIELD_SUBJECTUSERNAME));
    return s.p ? s : ev->user_sid;
}

void process_of(struct event *ev, struct process *ret)
{
    static const uint32_t image[] = { FIELD_IMAGE, FIELD_PROCESSNAME, FIELD_SOURCEIMAGE };
    static const uint32_t logon[] = { FIELD_LOGONID, FIELD_SUBJECTLOGONID };
    static const uint32_t id[] = { FIELD_PROCESSID, FIELD_SOURCEPROCESSID };
    static const uint32_t command_line = FIELD_COMMANDLINE, parent_id = FIELD_PARENTPROCESSID;
    static const uint32_t parent_image = FIELD_PARENTIMAGE;
    static const uint32_t parent_command_line = FIELD_PARENTCOMMANDLINE;
    struct places at;
    struct event twin;

    if (twin_make(ev, event_twin_kind(ev), &twin) < 0) {
        *ret = (struct process){ 0 };
        ev->cut = true;
        return;
    }
    places_of(&twin, &at);
    ret->image = first_given(&twin, &at, image, sizeof image / sizeof *image);
    ret->command_line = first_given(&twin, &at, &command_line, 1);
    ret->user = process_user(&twin, &at);
    ret->logon_id = first_number(&twin, &at, logon, sizeof logon / sizeof *logon, true);
    ret->id = first_number(&twin, &at, id, sizeof id / sizeof *id, false);
    ret->parent_id = first_number(&twin, &at, &parent_id, 1, false);
    ret->parent_image = first_given(&twin, &at, &parent_image, 1);
    ret->parent_command_line = first_given(&twin, &at, &parent_command_line, 1);
}
