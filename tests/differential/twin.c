/* twin.c - does a rule see the same process in Sysmon 1 and in Security 4688?
 *
 * Usage: twin RULES... <list of logs. For every Sysmon 1 of the logs the 4688 of the same process is
 * made, in three shapes: version 2; with an empty command line; without the parent's name. Each
 * process_creation rule must say the same of both, or differ as its class on that shape says:
 *   full         the same, with the same verdict
 *   degraded     the same or nothing; more only where a null or exists test hangs on a lack
 *   unfiltered   anything, but never `full` where Sysmon has no hit
 *   cannot-fire  nothing
 * A hit `full` on a 4688 holds whatever it lacks: whatever the class, Sysmon has it, too. Rules that
 * ask for the source itself (EventID, Channel, Provider_Name) or for any value (keywords) are no
 * matter of fields and left out. Writes TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../each_event.h"
#include "base/limits.h"
#include "base/mem.h"
#include "event/twin.h"
#include "evtx/reader.h"
#include "match/matcher.h"

enum { SHAPES = 3, CLASSES = 4, TWIN_FIELDS = 32 };

static const enum shape shapes[SHAPES] = { SHAPE_4688, SHAPE_4688_NO_COMMAND_LINE,
                                           SHAPE_4688_NO_PARENT };

/* How often a class had which outcome. */
struct outcome {
    uint64_t same, weaker, missing, more;
};

struct rule_facts {
    bool judged, on_absence; /* a null or exists test on a field that 4688 lacks */
    enum rule_class class[SHAPES];
};

struct run {
    struct names *names;
    struct ruleset *rules;
    struct matcher *matcher;
    struct scratch *scratch;
    struct rule_facts *facts;
    uint8_t *sysmon, *security; /* by rule: 0 no hit, else verdict + 1 */
    struct arena arena;         /* of the event made */
    struct field field[TWIN_FIELDS];
    struct event twin;
    const char *path;
    uint64_t events, twins[SHAPES], wrong;
    struct outcome outcome[SHAPES][CLASSES];
};

/* --- the 4688 of a Sysmon 1 --- */

static void put(struct run *r, const char *name, struct slice text, enum event_part part)
{
    struct field *f = &r->field[r->twin.n++];

    *f = (struct field){ .name = slice_str(name), .part = (uint8_t)part };
    f->id = names_find(r->names, f->name);
    f->value = value_utf8(text.p ? text : SLICE(""));
}

static struct slice hex_of(struct run *r, struct event *ev, uint32_t id)
{
    size_t i = event_find(ev, id, 0);
    uint64_t u = 0;

    if (i != SIZE_MAX)
        (void)value_u64(&ev->field[i].value, &u);
    return arena_printf(&r->arena, "0x%llx", (unsigned long long)u);
}

static struct slice label_of(struct slice level)
{
    static const struct {
        struct slice word, sid;
    } label[] = {
        { SLICE_INIT("Low"), SLICE_INIT("S-1-16-4096") },
        { SLICE_INIT("Medium"), SLICE_INIT("S-1-16-8192") },
        { SLICE_INIT("High"), SLICE_INIT("S-1-16-12288") },
        { SLICE_INIT("System"), SLICE_INIT("S-1-16-16384") },
        { SLICE_INIT("AppContainer"), SLICE_INIT("S-1-16-4096") },
    };

    for (size_t i = 0; i < sizeof label / sizeof *label; i++)
        if (slice_eq(label[i].word, level))
            return label[i].sid;
    return level;
}

static struct slice sid_of(struct slice user)
{
    static const struct {
        struct slice user, sid;
    } known[] = {
        { SLICE_INIT("NT AUTHORITY\\SYSTEM"), SLICE_INIT("S-1-5-18") },
        { SLICE_INIT("NT AUTHORITY\\LOCAL SERVICE"), SLICE_INIT("S-1-5-19") },
        { SLICE_INIT("NT AUTHORITY\\NETWORK SERVICE"), SLICE_INIT("S-1-5-20") },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(known[i].user, user))
            return known[i].sid;
    return SLICE("S-1-5-21-1-2-3-1001");
}

/* An account as Windows writes it: services by the computer's name. */
static void put_account(struct run *r, const char *const name[4], struct slice user,
                        struct slice logon)
{
    struct slice sid = sid_of(user);
    size_t cut = slice_find_byte(user, '\\');
    bool service = sid.n == 8;

    put(r, name[0], sid, EVENT_DATA);
    put(r, name[1],
        service           ? SLICE("HOST$")
        : cut == SIZE_MAX ? user
                          : slice_sub(user, cut + 1, user.n),
        EVENT_DATA);
    put(r, name[2],
        service           ? SLICE("CORP")
        : cut == SIZE_MAX ? SLICE("-")
                          : slice_sub(user, 0, cut),
        EVENT_DATA);
    put(r, name[3], logon, EVENT_DATA);
}

/* Every second process gets a token of its own: then it is the Target account that counts. */
static void put_accounts(struct run *r, struct event *ev)
{
    static const char *const subject[] = { "SubjectUserSid", "SubjectUserName", "SubjectDomainName",
                                           "SubjectLogonId" };
    static const char *const target[] = { "TargetUserSid", "TargetUserName", "TargetDomainName",
                                          "TargetLogonId" };
    struct slice user = event_get(ev, FIELD_USER), logon = event_get(ev, FIELD_LOGONID);
    bool own = r->events % 2 && sid_of(user).n != 8;

    put_account(r, subject, own ? SLICE("CORP\\starter") : user, own ? SLICE("0x99999") : logon);
    put_account(r, target, own ? user : SLICE("-"), own ? logon : SLICE("0x0"));
}

static void make_4688(struct run *r, struct event *ev, enum shape shape)
{
    struct slice line = event_get(ev, FIELD_COMMANDLINE);

    r->twin = (struct event){ .arena = &r->arena,
                              .field = r->field,
                              .provider = SLICE("Microsoft-Windows-Security-Auditing"),
                              .channel = SLICE("Security"),
                              .computer = ev->computer,
                              .event_id = 4688,
                              .version = 2,
                              .has_event_id = true,
                              .time_created = ev->time_created };
    put(r, "Provider_Name", r->twin.provider, EVENT_SYSTEM);
    put(r, "EventID", SLICE("4688"), EVENT_SYSTEM);
    put(r, "Channel", r->twin.channel, EVENT_SYSTEM);
    put(r, "Computer", ev->computer, EVENT_SYSTEM);
    put_accounts(r, ev);
    put(r, "NewProcessId", hex_of(r, ev, FIELD_PROCESSID), EVENT_DATA);
    put(r, "NewProcessName", event_get(ev, FIELD_IMAGE), EVENT_DATA);
    put(r, "TokenElevationType", SLICE("%%1936"), EVENT_DATA);
    put(r, "ProcessId", hex_of(r, ev, FIELD_PARENTPROCESSID), EVENT_DATA);
    put(r, "CommandLine", shape == SHAPE_4688_NO_COMMAND_LINE ? SLICE("") : line, EVENT_DATA);
    if (shape != SHAPE_4688_NO_PARENT)
        put(r, "ParentProcessName", event_get(ev, FIELD_PARENTIMAGE), EVENT_DATA);
    put(r, "MandatoryLabel", label_of(event_get(ev, FIELD_INTEGRITYLEVEL)), EVENT_DATA);
}

/* --- judging --- */

static void verdicts(struct run *r, struct event *ev, uint8_t *ret)
{
    struct hits hits;

    memset(ret, 0, r->rules->n);
    matcher_run(r->matcher, r->scratch, ev, &hits);
    for (size_t i = 0; i < hits.n; i++)
        ret[hits.v[i].rule->index] = (uint8_t)(hits.v[i].verdict + 1);
}

static bool allowed(const struct rule_facts *f, enum rule_class c, uint8_t sysmon, uint8_t security)
{
    const uint8_t full = VERDICT_FULL + 1;

    if (security == full && !sysmon)
        return false;
    switch (c) {
    case CLASS_FULL:
        return sysmon == security;
    case CLASS_DEGRADED:
        return !security || (sysmon && (security == full || sysmon != full)) || f->on_absence;
    case CLASS_UNFILTERED:
        return true;
    case CLASS_CANNOT_FIRE:
        return !security;
    }
    return false;
}

static void judge(struct run *r, struct event *ev, size_t shape)
{
    for (size_t i = 0; i < r->rules->n; i++) {
        const struct rule_facts *f = &r->facts[i];
        enum rule_class c = f->class[shape];
        struct outcome *o = &r->outcome[shape][c];
        uint8_t have = r->sysmon[i], twin = r->security[i];

        if (!f->judged || !(have | twin))
            continue;
        if (!twin)
            o->missing++;
        else if (!have)
            o->more++;
        else if (twin == have)
            o->same++;
        else
            o->weaker++;
        if (allowed(f, c, have, twin) || r->wrong++ >= 20)
            continue;
        printf("# %s: record %llu: %s: %s: Sysmon %s, %s %s\n", r->path,
               (unsigned long long)ev->record_id, rule_class_name(c),
               arena_str(&r->arena, r->rules->rule[i]->title),
               have ? verdict_name((enum verdict)(have - 1)) : "nothing", shape_name(shapes[shape]),
               twin ? verdict_name((enum verdict)(twin - 1)) : "nothing");
    }
}

static bool given(struct event *ev, uint32_t id)
{
    struct slice s = event_get(ev, id);

    return s.n > 0 && !slice_eq(s, SLICE("-"));
}

static int on_event(void *ctx, struct event *ev)
{
    struct run *r = ctx;

    if (ev->event_id != 1 || !slice_eq_nocase(ev->provider, SLICE("Microsoft-Windows-Sysmon")))
        return EV_OK;
    r->events++;
    verdicts(r, ev, r->sysmon);
    for (size_t k = 0; k < SHAPES; k++) {
        /* What Sysmon leaves empty cannot be shown in a shape that has it. */
        if ((shapes[k] != SHAPE_4688_NO_COMMAND_LINE && !given(ev, FIELD_COMMANDLINE)) ||
            (shapes[k] != SHAPE_4688_NO_PARENT && !given(ev, FIELD_PARENTIMAGE)))
            continue;
        arena_reset(&r->arena);
        make_4688(r, ev, shapes[k]);
        verdicts(r, &r->twin, r->security);
        judge(r, ev, k);
        r->twins[k]++;
    }
    return EV_OK;
}

static void run_log(struct run *r, const char *path)
{
    r->path = path;
    each_event(path, r->names, on_event, r);
}

static void rule_facts(struct run *r, const struct rule *rule, struct rule_facts *f)
{
    struct arena a;

    arena_init(&a, LIMIT_MIB(16));
    f->judged = slice_eq(rule->category, SLICE("process_creation"));
    for (size_t i = 0; i < rule->ntest; i++) {
        const struct test *t = rule->test[i];

        if (!t->field.p || t->field_id == FIELD_EVENTID || t->field_id == FIELD_CHANNEL ||
            t->field_id == FIELD_PROVIDER_NAME)
            f->judged = false;
        f->on_absence |= t->kind == TEST_NULL || t->kind == TEST_EXISTS;
    }
    for (size_t k = 0; k < SHAPES; k++) {
        struct slices missing;

        f->class[k] = rule_classify(rule, shapes[k], &a, &missing);
        arena_reset(&a);
    }
    arena_release(&a);
    (void)r;
}

static void build(struct run *r, char **path, size_t n)
{
    const struct match_options o = { 0 };
    struct ev_err err = { 0 };

    arena_init(&r->arena, LIMIT_EVENT_ARENA);
    r->names = names_new();
    if (ruleset_load((const char *const *)path, n, r->names, &r->rules, &err) < 0 ||
        (matcher_check(r->rules), matcher_build(r->rules, &o, &r->matcher, &err)) < 0) {
        printf("Bail out! %s\n", err.text);
        exit(1);
    }
    r->scratch = scratch_new(r->matcher);
    r->facts = xcalloc(r->rules->n + 1, sizeof *r->facts);
    r->sysmon = xcalloc(r->rules->n + 1, 1);
    r->security = xcalloc(r->rules->n + 1, 1);
    for (size_t i = 0; i < r->rules->n; i++)
        rule_facts(r, r->rules->rule[i], &r->facts[i]);
}

static void print_outcomes(const struct run *r)
{
    for (size_t k = 0; k < SHAPES; k++) {
        printf("# %s: %llu twins\n", shape_name(shapes[k]), (unsigned long long)r->twins[k]);
        for (size_t c = 0; c < CLASSES; c++) {
            const struct outcome *o = &r->outcome[k][c];

            printf("#   %-11s same %llu, weaker %llu, missing %llu, more %llu\n",
                   rule_class_name((enum rule_class)c), (unsigned long long)o->same,
                   (unsigned long long)o->weaker, (unsigned long long)o->missing,
                   (unsigned long long)o->more);
        }
    }
}

int main(int argc, char **argv)
{
    struct run r = { 0 };
    char line[4096];
    bool seen, good;

    build(&r, argv + 1, (size_t)(argc - 1));
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        run_log(&r, line);
    }
    print_outcomes(&r);
    seen = r.twins[0] > 0 && r.outcome[0][CLASS_FULL].same > 0 && r.outcome[1][CLASS_FULL].same > 0;
    good = seen && r.wrong == 0;
    printf("%s 1 - rules see %llu processes alike in Sysmon 1 and 4688 (%llu do not)\n1..1\n",
           good ? "ok" : "not ok", (unsigned long long)r.events, (unsigned long long)r.wrong);
    free(r.facts);
    free(r.sysmon);
    free(r.security);
    scratch_free(r.scratch);
    matcher_free(r.matcher);
    ruleset_free(r.rules);
    names_free(r.names);
    arena_release(&r.arena);
    return !good;
}
