/* needs.c - what a rule needs, in words.
 *
 * May include: base/, event/carried.h, match/, rule/. */
#include "knowledge/needs.h"

#include <stdio.h>

#include "base/limits.h"
#include "event/carried.h"
#include "knowledge/coverage.h"
#include "knowledge/needed.h"
#include "match/matcher.h"
#include "rule/logsource.h"

struct out {
    void (*put)(void *ctx, struct slice text);
    void *ctx;
    struct buf text;
};

static void flush(struct out *o)
{
    o->put(o->ctx, buf_view(&o->text));
    buf_clear(&o->text);
}

static void events(const struct rule *r, struct out *o)
{
    const struct needed_entry *need[NEEDED_ROOM];
    struct logsource ls;
    size_t n = needed_of_rule(r, need, NEEDED_ROOM);
    for (size_t i = 0; i < n && i < NEEDED_ROOM; i++) {
        const struct needed_entry *e = need[i];
        buf_str(&o->text, e->channel);
        if (!e->any)
            buf_printf(&o->text, ", EventID %u", e->event_id);
        buf_printf(&o->text, ": %s", e->title);
        if (strcmp(e->since, "sysmon") != 0) /* every Sysmon has it */
            buf_printf(&o->text, "; since %s", release_text(e->since));
        flush(o);
    }
    if (n == 0 && logsource_resolve(r, &ls, NULL) == EV_OK && ls.never != NULL) {
        buf_printf(&o->text, "none: %s", ls.never);
        flush(o);
    }
}

static void put_class(const char *source, enum rule_class k, const struct slices *missing,
                      struct out *o)
{
    buf_printf(&o->text, "%s: %s", source, rule_class_name(k));
    for (size_t i = 0; i < missing->n; i++) {
        buf_str(&o->text, i > 0 ? ", " : "; not told: ");
        buf_slice(&o->text, missing->v[i]);
    }
    flush(o);
}

/* A source of a category, or an event of the table. */
struct source {
    const struct rule *rule;
    size_t n;
    const struct needed_entry *const *need;
};

static bool of_category(const void *ctx, struct slice field)
{
    const struct source *s = ctx;
    return category_source_carries(s->rule->category, s->n, field);
}

/* Does one of the events have it? An entry without fields tells nothing: anything may be there. */
static bool of_table(const void *ctx, struct slice field)
{
    const struct source *s = ctx;
    field = logsource_field(s->rule, field);
    for (size_t i = 0; i < s->n; i++)
        if (s->need[i]->fields[0] == '\0' || needed_has_field(s->need[i], field))
            return true;
    return field_is_system(field);
}

/* Sources whose fields differ: those of a category that has some of Windows' own beside Sysmon's. */
static bool classes_of_category(const struct rule *r, struct arena *a, struct out *o)
{
    struct source s = { .rule = r };
    const char *name;
    for (; (name = category_source(r->category, s.n)) != NULL; s.n++) {
        struct slices missing = { 0 };
        put_class(name, rule_classify_by(r, of_category, &s, a, &missing), &missing, o);
    }
    return s.n > 0;
}

/* One channel after the other; a service's record says all that there is to say. */
static void classes_of_channels(const struct rule *r, struct arena *a, struct out *o)
{
    const struct needed_entry *need[NEEDED_ROOM];
    size_t n = needed_of_rule(r, need, NEEDED_ROOM);
    n = n < NEEDED_ROOM ? n : NEEDED_ROOM;
    for (size_t i = 0, to; i < n; i = to) {
        const struct source s = { .rule = r, .need = need + i };
        struct source part = s;
        struct slices missing = { 0 };
        char name[128];
        for (to = i + 1; to < n && strcmp(need[to]->channel, need[i]->channel) == 0;)
            to++;
        part.n = to - i;
        snprintf(name, sizeof name, "%.*s", SLICE_ARG(channel_label(slice_str(need[i]->channel))));
        enum rule_class k = CLASS_FULL;
        if (r->category.n > 0)
            k = rule_classify_by(r, of_table, &part, a, &missing);
        put_class(name, k, &missing, o);
    }
}

static void classes(const struct rule *r, struct out *o)
{
    struct arena a;
    if (r->ncondition == 0)
        return;
    arena_init(&a, LIMIT_RULE_ARENA);
    if (!slice_eq(r->category, SLICE("process_creation"))) {
        if (!classes_of_category(r, &a, o))
            classes_of_channels(r, &a, o);
        arena_release(&a);
        return;
    }
    for (int s = 0; s < SHAPE_COUNT; s++) {
        struct slices missing = { 0 };
        enum rule_class k = rule_classify(r, (enum shape)s, &a, &missing);
        put_class(shape_name((enum shape)s), k, &missing, o);
    }
    arena_release(&a);
}

static bool reads(const struct rule *r, const char *field)
{
    for (size_t i = 0; i < r->ntest; i++)
        if (slice_eq(r->test[i]->field, slice_str(field)))
            return true;
    return false;
}

struct policies {
    const struct policy_entry *v[NEEDED_ROOM];
    size_t n;
};

static void add_policies(const struct needed_entry *e, const struct rule *r, struct policies *ret)
{
    const struct policy_entry *p[POLICY_ROOM];
    size_t n = policies_of(e, p, POLICY_ROOM);
    for (size_t i = 0; i < n && i < POLICY_ROOM; i++) {
        bool wanted = p[i]->field[0] == '\0' || reads(r, p[i]->field);
        for (size_t k = 0; k < ret->n && wanted; k++)
            wanted = ret->v[k] != p[i];
        if (wanted && ret->n < NEEDED_ROOM)
            ret->v[ret->n++] = p[i];
    }
}

static void policy(const struct policy_entry *e, struct out *o)
{
    struct buf *b = &o->text;
    buf_str(b, e->title);
    if (e->field[0] != '\0')
        buf_printf(b, ", for %s", e->field);
    buf_printf(b, " (by default %s; volume %s)", policy_default_name(e->by_default), e->volume);
    size_t before = b->n;
    buf_str(b, ": ");
    policy_command(e, b);
    if (b->n == before + 2)
        b->n = before;
    if (e->note[0] != '\0')
        buf_printf(b, ". %s", e->note);
    flush(o);
}

static void settings(const struct rule *r, struct out *o)
{
    const struct needed_entry *need[NEEDED_ROOM];
    struct policies all = { .n = 0 };
    size_t n = needed_of_rule(r, need, NEEDED_ROOM);
    for (size_t i = 0; i < n && i < NEEDED_ROOM; i++)
        add_policies(need[i], r, &all);
    for (size_t i = 0; i < all.n; i++)
        policy(all.v[i], o);
}

void rule_needs(const struct rule *r, enum need what, void (*put)(void *ctx, struct slice text),
                void *ctx)
{
    struct out o = { .put = put, .ctx = ctx };
    buf_init(&o.text, LIMIT_OUT_ROW);
    if (what == NEED_EVENT)
        events(r, &o);
    else if (what == NEED_CLASS)
        classes(r, &o);
    else
        settings(r, &o);
    buf_release(&o.text);
}
