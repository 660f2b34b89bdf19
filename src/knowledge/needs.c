/* needs.c - what a rule needs, in words.
 *
 * May include: base/, match/, rule/. */
#include "knowledge/needs.h"

#include "base/limits.h"
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

static void classes(const struct rule *r, struct out *o)
{
    struct arena a;
    if (!slice_eq(r->category, SLICE("process_creation")) || r->ncondition == 0)
        return;
    arena_init(&a, LIMIT_RULE_ARENA);
    for (int s = 0; s < SHAPE_COUNT; s++) {
        struct slices missing = { 0 };
        enum rule_class k = rule_classify(r, (enum shape)s, &a, &missing);
        buf_printf(&o->text, "%s: %s", shape_name((enum shape)s), rule_class_name(k));
        for (size_t i = 0; i < missing.n; i++) {
            buf_str(&o->text, i > 0 ? ", " : "; not told: ");
            buf_slice(&o->text, missing.v[i]);
        }
        flush(o);
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
