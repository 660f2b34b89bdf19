/* indexed.c - the matcher whose cost does not grow with the number of rules.
 *
 * An event's values are looked through once, each by the sieve of its field, or found in the memo.
 * That gives facts; facts wake the few rules that wait for them; programs decide those. A rule that
 * makes a row is then explained by naive.c, so that reasons are the oracle's own.
 * May include base/, event/, rule/, this folder. */
#include "match/indexed.h"

#include "base/mem.h"
#include "base/stopwatch.h"
#include "match/sift.h"

#include <stdlib.h>

/* What an event was to a rule that it woke. */
enum outcome {
    OUTCOME_NOTHING,
    OUTCOME_UNDECIDED,
    OUTCOME_TOLD,  /* a row whose reasons are remembered, too */
    OUTCOME_ROW,   /* a row that is explained each time */
    OUTCOME_ASKED, /* facts alone did not tell */
    OUTCOMES
};

/* The look-ups in the memo for outcomes and for reasons. */
#define OUTCOMES_SIEVE UINT32_MAX
#define REASONS_SIEVE (UINT32_MAX - 2)
/* Numbers in the key of reasons: two, and an answer for each test without an atom. */
#define REASONS_MOST 66

struct index_state {
    const struct index *ix;
    struct groups groups;
    struct sift sift;
    uint32_t *woken;     /* by rule: the round */
    uint32_t *candidate; /* rules of this round, ncandidate of them */
    size_t ncandidate;
    const struct cohort *cohort; /* of the event at hand */
    bool open;                   /* index_open was called for it */
    uint32_t *like;              /* key of what an event's values gave */
    uint8_t *outcome;            /* by place among the candidates */
    uint32_t *learned; /* what is remembered of outcomes, at most LEARNED_MOST and one a rule */
    uint32_t *told;    /* hits of this round as naive_tell says them, ntold numbers */
    size_t ntold;
    uint32_t alike; /* number of what is remembered of such events; 0: nothing */
    uint32_t likes; /* numbers given so far */
    uint32_t reason[REASONS_MOST];
    uint32_t judged; /* the outcome of the last program that ran */
    struct answers answers;
};

/* Numbers that hits add to what is remembered of one list of facts; more are explained anew. */
#define LEARNED_MOST 4096

struct index_state *index_state_new(const struct matcher *m)
{
    struct index_state *st = xcalloc(1, sizeof *st);
    const struct index *ix = m->index;

    st->ix = ix;
    groups_init(&st->groups, ix);
    sift_init(&st->sift, ix);
    st->woken = xcalloc(m->n + 1, sizeof *st->woken);
    st->candidate = xcalloc(m->n + 1, sizeof *st->candidate);
    st->like = xcalloc(SIFT_NUMBERS + 2 * bit_words(ix->nfield) + 1, sizeof *st->like);
    st->outcome = xcalloc(m->n + 1, sizeof *st->outcome);
    st->learned = xcalloc(m->n + LEARNED_MOST + OUTCOMES, sizeof *st->learned);
    st->told = xcalloc(LEARNED_MOST, sizeof *st->told);
    st->answers = (struct answers){ .programs = &ix->programs, .stamp = st->sift.stamp };
    st->answers.silent = st->groups.silent_now;
    st->answers.memo = st->sift.memo;
    st->answers.asked = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.asked);
    st->answers.answer = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.answer);
    return st;
}

void index_state_free(struct index_state *st)
{
    if (!st)
        return;
    groups_release(&st->groups);
    sift_release(&st->sift);
    free(st->woken);
    free(st->candidate);
    free(st->like);
    free(st->outcome);
    free(st->learned);
    free(st->told);
    free(st->answers.asked);
    free(st->answers.answer);
    free(st);
}

/* --- one event --- */

static void look_through(struct index_state *st, struct scratch *s, struct cohort *c,
                         struct view *v)
{
    const struct index *ix = st->ix;
    struct answers *a = &st->answers;

    if (sift_event(&st->sift, s->profile, &st->groups, c, v)) {
        memset(st->woken, 0, ix->m->n * sizeof *st->woken);
        memset(a->asked, 0, ix->programs.nleaf * sizeof *a->asked);
    }
    a->round = st->sift.round;
    a->view = v;
    a->regex = s->regex;
    st->ncandidate = 0;
    st->cohort = c;
    st->open = false;
}

/* Before a program runs: the facts have their stamps, silent fields and the view are known. */
static void index_open(struct index_state *st, struct view *v)
{
    if (st->open)
        return;
    st->open = true;
    sift_settle(&st->sift);
    groups_tell(&st->groups, st->cohort);
    view_open(v);
}

static void wake(struct index_state *st, uint32_t rule)
{
    if (st->woken[rule] == st->answers.round)
        return;
    st->woken[rule] = st->answers.round;
    st->candidate[st->ncandidate++] = rule;
}

static void wake_all(struct index_state *st, const uint32_t *rule, size_t n)
{
    for (size_t i = 0; i < n; i++)
        wake(st, rule[i]);
}

/* s: the cohort's gap, or NULL. */
static void find_candidates(struct index_state *st, const struct cohort *c, const struct gap *s)
{
    const uint32_t *rule;
    size_t n;

    if (!s) {
        wake_all(st, c->open, c->nopen);
        s = &c->full;
    }
    for (size_t i = 0; i < st->sift.nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->sift.fact[i], &n);
        for (size_t k = 0; k < n; k++)
            if (bit_has(s->waits, rule[k]))
                wake(st, rule[k]);
        if (!s->trigger.run)
            continue;
        rule = trigger_table_get(&s->trigger, st->sift.fact[i], &n);
        wake_all(st, rule, n);
    }
    wake_all(st, s->always, s->nalways);
}

/* What decides the reasons of a row besides facts: the answers of all tests that have no atom. False
 * when there are too many, or a filter document has a say. */
static bool reasons_key(struct index_state *st, const struct compiled *c, struct memo_key *ret)
{
    const uint32_t *atom = st->ix->programs.v[c->rule->index].atom;
    size_t n = 2;

    if (st->alike == 0 || c->rule->nfilter > 0)
        return false;
    st->reason[0] = st->alike;
    st->reason[1] = c->rule->index;
    for (size_t i = 0; i < c->rule->ntest; i++) {
        if (atom[i] == FACT_NONE || !(atom[i] & IS_LEAF))
            continue;
        if (n == REASONS_MOST)
            return false;
        st->reason[n] = (uint32_t)program_ask(&st->answers, atom[i] & ~IS_LEAF);
        if (st->reason[n++] == TRI_UNKNOWN) /* a limit: counted each time */
            return false;
    }
    *ret = (struct memo_key){ .bytes = slice_of(st->reason, n * sizeof *st->reason),
                              .sieve = REASONS_SIEVE };
    memo_hash(st->sift.memo, ret);
    return true;
}

/* Has the oracle write the row, with the answers that are known. */
static void explain(struct index_state *st, struct scratch *s, const struct compiled *c,
                    struct view *v)
{
    struct memo *memo = st->sift.memo;
    const size_t hits = s->nhit;
    struct memo_key key;
    const uint32_t *told;
    uint32_t fresh[TOLD_MOST];
    size_t n;
    bool keeps;

    index_open(st, v);
    keeps = reasons_key(st, c, &key);
    if (keeps && memo_find(memo, &key, &told, &n) && n >= TOLD_HEAD) {
        naive_retell(s, told, v);
        return;
    }
    program_tell(&st->answers, c->rule->index, c->rule->ntest, s->plain);
    naive_decide(s, c, v);
    n = keeps && s->nhit > hits ? naive_tell(s, fresh) : 0;
    if (n > 0)
        memo_add(memo, &key, fresh, n);
}

static bool is_open(const struct compiled *c, const bool *silent)
{
    for (size_t i = 0; i < c->ncarried; i++)
        if (field_is_silent(c->carried[i], silent))
            return true;
    return false;
}

static enum outcome judge(struct index_state *st, const struct scratch *s, uint32_t rule)
{
    struct answers *a = &st->answers;
    struct reading r;

    a->open = is_open(&st->ix->m->rule[rule], a->silent);
    a->asks = false;
    r = program_run(a, rule);
    if (r.plain == TRI_UNKNOWN) /* only a limit of the regex engine does that */
        s->counts[rule].regex_limit++;
    if (r.plain == TRI_TRUE)
        return OUTCOME_ROW;
    if (r.plain == TRI_FALSE && r.kleene == TRI_UNKNOWN && program_touched(a, rule))
        return OUTCOME_UNDECIDED;
    return OUTCOME_NOTHING;
}

/* Returns whether the oracle was asked: it counts by itself. */
static bool act(struct index_state *st, struct scratch *s, uint32_t rule, enum outcome outcome,
                struct view *v)
{
    const struct compiled *c = &st->ix->m->rule[rule];
    /* A filter document may have decided what the rule leaves open. */
    bool row = outcome == OUTCOME_ROW ||
               (outcome == OUTCOME_UNDECIDED && (s->m->options.possible || c->rule->nfilter > 0));

    if (row)
        explain(st, s, c, v);
    else if (outcome == OUTCOME_UNDECIDED)
        s->counts[rule].undecided++;
    return row;
}

/* The rules that wait for a fact of this event. */
static void count_woken(const struct index_state *st, struct match_profile *p,
                        const struct cohort *c, const struct gap *gap)
{
    const uint32_t *rule;
    size_t n;

    if (!gap)
        gap = &c->full;
    for (size_t i = 0; i < st->sift.nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->sift.fact[i], &n);
        for (size_t k = 0; k < n; k++)
            p->rule[rule[k]].woken += bit_has(gap->waits, rule[k]);
        if (!gap->trigger.run)
            continue;
        rule = trigger_table_get(&gap->trigger, st->sift.fact[i], &n);
        for (size_t k = 0; k < n; k++)
            p->rule[rule[k]].woken++;
    }
}

/* Keeps the reasons of the row that was just made, if they are those of all events with such facts. */
static bool learn_reasons(struct index_state *st, const struct scratch *s, uint32_t rule)
{
    size_t n = 0;

    if (bit_has(st->ix->factual, rule) && st->ntold + TOLD_MOST <= LEARNED_MOST)
        n = naive_tell(s, st->told + st->ntold);
    st->ntold += n;
    return n > 0;
}

/* Runs the program of one candidate and acts. */
static enum outcome decide(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;
    const size_t hits = s->nhit;
    enum outcome outcome;

    index_open(st, v);
    outcome = judge(st, s, rule);
    st->judged = (uint32_t)outcome;
    s->counts[rule].candidates += !act(st, s, rule, outcome, v);
    if (s->profile)
        stopwatch_lap(from, &s->profile->rule[rule].ns);
    if (st->answers.asks)
        return OUTCOME_ASKED;
    return s->nhit > hits && learn_reasons(st, s, rule) ? OUTCOME_TOLD : outcome;
}

/* Decides a rule that asks for more than facts: by the answers, if these were met before. */
static void decide_again(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    struct memo *memo = st->sift.memo;
    struct memo_key key;
    const uint32_t *known;
    uint32_t outcome;
    size_t n;

    index_open(st, v);
    if (s->profile || !reasons_key(st, &st->ix->m->rule[rule], &key)) {
        decide(st, s, rule, v);
    } else if (!memo_find(memo, &key, &known, &n)) {
        const size_t hits = s->nhit;

        decide(st, s, rule, v);
        outcome = st->judged;
        if (s->nhit == hits)
            memo_add(memo, &key, &outcome, 1);
    } else if (n >= TOLD_HEAD) {
        naive_retell(s, known, v);
    } else {
        s->counts[rule].candidates++;
        s->counts[rule].undecided += known[0] == OUTCOME_UNDECIDED;
    }
}

/* --- events that are like an earlier one ---
 *
 * What facts and silent fields say of a cohort's rules is always the same, and events of one kind
 * mostly establish the same facts. So outcomes are remembered, too; only rules whose programs asked
 * for more are decided anew. An entry holds its number, how many rules have each outcome, then these
 * rules; of those that made rows the hits without what they took from the event. */

static struct memo_key like_key(struct index_state *st, const struct cohort *c)
{
    const struct sift *sift = &st->sift;
    size_t words = bit_words(c->ncarried) * 2;
    uint32_t *b = st->like;

    b[0] = c->number;
    memcpy(b + 1, st->groups.now, words * sizeof *b);
    memcpy(b + 1 + words, sift->number, sift->nnumber * sizeof *b);
    return (struct memo_key){ .bytes = slice_of(b, (1 + words + sift->nnumber) * sizeof *b),
                              .sieve = OUTCOMES_SIEVE };
}

static void act_timed(struct index_state *st, struct scratch *s, uint32_t rule,
                      enum outcome outcome, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;

    act(st, s, rule, outcome, v);
    if (s->profile)
        stopwatch_lap(from, &s->profile->rule[rule].ns);
}

static void retell_timed(struct scratch *s, const uint32_t *told, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;

    naive_retell(s, told, v);
    if (s->profile)
        stopwatch_lap(from, &s->profile->rule[told[0]].ns);
}

/* A copy: deciding may add to the memo. */
static void like_replay(struct index_state *st, struct scratch *s, const uint32_t *known, size_t n,
                        struct view *view)
{
    const uint32_t *v = st->learned, *next = v + OUTCOMES;

    memcpy(st->learned, known, n * sizeof *known);
    st->alike = v[OUTCOME_NOTHING];
    if (v[OUTCOME_TOLD] > 0)
        view_open(view);
    st->ntold = LEARNED_MOST; /* nothing is learned now */
    for (uint32_t i = 0; i < v[OUTCOME_UNDECIDED]; i++)
        act_timed(st, s, *next++, OUTCOME_UNDECIDED, view);
    for (uint32_t i = 0; i < v[OUTCOME_TOLD]; i++, next += told_size(next))
        retell_timed(s, next, view);
    for (uint32_t i = 0; i < v[OUTCOME_ROW]; i++)
        act_timed(st, s, *next++, OUTCOME_ROW, view);
    for (uint32_t i = 0; i < v[OUTCOME_ASKED]; i++)
        decide_again(st, s, *next++, view);
}

static size_t learn_rules(struct index_state *st, enum outcome outcome, size_t n)
{
    for (size_t i = 0; i < st->ncandidate; i++)
        if (st->outcome[i] == outcome) {
            st->learned[outcome]++;
            st->learned[n++] = st->candidate[i];
        }
    return n;
}

/* Decides the candidates; the outcomes as they are remembered. Returns their length. */
static size_t like_learn(struct index_state *st, struct scratch *s, struct view *view)
{
    uint32_t *v = st->learned;
    size_t n;

    memset(v, 0, OUTCOMES * sizeof *v);
    st->ntold = 0;
    st->alike = st->likes == UINT32_MAX ? 0 : ++st->likes;
    v[OUTCOME_NOTHING] = st->alike;
    for (size_t i = 0; i < st->ncandidate; i++) {
        st->outcome[i] = (uint8_t)decide(st, s, st->candidate[i], view);
        v[OUTCOME_TOLD] += st->outcome[i] == OUTCOME_TOLD;
    }
    n = learn_rules(st, OUTCOME_UNDECIDED, OUTCOMES);
    if (st->ntold > 0)
        memcpy(v + n, st->told, st->ntold * sizeof *v);
    n = learn_rules(st, OUTCOME_ROW, n + st->ntold);
    return learn_rules(st, OUTCOME_ASKED, n);
}

/* What the facts of the event say of the cohort's rules. */
static void run_facts(struct index_state *st, struct scratch *s, struct cohort *c, struct view *v)
{
    const struct gap *gap = groups_gap(&st->groups, c);
    struct memo *memo = st->sift.memo;
    struct memo_key key = like_key(st, c);
    const uint32_t *known;
    size_t n;

    if (s->profile)
        count_woken(st, s->profile, c, gap);
    memo_hash(memo, &key);
    if (!st->sift.unlike && memo_find(memo, &key, &known, &n)) {
        if (s->profile)
            s->profile->alike++;
        like_replay(st, s, known, n, v);
        return;
    }
    index_open(st, v);
    find_candidates(st, c, gap);
    n = like_learn(st, s, v);
    /* Deciding may have changed the memo: the key is looked up again. */
    if (!st->sift.unlike && !memo_find(memo, &key, &known, &(size_t){ 0 }))
        memo_add(memo, &key, st->learned, n);
}

static void run_cohort(struct index_state *st, struct scratch *s, struct cohort *c,
                       struct event *ev)
{
    struct match_profile *p = s->profile;
    struct view *v = scratch_twin(s, c->twin, ev);
    uint64_t from = p ? stopwatch_now() : 0;

    look_through(st, s, c, v);
    if (p) {
        sift_settle(&st->sift);
        from = stopwatch_lap(from, &p->ns_values);
        p->events++;
        p->facts += st->sift.nfact;
    }
    run_facts(st, s, c, v);
    if (p)
        stopwatch_lap(from, &p->ns_rules);
}

static int by_rule(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    return (x->rule->index > y->rule->index) - (x->rule->index < y->rule->index);
}

void index_run(const struct matcher *m, struct scratch *s, struct event *ev)
{
    struct index_state *st = s->index;
    const struct group *g;

    (void)m;
    sift_prepare(&st->sift);
    g = groups_find(&st->groups, ev);
    for (size_t i = 0; i < g->n; i++)
        run_cohort(st, s, g->cohort[i], ev);
    if (s->nhit > 1)
        qsort(s->hit, s->nhit, sizeof *s->hit, by_rule);
}
