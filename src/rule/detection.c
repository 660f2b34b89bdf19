/* detection.c - see detection.h. */
#include "rule/detection.h"

#include "base/limits.h"
#include "base/vec.h"
#include "rule/aggregation.h"
#include "rule/condition.h"
#include "rule/modifier.h"
#include "rule/ralloc.h"

struct builder {
    struct rule *rule;
    const struct placeholders *ph;
    struct arena *a;
    struct report *rep;
    uint32_t selection;
    VEC(struct test *) test;
    size_t nodes;
};

/* One `field|modifiers: values`. */
struct item {
    const struct ynode *key; /* or the keyword list */
    struct slice field;      /* absent: keywords */
    struct slice modifiers;  /* absent: none */
    struct modifier_chain chain;
};

static int build_detection(struct builder *b, const struct ynode *def, struct node **ret);

static int no_memory(struct builder *b, const struct ynode *at)
{
    if (b->test.n >= LIMIT_RULE_NODES)
        report_error(b->rep, REFUSAL_SYNTAX, at->line, at->column,
                     "more than %d values in one rule: split it", LIMIT_RULE_NODES);
    else
        report_error(b->rep, REFUSAL_SYNTAX, at->line, at->column, "%s", RALLOC_FULL);
    return EV_ENOMEM;
}

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

static struct node *new_node(struct builder *b, enum node_kind kind, size_t children)
{
    struct node *n = ralloc(b->a, 1, sizeof *n);
    if (n == NULL || ++b->nodes > 2 * (size_t)LIMIT_RULE_NODES)
        return NULL;
    n->kind = kind;
    n->n = (uint32_t)children;
    if (children > 0) {
        n->child = ralloc(b->a, children, sizeof *n->child);
        if (n->child == NULL)
            return NULL;
    }
    return n;
}

static struct node *test_node(struct builder *b, const struct item *it, const struct ynode *value,
                              const struct test *from)
{
    struct test *t = ralloc(b->a, 1, sizeof *t);
    struct node *n = new_node(b, NODE_TEST, 0);
    if (t == NULL || n == NULL)
        return NULL;
    *t = *from;
    t->field = it->field;
    t->field_id = NAME_NONE;
    t->index = (uint32_t)b->test.n;
    t->selection = b->selection;
    t->line = value->line;
    t->column = value->column;
    t->written = value->text;
    t->modifiers = it->modifiers.p != NULL ? it->modifiers : SLICE("");
    if (t->kind == TEST_FIELDREF)
        t->u.ref.field_id = NAME_NONE;
    n->test = t;
    return vec_push(&b->test, LIMIT_RULE_NODES, t) ? n : NULL;
}

/* The code of an error decides what becomes of the rule. */
static int report_value(struct builder *b, const struct ynode *at, const struct item *it, int rc,
                        const char *text)
{
    enum refusal why = rc == EV_EUNSUPPORTED ? REFUSAL_UNSUPPORTED : REFUSAL_SYNTAX;
    struct slice name = it->field.p != NULL ? it->field : SLICE("keywords");
    int code = report_error(b->rep, why, at->line, at->column, "%.*s: %s", shown(name),
                            (const char *)name.p, text);
    return rc == EV_ENOMEM ? rc : code; /* no memory: no use to go on */
}

/* One value, without placeholders: a test, or an OR over its alternatives. */
static int build_plain(struct builder *b, const struct item *it, const struct ynode *value,
                       struct node **ret)
{
    struct test tests[MODIFIER_TESTS];
    size_t n = 0;
    struct ev_err err = { .rc = 0 };
    int rc = modifier_apply(&it->chain, value, it->field.p == NULL, b->a, tests, &n, &err);
    if (rc < 0)
        return report_value(b, value, it, rc, err.text);
    if (n == 0)
        return report_value(b, value, it, EV_ESYNTAX,
                            "too short to be encoded: lengthen the value");
    if (n == 1) {
        *ret = test_node(b, it, value, tests);
        return *ret != NULL ? EV_OK : no_memory(b, value);
    }
    struct node * or = new_node(b, NODE_OR, n);
    if (or == NULL)
        return no_memory(b, value);
    for (size_t i = 0; i < n; i++) {
        or->child[i] = test_node(b, it, value, &tests[i]);
        if (or->child[i] == NULL)
            return no_memory(b, value);
    }
    *ret = or ;
    return EV_OK;
}

/* expand: alternatives, which stay joined by OR even under `all`. */
static int build_expanded(struct builder *b, const struct item *it, const struct ynode *value,
                          struct node **ret)
{
    struct ynode *v = NULL;
    size_t n = 0;
    struct ev_err err = { .rc = 0 };
    int rc = placeholders_expand(b->ph, value, b->a, &v, &n, &err);
    if (rc < 0)
        return report_value(b, value, it, rc, err.text);
    struct node * or = new_node(b, NODE_OR, n);
    if (or == NULL)
        return no_memory(b, value);
    for (size_t i = 0; i < n && rc == EV_OK; i++)
        rc = build_plain(b, it, &v[i], & or->child[i]);
    if (rc == EV_OK)
        *ret = n == 1 ? or->child[0] : or ;
    return rc;
}

/* One value of an item. */
static int build_value(struct builder *b, const struct item *it, const struct ynode *value,
                       struct node **ret)
{
    if (value->kind != YNODE_SCALAR)
        return report_value(b, value, it, EV_ESYNTAX,
                            value->kind == YNODE_MAP
                                ? "a map as a value: indent it as an item of its own"
                                : "a list inside a list of values: join them into one list");
    return it->chain.expand ? build_expanded(b, it, value, ret) : build_plain(b, it, value, ret);
}

/* `F: []`: the field is absent or empty. */
static int build_empty_list(struct builder *b, const struct item *it, const struct ynode *list,
                            struct node **ret)
{
    if (it->field.p == NULL)
        return report_value(b, list, it, EV_ESYNTAX, "an empty list of keywords: add one");
    struct test null = { .kind = TEST_NULL };
    struct ynode at = *list;
    at.text = SLICE("[]");
    *ret = test_node(b, it, &at, &null);
    return *ret != NULL ? EV_OK : no_memory(b, list);
}

static int build_values(struct builder *b, const struct item *it, const struct ynode *list,
                        struct node **ret)
{
    if (list->n == 0)
        return build_empty_list(b, it, list, ret);
    struct node *n = new_node(b, it->chain.all ? NODE_AND : NODE_OR, list->n);
    if (n == NULL)
        return no_memory(b, list);
    int rc = EV_OK;
    size_t i = 0;
    for (const struct ynode *v = list->first; v != NULL && rc != EV_ENOMEM; v = v->next) {
        int one = build_value(b, it, v, &n->child[i++]);
        rc = rc < 0 && one != EV_ENOMEM ? rc : one < 0 ? one : rc;
    }
    if (rc < 0)
        return rc;
    *ret = n->n == 1 ? n->child[0] : n;
    return EV_OK;
}

static int build_item(struct builder *b, struct item *it, const struct ynode *value,
                      struct node **ret)
{
    struct ev_err err = { .rc = 0 };
    struct node *n = NULL;
    int rc = modifier_chain_parse(it->modifiers, it->field.p == NULL, &it->chain, &err);
    if (rc < 0)
        return report_value(b, it->key, it, rc, err.text);
    rc = value->kind == YNODE_LIST ? build_values(b, it, value, &n) : build_value(b, it, value, &n);
    if (rc < 0)
        return rc;
    if (it->chain.negated) {
        struct node *not = new_node(b, NODE_NOT, 1);
        if (not == NULL)
            return no_memory(b, value);
        not ->child[0] = n;
        n = not ;
    }
    *ret = n;
    return EV_OK;
}

/* "Image|endswith" -> field and modifiers; "|all" has no field. */
static void split_key(const struct ynode *key, struct item *it)
{
    struct slice s = key->text;
    size_t bar = slice_find_byte(s, '|');
    it->key = key;
    it->field = slice_sub(s, 0, bar < s.n ? bar : s.n);
    it->modifiers = bar < s.n ? slice_sub(s, bar + 1, s.n) : SLICE_ABSENT;
    if (it->field.n == 0)
        it->field = SLICE_ABSENT;
}

static int build_map(struct builder *b, const struct ynode *map, struct node **ret)
{
    struct node *and = new_node(b, NODE_AND, map->n);
    if (and == NULL)
        return no_memory(b, map);
    int rc = EV_OK;
    size_t i = 0;
    for (const struct ynode *k = map->first; k != NULL && rc != EV_ENOMEM; k = ynode_after(k)) {
        struct item it = { .key = k };
        split_key(k, &it);
        int one = build_item(b, &it, k->next, &and->child[i++]);
        rc = rc < 0 && one != EV_ENOMEM ? rc : one < 0 ? one : rc;
    }
    if (rc < 0)
        return rc;
    *ret = and->n == 1 ? and->child[0] : and;
    return EV_OK;
}

static int build_list(struct builder *b, const struct ynode *list, struct node **ret)
{
    struct node * or = new_node(b, NODE_OR, list->n);
    if (or == NULL)
        return no_memory(b, list);
    int rc = EV_OK;
    size_t i = 0;
    for (const struct ynode *v = list->first; v != NULL && rc != EV_ENOMEM; v = v->next) {
        int one = build_detection(b, v, & or->child[i++]);
        rc = rc < 0 && one != EV_ENOMEM ? rc : one < 0 ? one : rc;
    }
    if (rc < 0)
        return rc;
    *ret = or->n == 1 ? or->child[0] : or ;
    return EV_OK;
}

/* A selection, or an element of one. Depth is bounded by that of the YAML tree. */
static int build_detection(struct builder *b, const struct ynode *def, struct node **ret)
{
    if (def->kind == YNODE_SCALAR) {
        struct item it = { .key = def, .field = SLICE_ABSENT };
        return build_item(b, &it, def, ret);
    }
    if (def->n == 0) {
        struct slice name = b->rule->selection[b->selection].name;
        return report_error(b->rep, REFUSAL_SYNTAX, def->line, def->column,
                            "selection \"%.*s\" has %s without content: fill or remove it",
                            shown(name), (const char *)name.p, ynode_what(def));
    }
    return def->kind == YNODE_MAP ? build_map(b, def, ret) : build_list(b, def, ret);
}

static bool is_reserved(struct slice name)
{
    return slice_eq(name, SLICE("condition")) || slice_eq(name, SLICE("timeframe"));
}

static int build_selections(struct builder *b, const struct ynode *map)
{
    struct rule *r = b->rule;
    int rc = EV_OK;
    if (map->n > LIMIT_SELECTIONS)
        return report_error(b->rep, REFUSAL_SYNTAX, map->line, map->column,
                            "more than %d selections: split the rule", LIMIT_SELECTIONS);
    r->selection = ralloc(b->a, map->n, sizeof *r->selection);
    if (r->selection == NULL)
        return no_memory(b, map);
    for (const struct ynode *k = map->first; k != NULL && rc != EV_ENOMEM; k = ynode_after(k)) {
        if (is_reserved(k->text))
            continue;
        b->selection = (uint32_t)r->nselection;
        struct selection *s = &r->selection[r->nselection++];
        s->name = k->text;
        s->line = k->line;
        int one = build_detection(b, k->next, &s->node);
        rc = rc < 0 && one != EV_ENOMEM ? rc : one < 0 ? one : rc;
    }
    if (r->nselection == 0)
        return report_error(b->rep, REFUSAL_SYNTAX, map->line, map->column,
                            "detection has no selection: add one beside the condition");
    return rc;
}

/* `map`: the detection, where an aggregation finds its timeframe. */
static int build_condition(struct builder *b, const struct ynode *map, const struct ynode *n,
                           bool *used)
{
    struct rule *r = b->rule;
    if (n->kind != YNODE_SCALAR || n->type == YTYPE_NULL)
        return report_error(b->rep, REFUSAL_SYNTAX, n->line, n->column,
                            "condition is %s: write it as text", ynode_what(n));
    struct node *node = NULL;
    size_t pipe = SIZE_MAX;
    int rc = condition_parse(n, r->selection, r->nselection, used, b->a, b->rep, &node, &pipe);
    r->condition_text[r->ncondition] = n->text;
    r->condition[r->ncondition++] = node;
    if (rc < 0 || pipe == SIZE_MAX)
        return rc;
    return aggregation_build(n, pipe, map, r, used, b->a, b->rep);
}

static int build_conditions(struct builder *b, const struct ynode *map, bool *used)
{
    struct rule *r = b->rule;
    const struct ynode *c = ynode_get(map, "condition");
    if (c == NULL || (c->kind != YNODE_SCALAR && c->n == 0))
        return report_error(b->rep, REFUSAL_SYNTAX, map->line, map->column,
                            "detection has no condition: add \"condition: ...\"");
    size_t n = c->kind == YNODE_LIST ? c->n : 1;
    r->condition = ralloc(b->a, n, sizeof *r->condition);
    r->condition_text = ralloc(b->a, n, sizeof *r->condition_text);
    if (r->condition == NULL || r->condition_text == NULL)
        return no_memory(b, map);
    if (c->kind != YNODE_LIST)
        return build_condition(b, map, c, used);
    int rc = EV_OK;
    for (const struct ynode *v = c->first; v != NULL; v = v->next) {
        int one = build_condition(b, map, v, used);
        rc = one < 0 ? one : rc;
    }
    if (rc == EV_OK && r->correlation != NULL && c->n > 1)
        return report_error(b->rep, REFUSAL_UNSUPPORTED, c->line, c->column,
                            "an aggregation among several conditions: make it a rule of its own");
    return rc;
}

static int warn_unused(struct builder *b, const bool *used)
{
    const struct rule *r = b->rule;
    for (size_t i = 0; i < r->nselection; i++)
        if (!used[i])
            report_warning(b->rep, r->selection[i].line, 1,
                           "selection \"%.*s\" is not used by the condition: use or remove it",
                           shown(r->selection[i].name), (const char *)r->selection[i].name.p);
    return EV_OK;
}

static int build_all(struct builder *b, const struct ynode *map)
{
    struct rule *r = b->rule;
    int rc = build_selections(b, map);
    if (rc == EV_ENOMEM || r->nselection == 0)
        return rc;
    bool *used = ralloc(b->a, r->nselection + 1, sizeof *used);
    if (used == NULL)
        return no_memory(b, map);
    int rc2 = build_conditions(b, map, used);
    /* Tests of a refused rule are kept, too: checks look at them. */
    r->test = ralloc(b->a, b->test.n, sizeof *r->test);
    if (r->test == NULL)
        return no_memory(b, map);
    if (b->test.n > 0)
        memcpy(r->test, b->test.v, b->test.n * sizeof *r->test);
    r->ntest = b->test.n;
    if (rc < 0 || rc2 < 0)
        return rc < 0 ? rc : rc2;
    return warn_unused(b, used);
}

int detection_build(const struct ynode *map, const struct placeholders *ph, struct rule *r,
                    struct arena *a, struct report *rep)
{
    if (map->kind != YNODE_MAP || map->n == 0)
        return report_error(rep, REFUSAL_SYNTAX, map->line, map->column,
                            "detection is %s: write selections and a condition",
                            map->n == 0 && map->kind == YNODE_MAP ? "empty" : ynode_what(map));
    struct builder b = { .rule = r, .ph = ph, .a = a, .rep = rep };
    /* A key that stands twice was told, and is read twice. */
    r->nselection = r->ncondition = r->ntest = 0;
    r->correlation = NULL;
    int rc = build_all(&b, map);
    vec_release(&b.test);
    return rc;
}
