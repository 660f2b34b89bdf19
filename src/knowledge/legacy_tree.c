/* legacy_tree.c - selections and the condition of a rule as sigmac of March 2020 parsed them.
 *
 * The condition is reduced operator by operator, each from left to right: `all of`, `1 of`, names,
 * not, and, or. What is in parentheses is parsed and optimised by itself, and gets the log source's
 * condition, too.
 * May include: base/. */
#include "knowledge/legacy_tree.h"

#include "base/limits.h"
#include "base/vec.h"
#include "knowledge/atc2020.h"
#include "knowledge/legacy_lex.h"
#include "knowledge/legacy_modifier.h"
#include "knowledge/legacy_optimise.h"

struct builder {
    const struct lvalue *rule, *detection;
    bool logpoint;
    struct arena *a;
    size_t nodes;
};

static struct lnode *new_node(struct builder *b, enum lnode_kind kind, size_t room)
{
    b->nodes += room + 1;
    return lnode_new(b->a, kind, room);
}

static struct lnode *group(struct builder *b, struct lnode *inner)
{
    struct lnode *n = new_node(b, LNODE_GROUP, 1);
    n->item[n->n++] = inner;
    return n;
}

static struct lnode *pair_plain(struct builder *b, struct slice field, const struct lvalue *v)
{
    struct lnode *n = new_node(b, LNODE_PAIR, 0);
    n->field = field;
    n->value = v;
    return n;
}

/* --- log source and field names of logpoint --- */

static bool is_value(const struct lvalue *v, const char *text)
{
    return v && slice_eq(v->text, slice_str(text));
}

/* Does some selection ask for that EventID alone? */
static bool asks_id(const struct lvalue *v, const char *id)
{
    if (v->kind == LVALUE_LIST)
        for (uint32_t i = 0; i < v->n; i++)
            if (asks_id(v->child[i], id))
                return true;
    return is_value(lvalue_get(v, "EventID"), id);
}

static bool rule_asks_id(const struct builder *b, const char *id)
{
    for (uint32_t i = 0; i < b->detection->n; i++)
        if (asks_id(b->detection->child[i], id))
            return true;
    return false;
}

static const char *logpoint_names(const struct builder *b, struct slice field)
{
    const char *otherwise = NULL;
    for (size_t i = 0; b->logpoint && i < atc2020_table_n; i++) {
        const struct atc_row *r = &atc2020_table[i];
        if (r->kind != ATC_LOGPOINT_FIELD || !slice_eq(field, slice_str(r->name)))
            continue;
        if (!r->v[0][0])
            otherwise = r->v[1];
        else if (rule_asks_id(b, r->v[0]))
            return r->v[1];
    }
    return otherwise;
}

static struct lnode *pair(struct builder *b, struct slice field, const struct lvalue *v)
{
    struct slice names = slice_str(logpoint_names(b, field));
    if (!names.p)
        return pair_plain(b, field, v);
    if (slice_find_byte(names, ',') == SIZE_MAX)
        return pair_plain(b, names, v);
    struct lnode *any = new_node(b, LNODE_OR, 8);
    while (names.n && any->n < 8) {
        const size_t end = slice_find_byte(names, ',');
        any->item[any->n++] = pair_plain(b, slice_sub(names, 0, end), v);
        names = end == SIZE_MAX ? SLICE("") : slice_sub(names, end + 1, names.n);
    }
    return group(b, any);
}

static const struct lvalue *constant(struct builder *b, enum lvalue_kind kind, const char *text)
{
    struct lvalue *v = arena_zalloc(b->a, 1, sizeof *v);
    v->kind = kind;
    v->text = slice_str(text);
    return v;
}

/* NULL: none. process_creation is Sysmon's EventID 1 there. */
static struct lnode *source_condition(struct builder *b)
{
    const struct lvalue *source = lvalue_get(b->rule, "logsource");
    const struct lvalue *category = lvalue_get(source, "category");
    const struct lvalue *service = lvalue_get(source, "service");
    if (!b->logpoint || !is_value(lvalue_get(source, "product"), "windows"))
        return NULL;
    if (is_value(category, "process_creation")) {
        return pair(b, SLICE("EventID"), constant(b, LVALUE_INT, "1"));
    }
    if (!service)
        return NULL;
    const struct atc_row *r = atc2020_find(ATC_LOGPOINT_SOURCE, service->text);
    return r ? pair(b, slice_str(r->v[0]), constant(b, LVALUE_TEXT, r->v[1])) : NULL;
}

/* --- selections --- */

static int definition(struct builder *b, const struct lvalue *d, enum lnode_kind list,
                      struct lnode **ret);

static int list_definition(struct builder *b, const struct lvalue *d, struct lnode *n)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct lvalue *v = d->child[i];
        struct lnode *item = NULL;
        int rc = EV_OK;
        if (lvalue_is_plain(v)) {
            item = new_node(b, LNODE_VALUE, 0);
            item->value = v;
        } else {
            rc = definition(b, v, LNODE_OR, &item);
        }
        if (rc < 0)
            return rc;
        n->item[n->n++] = item;
    }
    return EV_OK;
}

static int map_definition(struct builder *b, const struct lvalue *d, struct lnode *n)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const size_t bar = slice_find_byte(d->key[i], '|');
        const struct slice field = slice_sub(d->key[i], 0, bar);
        const struct lvalue *v = d->child[i];
        int rc = EV_OK;
        if (bar != SIZE_MAX)
            rc = legacy_modify(slice_sub(d->key[i], bar + 1, d->key[i].n), v, b->a, &v);
        if (rc < 0)
            return rc;
        if (v->kind != LVALUE_ALL) {
            n->item[n->n++] = pair(b, field, v);
            continue;
        }
        struct lnode *all = new_node(b, LNODE_AND, v->n);
        for (; all->n < v->n; all->n++)
            all->item[all->n] = pair(b, field, v->child[all->n]);
        n->item[n->n++] = all;
    }
    return EV_OK;
}

/* Depth is that of the document. */
static int definition(struct builder *b, const struct lvalue *d, enum lnode_kind list,
                      struct lnode **ret)
{
    if (d->kind != LVALUE_LIST && d->kind != LVALUE_MAP)
        return EV_ESYNTAX;
    if (b->nodes > LIMIT_LEGACY_NODES)
        return EV_ELIMIT;
    struct lnode *n = new_node(b, d->kind == LVALUE_MAP ? LNODE_AND : list, d->n);
    int rc = d->kind == LVALUE_MAP ? map_definition(b, d, n) : list_definition(b, d, n);
    if (rc == EV_OK)
        *ret = n;
    return rc;
}

/* --- the condition --- */

/* `*` in name stands for any text; no backtracking beyond the last star. */
static bool name_fits(struct slice name, struct slice with)
{
    size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;
    while (k < with.n) {
        if (i < name.n && name.p[i] == '*') {
            star = i++;
            mark = k;
        } else if (i < name.n && name.p[i] == with.p[k]) {
            i++;
            k++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++mark;
        } else {
            return false;
        }
    }
    while (i < name.n && name.p[i] == '*')
        i++;
    return i == name.n;
}

static int by_name(struct builder *b, struct slice name, enum lnode_kind list, struct lnode **ret)
{
    const struct lvalue *d = lvalue_get(b->detection, arena_str(b->a, name));
    struct lnode *inner = NULL;
    if (!d || slice_eq(name, SLICE("condition")))
        return EV_ESYNTAX;
    int rc = definition(b, d, list, &inner);
    if (rc == EV_OK)
        *ret = group(b, inner);
    return rc;
}

/* 1 of them, all of selection*, 1 of selection */
static int x_of(struct builder *b, struct slice name, enum lnode_kind list, struct lnode **ret)
{
    const struct lvalue *all = b->detection;
    const bool them = slice_eq(name, SLICE("them"));
    const size_t star = slice_find_byte(name, '*');
    if (!them && (star == SIZE_MAX || star == 0))
        return by_name(b, name, list, ret);
    struct lnode *n = new_node(b, list, all->n);
    for (uint32_t i = 0; i < all->n; i++) {
        struct lnode *inner = NULL;
        if (slice_eq(all->key[i], SLICE("condition")) ||
            slice_eq(all->key[i], SLICE("timeframe")) || (!them && !name_fits(name, all->key[i])))
            continue;
        const int rc = definition(b, all->child[i], LNODE_OR, &inner);
        if (rc < 0)
            return rc;
        n->item[n->n++] = group(b, inner);
    }
    *ret = group(b, n);
    return EV_OK;
}

struct words {
    struct lword *w;
    size_t n;
};

/* Puts node in the place of the words from..to-1. */
static void reduce(struct words *s, size_t from, size_t to, struct lnode *node)
{
    s->w[from] = (struct lword){ LWORD_NODE, SLICE_ABSENT, node };
    memmove(&s->w[from + 1], &s->w[to], (s->n - to) * sizeof *s->w);
    s->n -= to - from - 1;
}

static size_t find_word(const struct words *s, enum lword_kind kind)
{
    size_t i = 0;
    while (i < s->n && s->w[i].kind != kind)
        i++;
    return i;
}

static int reduce_of(struct builder *b, struct words *s, enum lword_kind kind)
{
    size_t i;
    while ((i = find_word(s, kind)) < s->n) {
        struct lnode *node = NULL;
        if (i + 1 == s->n || s->w[i + 1].kind == LWORD_NODE)
            return EV_ESYNTAX;
        const int rc = x_of(b, s->w[i + 1].text, kind == LWORD_ALL ? LNODE_AND : LNODE_OR, &node);
        if (rc < 0)
            return rc;
        reduce(s, i, i + 2, node);
    }
    return EV_OK;
}

static int reduce_names(struct builder *b, struct words *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct lnode *node = NULL;
        if (s->w[i].kind != LWORD_NAME)
            continue;
        const int rc = by_name(b, s->w[i].text, LNODE_OR, &node);
        if (rc < 0)
            return rc;
        reduce(s, i, i + 1, node);
    }
    return EV_OK;
}

static int reduce_not(struct builder *b, struct words *s)
{
    size_t i;
    while ((i = find_word(s, LWORD_NOT)) < s->n) {
        if (i + 1 == s->n || s->w[i + 1].kind != LWORD_NODE)
            return EV_ESYNTAX;
        struct lnode *n = new_node(b, LNODE_NOT, 1);
        n->item[n->n++] = s->w[i + 1].node;
        reduce(s, i, i + 2, n);
    }
    return EV_OK;
}

static int reduce_pairs(struct builder *b, struct words *s, enum lword_kind kind)
{
    size_t i;
    while ((i = find_word(s, kind)) < s->n) {
        if (i == 0 || i + 1 == s->n || s->w[i - 1].kind != LWORD_NODE ||
            s->w[i + 1].kind != LWORD_NODE)
            return EV_ESYNTAX;
        struct lnode *n = new_node(b, kind == LWORD_AND ? LNODE_AND : LNODE_OR, 2);
        n->item[n->n++] = s->w[i - 1].node;
        n->item[n->n++] = s->w[i + 1].node;
        reduce(s, i - 1, i + 2, n);
    }
    return EV_OK;
}

static int search(struct builder *b, struct words *s, unsigned depth, struct lnode **ret);

static int reduce_parentheses(struct builder *b, struct words *s, unsigned depth)
{
    size_t open;
    while ((open = find_word(s, LWORD_OPEN)) < s->n) {
        struct lnode *inner = NULL;
        /* The first one that closes, so that parentheses in parentheses are an error. */
        const size_t close = find_word(s, LWORD_CLOSE);
        if (close == s->n || close <= open + 1 || depth == LIMIT_RULE_DEPTH)
            return EV_ESYNTAX;
        struct words part = { arena_zalloc(b->a, close - open - 1, sizeof *s->w),
                              close - open - 1 };
        memcpy(part.w, &s->w[open + 1], part.n * sizeof *part.w);
        const int rc = search(b, &part, depth + 1, &inner);
        if (rc < 0)
            return rc;
        reduce(s, open, close + 1, group(b, inner));
    }
    return EV_OK;
}

static int search(struct builder *b, struct words *s, unsigned depth, struct lnode **ret)
{
    int rc = reduce_parentheses(b, s, depth);
    if (rc == EV_OK)
        rc = reduce_of(b, s, LWORD_ALL);
    if (rc == EV_OK)
        rc = reduce_of(b, s, LWORD_ONE);
    if (rc == EV_OK)
        rc = reduce_names(b, s);
    if (rc == EV_OK)
        rc = reduce_not(b, s);
    if (rc == EV_OK)
        rc = reduce_pairs(b, s, LWORD_AND);
    if (rc == EV_OK)
        rc = reduce_pairs(b, s, LWORD_OR);
    if (rc < 0)
        return rc;
    if (s->n != 1 || s->w[0].kind != LWORD_NODE)
        return EV_ESYNTAX;
    if (b->nodes > LIMIT_LEGACY_NODES)
        return EV_ELIMIT;
    struct lnode *root = s->w[0].node, *source = source_condition(b);
    if (source) {
        struct lnode *both = new_node(b, LNODE_AND, 2);
        both->item[both->n++] = source;
        both->item[both->n++] = root;
        root = both;
    }
    *ret = legacy_optimise(root, b->a);
    return EV_OK;
}

/* The names that an aggregation mentions are translated, too. */
static void translate(const struct builder *b, struct slice *field)
{
    const char *name = field->p ? logpoint_names(b, *field) : NULL;
    if (name)
        *field = slice_sub(slice_str(name), 0, slice_find_byte(slice_str(name), ','));
}

static int condition(struct builder *b, struct slice text, struct ltree *t)
{
    struct words s = { 0 };
    int rc = legacy_lex(text, b->a, &s.w, &s.n);
    if (rc < 0)
        return rc;
    const size_t pipe = find_word(&s, LWORD_PIPE), n = s.n;
    if (pipe < n) {
        rc = legacy_aggregation(&s.w[pipe + 1], n - pipe - 1, &t->aggregation);
        translate(b, &t->aggregation.field);
        translate(b, &t->aggregation.group);
        s.n = pipe;
    }
    return rc < 0 ? rc : search(b, &s, 0, &t->root);
}

int ltree_build(const struct lvalue *rule, bool logpoint, struct arena *a, struct ltree *ret)
{
    struct builder b = { rule, lvalue_get(rule, "detection"), logpoint, a, 0 };
    const struct lvalue *text = lvalue_get(b.detection, "condition");
    struct ltree first = { 0 };
    int rc = EV_OK;

    if (!text || (text->kind != LVALUE_TEXT && (text->kind != LVALUE_LIST || text->n == 0)))
        return EV_ESYNTAX;
    const uint32_t n = text->kind == LVALUE_LIST ? text->n : 1;
    struct ltree *t = &first;
    for (uint32_t i = 0; rc == EV_OK && i < n; i++) {
        const struct lvalue *one = text->kind == LVALUE_LIST ? text->child[i] : text;
        if (i > 0)
            t = t->next = arena_zalloc(a, 1, sizeof *t);
        rc = one->kind == LVALUE_TEXT ? condition(&b, one->text, t) : EV_ESYNTAX;
    }
    if (rc == EV_OK)
        *ret = first;
    return rc;
}
