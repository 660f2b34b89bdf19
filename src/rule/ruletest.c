/* ruletest.c - see ruletest.h. */
#include "rule/ruletest.h"

#include "rule/ralloc.h"

static bool leave_out(struct report *rep, const struct ynode *at, const char *text)
{
    report_warning(rep, at->line, at->column, "tests: %s: the test was left out", text);
    return false;
}

/* Pairs that a value gives; SIZE_MAX when it has a shape that no event has. */
static size_t pairs_of(const struct ynode *v)
{
    if (v->kind == YNODE_SCALAR)
        return v->type != YTYPE_NULL;
    if (v->kind == YNODE_MAP)
        return SIZE_MAX;
    for (const struct ynode *i = v->first; i != NULL; i = i->next)
        if (i->kind != YNODE_SCALAR)
            return SIZE_MAX;
    return v->n;
}

static bool check_event(const struct ynode *event, size_t *ret_n, struct report *rep)
{
    if (event == NULL || event->kind != YNODE_MAP)
        return false;
    *ret_n = 0;
    for (const struct ynode *k = event->first; k != NULL; k = ynode_after(k)) {
        size_t n = pairs_of(k->next);
        if (n == SIZE_MAX)
            return leave_out(rep, k->next, "a value of an event must be text or a list of texts");
        *ret_n += n;
    }
    return true;
}

static void fill_event(const struct ynode *event, struct rule_test *t)
{
    for (const struct ynode *k = event->first; k != NULL; k = ynode_after(k)) {
        const struct ynode *v = k->next;
        if (v->kind == YNODE_SCALAR && v->type == YTYPE_NULL)
            continue;
        const struct ynode *i = v->kind == YNODE_LIST ? v->first : v;
        for (; i != NULL; i = v->kind == YNODE_LIST ? i->next : NULL) {
            t->key[t->n] = k->text;
            t->value[t->n++] = i->text;
        }
    }
}

static bool read_expect(const struct ynode *n, bool *ret)
{
    if (n == NULL || n->kind != YNODE_SCALAR)
        return false;
    *ret = slice_eq(n->text, SLICE("match"));
    return *ret || slice_eq(n->text, SLICE("no-match"));
}

static int build_test(const struct ynode *n, struct rule *r, struct arena *a, struct report *rep)
{
    struct rule_test *t = &r->rule_test[r->nrule_test];
    const struct ynode *name = ynode_get(n, "name"), *event = ynode_get(n, "event");
    size_t pairs = 0;
    if (!read_expect(ynode_get(n, "expect"), &t->expect_match)) {
        leave_out(rep, n, "\"expect\" must be match or no-match");
        return EV_OK;
    }
    if (event == NULL || event->kind != YNODE_MAP)
        leave_out(rep, n, "\"event\" must be a map of field names and values");
    if (!check_event(event, &pairs, rep))
        return EV_OK;
    t->key = ralloc(a, pairs, sizeof *t->key);
    t->value = ralloc(a, pairs, sizeof *t->value);
    if (t->key == NULL || t->value == NULL)
        return EV_ENOMEM;
    fill_event(event, t);
    t->name = name != NULL && name->kind == YNODE_SCALAR ? name->text : SLICE("");
    t->line = n->line;
    r->nrule_test++;
    return EV_OK;
}

int ruletest_build(const struct ynode *list, struct rule *r, struct arena *a, struct report *rep)
{
    if (list->kind != YNODE_LIST) {
        leave_out(rep, list, "not a list");
        return EV_OK;
    }
    r->nrule_test = 0; /* a key that stands twice was told, and is read twice */
    r->rule_test = ralloc(a, list->n, sizeof *r->rule_test);
    if (r->rule_test == NULL)
        return EV_ENOMEM;
    for (const struct ynode *n = list->first; n != NULL; n = n->next) {
        int rc = build_test(n, r, a, rep);
        if (rc < 0)
            return rc;
    }
    return EV_OK;
}
