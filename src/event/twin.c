/* twin.c - an event in the language of a rule's category.
 *
 * The twin shares the values; only the list of fields is new. What Sysmon writes in another form
 * (decimal ids, DOMAIN\name) is made as text in the event's arena.
 * May include base/ only. */
#include "event/twin.h"

#include "base/err.h"

/* Room that a twin has beyond three fields for each of the event. */
#define TWIN_EXTRA 16

/* The list under construction. */
struct twin {
    struct event *from;
    struct event *to;
    size_t room;
};

static const struct slice name_of[] = {
#define NAME(id, text) [id] = SLICE_INIT(text),
#include "event/names.def"
#undef NAME
};

static void twin_push(struct twin *t, struct field f)
{
    if (t->to->n < t->room)
        t->to->field[t->to->n++] = f;
}

/* The same value under another name. */
static void twin_alias(struct twin *t, const struct field *f, uint32_t id)
{
    struct field copy = *f;

    copy.id = id;
    copy.name = name_of[id];
    twin_push(t, copy);
}

static void twin_text(struct twin *t, uint32_t id, struct slice text)
{
    struct field f = { .name = name_of[id], .id = id, .part = EVENT_DATA };

    if (!text.p)
        return;
    f.value = value_utf8(text);
    f.text = text;
    twin_push(t, f);
}

static bool text_given(struct slice s)
{
    return s.n > 0 && !(s.n == 1 && s.p[0] == '-');
}

static struct slice text_u64(struct arena *a, uint64_t u, bool hex)
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

/* A process id in both bases, so that rules may write either. What is no number stays itself. */
static void twin_id(struct twin *t, const struct field *f, uint32_t id)
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

/* The account that the process of a 4688 runs as: fields of one of its two accounts. */
struct account {
    uint32_t sid, name, domain, logon;
};

static struct account account_4688(const struct event *ev)
{
    static const struct account subject = { FIELD_SUBJECTUSERSID, FIELD_SUBJECTUSERNAME,
                                            FIELD_SUBJECTDOMAINNAME, FIELD_SUBJECTLOGONID };
    static const struct account target = { FIELD_TARGETUSERSID, FIELD_TARGETUSERNAME,
                                           FIELD_TARGETDOMAINNAME, FIELD_TARGETLOGONID };
    size_t i = event_find(ev, FIELD_TARGETLOGONID, 0);
    uint64_t id;

    /* Never by SID: Windows writes S-1-0-0 beside a filled name (notes/peers.md 5.1). */
    if (i != SIZE_MAX && value_u64(&ev->field[i].value, &id) == EV_OK && id != 0)
        return target;
    return subject;
}

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

static struct slice account_join(struct arena *a, struct slice domain, struct slice name)
{
    uint8_t *p;

    if (!text_given(name))
        return SLICE_ABSENT;
    if (!text_given(domain))
        return name;
    p = arena_try(a, domain.n + 1 + name.n);
    if (!p)
        return SLICE_ABSENT;
    memcpy(p, domain.p, domain.n);
    p[domain.n] = '\\';
    memcpy(p + domain.n + 1, name.p, name.n);
    return slice_of(p, domain.n + 1 + name.n);
}

static struct slice account_text(struct event *ev, struct account a)
{
    struct slice known = well_known_account(event_get(ev, a.sid));

    if (known.p)
        return known;
    return account_join(ev->arena, event_get(ev, a.domain), event_get(ev, a.name));
}

/* The word and the SID: SigmaHQ's rules list both. */
static void twin_integrity(struct twin *t, const struct field *f, struct slice label)
{
    static const struct {
        struct slice sid, word;
    } level[] = {
        { SLICE_INIT("S-1-16-0"), SLICE_INIT("Untrusted") },
        { SLICE_INIT("S-1-16-4096"), SLICE_INIT("Low") },
        { SLICE_INIT("S-1-16-8192"), SLICE_INIT("Medium") },
        { SLICE_INIT("S-1-16-8448"), SLICE_INIT("Medium Plus") },
        { SLICE_INIT("S-1-16-12288"), SLICE_INIT("High") },
        { SLICE_INIT("S-1-16-16384"), SLICE_INIT("System") },
        { SLICE_INIT("S-1-16-20480"), SLICE_INIT("Protected") },
    };

    if (!text_given(label))
        return;
    for (size_t i = 0; i < sizeof level / sizeof *level; i++)
        if (slice_eq(level[i].sid, label))
            twin_text(t, FIELD_INTEGRITYLEVEL, level[i].word);
    twin_alias(t, f, FIELD_INTEGRITYLEVEL);
}

static void process_4688_field(struct twin *t, size_t i, struct account who)
{
    const struct field *f = &t->from->field[i];

    if (f->id == FIELD_PROCESSID) { /* 4688 names the parent so */
        twin_id(t, f, FIELD_PARENTPROCESSID);
        return;
    }
    if (f->id == FIELD_MANDATORYLABEL)
        twin_integrity(t, f, event_text(t->from, i));
    twin_push(t, *f);
    if (f->id == who.logon)
        twin_alias(t, f, FIELD_LOGONID);
    if (f->id == FIELD_NEWPROCESSNAME)
        twin_alias(t, f, FIELD_IMAGE);
    if (f->id == FIELD_PARENTPROCESSNAME)
        twin_alias(t, f, FIELD_PARENTIMAGE);
    if (f->id == FIELD_NEWPROCESSID)
        twin_id(t, f, FIELD_PROCESSID);
}

static void process_4688(struct twin *t)
{
    struct account who = account_4688(t->from);

    for (size_t i = 0; i < t->from->n; i++)
        process_4688_field(t, i, who);
    twin_text(t, FIELD_USER, account_text(t->from, who));
}

int twin_make(struct event *ev, enum twin_kind kind, struct event *ret_twin)
{
    struct event out = *ev;
    struct twin t = { ev, &out, 0 };

    if (kind == TWIN_NONE) {
        *ret_twin = out;
        return EV_OK;
    }
    /* A field makes at most three of the twin's (NewProcessId: itself and two bases). */
    t.room = 3 * ev->n + TWIN_EXTRA;
    out.field = arena_try(ev->arena, t.room * sizeof *out.field);
    if (!out.field)
        return EV_ELIMIT;
    out.n = 0;
    process_4688(&t);
    out.cut = ev->cut;
    *ret_twin = out;
    return EV_OK;
}

bool event_is_4688(const struct event *ev)
{
    return ev->event_id == 4688 && ev->has_event_id &&
           slice_eq_nocase(ev->channel, SLICE("Security"));
}

/* The first of the ids whose field is there and says something. */
static struct slice first_given(struct event *ev, const uint32_t *id, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct slice s = event_get(ev, id[i]);

        if (text_given(s))
            return s;
    }
    return SLICE_ABSENT;
}

/* The number of the first of the ids, in the base that the column wants. */
static struct slice first_number(struct event *ev, const uint32_t *id, size_t n, bool hex)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = event_find(ev, id[i], 0);
        uint64_t u;

        if (at != SIZE_MAX && value_u64(&ev->field[at].value, &u) == EV_OK)
            return text_u64(ev->arena, u, hex);
    }
    return first_given(ev, id, n);
}

static struct slice process_user(struct event *ev)
{
    static const uint32_t user[] = { FIELD_USER, FIELD_SOURCEUSER };
    struct slice s = first_given(ev, user, sizeof user / sizeof *user);

    if (!s.p)
        s = account_join(ev->arena, event_get(ev, FIELD_SUBJECTDOMAINNAME),
                         event_get(ev, FIELD_SUBJECTUSERNAME));
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
    struct event twin;

    if (twin_make(ev, event_is_4688(ev) ? TWIN_PROCESS_4688 : TWIN_NONE, &twin) < 0) {
        *ret = (struct process){ 0 };
        ev->cut = true;
        return;
    }
    ret->image = first_given(&twin, image, sizeof image / sizeof *image);
    ret->command_line = first_given(&twin, &command_line, 1);
    ret->user = process_user(&twin);
    ret->logon_id = first_number(&twin, logon, sizeof logon / sizeof *logon, true);
    ret->id = first_number(&twin, id, sizeof id / sizeof *id, false);
    ret->parent_id = first_number(&twin, &parent_id, 1, false);
    ret->parent_image = first_given(&twin, &parent_image, 1);
    ret->parent_command_line = first_given(&twin, &parent_command_line, 1);
}
