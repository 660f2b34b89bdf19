/* naive.c - the oracle: one rule on one event, by the letter of DESIGN.md section 8.
 *
 * The condition is evaluated in two readings. Plain: each test on the record as it stands. Kleene:
 * tests of fields that the record does not carry are unknown. The verdict is a table of the two.
 * Nothing clever happens here: the index is checked against this.
 * May include base/, event/, rule/. */
#include "match/compiled.h"

#include "base/limits.h"
#include "base/mem.h"

enum reading { PLAIN, KLEENE };

#define MARK_MATCHED 1
#define MARK_UNTESTED 2

struct naive {
    struct scratch *s;
    const struct compiled *c;
    struct view *v;
};

/* The plain value of a test, asked once per event and rule. */
static enum tri test_plain(struct naive *e, const struct test *t)
{
    uint8_t *known = &e->s->plain[t->index];

    if (*known == 0)
        *known = (uint8_t)(1 + leaf_plain(&e->c->leaf[t->index], e->v, e->s->regex, NULL));
    return (enum tri)(*known - 1);
}

static bool test_unknown(struct naive *e, const struct test *t)
{
    return leaf_unknown(&e->c->leaf[t->index], e->v);
}

static enum tri node_value(struct naive *e, const struct node *n, enum reading reading);

static enum tri and_value(struct naive *e, const struct node *n, enum reading reading)
{
    enum tri all = TRI_TRUE;

    for (uint32_t i = 0; i < n->n && all != TRI_FALSE; i++) {
        enum tri one = node_value(e, n->child[i], reading);

        if (one < all)
            all = one;
    }
    return all;
}

static enum tri or_value(struct naive *e, struct node *const *child, size_t n, enum reading reading)
{
    enum tri any = TRI_FALSE;

    for (size_t i = 0; i < n && any != TRI_TRUE; i++) {
        enum tri one = node_value(e, child[i], reading);

        if (one > any)
            any = one;
    }
    return any;
}

static enum tri node_value(struct naive *e, const struct node *n, enum reading reading)
{
    switch (n->kind) {
    case NODE_AND:
        return and_value(e, n, reading);
    case NODE_OR:
        return or_value(e, n->child, n->n, reading);
    case NODE_NOT:
        return tri_not(node_value(e, n->child[0], reading));
    case NODE_SELECTION:
        return node_value(e, e->c->rule->selection[n->selection].node, reading);
    case NODE_TEST:
        if (reading == KLEENE && test_unknown(e, n->test))
            return TRI_UNKNOWN;
        return test_plain(e, n->test);
    }
    return TRI_UNKNOWN;
}

/* The conditions of a rule are alternatives. */
static enum tri rule_value(struct naive *e, enum reading reading)
{
    return or_value(e, e->c->rule->condition, e->c->rule->ncondition, reading);
}

/* All filter documents of the rule; true when there is none. */
static enum tri filter_value(struct naive *e, enum reading reading)
{
    enum tri all = TRI_TRUE;

    for (size_t i = 0; i < e->c->rule->nfilter && all != TRI_FALSE; i++) {
        enum tri one = node_value(e, e->c->rule->filter[i].condition, reading);

        if (one < all)
            all = one;
    }
    return all;
}

static enum tri tri_and(enum tri a, enum tri b)
{
    return a < b ? a : b;
}

static bool rule_has_unknown(struct naive *e)
{
    for (size_t i = 0; i < e->c->ncarried; i++)
        if (view_silent(e->v, e->c->carried[i]))
            return true;
    return false;
}

/* A test that says something of its own: the EventID and its like are true of every event of the
 * log, and an absence says nothing. */
static bool test_tells(const struct test *t)
{
    if (t->kind == TEST_NULL || t->kind == TEST_EXISTS)
        return false;
    if (t->kind == TEST_PATTERN && t->u.text.pattern.n == 0)
        return false;
    return !t->field.p || (t->field_id != FIELD_EVENTID && t->field_id != FIELD_CHANNEL &&
                           t->field_id != FIELD_PROVIDER_NAME);
}

/* Is some carried, telling test under an even number of nots true? */
static bool node_touched(struct naive *e, const struct node *n, bool even)
{
    switch (n->kind) {
    case NODE_TEST:
        return even && test_tells(n->test) && !test_unknown(e, n->test) &&
               test_plain(e, n->test) == TRI_TRUE;
    case NODE_SELECTION:
        return node_touched(e, e->c->rule->selection[n->selection].node, even);
    case NODE_NOT:
        return node_touched(e, n->child[0], !even);
    case NODE_AND:
    case NODE_OR:
        break;
    }
    for (uint32_t i = 0; i < n->n; i++)
        if (node_touched(e, n->child[i], even))
            return true;
    return false;
}

static bool rule_touched(struct naive *e)
{
    for (size_t i = 0; i < e->c->rule->ncondition; i++)
        if (node_touched(e, e->c->rule->condition[i], true))
            return true;
    return false;
}

/* Marks the tests that made the node what it is: true where positive, else false; in the Kleene
 * reading (rows `possible`) also what kept it open. */
static void mark_matched(struct naive *e, const struct node *n, bool positive, enum reading reading)
{
    enum tri value = node_value(e, n, reading);
    enum tri least = reading == PLAIN ? TRI_TRUE : TRI_UNKNOWN;

    if ((positive ? value : tri_not(value)) < least)
        return;
    switch (n->kind) {
    case NODE_TEST:
        if (positive && value == TRI_TRUE && !test_unknown(e, n->test))
            e->s->mark[n->test->index] |= MARK_MATCHED;
        break;
    case NODE_SELECTION:
        mark_matched(e, e->c->rule->selection[n->selection].node, positive, reading);
        break;
    case NODE_NOT:
        mark_matched(e, n->child[0], !positive, reading);
        break;
    case NODE_AND:
    case NODE_OR:
        for (uint32_t i = 0; i < n->n; i++)
            mark_matched(e, n->child[i], positive, reading);
        break;
    }
}

/* Marks the unknown tests that keep an unknown node open. */
static void mark_untested(struct naive *e, const struct node *n)
{
    if (node_value(e, n, KLEENE) != TRI_UNKNOWN)
        return;
    switch (n->kind) {
    case NODE_TEST:
        if (test_unknown(e, n->test))
            e->s->mark[n->test->index] |= MARK_UNTESTED;
        break;
    case NODE_SELECTION:
        mark_untested(e, e->c->rule->selection[n->selection].node);
        break;
    case NODE_NOT:
    case NODE_AND:
    case NODE_OR:
        for (uint32_t i = 0; i < n->n; i++)
            mark_untested(e, n->child[i]);
        break;
    }
}

static void hit_place(struct naive *e, struct hit *h, const struct test *t, struct place place)
{
    struct matched *m = &h->matched[h->nmatched];

    *m = (struct matched){ .test = t,
                           .selection = e->c->rule->selection[t->selection].name,
                           .field = t->field,
                           .offset = place.offset,
                           .length = place.length };
    if (place.field != VIEW_END)
        m->field = e->v->event.field[place.field].name;
    h->nmatched++;
}

static void hit_matched(struct naive *e, struct hit *h, const struct test *t)
{
    struct place place = { .field = VIEW_END };

    leaf_plain(&e->c->leaf[t->index], e->v, e->s->regex, &place);
    hit_place(e, h, t, place);
}

/* other: the second field of a fieldref. */
static void hit_untested(struct naive *e, struct hit *h, const struct test *t, bool other)
{
    struct untested u = { e->c->rule->selection[t->selection].name,
                          other ? t->u.ref.field : t->field };

    for (size_t i = 0; i < h->nuntested; i++)
        if (slice_eq(h->untested[i].selection, u.selection) &&
            slice_eq(h->untested[i].field, u.field))
            return;
    if (h->nuntested == LIMIT_UNTESTED)
        return;
    e->s->untested[h->nuntested] = (uint32_t)t->index << 1 | other;
    h->untested[h->nuntested++] = u;
}

/* Room for reasons; false, and the event is cut, when there is none. */
static bool hit_room(struct naive *e, struct hit *h)
{
    size_t n = e->c->rule->ntest < LIMIT_MATCHED ? e->c->rule->ntest : LIMIT_MATCHED;

    h->matched = arena_try(&e->s->arena, n * sizeof *h->matched);
    h->untested = arena_try(&e->s->arena, LIMIT_UNTESTED * sizeof *h->untested);
    if (h->matched && h->untested)
        return true;
    e->v->event.cut = true;
    return false;
}

static void hit_reasons(struct naive *e, struct hit *h)
{
    const struct rule *r = e->c->rule;
    size_t n = r->ntest < LIMIT_MATCHED ? r->ntest : LIMIT_MATCHED;

    if (!hit_room(e, h))
        return;
    for (size_t i = 0; i < r->ntest; i++) {
        const struct leaf *l = &e->c->leaf[i];
        const struct test *t = r->test[i];

        if ((e->s->mark[i] & MARK_MATCHED) && h->nmatched < n)
            hit_matched(e, h, t);
        if (!(e->s->mark[i] & MARK_UNTESTED))
            continue;
        if (l->carried && view_silent(e->v, t->field_id))
            hit_untested(e, h, t, false);
        if (l->ref_carried && view_silent(e->v, t->u.ref.field_id))
            hit_untested(e, h, t, true);
    }
}

static struct hit *hit_new(struct scratch *s, const struct rule *r, enum verdict verdict)
{
    struct hit *h;

    if (s->nhit == s->room) {
        s->room = s->room ? 2 * s->room : 32;
        s->hit = xrealloc(s->hit, s->room, sizeof *s->hit);
    }
    h = &s->hit[s->nhit++];
    *h = (struct hit){ .rule = r, .verdict = verdict };
    s->counts[r->index].hits++;
    return h;
}

static void hit_add(struct naive *e, enum verdict verdict)
{
    struct scratch *s = e->s;
    const struct rule *r = e->c->rule;
    struct hit *h = hit_new(s, r, verdict);

    memset(s->mark, 0, r->ntest);
    for (size_t i = 0; i < r->ncondition; i++) {
        mark_matched(e, r->condition[i], true, verdict == VERDICT_POSSIBLE ? KLEENE : PLAIN);
        if (verdict != VERDICT_FULL)
            mark_untested(e, r->condition[i]);
    }
    for (size_t i = 0; i < r->nfilter && verdict != VERDICT_FULL; i++)
        mark_untested(e, r->filter[i].condition);
    hit_reasons(e, h);
}

size_t naive_tell(const struct scratch *s, uint32_t *ret)
{
    const struct hit *h = &s->hit[s->nhit - 1];

    if (!h->matched || !h->untested)
        return 0;
    ret[0] = h->rule->index;
    ret[1] = (uint32_t)h->verdict;
    ret[2] = (uint32_t)(h->nmatched | h->nuntested << 16);
    ret += TOLD_HEAD;
    for (size_t i = 0; i < h->nmatched; i++)
        *ret++ = (uint32_t)h->matched[i].test->index;
    for (size_t i = 0; i < h->nuntested; i++)
        *ret++ = s->untested[i];
    return TOLD_HEAD + h->nmatched + h->nuntested;
}

void naive_retell(struct scratch *s, const uint32_t *told, struct view *v)
{
    struct naive e = { s, &s->m->rule[told[0]], v };
    const struct rule *r = e.c->rule;
    const uint32_t *test = told + TOLD_HEAD, *open = test + (told[2] & 0xffff);
    struct hit *h = hit_new(s, r, (enum verdict)told[1]);

    s->counts[r->index].candidates++;
    s->counts[r->index].undecided += told[1] == VERDICT_POSSIBLE;
    if (!hit_room(&e, h))
        return;
    for (; test < open; test++) {
        struct place place = { .field = VIEW_END };

        leaf_place(&e.c->leaf[*test], v, s->regex, &place);
        hit_place(&e, h, r->test[*test], place);
    }
    for (; test < told + told_size(told); test++)
        hit_untested(&e, h, r->test[*test >> 1], *test & 1);
}

void naive_rule(struct scratch *s, const struct compiled *c, struct view *v)
{
    memset(s->plain, 0, c->rule->ntest);
    naive_decide(s, c, v);
}

void naive_decide(struct scratch *s, const struct compiled *c, struct view *v)
{
    struct naive e = { s, c, v };
    struct rule_counts *counts = &s->counts[c->rule->index];
    enum tri plain, kleene;

    counts->candidates++;
    plain = rule_value(&e, PLAIN);
    if (plain == TRI_UNKNOWN) { /* only a limit of the regex engine does that */
        counts->regex_limit++;
        return;
    }
    kleene = rule_has_unknown(&e) ? rule_value(&e, KLEENE) : plain;
    if (c->rule->nfilter > 0 && kleene != TRI_FALSE) {
        enum tri filter = filter_value(&e, PLAIN);

        counts->suppressed += plain == TRI_TRUE && filter == TRI_FALSE;
        counts->regex_limit += plain == TRI_TRUE && filter == TRI_UNKNOWN;
        plain = tri_and(plain, filter);
        kleene = tri_and(kleene, rule_has_unknown(&e) ? filter_value(&e, KLEENE) : filter);
    }
    if (plain == TRI_TRUE) {
        hit_add(&e, kleene == TRI_TRUE ? VERDICT_FULL : VERDICT_UNFILTERED);
    } else if (kleene == TRI_UNKNOWN && rule_touched(&e)) {
        counts->undecided++;
        if (s->m->options.possible)
            hit_add(&e, VERDICT_POSSIBLE);
    }
}
