/* recall.c - events that are like an earlier one.
 *
 * What facts and silent fields say of a cohort's rules is always the same, and events of one kind
 * mostly establish the same facts. So outcomes are remembered, too. What rules come to that asked for
 * more is remembered by the values of the fields which they ask. An entry holds its number, how many
 * rules have each outcome, then these rules; of those that made rows the hits without what they took
 * from the event.
 * May include base/, event/, rule/, this folder. */
#include "base/stopwatch.h"
#include "match/index_state.h"

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

    rule_act(st, s, rule, OUTCOME_ROW, v);
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
        rule_learn(st, s, i, rule[i], view);
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
        rule_decide(st, s, *next++, view);
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
            rule_decide(st, s, rule[i], view);
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

void recall_run(struct index_state *st, struct scratch *s, struct cohort *c, struct view *v)
{
    const struct gap *gap = groups_gap(&st->groups, c);
    struct memo_key key = like_key(st, c);
    const uint32_t *known;
    size_t n;

    if (s->profile)
        index_count_woken(st, s->profile, c, gap);
    known = st->sift.unlike ? NULL : recall(st, &key, &st->sift.layout->like, &n);
    if (known) {
        if (s->profile)
            s->profile->alike++;
        replay_like(st, s, known, n, v);
        return;
    }
    index_open(st, v);
    index_candidates(st, c, gap);
    number_like(st);
    learn(st, s, st->candidate, st->ncandidate, v);
    if (st->sift.unlike)
        return;
    n = write_lessons(st, false);
    remember(st, &key, n);
    if (st->learned[OUTCOME_ASKED] > 0 && asked_key(st, st->field, st->nfield, v, &key))
        remember(st, &key, write_lessons(st, true));
}
