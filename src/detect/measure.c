/* measure.c - does a group fulfil its correlation's condition?
 *
 * Numbers are kept sorted, so that sums do not depend on the order of events and a median costs
 * nothing.
 * May include: base/, rule/, detect/. */
#include "detect/measure.h"

#include <math.h>

#include "base/limits.h"
#include "base/mem.h"

/* Index of the first number that is not less. */
static size_t number_at(const struct group *g, double number)
{
    size_t low = 0, high = g->nnumber;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (g->number[mid] < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void measure_add(struct group *g, double number)
{
    const size_t at = number_at(g, number);

    if (g->nnumber == g->number_room) {
        g->number_room = g->number_room ? 2 * g->number_room : 16;
        g->number = xrealloc(g->number, g->number_room, sizeof *g->number);
    }
    memmove(g->number + at + 1, g->number + at, (g->nnumber - at) * sizeof *g->number);
    g->number[at] = number;
    g->nnumber++;
}

void measure_remove(struct group *g, double number)
{
    const size_t at = number_at(g, number);

    if (at == g->nnumber)
        return;
    g->nnumber--;
    memmove(g->number + at, g->number + at + 1, (g->nnumber - at) * sizeof *g->number);
}

static double sum(const struct group *g)
{
    double all = 0;

    for (size_t i = 0; i < g->nnumber; i++)
        all += g->number[i];
    return all;
}

static double median(const struct group *g)
{
    const double *mid = g->number + g->nnumber / 2;

    return g->nnumber % 2 ? mid[0] : (mid[-1] + mid[0]) / 2;
}

/* The least number that at least p percent of the numbers do not exceed (nearest rank). */
static double percentile(const struct group *g, double p)
{
    double rank = ceil(p * (double)g->nnumber / 100);
    size_t i = rank < 1 ? 0 : (size_t)rank - 1;

    return g->number[i < g->nnumber ? i : g->nnumber - 1];
}

static size_t refs_seen(const struct correlation *c, const struct group *g)
{
    size_t n = 0;

    for (size_t i = 0; i < c->nref; i++)
        n += g->seen[i] > 0;
    return n;
}

/* Events of one instant have no order: each batch is taken by ascending ref. */
static const struct group_event *batch_end(const struct group_event *e)
{
    const uint64_t time = e->time;

    while (e && e->time == time)
        e = e->next;
    return e;
}

static bool batch_has(const struct group_event *e, const struct group_event *end, uint32_t ref)
{
    for (; e != end; e = e->next)
        if (e->ref == ref)
            return true;
    return false;
}

/* The most refs that were seen one after the other in their order. */
static size_t refs_in_order(const struct correlation *c, const struct group *g)
{
    size_t chain[LIMIT_CORRELATION_REFS] = { 0 }; /* by ref: longest that ends with it */
    size_t longest = 0;

    for (const struct group_event *e = g->first, *end; e; e = end) {
        end = batch_end(e);
        for (uint32_t ref = 0; ref < c->nref; ref++) {
            if (!batch_has(e, end, ref))
                continue;
            for (uint32_t k = 0; k < ref; k++)
                if (chain[k] + 1 > chain[ref])
                    chain[ref] = chain[k] + 1;
            if (chain[ref] == 0)
                chain[ref] = 1;
            if (chain[ref] > longest)
                longest = chain[ref];
        }
    }
    return longest;
}

/* The value that bounds are about; false when there is none. */
static bool value_of(const struct correlation *c, const struct group *g, double *ret)
{
    switch (c->type) {
    case CORRELATION_EVENT_COUNT:
        *ret = (double)g->n;
        return true;
    case CORRELATION_VALUE_COUNT:
        *ret = (double)g->value.n;
        return true;
    case CORRELATION_TEMPORAL:
        *ret = (double)refs_seen(c, g);
        return true;
    case CORRELATION_TEMPORAL_ORDERED:
        *ret = (double)refs_in_order(c, g);
        return true;
    default:
        break;
    }
    if (g->nnumber == 0)
        return false;
    switch (c->type) {
    case CORRELATION_VALUE_SUM:
        *ret = sum(g);
        break;
    case CORRELATION_VALUE_AVG:
        *ret = sum(g) / (double)g->nnumber;
        break;
    case CORRELATION_VALUE_MEDIAN:
        *ret = median(g);
        break;
    case CORRELATION_VALUE_PERCENTILE:
        *ret = percentile(g, c->percentile);
        break;
    case CORRELATION_VALUE_MIN:
        *ret = g->number[0];
        break;
    default:
        *ret = g->number[g->nnumber - 1];
        break;
    }
    return true;
}

static bool bound_holds(const struct bound *b, double value)
{
    switch (b->op) {
    case BOUND_LT:
        return value < b->number;
    case BOUND_LTE:
        return value <= b->number;
    case BOUND_GT:
        return value > b->number;
    case BOUND_GTE:
        return value >= b->number;
    case BOUND_EQ:
        return value == b->number;
    case BOUND_NEQ:
        break;
    }
    return value != b->number;
}

/* temporal_ordered: a ref counts when it came after those of the list that count before it. */
static void seen_in_order(const struct correlation *c, const struct group *g, bool *ret)
{
    uint64_t from = 0;

    for (uint32_t ref = 0; ref < c->nref; ref++) {
        const struct group_event *e = g->first;

        while (e && (e->time < from || e->ref != ref))
            e = e->next;
        ret[ref] = e != NULL;
        from = e ? e->time : from;
    }
}

static bool node_holds(const struct node *n, const bool *seen, const bool *there, bool even)
{
    switch (n->kind) {
    case NODE_SELECTION:
        return even ? seen[n->selection] : there[n->selection];
    case NODE_NOT:
        return !node_holds(n->child[0], seen, there, !even);
    case NODE_AND:
        for (uint32_t i = 0; i < n->n; i++)
            if (!node_holds(n->child[i], seen, there, even))
                return false;
        return true;
    default:
        break;
    }
    for (uint32_t i = 0; i < n->n; i++)
        if (node_holds(n->child[i], seen, there, even))
            return true;
    return false;
}

static bool expression_holds(const struct correlation *c, const struct group *g)
{
    bool there[LIMIT_CORRELATION_REFS], seen[LIMIT_CORRELATION_REFS];

    for (size_t i = 0; i < c->nref; i++)
        there[i] = seen[i] = g->seen[i] > 0;
    if (c->type == CORRELATION_TEMPORAL_ORDERED)
        seen_in_order(c, g, seen);
    return node_holds(c->expression, seen, there, true);
}

bool measure_holds(const struct correlation *c, const struct group *g)
{
    double value;

    if (c->expression)
        return expression_holds(c, g);
    if (!value_of(c, g, &value))
        return false;
    for (size_t i = 0; i < c->nbound; i++)
        if (!bound_holds(&c->bound[i], value))
            return false;
    return true;
}

bool measure_is_monotone(const struct correlation *c)
{
    return !c->closes &&
           (c->type == CORRELATION_EVENT_COUNT || c->type == CORRELATION_VALUE_COUNT ||
            c->type == CORRELATION_TEMPORAL || c->type == CORRELATION_TEMPORAL_ORDERED);
}

size_t measure_enough(const struct correlation *c)
{
    double most = 1;

    if (c->closes || c->type != CORRELATION_EVENT_COUNT)
        return 0;
    for (size_t i = 0; i < c->nbound; i++) {
        const struct bound *b = &c->bound[i];
        double n = b->op == BOUND_GT ? floor(b->number) + 1 : ceil(b->number);

        if (n > most)
            most = n;
    }
    return most < LIMIT_WINDOW_EVENTS ? (size_t)most : 0;
}
