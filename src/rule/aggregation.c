/* aggregation.c - see aggregation.h. */
#include "rule/aggregation.h"

#include "base/limits.h"
#include "base/parse.h"
#include "rule/condition.h"
#include "rule/ralloc.h"

struct builder {
    const struct ynode *node; /* the condition */
    size_t at;                /* next byte of its text */
    struct rule *rule;
    struct correlation *c;
    bool *used;
    struct arena *a;
    struct report *rep;
};

__attribute__((format(printf, 2, 3))) static int fault(struct builder *b, const char *fmt, ...)
{
    char text[300];
    uint32_t line, column;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ynode_place(b->node, b->at, &line, &column);
    return report_error(b->rep, REFUSAL_SYNTAX, line, column, "condition: after \"|\": %s", text);
}

static int no_memory(struct builder *b)
{
    fault(b, RALLOC_FULL);
    return EV_ENOMEM;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_sign(uint8_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '(' || c == ')' || c == ',';
}

/* The next word: a run of operators of one kind, a single sign, or a name. Empty at the end. */
static struct slice next_word(struct builder *b)
{
    struct slice s = b->node->text;
    while (b->at < s.n && is_blank(s.p[b->at]))
        b->at++;
    size_t from = b->at;
    if (from < s.n && is_sign(s.p[from])) {
        b->at++;
        if (b->at < s.n && s.p[from] != '(' && s.p[from] != ')' && s.p[from] != ',' &&
            s.p[b->at] == '=')
            b->at++;
        return slice_sub(s, from, b->at - from);
    }
    while (b->at < s.n && !is_blank(s.p[b->at]) && !is_sign(s.p[b->at]))
        b->at++;
    return slice_sub(s, from, b->at - from);
}

static bool is(struct slice w, const char *text)
{
    return slice_eq_nocase(w, slice_str(text));
}

static void read_timespan(struct builder *b, const struct ynode *detection)
{
    const struct ynode *v = ynode_get(detection, "timeframe");
    b->c->timespan = TIMESPAN_ALL;
    if (v != NULL && v->kind == YNODE_SCALAR && timespan_parse(v->text, &b->c->timespan) == EV_OK)
        b->c->timespan_text = v->text;
    else if (v != NULL)
        report_error(b->rep, REFUSAL_SYNTAX, v->line, v->column,
                     "timeframe is a number with s, m, h, d, w, M or y, such as 5m");
    else
        report_warning(b->rep, b->node->line, b->node->column,
                       "an aggregation without \"timeframe\" is about all input at once: add one");
}

/* Ref 0 is what the condition before the `|` finds. */
static int begin(struct builder *b, const struct ynode *detection, size_t refs)
{
    b->c = ralloc(b->a, 1, sizeof *b->c);
    if (b->c == NULL)
        return no_memory(b);
    b->c->ref = ralloc(b->a, refs, sizeof *b->c->ref);
    b->c->bound = ralloc(b->a, 1, sizeof *b->c->bound);
    if (b->c->ref == NULL || b->c->bound == NULL)
        return no_memory(b);
    b->c->self = true;
    b->c->nref = 1;
    b->c->ref[0].at = (struct reference){ SLICE("search"), b->node->line, b->node->column };
    read_timespan(b, detection);
    return b->rep->refused ? EV_ESYNTAX : EV_OK;
}

/* --- count, min, max, avg, sum --- */

static int read_function(struct builder *b, struct slice name)
{
    static const struct {
        const char *name;
        enum correlation_type type;
    } functions[] = { { "count", CORRELATION_VALUE_COUNT },
                      { "min", CORRELATION_VALUE_MIN },
                      { "max", CORRELATION_VALUE_MAX },
                      { "avg", CORRELATION_VALUE_AVG },
                      { "sum", CORRELATION_VALUE_SUM } };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (!is(name, functions[i].name))
            continue;
        b->c->type = functions[i].type;
        return EV_OK;
    }
    return fault(b, "expected count, min, max, avg, sum or near");
}

/* "(field)", "()". */
static int read_field(struct builder *b, struct slice *ret)
{
    *ret = SLICE_ABSENT;
    if (!is(next_word(b), "("))
        return fault(b, "\"(\" is missing after the function");
    struct slice w = next_word(b);
    if (is(w, ")")) {
        if (b->c->type != CORRELATION_VALUE_COUNT)
            return fault(b, "only count can do without a field");
        b->c->type = CORRELATION_EVENT_COUNT;
        return EV_OK;
    }
    *ret = w;
    if (w.n == 0 || is_sign(w.p[0]) || !is(next_word(b), ")"))
        return fault(b, "a function takes one field in parentheses");
    return EV_OK;
}

/* "by a, b", into the keys; the word after it is in *w. */
static int read_groups(struct builder *b, struct slice *w)
{
    *w = next_word(b);
    if (!is(*w, "by"))
        return EV_OK;
    do {
        *w = next_word(b);
        if (w->n == 0 || is_sign(w->p[0]))
            return fault(b, "\"by\" needs the name of a field");
        if (b->c->nkey == LIMIT_CORRELATION_REFS)
            return fault(b, "too many fields after \"by\"");
        b->c->key[b->c->nkey++] = *w;
        *w = next_word(b);
    } while (is(*w, ","));
    return EV_OK;
}

static int read_bound(struct builder *b, struct slice op)
{
    static const struct {
        const char *sign;
        enum bound_op op;
    } ops[] = { { "<", BOUND_LT },   { "<=", BOUND_LTE }, { ">", BOUND_GT },
                { ">=", BOUND_GTE }, { "==", BOUND_EQ },  { "=", BOUND_EQ } };
    struct bound *to = &b->c->bound[0];
    size_t i = 0;
    while (i < sizeof ops / sizeof *ops && !slice_eq(op, slice_str(ops[i].sign)))
        i++;
    if (i == sizeof ops / sizeof *ops)
        return fault(b, "expected <, <=, >, >= or ==");
    to->op = ops[i].op;
    to->written = next_word(b);
    b->c->nbound = 1;
    if (parse_double(to->written, &to->number) < 0)
        return fault(b, "a number is missing after the comparison");
    return next_word(b).n == 0 ? EV_OK : fault(b, "more than one comparison");
}

static int build_function(struct builder *b, struct slice name)
{
    struct slice field, w;
    b->c->key = ralloc(b->a, LIMIT_CORRELATION_REFS + 1, sizeof *b->c->key);
    if (b->c->key == NULL)
        return no_memory(b);
    int rc = read_function(b, name);
    if (rc == EV_OK)
        rc = read_field(b, &field);
    if (rc == EV_OK)
        rc = read_groups(b, &w);
    if (rc < 0)
        return rc;
    b->c->ngroup = b->c->nkey;
    if (field.p != NULL)
        b->c->key[b->c->nkey++] = field;
    return read_bound(b, w);
}

/* --- near --- */

static struct node *new_node(struct builder *b, enum node_kind kind, uint32_t n)
{
    struct node *to = ralloc(b->a, 1, sizeof *to);
    if (to == NULL)
        return NULL;
    to->kind = kind;
    to->n = n;
    to->child = n > 0 ? ralloc(b->a, n, sizeof *to->child) : NULL;
    return n > 0 && to->child == NULL ? NULL : to;
}

/* The tree over selections becomes one over refs, made where a selection is met first. */
static int selections_to_refs(struct builder *b, struct node *n)
{
    struct correlation *c = b->c;
    if (n->kind != NODE_SELECTION) {
        int rc = EV_OK;
        for (uint32_t i = 0; i < n->n && rc == EV_OK; i++)
            rc = selections_to_refs(b, n->child[i]);
        return rc;
    }
    struct slice name = b->rule->selection[n->selection].name;
    size_t i = 1;
    while (i < c->nref && !slice_eq(c->ref[i].at.name, name))
        i++;
    if (i == LIMIT_CORRELATION_REFS)
        return fault(b, "near names too many selections");
    if (i == c->nref)
        c->ref[c->nref++].at = (struct reference){ name, b->node->line, b->node->column };
    n->selection = (uint32_t)i;
    return EV_OK;
}

static int build_near(struct builder *b)
{
    struct ynode rest = *b->node;
    struct node *near = NULL;
    rest.text = slice_sub(b->node->text, b->at, SIZE_MAX);
    rest.column += (uint32_t)b->at;
    int rc = condition_parse(&rest, b->rule->selection, b->rule->nselection, b->used, b->a, b->rep,
                             &near, NULL);
    if (rc == EV_OK)
        rc = selections_to_refs(b, near);
    if (rc < 0)
        return rc;
    struct node *both = new_node(b, NODE_AND, 2), *self = new_node(b, NODE_SELECTION, 0);
    if (both == NULL || self == NULL)
        return no_memory(b);
    both->child[0] = self;
    both->child[1] = near;
    b->c->type = CORRELATION_TEMPORAL;
    b->c->expression = both;
    b->c->expression_text = b->node->text;
    return EV_OK;
}

int aggregation_build(const struct ynode *n, size_t at, const struct ynode *detection,
                      struct rule *r, bool *used, struct arena *a, struct report *rep)
{
    struct builder b = { .node = n, .at = at, .rule = r, .used = used, .a = a, .rep = rep };
    struct slice first = next_word(&b);
    int rc = begin(&b, detection, LIMIT_CORRELATION_REFS);
    if (rc == EV_OK)
        rc = is(first, "near") ? build_near(&b) : build_function(&b, first);
    if (rc == EV_OK && correlation_finish(b.c, a) < 0)
        rc = no_memory(&b);
    if (rc == EV_OK)
        r->correlation = b.c;
    return rc;
}

/* The condition that is one selection. */
static int part_condition(struct rule *part, struct slice name, struct arena *a)
{
    struct node *n = ralloc(a, 1, sizeof *n);
    part->condition = ralloc(a, 1, sizeof *part->condition);
    part->condition_text = ralloc(a, 1, sizeof *part->condition_text);
    if (n == NULL || part->condition == NULL || part->condition_text == NULL)
        return EV_ENOMEM;
    n->kind = NODE_SELECTION;
    while (!slice_eq(part->selection[n->selection].name, name))
        n->selection++;
    part->condition[0] = n;
    part->condition_text[0] = name;
    part->ncondition = 1;
    return EV_OK;
}

struct rule *aggregation_parts(const struct rule *r, struct arena *a, size_t *ret_n)
{
    const struct correlation *c = r->correlation;
    *ret_n = c != NULL && c->self ? c->nref - 1 : 0;
    struct rule *part = ralloc(a, *ret_n, sizeof *part);
    for (size_t i = 0; part != NULL && i < *ret_n; i++) {
        struct slice name = c->ref[i + 1].at.name;
        part[i] = *r;
        part[i].correlation = NULL;
        part[i].nrule_test = 0;
        part[i].part_of = r;
        part[i].title = arena_printf(a, "%.*s (near: %.*s)", SLICE_ARG(r->title), SLICE_ARG(name));
        part[i].id = arena_printf(a, "%.*s/%.*s", SLICE_ARG(r->id), SLICE_ARG(name));
        part[i].name = SLICE_ABSENT;
        if (part[i].title.p == NULL || part[i].id.p == NULL ||
            part_condition(&part[i], name, a) < 0)
            return NULL;
    }
    return part;
}
