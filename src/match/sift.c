/* sift.c - see sift.h.
 *
 * May include base/, event/, this folder. */
#include "match/sift.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/stopwatch.h"

#include <stdlib.h>

void sift_init(struct sift *s, const struct index *ix)
{
    size_t facts = ix->programs.nfact;

    *s = (struct sift){ .ix = ix, .memo = memo_new() };
    lists_init(&s->lists);
    sieve_state_init(&s->sieve, ix->most_atoms);
    s->stamp = xcalloc(facts + 1, sizeof *s->stamp);
    s->fact = xcalloc(facts + 1, sizeof *s->fact);
    s->list = xcalloc(facts + 1, sizeof *s->list);
    s->listed = xcalloc(facts + 1, sizeof *s->listed);
}

void sift_release(struct sift *s)
{
    memo_free(s->memo);
    lists_release(&s->lists);
    sieve_state_release(&s->sieve);
    free(s->stamp);
    free(s->fact);
    free(s->list);
    free(s->listed);
    *s = (struct sift){ 0 };
}

/* Numbers that are void may stand nowhere: the memo goes with the lists. */
void sift_prepare(struct sift *s)
{
    if (!lists_are_full(&s->lists))
        return;
    lists_clear(&s->lists);
    memo_clear(s->memo);
}

/* Looks whose values may have given facts. */
static size_t spoken(const struct layout *l)
{
    return l->spoke ? l->nlook : l->nread;
}

static void settle_list(struct sift *s, uint32_t number)
{
    size_t n;
    const uint32_t *fact = lists_get(&s->lists, number, &n);

    for (size_t i = 0; i < n; i++) {
        if (s->stamp[fact[i]] == s->round)
            continue;
        s->stamp[fact[i]] = s->round;
        s->fact[s->nfact++] = fact[i];
    }
}

void sift_settle(struct sift *s)
{
    if (s->settled)
        return;
    s->settled = true;
    for (size_t i = 0; i < spoken(s->layout); i++)
        settle_list(s, s->layout->look[i].number);
}

/* --- a value that is not known --- */

static void list_begin(struct sift *s)
{
    s->scans++;
    if (s->scans == 0) {
        memset(s->listed, 0, s->ix->programs.nfact * sizeof *s->listed);
        s->scans = 1;
    }
    s->nlist = 0;
}

static void list_fact(struct sift *s, uint32_t fact)
{
    if (s->listed[fact] == s->scans)
        return;
    s->listed[fact] = s->scans;
    s->list[s->nlist++] = fact;
}

/* The atoms of the last scan, and the sets that they are in, each once. */
static void list_facts(struct sift *s)
{
    const struct programs *p = &s->ix->programs;

    for (size_t i = 0; i < s->sieve.n; i++) {
        uint32_t atom = s->sieve.atom[i];

        list_fact(s, atom);
        for (uint32_t k = p->first[atom]; k < p->first[atom + 1]; k++)
            list_fact(s, p->member_of[k]);
    }
}

/* Looks through a value with one sieve, or two: its field's and the keywords'. Returns the number of
 * its list of facts. */
static uint32_t scan(struct sift *s, struct view *v, const struct sift_ahead *ahead)
{
    const struct index *ix = s->ix;
    const struct look *look = ahead->look;
    struct slice text, folded;

    view_open(v);
    text = event_text(&v->event, look->at);
    folded = view_folded(v, look->at);
    list_begin(s);
    if (look->field < ix->nfield) {
        sieve_scan(ix->sieve[look->field], &s->sieve, text, folded);
        list_facts(s);
    }
    if (ahead->keywords) {
        sieve_scan(ix->sieve[ix->nfield], &s->sieve, text, folded);
        list_facts(s);
    }
    return lists_number(&s->lists, s->list, s->nlist);
}

/* --- the values of an event --- */

/* Returns whether the memo knew it. */
static bool look_up(struct sift *s, struct view *v, struct sift_ahead *ahead)
{
    const uint32_t *known;
    uint32_t number;
    size_t n;

    if (memo_find(s->memo, &ahead->key, &known, &n)) {
        *ahead->look->last = ahead->key.entry;
        ahead->look->number = known[0];
        return true;
    }
    number = scan(s, v, ahead);
    memo_add(s->memo, &ahead->key, &number, 1);
    *ahead->look->last = 0;
    ahead->look->number = number;
    return false;
}

/* Entries of values that the memo has forgotten since. */
static void forget_last(const struct sift *s, struct cohort *c)
{
    memset(c->last, 0, (s->ix->nfield + 1) * sizeof *c->last);
    c->age = s->memo->age;
}

static void look_up_all(struct sift *s, struct cohort *c, struct view *v)
{
    for (size_t i = 0; i < s->nahead; i++)
        memo_peek(s->memo, &s->ahead[i].key);
    for (size_t i = 0; i < s->nahead; i++)
        look_up(s, v, &s->ahead[i]);
    s->nahead = 0;
    if (c->age != s->memo->age)
        forget_last(s, c);
}

/* Plans to look up a value that is not the last one of its field. */
__attribute__((noinline)) static void plan(struct sift *s, struct cohort *c, struct view *view,
                                           struct look *look, bool keywords)
{
    const struct value *v = &view->event.field[look->at].value;
    struct sift_ahead *next;

    if (s->nahead == SIFT_AHEAD)
        look_up_all(s, c, view);
    next = &s->ahead[s->nahead++];
    next->look = look;
    next->keywords = keywords;
    next->key.bytes = slice_of(v->p, v->n);
    next->key.sieve = 2 * look->field + keywords;
    next->key.type = v->type;
    memo_hash(s->memo, &next->key);
}

/* Takes a value that is the same as the last one of the field, or plans to look it up. What is looked
 * up for a value of a field of the cohort depends on nothing but its type and bytes, so that these tell
 * whether the last one's entry is that of this one. */
static inline void meet(struct sift *s, struct cohort *c, struct view *view, struct look *look)
{
    const struct value *v = &view->event.field[look->at].value;
    const uint32_t *known;
    size_t n;

    known = memo_is(s->memo, *look->last, v->type, slice_of(v->p, v->n), &n);
    if (known)
        look->number = known[0];
    else
        plan(s, c, view, look, look->keywords && words_may_stand(&c->words, v));
}

/* The same of a value that is searched for keywords alone; its number is that of nothing. */
static inline void meet_words(struct sift *s, struct cohort *c, struct view *view,
                              struct look *look)
{
    if (!words_may_stand(&c->words, &view->event.field[look->at].value))
        return;
    s->layout->spoke = true;
    meet(s, c, view, look);
}

static void meet_timed(struct sift *s, struct match_profile *p, struct cohort *c, struct view *view,
                       struct look *look)
{
    struct field_cost *cost = &p->field[look->field];
    const uint64_t from = stopwatch_now();
    bool known = true;
    size_t facts;

    if (look < s->layout->look + s->layout->nread)
        meet(s, c, view, look);
    else
        meet_words(s, c, view, look);
    if (s->nahead > 0)
        known = look_up(s, view, &s->ahead[0]);
    s->nahead = 0;
    if (c->age != s->memo->age)
        forget_last(s, c);
    stopwatch_lap(from, &cost->ns);
    lists_get(&s->lists, look->number, &facts);
    cost->values++;
    cost->remembered += known;
    cost->bytes += known ? 0 : event_text(&view->event, look->at).n;
    cost->facts += facts;
}

/* Has the event's field, one that empty or - makes as good as absent, something to say? */
static bool is_told(struct view *v, uint32_t at)
{
    const struct value *raw = &v->event.field[at].value;
    struct slice text;

    if (raw->type == VALUE_UTF16 && raw->n > 2 && raw->p[0] != 0 && raw->p[0] != '-')
        return true;
    text = event_text(&v->event, at);
    return text.n > 0 && !slice_eq(text, SLICE("-"));
}

static void tell_silent(struct groups *g, const struct cohort *c, struct view *v,
                        const struct layout *l)
{
    for (size_t i = 0; i < bit_words(c->ncarried); i++)
        g->now[i] = l->silent[i];
    for (size_t i = 0; i < l->nmute; i++)
        if (is_told(v, l->mute[i].at))
            bit_remove(g->now, l->mute[i].place);
}

/* True when the rounds begin anew. */
static bool round_begin(struct sift *s, struct layout *l)
{
    for (size_t i = l->nread; i < spoken(l); i++)
        l->look[i].number = LIST_NOTHING;
    l->spoke = false;
    s->layout = l;
    s->nfact = 0;
    s->settled = false;
    s->round++;
    if (s->round != 0)
        return false;
    memset(s->stamp, 0, s->ix->programs.nfact * sizeof *s->stamp);
    s->round = 1;
    return true;
}

/* What tells events apart: the numbers of lists with facts. */
static void gather(struct sift *s, const struct layout *l)
{
    const size_t n = spoken(l);

    s->nnumber = 0;
    s->unlike = false;
    for (size_t i = 0; i < n; i++) {
        if (l->look[i].number == LIST_NOTHING)
            continue;
        if (s->nnumber == SIFT_NUMBERS)
            s->unlike = true; /* events with so much in them are not like others */
        else
            s->number[s->nnumber++] = l->look[i].number;
    }
}

bool sift_event(struct sift *s, struct match_profile *p, struct groups *g, struct cohort *c,
                struct view *v)
{
    struct layout *l =
        layout_of(s->ix, c, &v->event, c->twin == TWIN_NONE ? g->form : 0, &g->arena, v->scratch);
    const bool anew = round_begin(s, l);

    if (c->age != s->memo->age)
        forget_last(s, c);
    tell_silent(g, c, v, l);
    for (size_t i = 0; p && i < l->nlook; i++)
        meet_timed(s, p, c, v, &l->look[i]);
    for (size_t i = 0; !p && i < l->nread; i++)
        meet(s, c, v, &l->look[i]);
    for (size_t i = l->nread; !p && i < l->nlook; i++)
        meet_words(s, c, v, &l->look[i]);
    look_up_all(s, c, v);
    gather(s, l);
    return anew;
}
