/* export_correlation.c - the correlations that targets can say (export_impl.h).
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

#define TICKS 10000000U /* of FILETIME in a second */

static int spot_of_key(struct writing *w, const struct correlation *c, size_t key, struct spot *ret)
{
    struct slice name = c->key_field[key * c->nref];

    for (size_t r = 1; r < c->nref; r++)
        if (!slice_eq(c->key_field[key * c->nref + r], name))
            return writing_refuse(w, "a correlation whose rules call a field by different names");
    *ret = (struct spot){ .name = name };
    if (w->map &&
        (!fieldmap_find(w->map, SLICE_ABSENT, name, w->arena, ret) || ret->never || ret->domain.p))
        return writing_refuse(w,
                              "a correlation over the field \"%.*s\", which the mapping does not "
                              "keep as one",
                              SLICE_ARG(slice_sub(name, 0, 80)));
    return EV_OK;
}

/* All rules that all references name. */
static int plan_clause(struct writing *w, const struct correlation *c, struct clause **ret)
{
    struct clause *any = clause_constant(w->env, false);

    for (size_t i = 0; i < c->nref; i++) {
        const struct correlation_ref *ref = &c->ref[i];
        for (size_t k = 0; k < ref->nrule; k++) {
            struct clause *one;
            if (ref->rule[k]->correlation && !c->self)
                return writing_refuse(w, "a correlation of correlations");
            int rc = writing_clause(w, ref->rule[k], &one);
            if (rc < 0)
                return rc;
            any = clause_pair(w->env, CLAUSE_OR, any, one);
        }
    }
    if (!any || any->kind == CLAUSE_FALSE)
        return writing_refuse(w, "a correlation without rules");
    *ret = any;
    return EV_OK;
}

static int plan_bound(struct writing *w, const struct correlation *c, uint64_t *ret)
{
    const struct bound *b = c->bound;

    if (c->nbound != 1 || (b->op != BOUND_GT && b->op != BOUND_GTE))
        return writing_refuse(w, "a correlation that is not judged by gt or gte alone");
    if (b->number < 0 || b->number > 1e9 || (double)(uint64_t)b->number != b->number)
        return writing_refuse(w, "a correlation with a bound that is no whole number");
    *ret = (uint64_t)b->number + (b->op == BOUND_GT);
    return EV_OK;
}

int correlation_plan(struct writing *w, const struct correlation *c, struct correlation_plan *ret)
{
    struct correlation_plan plan = { 0 };
    int rc;

    if (c->type != CORRELATION_EVENT_COUNT && c->type != CORRELATION_VALUE_COUNT)
        return writing_refuse(w, "a correlation of type %s", correlation_type_name(c->type));
    if (c->timespan == TIMESPAN_ALL || c->timespan < TICKS)
        return writing_refuse(w, "a correlation without a timespan");
    if (c->ngroup > PLAN_GROUPS || c->nkey - c->ngroup > 1)
        return writing_refuse(w, "a correlation over so many fields");
    plan.seconds = c->timespan / TICKS;
    rc = plan_bound(w, c, &plan.at_least);
    for (size_t i = 0; rc == EV_OK && i < c->ngroup; i++)
        rc = spot_of_key(w, c, i, &plan.by[plan.nby++]);
    if (rc == EV_OK && c->nkey > c->ngroup)
        rc = spot_of_key(w, c, c->ngroup, &plan.distinct);
    if (rc == EV_OK)
        rc = plan_clause(w, c, &plan.clause);
    if (rc == EV_OK)
        *ret = plan;
    return rc;
}
