/* legacy_optimise.c - what sigmac of March 2020 did with a tree before it wrote it.
 *
 * One pass goes from the root down and starts again at a node that it changed; passes follow until
 * one changes nothing. Moving a common part out of alternatives is wrong where one alternative is
 * nothing else: OR(X, AND(X, a)) becomes AND(X, a). The pages of 2020 show that, so it is kept here.
 * Every step removes a node or moves one up, which bounds the passes.
 * May include: base/. */
#include "knowledge/legacy_optimise.h"

struct lnode *lnode_new(struct arena *a, enum lnode_kind kind, size_t room)
{
    struct lnode *n = arena_zalloc(a, 1, sizeof *n);
    n->kind = kind;
    n->item = arena_zalloc(a, room, sizeof(struct lnode *));
    return n;
}

static bool is_list(const struct lnode *n)
{
    return n && (n->kind == LNODE_AND || n->kind == LNODE_OR);
}

/* Pairs and values by content, all else by identity. */
static bool same(const struct lnode *a, const struct lnode *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->kind != b->kind)
        return false;
    if (a->kind != LNODE_PAIR && a->kind != LNODE_VALUE)
        return false;
    return slice_eq(a->field, b->field) && lvalue_eq(a->value, b->value);
}

static bool holds(const struct lnode *list, const struct lnode *item)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (same(list->item[i], item))
            return true;
    return false;
}

static void drop_first(struct lnode *list, const struct lnode *item)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (same(list->item[i], item)) {
            memmove(&list->item[i], &list->item[i + 1], (list->n - i - 1) * sizeof *list->item);
            list->n--;
            return;
        }
}

static struct lnode *strip(struct lnode *n)
{
    while (n && n->kind == LNODE_GROUP)
        n = n->item[0];
    if (is_list(n))
        for (uint32_t i = 0; i < n->n; i++)
            n->item[i] = strip(n->item[i]);
    return n;
}

static struct lnode *group_all(struct lnode *n, struct arena *a)
{
    if (!is_list(n))
        return n;
    struct lnode *g = lnode_new(a, LNODE_GROUP, 1);
    g->item[g->n++] = n;
    for (uint32_t i = 0; i < n->n; i++)
        n->item[i] = group_all(n->item[i], a);
    return g;
}

static bool drop_nothing(struct lnode *n)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n->n; i++)
        if (n->item[i])
            n->item[k++] = n->item[i];
    const bool changed = k < n->n;
    n->n = k;
    return changed;
}

static bool drop_repeated(struct lnode *n)
{
    const uint32_t before = n->n;
    n->n = 0;
    for (uint32_t i = 0; i < before; i++)
        if (!holds(n, n->item[i]))
            n->item[n->n++] = n->item[i];
    return n->n < before;
}

/* OR(a, OR(b, c)) where all other items are pairs. */
static bool flatten(struct lnode *n, struct arena *a)
{
    size_t total = 0;
    bool inner = false;
    for (uint32_t i = 0; i < n->n; i++) {
        const struct lnode *c = n->item[i];
        if (c->kind != n->kind && c->kind != LNODE_PAIR)
            return false;
        inner |= c->kind == n->kind;
        total += c->kind == n->kind ? c->n : 1;
    }
    if (!inner)
        return false;
    struct lnode **item = arena_zalloc(a, total, sizeof(struct lnode *));
    uint32_t k = 0;
    for (uint32_t i = 0; i < n->n; i++) {
        struct lnode *c = n->item[i];
        for (uint32_t j = 0; c->kind == n->kind && j < c->n; j++)
            item[k++] = c->item[j];
        if (c->kind != n->kind)
            item[k++] = c;
    }
    n->item = item;
    n->n = k;
    return true;
}

/* OR(AND(X, a), AND(X, b)) as AND(X, OR(AND(a), AND(b))); NULL when there is nothing in common. */
static struct lnode *common_out(struct lnode *n, struct arena *a)
{
    const enum lnode_kind other = n->kind == LNODE_OR ? LNODE_AND : LNODE_OR;
    for (uint32_t i = 0; i < n->n; i++)
        if (n->item[i]->kind != other)
            return NULL;
    const struct lnode *first = n->item[0];
    struct lnode *r = lnode_new(a, other, first->n + 1);
    for (uint32_t k = 0; k < first->n; k++) {
        uint32_t i = 1;
        while (i < n->n && holds(n->item[i], first->item[k]))
            i++;
        if (i == n->n)
            r->item[r->n++] = first->item[k];
    }
    if (!r->n)
        return NULL;
    for (uint32_t i = 0; i < n->n; i++)
        for (uint32_t k = 0; k < r->n; k++)
            drop_first(n->item[i], r->item[k]);
    r->item[r->n++] = n;
    return r;
}

static struct lnode *optimise_once(struct lnode *n, struct arena *a, bool *changed)
{
    while (is_list(n)) {
        struct lnode *next = n;
        if (n->n == 0)
            next = NULL;
        else if (drop_nothing(n))
            ;
        else if (n->n == 1)
            next = n->item[0];
        else if (!drop_repeated(n) && !flatten(n, a) && !(next = common_out(n, a)))
            break;
        *changed = true;
        n = next;
    }
    if (is_list(n))
        for (uint32_t i = 0; i < n->n; i++)
            n->item[i] = optimise_once(n->item[i], a, changed);
    return n;
}

struct lnode *legacy_optimise(struct lnode *root, struct arena *a)
{
    bool changed = true;
    struct lnode *n = strip(root);
    while (changed) {
        changed = false;
        n = optimise_once(n, a, &changed);
    }
    return group_all(n, a);
}
