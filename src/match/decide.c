/* decide.c - what a rule comes to that an event woke.
 *
 * May include base/, event/, rule/, this folder. */
#include "base/stopwatch.h"
#include "match/index_state.h"

void index_open(struct index_state *st, struct view *v)
{
    if (st->open)
        return;
    st->open = true;
    sift_settle(&st->sift);
    groups_tell(&st->groups, st->cohort);
    view_open(v);
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

bool rule_act(struct index_state *st, struct scratch *s, uint32_t rule, enum outcome outcome,
              struct view *v)
{
    if (outcome == OUTCOME_ROW)
        explain(st, s, &st->ix->m->rule[rule], v);
    s->counts[rule].undecided += outcome == OUTCOME_UNDECIDED;
    return outcome == OUTCOME_ROW;
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

enum outcome rule_decide(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    const uint64_t from = s->profile ? stopwatch_now() : 0;
    enum outcome outcome;

    index_open(st, v);
    outcome = judge(st, s, rule);
    s->counts[rule].candidates += !rule_act(st, s, rule, outcome, v);
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

void rule_learn(struct index_state *st, struct scratch *s, size_t i, uint32_t rule, struct view *v)
{
    struct lesson *l = &st->lesson[i];
    const size_t hits = s->nhit;
    bool telling;

    l->rule = rule;
    l->outcome = (uint8_t)rule_decide(st, s, rule, v);
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
