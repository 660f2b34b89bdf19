/* merge.c - see merge.h. */
#include "rule/merge.h"

#include "base/map.h"
#include "rule/ralloc.h"

struct merger {
    struct arena *nodes;
    struct ynode *last; /* of the map being made */
};

static bool add(struct merger *g, struct ynode *map, const struct ynode *key,
                const struct ynode *value)
{
    struct ynode *pair = ralloc(g->nodes, 2, sizeof *pair);
    if (pair == NULL)
        return false;
    pair[0] = *key;
    pair[1] = *value;
    pair[0].next = &pair[1];
    pair[1].next = NULL;
    if (g->last == NULL)
        map->first = pair;
    else
        g->last->next = pair;
    g->last = &pair[1];
    map->n++;
    map->weight += 1 + value->weight;
    if (value->height >= map->height)
        map->height = value->height + 1;
    return true;
}

static void index_keys(struct map *m, const struct ynode *from)
{
    for (const struct ynode *k = from->first; k != NULL; k = ynode_after(k))
        map_put(m, k->text, (uint64_t)(uintptr_t)k->next, NULL);
}

static const struct ynode *indexed(const struct map *m, struct slice key)
{
    const uint64_t *at = map_get(m, key);
    return at != NULL ? (const struct ynode *)(uintptr_t)*at : NULL;
}

static struct ynode *merged(struct arena *nodes, const struct ynode *low, const struct ynode *high);

static bool fill(struct merger *g, struct ynode *out, const struct ynode *low,
                 const struct ynode *high, const struct map *in_low, const struct map *in_high)
{
    for (const struct ynode *k = low->first; k != NULL; k = ynode_after(k)) {
        const struct ynode *over = indexed(in_high, k->text), *value = k->next;
        if (over != NULL && over->kind == YNODE_MAP && value->kind == YNODE_MAP)
            over = merged(g->nodes, value, over);
        else if (over == NULL)
            over = value;
        if (over == NULL || !add(g, out, k, over))
            return false;
    }
    for (const struct ynode *k = high->first; k != NULL; k = ynode_after(k))
        if (indexed(in_low, k->text) == NULL && !add(g, out, k, k->next))
            return false;
    return true;
}

/* A new map: low's pairs, those of high over them. Recursion is as deep as the YAML at most. */
static struct ynode *merged(struct arena *nodes, const struct ynode *low, const struct ynode *high)
{
    struct merger g = { nodes, NULL };
    struct ynode *out = ralloc(nodes, 1, sizeof *out);
    if (out == NULL)
        return NULL;
    *out = *low;
    out->n = 0;
    out->weight = out->height = 1;
    out->first = out->next = NULL;
    struct map in_low, in_high;
    map_init(&in_low, map_seed());
    map_init(&in_high, in_low.seed);
    index_keys(&in_low, low);
    index_keys(&in_high, high);
    bool ok = fill(&g, out, low, high, &in_low, &in_high);
    map_release(&in_low);
    map_release(&in_high);
    return ok ? out : NULL;
}

static int combine(struct arena *nodes, struct yaml_file *y, const struct ynode *low,
                   const struct ynode *high, struct report *rep, const struct ynode **ret)
{
    if (low == NULL || high == NULL) {
        *ret = low != NULL ? low : high;
        return EV_OK;
    }
    if (!yaml_charge(y, low) || !yaml_charge(y, high))
        return EV_ELIMIT;
    const struct ynode *out = merged(nodes, low, high);
    if (out == NULL) {
        report_error(rep, REFUSAL_SYNTAX, high->line, high->column, RALLOC_FULL);
        return EV_ENOMEM;
    }
    *ret = out;
    return EV_OK;
}

int merge_document(struct merge *m, const struct ynode *doc, struct arena *nodes,
                   struct yaml_file *y, struct report *rep, const struct ynode **ret)
{
    const struct ynode *action = ynode_get(doc, "action");
    struct slice what = action != NULL ? action->text : SLICE_ABSENT;
    int rc;
    if (slice_eq(what, SLICE("reset"))) {
        m->global = NULL;
        return 0;
    }
    if (slice_eq(what, SLICE("global"))) {
        rc = combine(nodes, y, m->global, doc, rep, &m->global);
        return rc < 0 ? rc : 0;
    }
    if (slice_eq(what, SLICE("repeat"))) {
        if (m->before == NULL)
            return report_error(rep, REFUSAL_SYNTAX, doc->line, doc->column,
                                "action: repeat without a rule before it: remove the line");
        rc = combine(nodes, y, m->before, doc, rep, &m->before);
    } else if (doc->kind == YNODE_MAP) {
        rc = combine(nodes, y, doc, m->global, rep, &m->before);
    } else {
        *ret = doc;
        return 1;
    }
    if (rc < 0)
        return rc;
    *ret = m->before;
    return 1;
}
