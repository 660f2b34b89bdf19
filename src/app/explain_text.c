#include "app/explain_text.h"

#include <stdio.h>

#include "app/print.h"
#include "base/escape.h"
#include "base/filetime.h"
#include "rule/show.h"

#define FALSE_SHOWN 4   /* false values of one list that are listed */
#define VALUE_SHOWN 160 /* bytes of a field's value */

void explain_rule_text(const struct rule *r)
{
    print_slice(stdout, r->title);
    printf("\n%.*s  ", SLICE_ARG(r->id));
    print_slice(stdout, r->file);
    printf(":%u\n", r->line);
    for (size_t i = 0; i < r->ncondition; i++) {
        printf("condition: ");
        print_slice(stdout, r->condition_text[i]);
        putchar('\n');
    }
    putchar('\n');
}

/* --- distance --- */

static uint64_t distance(const struct explanation *x, const struct node *n, bool want)
{
    if (n->kind == NODE_TEST) {
        const struct explained_test *t = &x->test[n->test->index];
        return t->unknown ? 1 : (t->plain == TRI_TRUE) == want ? 0 : 2;
    }
    if (n->kind == NODE_SELECTION)
        return distance(x, x->rule->selection[n->selection].node, want);
    if (n->kind == NODE_NOT)
        return distance(x, n->child[0], !want);
    const bool any = (n->kind == NODE_OR) == want;
    uint64_t sum = 0, least = UINT64_MAX;
    for (uint32_t i = 0; i < n->n; i++) {
        const uint64_t d = distance(x, n->child[i], want);
        least = d < least ? d : least;
        sum += d; /* at most 2 * LIMIT_RULE_NODES for each time a selection is named */
    }
    return any ? least : sum;
}

uint64_t explain_distance(const struct explanation *x)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < x->rule->ncondition; i++) {
        const uint64_t d = distance(x, x->rule->condition[i], true);
        least = d < least ? d : least;
    }
    return least;
}

static bool tells(const struct explanation *x, const struct test *t)
{
    return t->kind != TEST_NULL && t->kind != TEST_EXISTS && t->field_id != FIELD_EVENTID &&
           t->field_id != FIELD_CHANNEL && t->field_id != FIELD_PROVIDER_NAME &&
           !x->test[t->index].unknown && x->test[t->index].plain == TRI_TRUE;
}

static bool near_node(const struct explanation *x, const struct node *n, bool even)
{
    if (n->kind == NODE_TEST)
        return even && tells(x, n->test);
    if (n->kind == NODE_SELECTION)
        return near_node(x, x->rule->selection[n->selection].node, even);
    for (uint32_t i = 0; i < n->n; i++)
        if (near_node(x, n->child[i], n->kind == NODE_NOT ? !even : even))
            return true;
    return false;
}

bool explain_is_near(const struct explanation *x)
{
    for (size_t i = 0; i < x->rule->ncondition; i++)
        if (near_node(x, x->rule->condition[i], true))
            return true;
    return false;
}

/* --- text --- */

struct writer {
    const struct explanation *x;
    struct buf *out;
};

static void value_words(const struct explained_test *t, struct buf *out)
{
    if (!t->value.p)
        return;
    buf_str(out, "   = ");
    escape_controls(slice_sub(t->value, 0, VALUE_SHOWN), out);
    if (t->value.n > VALUE_SHOWN)
        buf_str(out, "...");
}

/* "true     ", and what plain Sigma says of an unknown one. */
static void mark(struct writer *w, const struct node *n, unsigned depth)
{
    static const char *const word[] = { "false", "unknown", "true" };
    const enum tri kleene = explanation_kleene(w->x, n);
    buf_printf(w->out, "  %-8s%*s", word[kleene], (int)(2 * depth), "");
    if (kleene == TRI_UNKNOWN)
        buf_printf(w->out, "(plainly %s) ", word[explanation_plain(w->x, n)]);
}

static void node_text(struct writer *w, const struct node *n, unsigned depth);

/* Children; of false tests the first few. */
static void children_text(struct writer *w, const struct node *n, unsigned depth)
{
    uint32_t no = 0;
    for (uint32_t i = 0; i < n->n && !w->out->full; i++) {
        const struct node *c = n->child[i];
        const bool quiet =
            c->kind == NODE_TEST && explanation_kleene(w->x, c) == TRI_FALSE && n->n > FALSE_SHOWN;
        if (quiet && no++ >= FALSE_SHOWN)
            continue;
        node_text(w, c, depth);
    }
    if (no > FALSE_SHOWN)
        buf_printf(w->out, "  false   %*s... and %u more\n", (int)(2 * depth), "",
                   no - FALSE_SHOWN);
}

static void node_text(struct writer *w, const struct node *n, unsigned depth)
{
    mark(w, n, depth);
    switch (n->kind) {
    case NODE_TEST:
        show_test(n->test, w->out);
        value_words(&w->x->test[n->test->index], w->out);
        break;
    case NODE_SELECTION:
        escape_controls(w->x->rule->selection[n->selection].name, w->out);
        break;
    default:
        buf_str(w->out, n->kind == NODE_AND ? "and" : n->kind == NODE_OR ? "or" : "not");
        break;
    }
    buf_byte(w->out, '\n');
    if (n->kind == NODE_SELECTION)
        node_text(w, w->x->rule->selection[n->selection].node, depth + 1);
    else
        children_text(w, n, depth + 1);
}

void explain_event_text(const struct explanation *x, struct event *ev, const char *path,
                        struct buf *out)
{
    struct writer w = { x, out };
    char time[FILETIME_TEXT] = "no time";

    if (ev->time_created)
        filetime_iso(ev->time_created, time);
    buf_printf(out, "%s ", time);
    escape_controls(ev->computer, out);
    buf_byte(out, ' ');
    escape_controls(ev->channel, out);
    buf_printf(out, " %u record %llu (", ev->event_id, (unsigned long long)ev->record_id);
    escape_controls(slice_str(path), out);
    buf_printf(out, ", offset %llu)\n", (unsigned long long)ev->place.offset);
    for (size_t i = 0; i < x->rule->ncondition; i++)
        node_text(&w, x->rule->condition[i], 0);
}
