/* clause.c - the makers of clauses: constants go, lists in lists become one (query.h).
 * May include base/, rule/, this folder. */
#include "knowledge/query.h"
#include "rule/ralloc.h"

struct clause *clause_constant(struct query_env *env, bool value)
{
    struct clause *c = ralloc(env->arena, 1, sizeof *c);

    if (c)
        c->kind = value ? CLAUSE_TRUE : CLAUSE_FALSE;
    return c;
}

/* How many children the join has; SIZE_MAX: it is decided, by *ret_decided. */
static size_t count(enum clause_kind kind, struct clause *const *child, size_t n,
                    struct clause **ret_decided)
{
    const enum clause_kind decides = kind == CLAUSE_AND ? CLAUSE_FALSE : CLAUSE_TRUE;
    size_t total = 0;

    for (size_t i = 0; i < n; i++) {
        if (child[i]->kind == decides) {
            *ret_decided = child[i];
            return SIZE_MAX;
        }
        total += child[i]->kind == kind ? child[i]->n : child[i]->kind > CLAUSE_TRUE;
    }
    return total;
}

struct clause *clause_join(struct query_env *env, enum clause_kind kind, struct clause **child,
                           size_t n)
{
    struct clause *c = NULL;
    size_t total, at = 0;

    for (size_t i = 0; i < n; i++)
        if (!child[i])
            return NULL;
    total = count(kind, child, n, &c);
    if (total == SIZE_MAX)
        return c;
    if (total == 0)
        return clause_constant(env, kind == CLAUSE_AND);
    c = ralloc(env->arena, 1, sizeof *c);
    struct clause **all = ralloc(env->arena, total, sizeof(struct clause *));
    if (!c || !all)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (child[i]->kind == kind)
            for (uint32_t k = 0; k < child[i]->n; k++)
                all[at++] = child[i]->child[k];
        else if (child[i]->kind > CLAUSE_TRUE)
            all[at++] = child[i];
    }
    if (total == 1)
        return all[0];
    *c = (struct clause){ .kind = kind, .n = (uint32_t)total, .child = all };
    return c;
}

struct clause *clause_pair(struct query_env *env, enum clause_kind kind, struct clause *a,
                           struct clause *b)
{
    struct clause *both[] = { a, b };

    return clause_join(env, kind, both, 2);
}

struct clause *clause_not(struct query_env *env, struct clause *inner)
{
    struct clause *c;

    if (!inner)
        return NULL;
    if (inner->kind == CLAUSE_NOT)
        return inner->child[0];
    if (inner->kind == CLAUSE_FALSE || inner->kind == CLAUSE_TRUE)
        return clause_constant(env, inner->kind == CLAUSE_FALSE);
    c = ralloc(env->arena, 1, sizeof *c);
    struct clause **child = ralloc(env->arena, 1, sizeof(struct clause *));
    if (!c || !child)
        return NULL;
    child[0] = inner;
    *c = (struct clause){ .kind = CLAUSE_NOT, .n = 1, .child = child };
    return c;
}

struct clause *clause_mark(struct query_env *env, const struct clause *c, bool denied)
{
    struct clause *copy = ralloc(env->arena, 1, sizeof *copy);

    if (!copy)
        return NULL;
    *copy = *c;
    if (c->kind == CLAUSE_TERM) {
        copy->term = ralloc(env->arena, 1, sizeof *copy->term);
        if (!copy->term)
            return NULL;
        *copy->term = *c->term;
        copy->term->denied = denied;
    }
    if (c->n > 0) {
        copy->child = ralloc(env->arena, c->n, sizeof(struct clause *));
        if (!copy->child)
            return NULL;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        copy->child[i] = clause_mark(env, c->child[i], denied != (c->kind == CLAUSE_NOT));
        if (!copy->child[i])
            return NULL;
    }
    return copy;
}
