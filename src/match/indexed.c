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
    OUTCOME_TOLD,   /* a row whose reasons are remembered, too */
    OUTCOME_ROW,    /* perhaps a row, which is explained each time */
    OUTCOME_ASKED,  /* facts alone did not tell: with the values of some fields they do */
    OUTCOME_ALWAYS, /* decided each time */
    OUTCOMES
};

/* The look-ups in the memo for outcomes, by facts and by values. */
#define OUTCOMES_SIEVE UINT32_MAX
#define ASKED_SIEVE (UINT32_MAX - 1)
/* Fields whose values decide what facts leave open, and bytes of these values. */
#define ASKED_FIELDS 8
#define ASKED_MOST 1024

/* What a rule came to, to be remembered. */
struct lesson {
    uint32_t rule;
    uint8_t outcome;
    bool asked;    /* for more than facts */
    uint32_t told; /* of a row: index into told */
};

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
    struct lesson *lesson;       /* what was decided of rules, nlesson of them */
    size_t nlesson;
    uint32_t *learned; /* what is remembered of outcomes, at most LEARNED_MOST and one a rule */
    uint32_t *told;    /* hits of this round as naive_tell says them, ntold numbers */
    uint32_t ntold;
    uint32_t *copy;               /* of such */
    uint32_t alike;               /* number of what is remembered of such events */
    uint32_t likes;               /* numbers given so far */
    uint32_t field[ASKED_FIELDS]; /* that the rules ask for which are being learned: nfield ids */
    uint32_t nfield;
    uint8_t asked[ASKED_MOST]; /* key of these values */
    struct answers answers;
};

/* Numbers that hits add to what is remembered of one list of facts; more are explained anew. */
#define LEARNED_MOST 4096
/* What is remembered begins with the number of rules of each outcome, and of fields that are asked. */
#define LEARNED_HEAD (OUTCOMES + 1)

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
    st->lesson = xcalloc(m->n + 1, sizeof *st->lesson);
    st->learned = xcalloc(m->n + LEARNED_MOST + LEARNED_HEAD + ASKED_FIELDS, sizeof *st->learned);
    st->copy = xcalloc(m->n + LEARNED_MOST + LEARNED_HEAD + ASKED_FIELDS, sizeof *st->copy);
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
    free(st->lesson);
    free(st->learned);
    free(st->told);
    free(st->copy);
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

/* Has the oracle write the row, with the answers that are known. */
static void explain(struct index_state *st, struct scratch *s, const struct compiled *c,
                    struct view *v)
{
    index_open(st, v);
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

static enum outcome judge(struct index_state *st, const struct scratch *s, uint32_t rule)
{
    const struct compiled *c = &st->ix->m->rule[rule];
    struct answers *a = &st->answers;
    struct reading r;

    a->open = is_open(c, a->silent);
    a->asks = false;
    r = program_run(a, rule);
    if (r.plain == TRI_UNKNOWN) /* only a limit of the regex engine does that */
        s->counts[rule].regex_limit++;
    if (r.plain == TRI_TRUE)
        return OUTCOME_ROW;
    if (r.plain != TRI_FALSE || r.kleene != TRI_UNKNOWN || !program_touched(a, rule))
        return OUTCOME_NOTHING;
    /* A filter document may decide what the rule leaves open. */
    return s->m->options.possible || c->rule->nfilter > 0 ? OUTCOME_ROW : OUTCOME_UNDECIDED;
}

/* Returns whether the oracle was asked: it counts by itself. */
static bool act(struct index_state *st, struct scratch *s, uint32_t rule, enum outcome outcome,
                struct view *v)
{
    if (outcome == OUTCOME_ROW)
        explain(st, s, &st->ix->m->rule[rule], v);
    s->counts[rule].undecided += outcome == OUTCOME_UNDECIDED;
    return outcome == OUTCOME_ROW;
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

/* Keeps the reasons of the row that was just made; false when there is no room. */
static bool learn_reasons(struct index_state *st, const struct scratch *s)
{
    size_t n = 0;

    if (st->ntold + TOLD_MOST <= LEARNED_MOST)
        n = naive_tell(s, st->told + st->ntold);
    st->ntold += (uint32_t)n;
    return n > 0;
}

/* Runs the program of one candidate and acts. */
static enum outcome decide(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;
    enum outcome outcome;

    index_open(st, v);
    outcome = judge(st, s, rule);
    s->counts[rule].candidates += !act(st, s, rule, outcome, v);
    if (s->profile)
        stopwatch_lap(from, &s->profile->rule[rule].ns);
    return outcome;
}

/* Adds the field to those that are asked; one without an id is in no record. */
static bool ask_field(struct index_state *st, uint32_t id)
{
    if (id == NAME_NONE)
        return true;
    for (uint32_t i = 0; i < st->nfield; i++)
        if (st->field[i] == id)
            return true;
    if (st->nfield == ASKED_FIELDS)
        return false;
    st->field[st->nfield++] = id;
    return true;
}

/* Adds the fields on which the rule's answers depend; false when there are more than can be kept, or
 * a filter document has a say. */
static bool ask_fields(struct index_state *st, uint32_t rule)
{
    const struct compiled *c = &st->ix->m->rule[rule];
    const uint32_t *atom = st->ix->programs.v[rule].atom;
    bool fits = c->rule->nfilter == 0;

    for (size_t i = 0; i < c->rule->ntest && fits; i++) {
        const struct test *t = c->rule->test[i];

        if (atom[i] == FACT_NONE || !(atom[i] & IS_LEAF))
            continue;
        fits = t->field.p && ask_field(st, t->field_id) &&
               (t->kind != TEST_FIELDREF || ask_field(st, t->u.ref.field_id));
    }
    return fits;
}

/* Did the engine of regular expressions reach a limit? That is counted each time. */
static bool met_limit(const struct index_state *st, uint32_t rule)
{
    const struct answers *a = &st->answers;
    const uint32_t *atom = st->ix->programs.v[rule].atom;

    for (size_t i = 0; i < st->ix->m->rule[rule].rule->ntest; i++) {
        uint32_t leaf = atom[i] & ~IS_LEAF;

        if (atom[i] != FACT_NONE && (atom[i] & IS_LEAF) && a->asked[leaf] == a->round &&
            a->answer[leaf] == TRI_UNKNOWN)
            return true;
    }
    return false;
}

/* Decides the i-th of the rules to learn. What asked for more than facts is what it is for events with
 * the same values of the fields that are asked. */
static void decide_to_learn(struct index_state *st, struct scratch *s, size_t i, uint32_t rule,
                            struct view *v)
{
    struct lesson *l = &st->lesson[i];
    const size_t hits = s->nhit;
    bool telling;

    l->rule = rule;
    l->outcome = (uint8_t)decide(st, s, rule, v);
    l->asked = st->answers.asks && ask_fields(st, rule);
    telling = l->asked || bit_has(st->ix->factual, rule);
    if (st->answers.asks && (!l->asked || met_limit(st, rule))) {
        l->outcome = OUTCOME_ALWAYS;
    } else if (l->outcome == OUTCOME_ROW && s->nhit > hits && telling) {
        l->told = st->ntold;
        if (learn_reasons(st, s))
            l->outcome = OUTCOME_TOLD;
    }
}

/* --- events that are like an earlier one ---
 *
 * What facts and silent fields say of a cohort's rules is always the same, and events of one kind
 * mostly establish the same facts. So outcomes are remembered, too. What rules come to that asked for
 * more is remembered by the values of the fields which they ask. An entry holds its number, how many
 * rules have each outcome, then these rules; of those that made rows the hits without what they took
 * from the event. */

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

static void act_timed(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;

    act(st, s, rule, OUTCOME_ROW, v);
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

/* Decides rules that were not decided for such events. */
static void learn(struct index_state *st, struct scratch *s, const uint32_t *rule, size_t n,
                  struct view *view)
{
    st->ntold = 0;
    st->nfield = 0;
    st->nlesson = n;
    for (size_t i = 0; i < n; i++)
        decide_to_learn(st, s, i, rule[i], view);
}

static size_t write_lesson(struct index_state *st, const struct lesson *l, size_t n)
{
    const uint32_t *told = st->told + l->told;
    size_t size = 1;

    if (l->outcome == OUTCOME_TOLD)
        size = told_size(told);
    memcpy(st->learned + n, l->outcome == OUTCOME_TOLD ? told : &l->rule, size * sizeof *told);
    st->learned[l->outcome]++;
    return n + size;
}

/* What was learned as it is remembered: by facts of all rules that asked for no more, or by values of
 * those that did. Returns its length. */
static size_t write_lessons(struct index_state *st, bool asked)
{
    static const uint8_t order[] = { OUTCOME_UNDECIDED, OUTCOME_TOLD, OUTCOME_ROW, OUTCOME_ALWAYS };
    uint32_t *v = st->learned;
    size_t n = LEARNED_HEAD;

    memset(v, 0, LEARNED_HEAD * sizeof *v);
    v[OUTCOME_NOTHING] = st->alike;
    for (size_t k = 0; k < sizeof order; k++)
        for (size_t i = 0; i < st->nlesson; i++)
            if (st->lesson[i].outcome == order[k] && st->lesson[i].asked == asked)
                n = write_lesson(st, &st->lesson[i], n);
    for (size_t i = 0; i < st->nlesson && !asked; i++)
        if (st->lesson[i].asked) {
            v[OUTCOME_ASKED]++;
            v[n++] = st->lesson[i].rule;
        }
    if (asked)
        return n;
    v[OUTCOMES] = st->nfield;
    memcpy(v + n, st->field, st->nfield * sizeof *v);
    return n + st->nfield;
}

/* Deciding may have changed the memo: the key is looked up again. */
static void remember(struct index_state *st, struct memo_key *key, size_t n)
{
    struct memo *memo = st->sift.memo;
    const uint32_t *known;

    memo_hash(memo, key);
    if (!memo_find(memo, key, &known, &(size_t){ 0 }))
        memo_add(memo, key, st->learned, n);
}

/* The rules that are asked, then the fields, of what was learned. */
static const uint32_t *replay(struct index_state *st, struct scratch *s, const uint32_t *v,
                              struct view *view)
{
    const uint32_t *next = v + LEARNED_HEAD;

    for (uint32_t i = 0; i < v[OUTCOME_UNDECIDED]; i++)
        s->counts[*next++].undecided++;
    if (v[OUTCOME_TOLD] > 0)
        view_open(view);
    for (uint32_t i = 0; i < v[OUTCOME_TOLD]; i++, next += told_size(next))
        retell_timed(s, next, view);
    for (uint32_t i = 0; i < v[OUTCOME_ROW]; i++)
        act_timed(st, s, *next++, view);
    for (uint32_t i = 0; i < v[OUTCOME_ALWAYS]; i++)
        decide(st, s, *next++, view);
    return next;
}

/* A copy where deciding may add to the memo. */
static const uint32_t *kept(struct index_state *st, const uint32_t *known, size_t n)
{
    if (known[OUTCOME_ROW] + known[OUTCOME_ALWAYS] + known[OUTCOME_ASKED] == 0)
        return known;
    memcpy(st->copy, known, n * sizeof *known);
    return st->copy;
}

/* Adds a value to the key. */
static bool asked_add(struct index_state *st, size_t *used, uint32_t which, const struct value *v)
{
    const uint32_t head[] = { which, v->type, v->n };

    if (v->n > sizeof st->asked - sizeof head || *used > sizeof st->asked - sizeof head - v->n)
        return false;
    memcpy(st->asked + *used, head, sizeof head);
    *used += sizeof head;
    if (v->n > 0)
        memcpy(st->asked + *used, v->p, v->n);
    *used += v->n;
    return true;
}

/* The key of the values of n fields, any of them as often as it occurs. False when it is too long. */
static bool asked_key(struct index_state *st, const uint32_t *field, uint32_t n,
                      const struct view *v, struct memo_key *ret)
{
    size_t used = sizeof st->alike;
    uint64_t some = 0;

    for (uint32_t k = 0; k < n; k++)
        some |= UINT64_C(1) << (field[k] & 63);
    memcpy(st->asked, &st->alike, used);
    for (size_t i = 0; i < v->event.n; i++) {
        const struct field *f = &v->event.field[i];
        uint32_t which = 0;

        if (!(some >> (f->id & 63) & 1) || f->part == EVENT_RENDERING)
            continue;
        while (which < n && field[which] != f->id)
            which++;
        if (which < n && !asked_add(st, &used, which, &f->value))
            return false;
    }
    *ret = (struct memo_key){ .bytes = slice_of(st->asked, used), .sieve = ASKED_SIEVE };
    return true;
}

/* What is remembered under the key, *ret_n numbers; NULL: nothing. last: the layout's entry of what was
 * the case with the last event, which mostly is so again: then there is no need of a hash. */
static const uint32_t *recall(struct index_state *st, struct memo_key *key, uint32_t *last,
                              size_t *ret_n)
{
    struct layout *l = st->sift.layout;
    struct memo *memo = st->sift.memo;
    const uint32_t *known;

    if (l->age != memo->age)
        l->like = l->asked = 0;
    l->age = memo->age;
    known = memo_is(memo, *last, key->type, key->bytes, ret_n);
    if (known)
        return known;
    memo_hash(memo, key);
    if (!memo_find(memo, key, &known, ret_n))
        return NULL;
    *last = key->entry;
    return known;
}

/* Rules that ask for more than facts: by the values, if these were met before. v: as remembered by
 * facts; rule: the first of them. */
static void replay_asked(struct index_state *st, struct scratch *s, const uint32_t *v,
                         const uint32_t *rule, struct view *view)
{
    const uint32_t rules = v[OUTCOME_ASKED], *known;
    struct memo_key key;
    size_t n;

    if (!asked_key(st, rule + rules, v[OUTCOMES], view, &key)) {
        for (uint32_t i = 0; i < rules; i++)
            decide(st, s, rule[i], view);
        return;
    }
    known = recall(st, &key, &st->sift.layout->asked, &n);
    if (known) {
        replay(st, s, kept(st, known, n), view);
        return;
    }
    learn(st, s, rule, rules, view);
    for (size_t i = 0; i < rules; i++)
        st->lesson[i].asked = true;
    remember(st, &key, write_lessons(st, true));
}

static void replay_like(struct index_state *st, struct scratch *s, const uint32_t *known, size_t n,
                        struct view *view)
{
    const uint32_t *v = kept(st, known, n), *rule;

    st->alike = v[OUTCOME_NOTHING];
    rule = replay(st, s, v, view);
    if (v[OUTCOME_ASKED] > 0)
        replay_asked(st, s, v, rule, view);
}

/* The next number; when they begin anew, nothing may be left of the old ones. */
static void number_like(struct index_state *st)
{
    if (++st->likes == 0) {
        memo_clear(st->sift.memo);
        st->likes = 1;
    }
    st->alike = st->likes;
}

/* What the facts of the event say of the cohort's rules. */
static void run_facts(struct index_state *st, struct scratch *s, struct cohort *c, struct view *v)
{
    const struct gap *gap = groups_gap(&st->groups, c);
    struct memo_key key = like_key(st, c);
    const uint32_t *known;
    size_t n;

    if (s->profile)
        count_woken(st, s->profile, c, gap);
    known = st->sift.unlike ? NULL : recall(st, &key, &st->sift.layout->like, &n);
    if (known) {
        if (s->profile)
            s->profile->alike++;
        replay_like(st, s, known, n, v);
        return;
    }
    index_open(st, v);
    find_candidates(st, c, gap);
    number_like(st);
    learn(st, s, st->candidate, st->ncandidate, v);
    if (st->sift.unlike)
        return;
    n = write_lessons(st, false);
    remember(st, &key, n);
    if (st->learned[OUTCOME_ASKED] > 0 && asked_key(st, st->field, st->nfield, v, &key))
        remember(st, &key, write_lessons(st, true));
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
