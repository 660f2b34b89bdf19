/* filter.c - see filter.h. */
#include "rule/filter.h"

#include "base/limits.h"
#include "rule/ralloc.h"

static bool is_name(const struct ynode *v)
{
    return v->kind == YNODE_SCALAR && v->type != YTYPE_NULL && v->text.n > 0;
}

static int misused(const struct ynode *v, struct report *rep)
{
    return report_error(rep, REFUSAL_SYNTAX, v->line, v->column,
                        "filter: \"rules\" takes ids or names of rules, or any");
}

int filter_read_refs(const struct ynode *map, struct filter_document *f, struct arena *a,
                     struct report *rep)
{
    const struct ynode *v = ynode_get(map, "rules");
    if (v == NULL)
        return report_error(rep, REFUSAL_SYNTAX, map->line, map->column,
                            "filter: no rules are named: add \"rules:\" with ids or names, or any");
    if (v->kind == YNODE_MAP || (v->kind == YNODE_SCALAR && !is_name(v)))
        return misused(v, rep);
    f->any = v->kind == YNODE_LIST ? v->n == 0 : slice_eq(v->text, SLICE("any"));
    if (f->any)
        return EV_OK;
    f->ref = ralloc(a, v->kind == YNODE_LIST ? v->n : 1, sizeof *f->ref);
    if (f->ref == NULL)
        return report_error(rep, REFUSAL_SYNTAX, v->line, v->column, RALLOC_FULL);
    const struct ynode *i = v->kind == YNODE_LIST ? v->first : v;
    for (; i != NULL; i = v->kind == YNODE_LIST ? i->next : NULL) {
        if (!is_name(i))
            return misused(i, rep);
        f->ref[f->nref++] = (struct reference){ i->text, i->line, i->column };
    }
    return EV_OK;
}

const struct ynode *filter_detection(const struct ynode *map, struct arena *a)
{
    struct ynode *to = ralloc(a, 1 + 2 * (size_t)map->n, sizeof *to);
    if (to == NULL || map->kind != YNODE_MAP)
        return to == NULL ? NULL : map;
    struct ynode *end = to + 1, **link = &to->first;
    *to = *map;
    to->first = NULL;
    for (const struct ynode *k = map->first; k != NULL; k = ynode_after(k)) {
        if (slice_eq(k->text, SLICE("rules"))) {
            to->n--;
            continue;
        }
        end[0] = *k;
        end[1] = *k->next;
        end[0].next = &end[1];
        end[1].next = NULL;
        *link = &end[0];
        link = &end[1].next;
        end += 2;
    }
    return to;
}

static bool node_negates(const struct node *n)
{
    if (n->kind == NODE_NOT)
        return true;
    for (uint32_t i = 0; i < n->n; i++)
        if (node_negates(n->child[i]))
            return true;
    return false;
}

bool filter_negates(const struct rule *filter)
{
    for (size_t i = 0; i < filter->ncondition; i++)
        if (node_negates(filter->condition[i]))
            return true;
    return false;
}

static bool part_agrees(struct slice filter, struct slice rule)
{
    return filter.p == NULL || slice_eq(filter, rule);
}

bool filter_applies(const struct filter_document *f, const struct rule *r)
{
    const struct rule *named = r->part_of != NULL ? r->part_of : r;
    if (r->ncondition == 0 || !part_agrees(f->rule->category, r->category) ||
        !part_agrees(f->rule->product, r->product) || !part_agrees(f->rule->service, r->service))
        return false;
    for (size_t i = 0; i < f->nref; i++)
        if (slice_eq_nocase(f->ref[i].name, named->id) || slice_eq(f->ref[i].name, named->name))
            return true;
    return f->any;
}

/* --- copying --- */

struct copy {
    struct rule *to;
    struct arena *a;
    uint32_t selections; /* of the rule before */
    bool full;
};

static struct test *copy_test(struct copy *c, const struct test *t)
{
    struct test *to = ralloc(c->a, 1, sizeof *to);
    if (to == NULL) {
        c->full = true;
        return NULL;
    }
    *to = *t;
    to->index = (uint32_t)c->to->ntest;
    to->selection = t->selection + c->selections;
    to->field_id = NAME_NONE;
    if (to->kind == TEST_FIELDREF)
        to->u.ref.field_id = NAME_NONE;
    c->to->test[c->to->ntest++] = to;
    return to;
}

/* Depth is bounded by LIMIT_RULE_DEPTH, as it was when the filter was built. */
static struct node *copy_node(struct copy *c, const struct node *n)
{
    struct node *to = ralloc(c->a, 1, sizeof *to);
    if (to == NULL || c->full) {
        c->full = true;
        return NULL;
    }
    *to = *n;
    if (n->kind == NODE_TEST)
        to->test = copy_test(c, n->test);
    if (n->kind == NODE_SELECTION)
        to->selection += c->selections;
    to->child = n->n > 0 ? ralloc(c->a, n->n, sizeof *to->child) : NULL;
    c->full |= n->n > 0 && to->child == NULL;
    for (uint32_t i = 0; i < n->n && !c->full; i++)
        to->child[i] = copy_node(c, n->child[i]);
    return to;
}

/* An array with room for more at its end. */
static void *longer(struct copy *c, const void *v, size_t n, size_t more, size_t size)
{
    void *to = ralloc(c->a, n + more, size);
    c->full |= to == NULL;
    if (to != NULL && n > 0)
        memcpy(to, v, n * size);
    return to;
}

static void copy_selection(struct copy *c, const struct rule *filter, size_t i)
{
    struct selection *to = &c->to->selection[c->to->nselection++];
    *to = filter->selection[i];
    to->name = arena_printf(c->a, "%.*s: %.*s", SLICE_ARG(filter->title), SLICE_ARG(to->name));
    to->node = copy_node(c, filter->selection[i].node);
    c->full |= to->name.p == NULL;
}

/* Alternatives of one condition list. */
static struct node *copy_condition(struct copy *c, const struct rule *filter)
{
    struct node either = { .kind = NODE_OR,
                           .n = (uint32_t)filter->ncondition,
                           .child = filter->condition };
    return copy_node(c, filter->ncondition == 1 ? filter->condition[0] : &either);
}

int filter_apply(const struct filter_document *f, struct rule *r, struct arena *a)
{
    const struct rule *filter = f->rule;
    struct rule with = *r;
    with.own_tests = rule_own_tests(r);
    with.own_selections = rule_own_selections(r);
    struct copy c = { .to = &with, .a = a, .selections = (uint32_t)r->nselection };
    with.selection =
        longer(&c, r->selection, r->nselection, filter->nselection, sizeof *r->selection);
    with.test = longer(&c, r->test, r->ntest, filter->ntest, sizeof(struct test *));
    with.filter = longer(&c, r->filter, r->nfilter, 1, sizeof *r->filter);
    for (size_t i = 0; i < filter->nselection && !c.full; i++)
        copy_selection(&c, filter, i);
    struct node *condition = c.full ? NULL : copy_condition(&c, filter);
    if (c.full)
        return EV_ENOMEM;
    with.filter[with.nfilter++] = (struct rule_filter){ filter->title, condition };
    *r = with;
    return EV_OK;
}
