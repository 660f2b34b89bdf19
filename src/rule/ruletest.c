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

static void fill_event(const struct ynode *event, struct test_event *t)
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

/* 1: added; 0: left out, which was told. */
static int add_event(const struct ynode *event, struct rule_test *t, struct arena *a,
                     struct report *rep)
{
    struct test_event *to = &t->event[t->nevent];
    size_t pairs = 0;
    if (event == NULL || event->kind != YNODE_MAP || !check_event(event, &pairs, rep))
        return 0;
    *to = (struct test_event){ .key = ralloc(a, pairs, sizeof *to->key),
                               .value = ralloc(a, pairs, sizeof *to->value) };
    if (to->key == NULL || to->value == NULL)
        return EV_ENOMEM;
    fill_event(event, to);
    t->nevent++;
    return 1;
}

static bool read_expect(const struct ynode *n, bool *ret)
{
    if (n == NULL || n->kind != YNODE_SCALAR)
        return false;
    *ret = slice_eq(n->text, SLICE("match"));
    return *ret || slice_eq(n->text, SLICE("no-match"));
}

/* The events of a sequence; a single one for `event`. */
static int add_events(const struct ynode *n, struct rule_test *t, struct arena *a,
                      struct report *rep)
{
    const struct ynode *one = ynode_get(n, "event"), *list = ynode_get(n, "events");
    const bool many = one == NULL && list != NULL && list->kind == YNODE_LIST && list->n > 0;
    int rc = 1;
    if (!many && (one == NULL || one->kind != YNODE_MAP)) {
        leave_out(
            rep, n,
            "\"event\" must be a map of field names and values, or \"events\" a list of them");
        return 0;
    }
    t->event = ralloc(a, many ? list->n : 1, sizeof *t->event);
    if (t->event == NULL)
        return EV_ENOMEM;
    if (!many)
        return add_event(one, t, a, rep);
    for (const struct ynode *i = list->first; i != NULL && rc > 0; i = i->next) {
        rc = add_event(i, t, a, rep);
        if (rc == 0 && i->kind != YNODE_MAP)
            leave_out(rep, i, "\"events\" must be a list of maps of field names and values");
    }
    return rc;
}

static int build_test(const struct ynode *n, struct rule *r, struct arena *a, struct report *rep)
{
    struct rule_test *t = &r->rule_test[r->nrule_test];
    const struct ynode *name = ynode_get(n, "name");
    *t = (struct rule_test){ .line = n->line };
    if (!read_expect(ynode_get(n, "expect"), &t->expect_match)) {
        leave_out(rep, n, "\"expect\" must be match or no-match");
        return EV_OK;
    }
    int rc = add_events(n, t, a, rep);
    if (rc <= 0)
        return rc;
    t->name = name != NULL && name->kind == YNODE_SCALAR ? name->text : SLICE("");
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
