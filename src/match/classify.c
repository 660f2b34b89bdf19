/* classify.c - what a rule is worth on a shape of source, before any event is seen.
 *
 * Interval logic: each carried test may be true or false, whatever the others are; a missing one has
 * the value that the plain reading gives to absence.
 * May include base/, event/, rule/. */
#include "match/matcher.h"
#include "rule/logsource.h"

const char *rule_class_name(enum rule_class c)
{
    static const char *const name[] = { "full", "degraded", "unfiltered", "cannot-fire" };

    return name[c];
}

struct range {
    bool can_true, can_false;
};

/* Tests of one field stand together: the last answer is nearly always the next one. */
struct carrier {
    bool (*ask)(const void *ctx, struct slice field);
    const void *ctx;
    struct slice last;
    bool carries;
};

static bool carries(struct carrier *c, struct slice field)
{
    if (!c->last.p || !slice_eq(c->last, field)) {
        c->last = field;
        c->carries = c->ask(c->ctx, field);
    }
    return c->carries;
}

static bool test_missing(const struct test *t, struct carrier *shape)
{
    if (t->field.p && !carries(shape, t->field))
        return true;
    return t->kind == TEST_FIELDREF && !carries(shape, t->u.ref.field);
}

static struct range test_range(const struct test *t, struct carrier *shape)
{
    bool absent;

    if (!test_missing(t, shape))
        return (struct range){ true, true };
    absent = t->kind == TEST_NULL || (t->kind == TEST_EXISTS && !t->u.exists);
    return (struct range){ absent, !absent };
}

static struct range node_range(const struct rule *r, const struct node *n, struct carrier *shape)
{
    struct range sum, one;

    switch (n->kind) {
    case NODE_TEST:
        return test_range(n->test, shape);
    case NODE_SELECTION:
        return node_range(r, r->selection[n->selection].node, shape);
    case NODE_NOT:
        one = node_range(r, n->child[0], shape);
        return (struct range){ one.can_false, one.can_true };
    case NODE_AND:
    case NODE_OR:
        break;
    }
    sum = n->kind == NODE_AND ? (struct range){ true, false } : (struct range){ false, true };
    for (uint32_t i = 0; i < n->n; i++) {
        one = node_range(r, n->child[i], shape);
        if (n->kind == NODE_AND) {
            sum.can_true &= one.can_true;
            sum.can_false |= one.can_false;
        } else {
            sum.can_true |= one.can_true;
            sum.can_false &= one.can_false;
        }
    }
    return sum;
}

/* What the walk over the conditions finds out about missing fields. */
struct survey {
    const struct rule *rule;
    struct carrier shape;
    struct slices *missing;
    size_t room;
    bool odd; /* one stands under an odd number of nots */
};

static void survey_field(struct survey *s, struct slice field, bool even)
{
    if (!field.p || carries(&s->shape, field))
        return;
    s->odd |= !even;
    for (size_t i = 0; i < s->missing->n; i++)
        if (slice_eq(s->missing->v[i], field))
            return;
    if (s->missing->n < s->room)
        s->missing->v[s->missing->n++] = field;
}

static void survey_node(struct survey *s, const struct node *n, bool even)
{
    switch (n->kind) {
    case NODE_TEST:
        survey_field(s, n->test->field, even);
        if (n->test->kind == TEST_FIELDREF)
            survey_field(s, n->test->u.ref.field, even);
        break;
    case NODE_SELECTION:
        survey_node(s, s->rule->selection[n->selection].node, even);
        break;
    case NODE_NOT:
        survey_node(s, n->child[0], !even);
        break;
    case NODE_AND:
    case NODE_OR:
        for (uint32_t i = 0; i < n->n; i++)
            survey_node(s, n->child[i], even);
        break;
    }
}

static bool ask_shape(const void *ctx, struct slice field)
{
    return shape_carries(*(const enum shape *)ctx, field);
}

enum rule_class rule_classify(const struct rule *r, enum shape shape, struct arena *a,
                              struct slices *ret_missing)
{
    return rule_classify_by(r, ask_shape, &shape, a, ret_missing);
}

enum rule_class rule_classify_by(const struct rule *r,
                                 bool (*source_carries)(const void *ctx, struct slice field),
                                 const void *ctx, struct arena *a, struct slices *ret_missing)
{
    struct slices missing = { NULL, 0 };
    struct survey s = { .rule = r,
                        .shape = { .ask = source_carries, .ctx = ctx },
                        .missing = &missing };
    struct logsource source;
    bool can_true = false;

    s.room = 2 * r->ntest;
    missing.v = arena_zalloc(a, s.room + 1, sizeof *missing.v);
    for (size_t i = 0; i < r->ncondition; i++) {
        survey_node(&s, r->condition[i], true);
        can_true |= node_range(r, r->condition[i], &s.shape).can_true;
    }
    for (size_t i = 0; i < r->nfilter; i++) {
        survey_node(&s, r->filter[i].condition, true);
        can_true &= node_range(r, r->filter[i].condition, &s.shape).can_true;
    }
    *ret_missing = missing;
    if (logsource_resolve(r, &source, NULL) < 0 || source.n == 0)
        return CLASS_CANNOT_FIRE;
    if (missing.n == 0)
        return CLASS_FULL;
    if (!can_true)
        return CLASS_CANNOT_FIRE;
    return s.odd ? CLASS_UNFILTERED : CLASS_DEGRADED;
}
