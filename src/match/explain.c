/* explain.c - see explain.h.
 *
 * May include base/, event/, rule/. */
#include "match/explain.h"

#include "match/compiled.h"

static struct slice first_value(struct view *v, const struct test *t)
{
    uint32_t i = t->field.p ? view_first(v, t->field_id) : VIEW_END;

    return i == VIEW_END ? SLICE_ABSENT : event_text(&v->event, i);
}

static void ask_all(struct scratch *s, const struct compiled *c, struct view *v,
                    struct explanation *e)
{
    for (size_t i = 0; i < c->rule->ntest; i++)
        e->test[i] = (struct explained_test){
            .plain = leaf_plain(&c->leaf[i], v, s->regex, NULL),
            .unknown = leaf_unknown(&c->leaf[i], v),
            .value = first_value(v, c->rule->test[i]),
        };
}

bool explain_event(const struct matcher *m, struct scratch *s, const struct rule *rule,
                   struct event *ev, struct explanation *ret)
{
    const struct compiled *c = &m->rule[rule->index];
    struct view *v;

    arena_reset(&s->arena);
    memset(s->filled, 0, sizeof s->filled);
    memset(s->taken, TAKEN_UNASKED, m->dispatch.n);
    *ret = (struct explanation){ .rule = rule };
    ret->test = arena_try(&s->arena, (rule->ntest + 1) * sizeof *ret->test);
    v = ret->test ? scratch_view(s, c, ev) : NULL;
    if (v)
        ask_all(s, c, v, ret);
    for (int k = 0; k < TWIN_KINDS; k++)
        view_leave(&s->view[k]);
    return v != NULL;
}

static enum tri value(const struct explanation *e, const struct node *n, bool kleene)
{
    enum tri all = n->kind == NODE_OR ? TRI_FALSE : TRI_TRUE;

    if (n->kind == NODE_TEST)
        return kleene && e->test[n->test->index].unknown ? TRI_UNKNOWN
                                                         : e->test[n->test->index].plain;
    if (n->kind == NODE_SELECTION)
        return value(e, e->rule->selection[n->selection].node, kleene);
    if (n->kind == NODE_NOT)
        return tri_not(value(e, n->child[0], kleene));
    for (uint32_t i = 0; i < n->n; i++) {
        enum tri one = value(e, n->child[i], kleene);

        if (n->kind == NODE_OR ? one > all : one < all)
            all = one;
    }
    return all;
}

enum tri explanation_plain(const struct explanation *e, const struct node *n)
{
    return value(e, n, false);
}

enum tri explanation_kleene(const struct explanation *e, const struct node *n)
{
    return value(e, n, true);
}
