/* sift.c - see sift.h.
 *
 * May include base/, event/, this folder. */
#include "match/sift.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/stopwatch.h"

#include <stdlib.h>

/* The look-up in the memo that gives lists their numbers. */
#define LISTS_SIEVE (UINT32_MAX - 1)
#define NO_NUMBER UINT32_MAX
#define NOTHING 0 /* the number of the list without facts */

void sift_init(struct sift *s, const struct index *ix)
{
    size_t facts = ix->programs.nfact;

    *s = (struct sift){ .ix = ix, .memo = memo_new(), .room = 2 * facts + 2 };
    sieve_state_init(&s->sieve, ix->most_atoms);
    s->stamp = xcalloc(facts + 1, sizeof *s->stamp);
    s->fact = xcalloc(s->room, sizeof *s->fact);
    s->list = xcalloc(facts + 2, sizeof *s->list);
    s->listed = xcalloc(facts + 1, sizeof *s->listed);
}

void sift_release(struct sift *s)
{
    memo_free(s->memo);
    sieve_state_release(&s->sieve);
    free(s->stamp);
    free(s->fact);
    free(s->list);
    free(s->listed);
    *s = (struct sift){ 0 };
}

void sift_settle(struct sift *s)
{
    size_t kept = s->settled;

    for (size_t i = s->settled; i < s->nfact; i++) {
        if (s->stamp[s->fact[i]] == s->round)
            continue;
        s->stamp[s->fact[i]] = s->round;
        s->fact[kept++] = s->fact[i];
    }
    s->nfact = s->settled = kept;
}

/* list: a number and n - 1 facts. */
static inline void take(struct sift *s, const uint32_t *list, size_t n, uint32_t slot)
{
    s->number[slot] = NOTHING;
    if (n < 2)
        return;
    if (s->nfact + n - 1 > s->room)
        sift_settle(s);
    for (size_t i = 1; i < n; i++)
        s->fact[s->nfact++] = list[i];
    s->number[slot] = list[0];
    s->unlike |= list[0] == NO_NUMBER;
}

/* --- a value that is not known --- */

static void list_begin(struct sift *s)
{
    s->lists++;
    if (s->lists == 0) {
        memset(s->listed, 0, s->ix->programs.nfact * sizeof *s->listed);
        s->lists = 1;
    }
    s->nlist = 1;
}

static void list_fact(struct sift *s, uint32_t fact)
{
    if (s->listed[fact] == s->lists)
        return;
    s->listed[fact] = s->lists;
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

/* Gives the list its number: that of an equal one, or the next. Numbers are never used again, also
 * when the memo forgets: an event may hold some from before and some from after that. */
static void list_number(struct sift *s)
{
    struct memo_key key = { .bytes = slice_of(s->list + 1, (s->nlist - 1) * sizeof *s->list),
                            .sieve = LISTS_SIEVE };
    const uint32_t *known;
    size_t n;

    s->list[0] = NO_NUMBER;
    if (s->nlist < 2 || s->numbers == NO_NUMBER - 1)
        return;
    memo_hash(s->memo, &key);
    if (memo_find(s->memo, &key, &known, &n)) {
        s->list[0] = known[0];
        return;
    }
    s->list[0] = ++s->numbers;
    memo_add(s->memo, &key, s->list, 1);
}

/* Looks through a value with one sieve, or two: its field's and the keywords'. */
static void scan(struct sift *s, struct view *v, const struct sift_value *value)
{
    const struct index *ix = s->ix;
    struct slice text, folded;

    view_open(v);
    text = event_text(&v->event, value->at);
    folded = view_folded(v, value->at);
    list_begin(s);
    if (value->field < ix->nfield) {
        sieve_scan(ix->sieve[value->field], &s->sieve, text, folded);
        list_facts(s);
    }
    if (value->keywords) {
        sieve_scan(ix->sieve[ix->nfield], &s->sieve, text, folded);
        list_facts(s);
    }
    list_number(s);
}

/* --- the values of an event --- */

/* Returns whether the memo knew it. */
static bool look_up(struct sift *s, struct view *v, struct sift_ahead *ahead)
{
    const struct sift_value *value = &ahead->value;
    const uint32_t *list;
    size_t n;

    if (memo_find(s->memo, &ahead->key, &list, &n)) {
        *value->last = ahead->key.entry;
        take(s, list, n, value->slot);
        return true;
    }
    scan(s, v, value);
    memo_add(s->memo, &ahead->key, s->list, s->nlist);
    *value->last = 0;
    take(s, s->list, s->nlist, value->slot);
    return false;
}

static void look_up_all(struct sift *s, struct view *v)
{
    for (size_t i = 0; i < s->nahead; i++)
        memo_peek(s->memo, &s->ahead[i].key);
    for (size_t i = 0; i < s->nahead; i++)
        look_up(s, v, &s->ahead[i]);
    s->nahead = 0;
}

/* Keeps the numbers of lists with facts only. */
static void pack(struct sift *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->nnumber; i++) {
        s->number[kept] = s->number[i];
        kept += s->number[i] != NOTHING;
    }
    s->nnumber = kept;
}

/* Plans to look up a value that is not the last one of its field. */
__attribute__((noinline)) static void plan(struct sift *s, const struct sift_value *value,
                                           const struct value *v)
{
    struct sift_ahead *next = &s->ahead[s->nahead++];

    next->value = *value;
    next->key.bytes = slice_of(v->p, v->n);
    next->key.sieve = value->sieve;
    next->key.type = v->type;
    memo_hash(s->memo, &next->key);
}

/* Takes a value that is the same as the last one of the field, or plans to look it up. */
static inline void meet(struct sift *s, const struct sift_value *value, const struct value *v)
{
    size_t n;
    const uint32_t *list =
        memo_is(s->memo, *value->last, value->sieve, v->type, slice_of(v->p, v->n), &n);

    if (list)
        take(s, list, n, value->slot);
    else
        plan(s, value, v);
}

static void meet_timed(struct sift *s, struct match_profile *p, struct view *view,
                       const struct sift_value *value, const struct value *v)
{
    struct field_cost *cost = &p->field[value->field];
    const uint64_t from = stopwatch_now();
    bool known = true;
    size_t before;

    sift_settle(s);
    before = s->nfact;
    meet(s, value, v);
    if (s->nahead > 0)
        known = look_up(s, view, &s->ahead[0]);
    s->nahead = 0;
    sift_settle(s);
    stopwatch_lap(from, &cost->ns);
    cost->values++;
    cost->remembered += known;
    cost->bytes += known ? 0 : event_text(&view->event, value->at).n;
    cost->facts += s->nfact - before;
}

/* Entries of values that the memo has forgotten since. */
static void forget_last(const struct sift *s, struct cohort *c)
{
    memset(c->last, 0, (s->ix->nfield + 1) * sizeof *c->last);
    c->age = s->memo->age;
}

static bool is_ignored(uint32_t ignores, uint8_t type)
{
    return ignores == UINT32_MAX || (type < 32 && (ignores >> type & 1));
}

/* Has the event's field `at`, one that empty or - makes as good as absent, something to say? Of
 * fields with one id the first counts. */
static bool is_told(struct view *v, uint32_t at)
{
    const struct field *f = v->event.field;
    struct slice text;

    for (uint32_t i = 0; i < at; i++)
        if (f[i].id == f[at].id && f[i].part != EVENT_RENDERING)
            return false;
    text = event_text(&v->event, at);
    return text.n > 0 && !slice_eq(text, SLICE("-"));
}

static void round_begin(struct sift *s)
{
    s->round++;
    s->nfact = s->settled = 0;
    s->nnumber = 0;
    s->unlike = false;
}

/* Room for one more value. */
static void make_room(struct sift *s, struct view *v)
{
    look_up_all(s, v);
    if (s->nnumber == SIFT_NUMBERS && !s->unlike)
        pack(s);
    if (s->nnumber == SIFT_NUMBERS) {
        s->nnumber--; /* events with so much in them are not like others */
        s->unlike = true;
    }
}

/* p: NULL, or what is measured. */
static inline void look_at(struct sift *s, struct match_profile *p, struct cohort *c,
                           struct view *v, uint32_t at, uint32_t field, bool keywords)
{
    const struct field *f = &v->event.field[at];
    struct sift_value value;

    if (s->nahead == SIFT_AHEAD || s->nnumber == SIFT_NUMBERS)
        make_room(s, v);
    if (c->age != s->memo->age)
        forget_last(s, c);
    value.at = at;
    value.field = field;
    value.sieve = 2 * field + keywords;
    value.slot = (uint32_t)s->nnumber++;
    value.last = &c->last[f->id < s->ix->nfield ? f->id : s->ix->nfield];
    value.keywords = keywords;
    if (p)
        meet_timed(s, p, v, &value, &f->value);
    else
        meet(s, &value, &f->value);
}

bool sift_event(struct sift *s, struct match_profile *p, struct groups *g, struct cohort *c,
                struct view *v)
{
    const uint32_t *ignores = s->ix->ignores;
    const size_t nfield = s->ix->nfield;
    const bool words = c->no_keywords != UINT32_MAX;
    bool anew;

    round_begin(s);
    anew = s->round == 0;
    if (anew) { /* after 2^32 rounds old stamps would look new */
        memset(s->stamp, 0, s->ix->programs.nfact * sizeof *s->stamp);
        s->round = 1;
    }
    groups_expect(g, c);
    for (uint32_t i = 0; i < v->event.n; i++) {
        const struct field *f = &v->event.field[i];
        uint32_t look = f->id < nfield && f->part != EVENT_RENDERING ? c->look[f->id] : 0;
        bool reads, keywords;

        if (!look && !words)
            continue;
        reads = look & LOOK_READS && !is_ignored(ignores[f->id], f->value.type);
        keywords = words && !is_ignored(c->no_keywords, f->value.type);
        if (look & LOOK_CARRIED && (!(look & LOOK_MUTE) || is_told(v, i)))
            bit_remove(g->now, look & LOOK_PLACE);
        if (reads || keywords)
            look_at(s, p, c, v, i, reads ? f->id : (uint32_t)nfield, keywords);
    }
    look_up_all(s, v);
    pack(s);
    return anew;
}
