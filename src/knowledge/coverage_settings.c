/* coverage_settings.c - which single thing, switched on, would let the most rules fire.
 *
 * Every rule that could not, or not wholly, have fired names the settings that would have helped it:
 * one for each way in which its events may come. Rules are counted once a computer, and once in
 * all. */
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "knowledge/coverage.h"

enum { DONE = 24 }; /* settings of one rule; more than the targets of any log source */

struct naming {
    struct buf name, how;
};

static void name_policy(const struct policy_entry *p, struct naming *to)
{
    buf_str(&to->name, p->title);
    policy_command(p, &to->how);
}

static void name_log(const struct cover_need *n, const struct policy_entry *p, struct naming *to)
{
    const struct slice label = channel_label(slice_str(n->channel));
    buf_printf(&to->name, "%.*s log", SLICE_ARG(label));
    buf_str(&to->how, "collect it");
    if (p && p->kind == POLICY_CHANNEL) {
        buf_str(&to->how, "; where it is off: ");
        policy_command(p, &to->how);
    }
}

static void name_4688(const struct cover *now, struct naming *to)
{
    const struct policy_entry *line = policy_find(SLICE("process-command-line"));
    if (now->host->process.s4688 == 0) {
        name_policy(policy_find(SLICE("process-creation")), to);
        buf_str(&to->name, ", with command lines");
        buf_str(&to->how, "; ");
        policy_command(line, &to->how);
    } else {
        name_policy(line, to);
    }
}

/* there: has the computer such a log? */
static void name_setting(const struct cover *now, const struct cover_need *n, bool there,
                         struct naming *to)
{
    const struct policy_entry *p = cover_policy(n);
    buf_clear(&to->name);
    buf_clear(&to->how);
    if (n->twin == TWIN_PROCESS_4688) {
        name_4688(now, to);
    } else if (p && p->kind == POLICY_SYSMON && !there) {
        buf_str(&to->name, "Sysmon");
        buf_str(&to->how, "install it, with a configuration that logs every kind of event");
    } else if (p && p->kind != POLICY_CHANNEL) {
        name_policy(p, to);
    } else {
        name_log(n, p, to);
    }
}

/* What the rule would be worth by this way, were it there. */
static enum cover_state promise(const struct coverage *c, const struct rule *r,
                                const struct cover_need *n)
{
    if (c->rule[r->index].process) {
        const enum shape shape = n->twin == TWIN_PROCESS_4688 ? SHAPE_4688 : SHAPE_SYSMON_1;
        const enum rule_class class = cover_class(c, r, shape)->class;
        return class == CLASS_CANNOT_FIRE ? COVER_NOT
               : class == CLASS_FULL      ? COVER_FIRE
                                          : COVER_PART;
    }
    return n->twin == TWIN_NONE ? COVER_FIRE : COVER_PART;
}

struct work {
    struct coverage *c;
    struct naming naming;
    struct map at;
    VEC(uint8_t *) seen; /* by setting: a bit a rule */
};

static size_t setting_of(struct work *w)
{
    const struct slice name = buf_view(&w->naming.name);
    const uint64_t *known = map_get(&w->at, name);
    if (known)
        return (size_t)*known;
    struct cover_setting new = { .name = arena_dup(&w->c->arena, name),
                                 .how = arena_dup(&w->c->arena, buf_view(&w->naming.how)) };
    if (!new.name.p || !vec_push(&w->c->settings, LIMIT_COVER_SETTINGS, new))
        return SIZE_MAX;
    vec_push(&w->seen, SIZE_MAX, xcalloc(w->c->rules->n / 8 + 1, 1));
    map_put(&w->at, new.name, w->c->settings.n - 1, NULL);
    return w->c->settings.n - 1;
}

/* The rule on the computer would rise by the setting of this way: counted once a setting. */
static void credit(struct work *w, size_t host, const struct cover *now, const struct cover_need *n,
                   size_t *done, size_t *ndone)
{
    struct coverage *c = w->c;
    const size_t index = now->rule->index;
    const bool there = c->at[host * c->nchannel + n->channel_at] != NULL;
    if (promise(c, now->rule, n) <= now->state)
        return;
    name_setting(now, n, there, &w->naming);
    const size_t s = setting_of(w);
    if (s == SIZE_MAX)
        return;
    for (size_t i = 0; i < *ndone; i++)
        if (done[i] == s)
            return;
    if (*ndone < DONE)
        done[(*ndone)++] = s;
    c->settings.v[s].pairs++;
    if (!(w->seen.v[s][index / 8] >> index % 8 & 1)) {
        c->settings.v[s].rules++;
        c->settings.v[s].full += promise(c, now->rule, n) == COVER_FIRE;
    }
    w->seen.v[s][index / 8] |= (uint8_t)(1u << index % 8);
}

static void rule_on_host(struct work *w, size_t host, const struct rule *r)
{
    const struct cover now = coverage_judge(w->c, host, r);
    size_t done[DONE], ndone = 0;
    if (now.state == COVER_FIRE || now.rule != r || now.reason == COVER_BEGINS ||
        now.reason == COVER_ENDS)
        return;
    for (size_t i = 0; i < now.about->nneed; i++)
        if (now.about->need[i].channel)
            credit(w, host, &now, &now.about->need[i], done, &ndone);
}

static int by_rules(const void *pa, const void *pb)
{
    const struct cover_setting *a = pa, *b = pb;
    if (a->rules != b->rules)
        return a->rules > b->rules ? -1 : 1;
    if (a->full != b->full)
        return a->full > b->full ? -1 : 1;
    if (a->pairs != b->pairs)
        return a->pairs > b->pairs ? -1 : 1;
    return slice_cmp(a->name, b->name);
}

void coverage_settings(struct coverage *c)
{
    struct work w = { .c = c };
    map_init(&w.at, 0);
    buf_init(&w.naming.name, LIMIT_LITERAL);
    buf_init(&w.naming.how, LIMIT_LITERAL);
    for (size_t h = 0; h < c->nhost; h++)
        for (size_t i = 0; i < c->rules->n; i++)
            if (coverage_shows(c, c->rules->rule[i]) && c->state[h * c->rules->n + i] != COVER_FIRE)
                rule_on_host(&w, h, c->rules->rule[i]);
    if (c->settings.n)
        qsort(c->settings.v, c->settings.n, sizeof *c->settings.v, by_rules);
    for (size_t i = 0; i < w.seen.n; i++)
        free(w.seen.v[i]);
    vec_release(&w.seen);
    map_release(&w.at);
    buf_release(&w.naming.name);
    buf_release(&w.naming.how);
}
