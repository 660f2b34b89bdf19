/* lint_logic.c - conditions that cannot hold, hold always, or do not need a selection.
 *
 * Selections are taken as independent, but for those that cannot hold at all and pairs that cannot
 * hold together, because two tests of one field exclude each other. Then every combination of
 * selections is tried: rules have few. What is said is certain, what is not said may still be.
 * May include base/, rule/. */
#include "base/fold.h"
#include "base/limits.h"
#include "rule/lint.h"

#define SELECTIONS_MOST 14            /* 2^14 combinations */
#define PAIRS_MOST 1000000            /* steps of comparing the values of one rule */
#define TRIES_MOST ((size_t)20000000) /* nodes looked at while combinations are tried */

#define SHOWN(s) (int)((s).n < 80 ? (s).n : 80), (const char *)((s).p ? (s).p : (const uint8_t *)"")

struct logic {
    struct lint *lint;
    const struct rule *rule;
    size_t pairs; /* compared so far */
    bool dead[SELECTIONS_MOST];
    uint32_t against[SELECTIONS_MOST]; /* by selection: set of those that exclude it */
};

/* --- two tests of one field --- */

/* Fields of which an event may have several values (and 4688 has in our reading): two tests may be
 * true of two of them. */
static bool occurs_once(const struct test *t)
{
    static const char *const many[] = { "Data", "ProcessId", "ParentProcessId", "IntegrityLevel",
                                        "Hashes" };
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        if (slice_eq(t->field, slice_str(many[i])))
            return false;
    return t->field.p != NULL;
}

/* A pattern by its ends. */
struct ends {
    struct slice head, tail; /* literal at the front, at the end; absent when a wildcard is there */
    bool exact;              /* head is all of it */
};

static struct slice folded(struct logic *g, struct slice s)
{
    struct slice f = fold_slice(s, &g->lint->arena);
    return f.p ? f : s;
}

static struct ends ends_of(struct logic *g, const struct pattern *p)
{
    struct ends e = { SLICE(""), SLICE(""), p->n == 0 };
    if (p->n == 0)
        return e;
    if (p->token[0].kind == TOKEN_LITERAL)
        e.head = folded(g, p->token[0].literal);
    if (p->token[p->n - 1].kind == TOKEN_LITERAL)
        e.tail = folded(g, p->token[p->n - 1].literal);
    e.exact = p->n == 1 && p->token[0].kind == TOKEN_LITERAL;
    return e;
}

static bool one_starts(struct slice a, struct slice b)
{
    return a.n < b.n ? slice_starts(b, a) : slice_starts(a, b);
}

static bool one_ends(struct slice a, struct slice b)
{
    return a.n < b.n ? slice_ends(b, a) : slice_ends(a, b);
}

/* Does the exact text lack a literal of the pattern? */
static bool lacks(struct logic *g, struct slice text, const struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->token[i].kind == TOKEN_LITERAL &&
            slice_find(text, folded(g, p->token[i].literal)) == SIZE_MAX)
            return true;
    return false;
}

static bool patterns_exclude(struct logic *g, const struct pattern *a, const struct pattern *b)
{
    struct ends x = ends_of(g, a), y = ends_of(g, b);
    if (x.exact && y.exact)
        return !slice_eq(x.head, y.head);
    if (!one_starts(x.head, y.head) || !one_ends(x.tail, y.tail))
        return true;
    return (x.exact && lacks(g, x.head, b)) || (y.exact && lacks(g, y.head, a));
}

/* Can the pattern match the empty text? */
static bool takes_empty(const struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->token[i].kind != TOKEN_ANY)
            return false;
    return true;
}

static bool numbers_exclude(const struct test *a, const struct test *b)
{
    bool a_low = a->u.compare.op >= COMPARE_GT, b_low = b->u.compare.op >= COMPARE_GT;
    if (a_low == b_low)
        return false;
    const struct test *low = a_low ? a : b, *high = a_low ? b : a;
    if (low->u.compare.op == COMPARE_GTE && high->u.compare.op == COMPARE_LTE)
        return low->u.compare.number > high->u.compare.number;
    return low->u.compare.number >= high->u.compare.number;
}

static bool absence_excludes(const struct test *absence, const struct test *t)
{
    if (absence->kind == TEST_EXISTS && absence->u.exists)
        return false;
    if (t->kind == TEST_EXISTS)
        return absence->kind == TEST_EXISTS && t->u.exists;
    if (t->kind == TEST_NULL)
        return false;
    if (absence->kind == TEST_EXISTS)
        return true;
    return t->kind == TEST_PATTERN ? !takes_empty(&t->u.text.pattern)
                                   : t->kind == TEST_CIDR || t->kind == TEST_COMPARE;
}

static bool tests_exclude(struct logic *g, const struct test *a, const struct test *b)
{
    if (a->field_id != b->field_id || !occurs_once(a) || a == b)
        return false;
    if (a->kind == TEST_NULL || a->kind == TEST_EXISTS)
        return absence_excludes(a, b);
    if (b->kind == TEST_NULL || b->kind == TEST_EXISTS)
        return absence_excludes(b, a);
    if (a->kind == TEST_COMPARE && b->kind == TEST_COMPARE)
        return numbers_exclude(a, b);
    if (a->kind != TEST_PATTERN || b->kind != TEST_PATTERN)
        return false;
    if (a->u.text.is_number != b->u.text.is_number) /* 0x10 is 16 */
        return false;
    return patterns_exclude(g, &a->u.text.pattern, &b->u.text.pattern);
}

/* --- items and selections --- */

/* Item: a test, or an OR of tests. Are they all tests? */
static bool is_item(const struct node *n)
{
    if (n->kind == NODE_TEST)
        return true;
    if (n->kind != NODE_OR)
        return false;
    for (uint32_t i = 0; i < n->n; i++)
        if (n->child[i]->kind != NODE_TEST)
            return false;
    return true;
}

static const struct test *item_test(const struct node *n, uint32_t i)
{
    return n->kind == NODE_TEST ? n->test : n->child[i]->test;
}

static uint32_t item_count(const struct node *n)
{
    return n->kind == NODE_TEST ? 1 : n->n;
}

/* No value of one item can hold together with a value of the other. */
static bool items_exclude(struct logic *g, const struct node *a, const struct node *b)
{
    g->pairs += 1 + a->n + (size_t)b->n;
    if (g->pairs > PAIRS_MOST || !is_item(a) || !is_item(b))
        return false;
    for (uint32_t i = 0; i < item_count(a); i++)
        for (uint32_t k = 0; k < item_count(b); k++)
            if (++g->pairs > PAIRS_MOST || !tests_exclude(g, item_test(a, i), item_test(b, k)))
                return false;
    return true;
}

/* Does some item of a exclude some item of b? Both are one item or an AND of items. */
static bool maps_exclude(struct logic *g, const struct node *a, const struct node *b)
{
    if (a->kind == NODE_AND) {
        for (uint32_t i = 0; i < a->n && g->pairs <= PAIRS_MOST; i++)
            if (maps_exclude(g, a->child[i], b))
                return true;
        return false;
    }
    if (b->kind == NODE_AND) {
        for (uint32_t i = 0; i < b->n && g->pairs <= PAIRS_MOST; i++)
            if (a != b->child[i] && maps_exclude(g, a, b->child[i]))
                return true;
        return false;
    }
    return a != b && items_exclude(g, a, b);
}

static const struct test *first_test(const struct node *n)
{
    while (n->kind != NODE_TEST && n->n > 0)
        n = n->child[0];
    return n->kind == NODE_TEST ? n->test : NULL;
}

/* A map that cannot hold; tells about it. */
static bool map_is_dead(struct logic *g, const struct node *n, struct slice selection)
{
    if (n->kind != NODE_AND || !maps_exclude(g, n, n))
        return false;
    const struct test *t = first_test(n);
    lint_add(g->lint, g->rule, "selection-dead", t != NULL ? t->line : g->rule->line,
             t != NULL ? t->column : 1,
             "this part of \"%.*s\" can never hold: two of its values exclude each other",
             SHOWN(selection));
    return true;
}

static bool selection_is_dead(struct logic *g, const struct selection *s)
{
    if (s->node->kind != NODE_OR || is_item(s->node))
        return map_is_dead(g, s->node, s->name);
    bool all = true;
    for (uint32_t i = 0; i < s->node->n; i++)
        all = map_is_dead(g, s->node->child[i], s->name) && all;
    return all;
}

/* --- the condition --- */

static bool value_at(const struct node *n, uint32_t set)
{
    switch (n->kind) {
    case NODE_NOT:
        return !value_at(n->child[0], set);
    case NODE_AND:
    case NODE_OR:
        for (uint32_t i = 0; i < n->n; i++)
            if (value_at(n->child[i], set) == (n->kind == NODE_OR))
                return n->kind == NODE_OR;
        return n->kind == NODE_AND;
    default:
        return (set >> n->selection & 1) != 0;
    }
}

static bool rule_at(const struct rule *r, uint32_t set)
{
    for (size_t i = 0; i < r->ncondition; i++)
        if (value_at(r->condition[i], set))
            return true;
    return false;
}

static size_t nodes_of(const struct node *n)
{
    size_t count = 1;
    for (uint32_t i = 0; n->kind != NODE_SELECTION && i < n->n; i++)
        count += nodes_of(n->child[i]);
    return count;
}

static uint32_t used_by(const struct node *n)
{
    if (n->kind == NODE_SELECTION)
        return 1u << n->selection;
    uint32_t set = 0;
    for (uint32_t i = 0; i < n->n; i++)
        set |= used_by(n->child[i]);
    return set;
}

static bool can_be(const struct logic *g, uint32_t set)
{
    for (size_t i = 0; i < rule_own_selections(g->rule); i++)
        if ((set >> i & 1) != 0 && (g->dead[i] || (g->against[i] & set) != 0))
            return false;
    return true;
}

/* Selections on which the condition depends, and whether it is ever true, ever false. */
struct outcome {
    uint32_t matters;
    bool ever_true, ever_false;
};

static struct outcome try_all(const struct logic *g)
{
    struct outcome o = { 0, false, false };
    size_t n = rule_own_selections(g->rule);
    for (uint32_t set = 0; set < 1u << n; set++) {
        if (!can_be(g, set))
            continue;
        bool value = rule_at(g->rule, set);
        o.ever_true |= value;
        o.ever_false |= !value;
        for (size_t i = 0; i < n; i++) /* without i is possible, too */
            if ((set >> i & 1) != 0 && value != rule_at(g->rule, set & ~(1u << i)))
                o.matters |= 1u << i;
    }
    return o;
}

static void tell_outcome(struct logic *g, struct outcome o, uint32_t used)
{
    const struct rule *r = g->rule;
    const char *key = "detection";
    if (!o.ever_true)
        lint_at_key(g->lint, r, "condition-never", key, "the condition can never hold");
    else if (!o.ever_false)
        lint_at_key(g->lint, r, "condition-always", key, "the condition always holds");
    else if (rule_at(r, 0))
        lint_at_key(g->lint, r, "condition-negative", key,
                    "the condition holds for events that fulfil no selection: every event of the "
                    "log source but a few");
    if (!o.ever_true || !o.ever_false)
        return;
    for (size_t i = 0; i < rule_own_selections(r); i++)
        if ((used >> i & 1) != 0 && (o.matters >> i & 1) == 0 && !g->dead[i])
            lint_add(g->lint, r, "selection-idle", r->selection[i].line, 1,
                     "selection \"%.*s\" never changes what the condition says",
                     SHOWN(r->selection[i].name));
}

void lint_logic(struct lint *l, const struct rule *r)
{
    struct logic g = { .lint = l, .rule = r };
    uint32_t used = 0;
    const size_t n = rule_own_selections(r);
    size_t nodes = 0;
    for (size_t i = 0; i < r->ncondition; i++)
        nodes += nodes_of(r->condition[i]);
    if (r->ncondition == 0 || n > SELECTIONS_MOST || nodes > (TRIES_MOST >> n) / 16)
        return;
    for (size_t i = 0; i < n; i++)
        g.dead[i] = selection_is_dead(&g, &r->selection[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (maps_exclude(&g, r->selection[i].node, r->selection[k].node)) {
                g.against[i] |= 1u << k;
                g.against[k] |= 1u << i;
            }
    for (size_t i = 0; i < r->ncondition; i++)
        used |= used_by(r->condition[i]);
    tell_outcome(&g, try_all(&g), used);
}
