/* matcher.c - building, running and checking; decisions are naive.c's and indexed.c's.
 *
 * May include base/, event/, rule/. */
#include "match/matcher.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/stopwatch.h"
#include "match/compiled.h"
#include "match/group.h"
#include "rule/filter.h"

const char *verdict_name(enum verdict v)
{
    static const char *const name[] = { "full", "unfiltered", "possible" };

    return name[v];
}

static void carried_add(struct compiled *c, uint32_t id)
{
    for (size_t i = 0; i < c->ncarried; i++)
        if (c->carried[i] == id)
            return;
    c->carried[c->ncarried++] = id;
}

static int compile(struct matcher *m, struct compiled *c, const struct rule *r, struct ev_err *err)
{
    *c = (struct compiled){ .rule = r, .source = dispatch_add(&m->dispatch, r) };
    c->leaf = arena_try(&m->arena, (r->ntest + 1) * sizeof *c->leaf);
    c->carried = arena_try(&m->arena, 2 * (r->ntest + 1) * sizeof *c->carried);
    if (!c->leaf || !c->carried)
        return ev_err_set(err, EV_ENOMEM, "the rules need more memory than allowed: load fewer");
    memset(c->leaf, 0, (r->ntest + 1) * sizeof *c->leaf);
    for (size_t i = 0; i < r->ntest; i++) {
        const struct test *t = r->test[i];
        int rc = leaf_init(&c->leaf[i], t, r->category, &m->arena, err);

        if (rc < 0)
            return rc;
        if (c->leaf[i].carried)
            carried_add(c, t->field_id);
        if (c->leaf[i].ref_carried)
            carried_add(c, t->u.ref.field_id);
    }
    if (r->ntest > m->most_tests)
        m->most_tests = r->ntest;
    return EV_OK;
}

int matcher_build(const struct ruleset *rs, const struct match_options *o, struct matcher **ret,
                  struct ev_err *err)
{
    struct matcher *m = xcalloc(1, sizeof *m);

    m->rs = rs;
    m->options = *o;
    arena_init(&m->arena, LIMIT_RULE_ARENA);
    dispatch_init(&m->dispatch);
    m->rule = xcalloc(rs->n + 1, sizeof *m->rule);
    for (; m->n < rs->n; m->n++) {
        int rc = compile(m, &m->rule[m->n], rs->rule[m->n], err);

        if (rc < 0) {
            m->n++; /* what the last one has is released, too */
            matcher_free(m);
            return rc;
        }
    }
    dispatch_done(&m->dispatch);
    if (o->kind == MATCHER_INDEXED) {
        int rc = index_new(m, &m->index, err);

        if (rc < 0) {
            matcher_free(m);
            return rc;
        }
    }
    *ret = m;
    return EV_OK;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; m->rule[i].leaf && k < m->rule[i].rule->ntest; k++)
            leaf_release(&m->rule[i].leaf[k]);
    index_free(m->index);
    free(m->rule);
    dispatch_release(&m->dispatch);
    arena_release(&m->arena);
    free(m);
}

bool matcher_wants(const struct matcher *m, struct slice provider, struct slice channel,
                   uint32_t event_id)
{
    return dispatch_wants(&m->dispatch, provider, channel, event_id);
}

struct scratch *scratch_new(const struct matcher *m)
{
    struct scratch *s = xcalloc(1, sizeof *s);

    s->m = m;
    arena_init(&s->arena, LIMIT_MATCH_ARENA);
    for (int k = 0; k < TWIN_KINDS; k++)
        view_init(&s->view[k], names_count(m->rs->names), &s->arena);
    s->taken = xcalloc(m->dispatch.n + 1, 1);
    s->twin = xcalloc(m->dispatch.n + 1, 1);
    s->plain = xcalloc(m->most_tests + 1, 1);
    s->mark = xcalloc(m->most_tests + 1, 1);
    s->regex = regex_state_new();
    s->counts = xcalloc(m->n + 1, sizeof *s->counts);
    s->index = m->index ? index_state_new(m) : NULL;
    if (m->options.profile) {
        s->profile = xcalloc(1, sizeof *s->profile);
        match_profile_init(s->profile, m->n,
                           m->index ? m->index->nfield : names_count(m->rs->names));
    }
    return s;
}

void scratch_free(struct scratch *s)
{
    if (!s)
        return;
    for (int k = 0; k < TWIN_KINDS; k++)
        view_release(&s->view[k]);
    arena_release(&s->arena);
    regex_state_free(s->regex);
    index_state_free(s->index);
    free(s->taken);
    free(s->twin);
    free(s->plain);
    free(s->mark);
    free(s->counts);
    free(s->hit);
    if (s->profile)
        match_profile_release(s->profile);
    free(s->profile);
    free(s);
}

const struct rule_counts *scratch_counts(const struct scratch *s)
{
    return s->counts;
}

struct view *scratch_view(struct scratch *s, const struct compiled *c, struct event *ev)
{
    enum twin_kind kind = TWIN_NONE;
    struct view *v;

    if (c->source == SIZE_MAX)
        return NULL;
    if (s->taken[c->source] == TAKEN_UNASKED) {
        bool takes = dispatch_takes(&s->m->dispatch, c->source, ev, &kind);

        s->taken[c->source] = takes ? TAKEN_YES : TAKEN_NO;
        s->twin[c->source] = (uint8_t)kind;
    }
    if (s->taken[c->source] == TAKEN_NO)
        return NULL;
    v = scratch_twin(s, (enum twin_kind)s->twin[c->source], ev);
    view_open(v);
    return v;
}

struct view *scratch_twin(struct scratch *s, enum twin_kind kind, struct event *ev)
{
    if (!s->filled[kind]) {
        s->filled[kind] = true;
        if (view_fill(&s->view[kind], ev, kind) < 0)
            ev->cut = true;
    }
    return &s->view[kind];
}

static void naive_timed(struct scratch *s, size_t rule, struct view *v)
{
    const uint64_t from = stopwatch_now();

    naive_rule(s, &s->m->rule[rule], v);
    stopwatch_lap(from, &s->profile->rule[rule].ns);
}

static void run_naive(const struct matcher *m, struct scratch *s, struct event *ev)
{
    if (s->profile)
        s->profile->events++;
    memset(s->taken, TAKEN_UNASKED, m->dispatch.n);
    for (size_t i = 0; i < m->n; i++) {
        struct view *v = scratch_view(s, &m->rule[i], ev);

        if (v && s->profile)
            naive_timed(s, i, v);
        else if (v)
            naive_rule(s, &m->rule[i], v);
    }
}

void matcher_run(const struct matcher *m, struct scratch *s, struct event *ev, struct hits *ret)
{
    arena_reset(&s->arena);
    s->nhit = 0;
    memset(s->filled, 0, sizeof s->filled);
    if (m->index)
        index_run(m, s, ev);
    else
        run_naive(m, s, ev);
    for (int k = 0; k < TWIN_KINDS; k++) {
        ev->cut |= s->filled[k] && s->view[k].event.cut;
        view_leave(&s->view[k]);
    }
    *ret = (struct hits){ s->hit, s->nhit };
}

static void say_fault(struct ruleset *rs, const struct rule *r, const struct test *t,
                      const struct ev_err *err)
{
    struct rule_message m = { MESSAGE_ERROR, r->file, t->line, t->column, SLICE_ABSENT };

    m.text = arena_printf(&rs->arena, "%s", err->text);
    rs->message = xrealloc(rs->message, rs->nmessage + 1, sizeof *rs->message);
    rs->message[rs->nmessage++] = m;
}

/* Tells of each regex that does not compile; true when there is one. */
static bool rule_has_fault(struct ruleset *rs, const struct rule *r)
{
    bool any = false;

    for (size_t i = 0; i < r->ntest; i++) {
        struct ev_err err = { 0 };

        if (r->test[i]->kind != TEST_REGEX || regex_check(r->test[i], &err) == EV_OK)
            continue;
        say_fault(rs, r, r->test[i], &err);
        any = true;
    }
    return any;
}

/* A filter with a fault would take every rule with it to which it applies. */
static size_t check_filters(struct ruleset *rs)
{
    size_t kept = 0, all = rs->nfilter;

    for (size_t i = 0; i < all; i++) {
        if (rule_has_fault(rs, rs->filter[i].rule))
            ruleset_count_refused(rs, rs->filter[i].rule);
        else
            rs->filter[kept++] = rs->filter[i];
    }
    rs->nfilter = kept;
    return all - kept;
}

size_t matcher_check(struct ruleset *rs)
{
    size_t kept = 0, all = rs->n, filters = check_filters(rs);

    for (size_t i = 0; i < rs->nbroken; i++) /* refused already: this is one fault more */
        (void)rule_has_fault(rs, rs->broken[i]);
    for (size_t i = 0; i < all; i++) {
        struct rule *r = rs->rule[i];

        if (rule_has_fault(rs, r)) {
            ruleset_count_refused(rs, r);
            continue;
        }
        r->index = (uint32_t)kept;
        rs->rule[kept++] = r;
    }
    rs->n = kept;
    return all - kept + filters;
}
