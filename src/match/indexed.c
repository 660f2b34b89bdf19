/* indexed.c - the matcher whose cost does not grow with the number of rules.
 *
 * An event's values are looked through once, each by the sieve of its field, or found in the memo.
 * That gives facts; facts wake the few rules that wait for them; programs decide those. A rule that
 * makes a row is then explained by naive.c, so that reasons are the oracle's own.
 * May include base/, event/, rule/, this folder. */
#include "match/indexed.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/stopwatch.h"
#include "match/group.h"

#include <stdlib.h>

struct index_state {
    const struct index *ix;
    struct groups groups;
    struct memo *memo;
    struct sieve_state sieve;
    uint32_t *stamp; /* by fact: the round in which it was true last */
    uint32_t *fact;  /* of this round, nfact of them */
    size_t nfact;
    uint32_t *list; /* facts of one value */
    size_t nlist;
    uint32_t *listed; /* by fact: the list in which it stands last */
    uint32_t lists;
    uint32_t *woken;     /* by rule: the round */
    uint32_t *candidate; /* rules of this round, ncandidate of them */
    size_t ncandidate;
    uint32_t *like;    /* key of a fact list */
    uint8_t *outcome;  /* by place among the candidates */
    uint32_t *learned; /* numbers of a memo entry */
    struct answers answers;
};

/* --- one worker --- */

struct index_state *index_state_new(const struct matcher *m)
{
    struct index_state *st = xcalloc(1, sizeof *st);
    const struct index *ix = m->index;
    size_t facts = ix->programs.nfact;

    st->ix = ix;
    groups_init(&st->groups, ix);
    st->memo = memo_new();
    sieve_state_init(&st->sieve, ix->most_atoms);
    st->stamp = xcalloc(facts + 1, sizeof *st->stamp);
    st->fact = xcalloc(facts + 1, sizeof *st->fact);
    st->list = xcalloc(facts + 1, sizeof *st->list);
    st->listed = xcalloc(facts + 1, sizeof *st->listed);
    st->woken = xcalloc(m->n + 1, sizeof *st->woken);
    st->candidate = xcalloc(m->n + 1, sizeof *st->candidate);
    st->like = xcalloc(facts + 2 * bit_words(ix->nfield) + 2, sizeof *st->like);
    st->outcome = xcalloc(m->n + 1, sizeof *st->outcome);
    st->learned = xcalloc(m->n + 8, sizeof *st->learned);
    st->answers = (struct answers){ .programs = &ix->programs, .stamp = st->stamp };
    st->answers.silent = st->groups.silent_now;
    st->answers.memo = st->memo;
    st->answers.asked = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.asked);
    st->answers.answer = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.answer);
    return st;
}

void index_state_free(struct index_state *st)
{
    if (!st)
        return;
    groups_release(&st->groups);
    memo_free(st->memo);
    sieve_state_release(&st->sieve);
    free(st->stamp);
    free(st->fact);
    free(st->list);
    free(st->listed);
    free(st->woken);
    free(st->candidate);
    free(st->like);
    free(st->outcome);
    free(st->learned);
    free(st->answers.asked);
    free(st->answers.answer);
    free(st);
}

/* --- one event --- */

static void round_begin(struct index_state *st, struct scratch *s, struct view *v)
{
    const struct index *ix = st->ix;
    struct answers *a = &st->answers;

    a->round++;
    if (a->round == 0) { /* after 2^32 rounds old stamps would look new */
        memset(st->stamp, 0, ix->programs.nfact * sizeof *st->stamp);
        memset(st->woken, 0, ix->m->n * sizeof *st->woken);
        memset(a->asked, 0, ix->programs.nleaf * sizeof *a->asked);
        a->round = 1;
    }
    a->view = v;
    a->regex = s->regex;
    st->nfact = 0;
    st->ncandidate = 0;
}

static void establish(struct index_state *st, const uint32_t *fact, size_t n)
{
    uint32_t round = st->answers.round;

    for (size_t i = 0; i < n; i++) {
        if (st->stamp[fact[i]] == round)
            continue;
        st->stamp[fact[i]] = round;
        st->fact[st->nfact++] = fact[i];
    }
}

static void list_begin(struct index_state *st)
{
    st->lists++;
    if (st->lists == 0) {
        memset(st->listed, 0, st->ix->programs.nfact * sizeof *st->listed);
        st->lists = 1;
    }
}

static size_t list_fact(struct index_state *st, size_t n, uint32_t fact)
{
    if (st->listed[fact] == st->lists)
        return n;
    st->listed[fact] = st->lists;
    st->list[n] = fact;
    return n + 1;
}

/* The atoms of the last scan, and the sets that they are in, each once. */
static size_t list_facts(struct index_state *st, size_t n)
{
    const struct programs *p = &st->ix->programs;

    for (size_t i = 0; i < st->sieve.n; i++) {
        uint32_t atom = st->sieve.atom[i];

        n = list_fact(st, n, atom);
        for (uint32_t k = p->first[atom]; k < p->first[atom + 1]; k++)
            n = list_fact(st, n, p->member_of[k]);
    }
    return n;
}

/* Looks through value i with one sieve, or two: its field's and the keywords'. */
static void sift(struct index_state *st, struct view *v, uint32_t i, size_t field, bool keywords)
{
    const struct index *ix = st->ix;
    struct slice text = event_text(&v->event, i), folded = view_folded(v, i);
    size_t n = 0;

    list_begin(st);
    if (field < ix->nfield) {
        sieve_scan(ix->sieve[field], &st->sieve, text, folded);
        n = list_facts(st, n);
    }
    if (keywords) {
        sieve_scan(ix->sieve[ix->nfield], &st->sieve, text, folded);
        n = list_facts(st, n);
    }
    st->nlist = n;
}

/* Returns whether the memo knew it. */
static bool scan_value(struct index_state *st, struct view *v, uint32_t i, size_t field,
                       bool keywords)
{
    const struct value *value = &v->event.field[i].value;
    struct memo_key key = { .bytes = slice_of(value->p, value->n),
                            .sieve = (uint32_t)(2 * field + keywords),
                            .type = value->type };
    bool fits = value->n <= LIMIT_MEMO_VALUE;
    const uint32_t *fact;
    size_t n;

    if (fits) {
        memo_hash(st->memo, &key);
        if (memo_find(st->memo, &key, &fact, &n)) {
            establish(st, fact, n);
            return true;
        }
    }
    sift(st, v, i, field, keywords);
    if (fits)
        memo_add(st->memo, &key, st->list, st->nlist);
    establish(st, st->list, st->nlist);
    return false;
}

static void scan_timed(struct index_state *st, struct match_profile *p, struct view *v, uint32_t i,
                       size_t field, bool keywords)
{
    struct field_cost *c = &p->field[field];
    const uint64_t from = stopwatch_now();
    const size_t before = st->nfact;
    const bool known = scan_value(st, v, i, field, keywords);

    stopwatch_lap(from, &c->ns);
    c->values++;
    c->remembered += known;
    c->bytes += known ? 0 : event_text(&v->event, i).n;
    c->facts += st->nfact - before;
}

/* p: NULL, or what is measured. */
static void scan_event(struct index_state *st, struct match_profile *p, const struct cohort *c,
                       struct view *v)
{
    const struct index *ix = st->ix;

    for (uint32_t i = 0; i < v->event.n; i++) {
        const struct field *f = &v->event.field[i];
        bool keywords = c->keywords && sieve_reads(ix->sieve[ix->nfield], f->value.type);
        bool reads = f->id < ix->nfield && f->part != EVENT_RENDERING && bit_has(c->reads, f->id);

        if (!keywords && !reads)
            continue;
        if (p)
            scan_timed(st, p, v, i, reads ? f->id : ix->nfield, keywords);
        else
            scan_value(st, v, i, reads ? f->id : ix->nfield, keywords);
    }
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
    for (size_t i = 0; i < st->nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->fact[i], &n);
        for (size_t k = 0; k < n; k++)
            if (bit_has(s->waits, rule[k]))
                wake(st, rule[k]);
        if (!s->trigger.run)
            continue;
        rule = trigger_table_get(&s->trigger, st->fact[i], &n);
        wake_all(st, rule, n);
    }
    wake_all(st, s->always, s->nalways);
}

/* Has the oracle write the row, with the answers that are known. */
static void explain(struct index_state *st, struct scratch *s, const struct compiled *c,
                    struct view *v)
{
    program_tell(&st->answers, c->rule->index, c->rule->ntest, s->plain);
    naive_decide(s, c, v);
}

static bool is_open(const struct compiled *c, const bool *silent)
{
    for (size_t i = 0; i < c->ncarried; i++)
        if (field_is_silent(c->carried[i], silent))
            return true;
    return false;
}

/* What an event was to a rule that it woke. */
enum outcome {
    OUTCOME_NOTHING,
    OUTCOME_UNDECIDED,
    OUTCOME_ROW,
    OUTCOME_ASKED, /* facts alone did not tell */
    OUTCOMES
};

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
    for (size_t i = 0; i < st->nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->fact[i], &n);
        for (size_t k = 0; k < n; k++)
            p->rule[rule[k]].woken += bit_has(gap->waits, rule[k]);
        if (!gap->trigger.run)
            continue;
        rule = trigger_table_get(&gap->trigger, st->fact[i], &n);
        for (size_t k = 0; k < n; k++)
            p->rule[rule[k]].woken++;
    }
}

/* Runs the program of one candidate and acts. */
static enum outcome decide(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;
    enum outcome outcome = judge(st, s, rule);

    s->counts[rule].candidates += !act(st, s, rule, outcome, v);
    if (s->profile)
        stopwatch_lap(from, &s->profile->rule[rule].ns);
    return st->answers.asks ? OUTCOME_ASKED : outcome;
}

/* --- events that are like an earlier one ---
 *
 * What facts and silent fields say of a cohort's rules is always the same, and events of one kind
 * mostly establish the same facts. So outcomes are remembered, too; only rules whose programs asked
 * for more are decided anew. An entry holds how many rules have each outcome, then these rules. */

static struct memo_key like_key(struct index_state *st, const struct cohort *c)
{
    size_t words = bit_words(c->ncarried) * 2;
    uint32_t *b = st->like;

    b[0] = c->number;
    memcpy(b + 1, st->groups.now, words * sizeof *b);
    if (st->nfact > 0)
        memcpy(b + 1 + words, st->fact, st->nfact * sizeof *b);
    return (struct memo_key){ .bytes = slice_of(b, (1 + words + st->nfact) * sizeof *b),
                              .sieve = UINT32_MAX };
}

static void act_timed(struct index_state *st, struct scratch *s, uint32_t rule,
                      enum outcome outcome, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;

    act(st, s, rule, outcome, v);
    if (s->profile)
        stopwatch_lap(from, &s->profile->rule[rule].ns);
}

/* A copy: deciding may add to the memo. */
static void like_replay(struct index_state *st, struct scratch *s, const uint32_t *known, size_t n,
                        struct view *view)
{
    const uint32_t *v = st->learned, *rule = v + OUTCOMES;

    memcpy(st->learned, known, n * sizeof *known);
    for (int k = OUTCOME_UNDECIDED; k < OUTCOMES; k++)
        for (uint32_t i = 0; i < v[k]; i++, rule++) {
            if (k == OUTCOME_ASKED)
                decide(st, s, *rule, view);
            else
                act_timed(st, s, *rule, (enum outcome)k, view);
        }
}

/* Decides the candidates, and remembers. outcome: by place among the candidates. */
static void like_learn(struct index_state *st, struct scratch *s, const struct memo_key *key,
                       struct view *view)
{
    uint32_t *v = st->learned;
    size_t n = OUTCOMES;

    memset(v, 0, OUTCOMES * sizeof *v);
    for (size_t i = 0; i < st->ncandidate; i++)
        st->outcome[i] = (uint8_t)decide(st, s, st->candidate[i], view);
    for (int k = OUTCOME_UNDECIDED; k < OUTCOMES; k++)
        for (size_t i = 0; i < st->ncandidate; i++)
            if (st->outcome[i] == k) {
                v[k]++;
                v[n++] = st->candidate[i];
            }
    if (key->bytes.n <= LIMIT_MEMO_VALUE)
        memo_add(st->memo, key, v, n);
}

/* What the facts of the event say of the cohort's rules. */
static void run_facts(struct index_state *st, struct scratch *s, struct cohort *c, struct view *v)
{
    const struct gap *gap = groups_gap(&st->groups, c, v);
    struct memo_key key = like_key(st, c);
    const uint32_t *known;
    size_t n;

    if (s->profile)
        count_woken(st, s->profile, c, gap);
    memo_hash(st->memo, &key);
    if (memo_find(st->memo, &key, &known, &n)) {
        if (s->profile)
            s->profile->alike++;
        like_replay(st, s, known, n, v);
        return;
    }
    find_candidates(st, c, gap);
    like_learn(st, s, &key, v);
}

static void run_cohort(struct index_state *st, struct scratch *s, struct cohort *c,
                       struct event *ev)
{
    struct match_profile *p = s->profile;
    struct view *v = scratch_twin(s, c->twin, ev);
    uint64_t from = p ? stopwatch_now() : 0;

    round_begin(st, s, v);
    scan_event(st, p, c, v);
    if (p) {
        from = stopwatch_lap(from, &p->ns_values);
        p->events++;
        p->facts += st->nfact;
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
    const struct group *g = groups_find(&st->groups, ev);

    (void)m;
    for (size_t i = 0; i < g->n; i++)
        run_cohort(st, s, g->cohort[i], ev);
    if (s->nhit > 1)
        qsort(s->hit, s->nhit, sizeof *s->hit, by_rule);
}
