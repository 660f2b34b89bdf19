/* coverage.c - the judgement itself; see coverage.h. */
#include "knowledge/coverage.h"

#include "base/fold.h"
#include "base/limits.h"
#include "knowledge/needed.h"
#include "match/dispatch.h"
#include "rule/correlation.h"

/* Fewer events in a log prove nothing about what is missing from it. */
enum { BUSY_LOG = 100, STEPS = 100000 };

/* --- what a rule needs --- */

/* Has somebody to switch such events on, by a value of the registry or in Sysmon's configuration? */
static bool switched_on(struct slice channel, uint32_t id)
{
    const struct policy_entry *p;
    for (size_t i = 0; (p = policy_at(i)) != NULL; i++)
        if ((p->kind == POLICY_REGISTRY || p->kind == POLICY_SYSMON) && p->field[0] == '\0' &&
            policy_writes(p, channel, id))
            return true;
    return false;
}

/* Could a log without any such event not have had them? */
static bool needs_kind(const struct logsource_target *t, const struct cover_need *n)
{
    if (t->channel == NULL || n->nid == 0)
        return false;
    if (strcmp(t->channel, "Security") == 0)
        return t->nid > 0;
    for (size_t i = 0; i < n->nid; i++)
        if (!switched_on(slice_str(t->channel), n->id[i]))
            return false;
    return true;
}

static size_t channel_number(struct coverage *c, const char *name)
{
    for (size_t i = 0; i < c->nchannel; i++)
        if (slice_eq_nocase(slice_str(c->channel[i]), slice_str(name)))
            return i;
    c->channel[c->nchannel] = name;
    return c->nchannel++;
}

static bool target_has(const struct logsource_target *t, uint32_t id)
{
    for (size_t i = 0; i < t->nid; i++)
        if (t->id[i] == id)
            return true;
    return t->nid == 0;
}

/* The EventIDs of the target that the rule can be true for; false: none of them. */
static bool need_ids(struct cover_need *n, const struct logsource_target *t, const struct ids *ids,
                     struct arena *a)
{
    const bool by_rule = !ids->any && !twin_adds_ids(t->twin);
    n->any = !by_rule && t->nid == 0;
    n->id = arena_zalloc(a, ids->n + t->nid, sizeof *n->id);
    for (size_t i = 0; by_rule && i < ids->n; i++)
        if (target_has(t, ids->v[i]))
            n->id[n->nid++] = ids->v[i];
    for (size_t i = 0; !by_rule && i < t->nid; i++)
        n->id[n->nid++] = t->id[i];
    return n->any || n->nid > 0;
}

static bool uses_field(const struct rule *r, uint32_t id)
{
    for (size_t i = 0; i < r->ntest; i++)
        if (r->test[i]->field.p && r->test[i]->field_id == id)
            return true;
    return false;
}

/* The channel that a rule of every log tests for itself; NULL: none. */
static const char *tested_channel(const struct rule *r, struct arena *a)
{
    for (size_t i = 0; i < r->ntest; i++) {
        const struct test *t = r->test[i];
        const struct pattern *p = &t->u.text.pattern;
        if (t->field.p && t->field_id == FIELD_CHANNEL && t->kind == TEST_PATTERN && p->n == 1 &&
            p->token[0].kind == TOKEN_LITERAL)
            return arena_str(a, t->written);
    }
    return NULL;
}

static void rule_needs(struct coverage *c, const struct rule *r, struct cover_rule *ret)
{
    struct logsource source;
    struct ids ids;
    if (logsource_resolve(r, &source, NULL) < 0)
        return;
    ret->never = source.never;
    ret->need = arena_zalloc(&c->arena, source.n, sizeof *ret->need);
    rule_ids(r, &ids);
    ids.any |= r->ncondition == 0;
    for (size_t i = 0; i < source.n; i++) {
        const struct logsource_target *t = &source.target[i];
        struct cover_need *n = &ret->need[ret->nneed];
        *n = (struct cover_need){ .channel = t->channel, .provider = t->provider, .twin = t->twin };
        if (!n->channel && c->nchannel < LIMIT_COVER_CHANNELS)
            n->channel = tested_channel(r, &c->arena);
        if (n->channel)
            n->channel_at = channel_number(c, n->channel);
        ret->nneed += need_ids(n, t, &ids, &c->arena);
        n->kind = needs_kind(t, n);
    }
    ret->process = slice_eq(r->category, SLICE("process_creation"));
    ret->original_name = ret->process && uses_field(r, FIELD_ORIGINALFILENAME);
}

/* --- what a computer has --- */

static int id_order(const struct evidence_id *a, uint32_t id)
{
    return (a->event_id > id) - (a->event_id < id);
}

/* Has the channel an event of that id, and of that provider where one is named? */
static bool channel_has(const struct evidence_channel *c, const char *provider, uint32_t id)
{
    size_t low = 0, high = c->nid;
    if (c->untold)
        return c->all > 0;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (id_order(&c->id[mid], id) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < c->nid && c->id[low].event_id == id; low++)
        if (!provider || !c->id[low].provider.p ||
            slice_eq_nocase(c->id[low].provider, slice_str(provider)))
            return true;
    return false;
}

/* Some event of the subcategory is there. */
static bool wrote_something(const struct evidence_channel *c, const struct policy_entry *p)
{
    for (size_t i = 0; i < c->nid; i++)
        if (policy_writes(p, SLICE("Security"), c->id[i].event_id))
            return true;
    return false;
}

bool cover_is_busy(const struct policy_entry *p)
{
    static const char *const busy[] = {
        "process-creation", "process-termination", "logon",
        "logoff",           "special-logon",       "filtering-connection"
    };
    for (size_t i = 0; i < sizeof busy / sizeof *busy; i++)
        if (strcmp(p->id, busy[i]) == 0)
            return true;
    return false;
}

const struct policy_entry *cover_policy(const struct cover_need *n)
{
    const struct policy_entry *p;
    for (size_t i = 0; n->channel && n->nid > 0 && (p = policy_at(i)) != NULL; i++)
        if (p->field[0] == '\0' && p->kind != POLICY_NONE &&
            policy_writes(p, slice_str(n->channel), n->id[0]))
            return p;
    return NULL;
}

/* Is the audit subcategory on that writes one of the events? Those in no subcategory are always
 * written. *ret_busy: one of them would write all day. */
static bool audited(const struct evidence_channel *c, const struct cover_need *n, bool *ret_busy)
{
    const struct policy_entry *p;
    *ret_busy = false;
    for (size_t i = 0; i < n->nid; i++) {
        bool some = false;
        for (size_t k = 0; (p = policy_at(k)) != NULL; k++) {
            if (p->kind != POLICY_AUDITPOL || !policy_writes(p, SLICE("Security"), n->id[i]))
                continue;
            some = true;
            *ret_busy |= cover_is_busy(p);
            if (wrote_something(c, p))
                return true;
        }
        if (!some)
            return true;
    }
    return false;
}

/* --- the judgement --- */

static struct cover answer(struct cover base, enum cover_state state, enum cover_reason reason)
{
    base.state = state;
    base.reason = reason;
    return base;
}

static struct cover by_kind(struct cover base, const struct evidence_channel *ch)
{
    const struct cover_need *n = base.need;
    base.long_log = ch->events >= BUSY_LOG;
    bool busy = false, found = n->any && ch->all > 0;
    for (size_t i = 0; i < n->nid && !found; i++)
        found = channel_has(ch, n->provider, n->id[i]);
    if (!found && n->kind)
        return answer(base, COVER_NOT, COVER_NO_EVENT);
    if (!found && strcmp(n->channel, "Security") == 0 && !audited(ch, n, &busy))
        return busy && base.long_log ? answer(base, COVER_NOT, COVER_NO_EVENT)
                                     : answer(base, COVER_PART, COVER_UNSEEN);
    if (n->twin != TWIN_NONE && n->twin != TWIN_PROCESS_4688)
        return answer(base, COVER_PART, COVER_TWIN);
    const struct evidence_host *h = base.host;
    if (n->nid == 1 && n->id[0] == 4104 && h->script_blocks > 0 && h->script_verbose == 0)
        return answer(base, COVER_PART, COVER_SUSPECTED);
    return answer(base, COVER_FIRE, COVER_OK);
}

/* Does the log reach into the window? */
static struct cover by_time(struct cover so_far, const struct evidence *e,
                            const struct evidence_channel *ch)
{
    if (ch->oldest == 0)
        return so_far;
    struct cover late = so_far;
    late.from = ch->oldest;
    late.to = ch->newest;
    if (e->to && ch->oldest > e->to)
        return answer(late, COVER_NOT, COVER_BEGINS);
    if (ch->newest < e->from)
        return answer(late, COVER_NOT, COVER_ENDS);
    if (so_far.state == COVER_FIRE && e->from && ch->oldest > e->from)
        return answer(late, COVER_PART, COVER_BEGINS);
    return so_far;
}

static struct cover judge_need(const struct coverage *c, struct cover base, size_t host)
{
    const struct cover_need *n = base.need;
    if (!n->channel)
        return answer(base, base.host->nchannel ? COVER_FIRE : COVER_NOT,
                      base.host->nchannel ? COVER_OK : COVER_NO_LOG);
    const struct evidence_channel *ch = c->at[host * c->nchannel + n->channel_at];
    if (!ch || ch->all == 0)
        return answer(base, COVER_NOT, COVER_NO_LOG);
    return by_time(by_kind(base, ch), c->evidence, ch);
}

/* Of two ways the better one; of two that lead nowhere the one that says more than "no log". */
static bool is_better(const struct cover *a, const struct cover *b)
{
    if (a->state != b->state)
        return a->state > b->state;
    return a->state == COVER_NOT && a->reason != COVER_NO_LOG && b->reason == COVER_NO_LOG;
}

static struct cover judge_needs(const struct coverage *c, struct cover base, size_t host)
{
    const struct cover_rule *about = base.about;
    struct cover best = answer(base, COVER_NOT, COVER_NO_LOG);
    for (size_t i = 0; i < about->nneed; i++) {
        base.need = &about->need[i];
        const struct cover one = judge_need(c, base, host);
        if (is_better(&one, &best))
            best = one;
    }
    return best;
}

const struct cover_class *cover_class(const struct coverage *c, const struct rule *r, enum shape s)
{
    struct cover_class *k = &c->rule[r->index].class[s];
    if (!k->known)
        k->class = rule_classify(r, s, c->classes, &k->missing);
    k->known = true;
    return k;
}

static enum cover_state state_of(enum rule_class class)
{
    return class == CLASS_FULL ? COVER_FIRE : class == CLASS_CANNOT_FIRE ? COVER_NOT : COVER_PART;
}

static struct cover by_class(const struct coverage *c, struct cover base, enum shape s)
{
    const struct cover_class *k = cover_class(c, base.rule, s);
    const enum cover_state state = state_of(k->class);
    base.missing = &k->missing;
    return answer(base, state, state == COVER_FIRE ? COVER_OK : COVER_FIELDS);
}

/* On 4688 as this computer writes them. */
static struct cover judge_4688(const struct coverage *c, struct cover base)
{
    const struct summary_host *p = &base.host->process;
    struct cover best =
        by_class(c, base, p->s4688_no_parent == p->s4688 ? SHAPE_4688_NO_PARENT : SHAPE_4688);
    const bool never = p->s4688_with_command_line == 0;
    enum cover_state blind;
    if (!never && p->nspan == 0)
        return best;
    blind = state_of(cover_class(c, base.rule, SHAPE_4688_NO_COMMAND_LINE)->class);
    if (blind >= best.state)
        return best;
    best = answer(best, never ? blind : COVER_PART, COVER_NO_COMMAND_LINE);
    best.from = p->nspan ? p->span[0].first : p->first;
    best.to = p->nspan ? p->span[p->nspan - 1].last : p->last;
    return best;
}

static const struct cover_need *need_of(const struct cover_rule *about, enum twin_kind twin)
{
    for (size_t i = 0; i < about->nneed; i++)
        if (about->need[i].twin == twin)
            return &about->need[i];
    return NULL;
}

static struct cover judge_process(const struct coverage *c, struct cover base, size_t host)
{
    const struct summary_host *p = &base.host->process;
    const struct cover_need *sysmon = need_of(base.about, TWIN_NONE),
                            *security = need_of(base.about, TWIN_PROCESS_4688);
    struct cover best = judge_needs(c, base, host), one = base;
    if (!(sysmon && p->sysmon_1) && !(security && p->s4688)) /* a log that tells no ids is none */
        return best.state == COVER_NOT ? best : answer(best, COVER_NOT, COVER_NO_EVENT);
    best = answer(best, COVER_NOT, COVER_NO_LOG);
    for (int i = 0; i < 2 && best.state != COVER_FIRE; i++) {
        one.need = i ? security : sysmon;
        if (!one.need || !(i ? p->s4688 : p->sysmon_1))
            continue;
        struct cover got = i ? judge_4688(c, one) : by_class(c, one, SHAPE_SYSMON_1);
        if (!i && got.state == COVER_FIRE && base.about->original_name &&
            p->sysmon_1_old == p->sysmon_1)
            got = answer(got, COVER_PART, COVER_OLD_SYSMON);
        const struct evidence_channel *ch = c->at[host * c->nchannel + one.need->channel_at];
        if (ch && got.state != COVER_NOT)
            got = by_time(got, c->evidence, ch);
        if (is_better(&got, &best))
            best = got;
    }
    return best;
}

static struct cover judge(const struct coverage *c, size_t host, const struct rule *r,
                          unsigned *steps);

/* The best of the rules that one reference means. */
static struct cover judge_ref(const struct coverage *c, size_t host, struct cover base,
                              const struct correlation_ref *ref, unsigned *steps)
{
    struct cover best = answer(base, COVER_NOT, COVER_NO_LOG);
    for (size_t i = 0; i < ref->nrule && ++*steps < STEPS; i++) {
        const struct cover one = judge(c, host, ref->rule[i], steps);
        if (i == 0 || is_better(&one, &best))
            best = one;
    }
    return best;
}

/* A count needs one of its rules, a sequence all of them. */
static struct cover judge_correlation(const struct coverage *c, size_t host, struct cover base,
                                      unsigned *steps)
{
    const struct correlation *k = base.rule->correlation;
    const bool all = !k->expression &&
                     (k->type == CORRELATION_TEMPORAL || k->type == CORRELATION_TEMPORAL_ORDERED);
    struct cover sum = answer(base, COVER_NOT, COVER_NO_LOG);
    for (size_t i = 0; i < k->nref && *steps < STEPS; i++) {
        const struct cover one = judge_ref(c, host, base, &k->ref[i], steps);
        if (i == 0 || (all ? one.state < sum.state : is_better(&one, &sum)))
            sum = one;
    }
    return sum;
}

static struct cover judge(const struct coverage *c, size_t host, const struct rule *r,
                          unsigned *steps)
{
    struct cover base = { .rule = r,
                          .about = &c->rule[r->index],
                          .host = &c->evidence->host[host] };
    if (r->correlation && r->ncondition == 0)
        return judge_correlation(c, host, base, steps);
    if (base.about->never || base.about->nneed == 0)
        return answer(base, COVER_NOT, COVER_NEVER);
    return base.about->process ? judge_process(c, base, host) : judge_needs(c, base, host);
}

struct cover coverage_judge(const struct coverage *c, size_t host, const struct rule *r)
{
    return judge(c, host, r, &(unsigned){ 0 });
}

bool coverage_shows(const struct coverage *c, const struct rule *r)
{
    return c->shown[r->index];
}

uint64_t coverage_count(const struct coverage *c, size_t host, enum cover_state state)
{
    uint64_t n = 0;
    for (size_t i = 0; i < c->rules->n; i++)
        n += coverage_shows(c, c->rules->rule[i]) && c->state[host * c->rules->n + i] == state;
    return n;
}

static void find_channels(struct coverage *c)
{
    const struct evidence *e = c->evidence;
    c->at = arena_zalloc(&c->arena, c->nhost * c->nchannel, sizeof *c->at);
    for (size_t h = 0; h < c->nhost; h++)
        for (size_t i = 0; i < e->host[h].nchannel; i++)
            for (size_t k = 0; k < c->nchannel; k++)
                if (slice_eq_nocase(e->host[h].channel[i].name, slice_str(c->channel[k])))
                    c->at[h * c->nchannel + k] = &e->host[h].channel[i];
}

static void judge_everywhere(struct coverage *c, const struct rule *r)
{
    struct cover best = { .state = COVER_NOT, .reason = COVER_NO_LOG };
    for (size_t h = 0; h < c->nhost; h++) {
        const struct cover one = coverage_judge(c, h, r);
        c->state[h * c->rules->n + r->index] = (uint8_t)one.state;
        if (h == 0 || is_better(&one, &best)) {
            best = one;
            c->best_host[r->index] = (uint32_t)h;
        }
    }
    c->best[r->index] = (uint8_t)best.state;
    c->n[best.state] += coverage_shows(c, r);
    c->without_log += coverage_shows(c, r) && best.state == COVER_NOT &&
                      (best.reason == COVER_NO_LOG || best.reason == COVER_NO_EVENT);
}

void coverage_init(struct coverage *c, const struct ruleset *rules, const struct evidence *e,
                   const struct attack *attack,
                   bool (*shows)(const void *ctx, const struct rule *r), const void *ctx)
{
    *c = (struct coverage){ .rules = rules, .evidence = e, .attack = attack };
    arena_init(&c->arena, LIMIT_RULE_ARENA);
    c->rule = arena_zalloc(&c->arena, rules->n, sizeof *c->rule);
    c->classes = arena_zalloc(&c->arena, 1, sizeof *c->classes);
    arena_init(c->classes, LIMIT_RULE_ARENA);
    /* Beyond the cap rules of every log need no channel; logsource.def's always find room. */
    c->channel = arena_zalloc(&c->arena, 2 * LIMIT_COVER_CHANNELS, sizeof *c->channel);
    c->shown = arena_zalloc(&c->arena, rules->n, 1);
    for (size_t i = 0; i < rules->n; i++) {
        const struct rule *r = rules->rule[i];
        rule_needs(c, r, &c->rule[i]);
        c->shown[i] = r->part_of == NULL && (shows ? shows(ctx, r) : rule_shows_rows(r));
    }
    c->nhost = e->nhost;
    if (rules->n > 0 && c->nhost > LIMIT_COVER_CELLS / rules->n)
        c->nhost = LIMIT_COVER_CELLS / rules->n;
    find_channels(c);
    c->state = arena_zalloc(&c->arena, c->nhost * rules->n, 1);
    c->best = arena_zalloc(&c->arena, rules->n, 1);
    c->best_host = arena_zalloc(&c->arena, rules->n, sizeof *c->best_host);
    for (size_t i = 0; i < rules->n; i++)
        judge_everywhere(c, rules->rule[i]);
    coverage_totals(c);
    coverage_settings(c);
}

void coverage_release(struct coverage *c)
{
    vec_release(&c->tactics);
    vec_release(&c->techniques);
    vec_release(&c->blanks);
    vec_release(&c->settings);
    vec_release(&c->causes);
    arena_release(c->classes);
    arena_release(&c->arena);
}
