/* legacy_export.c - a rule file to what sigmac of March 2020 printed: every rule of the file.
 * May include: base/. */
#include "knowledge/legacy_export.h"

#include "base/limits.h"
#include "base/vec.h"
#include "knowledge/legacy_text.h"
#include "knowledge/legacy_tree.h"
#include "knowledge/legacy_watch.h"

const char *legacy_target_name(enum legacy_target t)
{
    static const char *const name[LEGACY_TARGETS] = { "es-qs",  "xpack-watcher", "graylog",
                                                      "splunk", "logpoint",      "grep" };
    return name[t];
}

/* Names of watches in use: the second one gets -2. */
struct names_used {
    VEC(struct slice) v;
};

static struct slice plain_id(const struct lvalue *rule, struct arena *a)
{
    const struct lvalue *id = lvalue_get(rule, "id");
    if (id)
        return id->text;
    const struct slice title = lvalue_text(rule, "title");
    uint8_t *p = arena_zalloc(a, title.n, 1);
    size_t n = 0;
    for (size_t i = 0; i < title.n; i++)
        if (title.p[i] != '(' && title.p[i] != ')')
            p[n++] = title.p[i] == ' ' ? '-' : title.p[i];
    return slice_of(p, n);
}

static bool used(const struct names_used *u, struct slice id)
{
    for (size_t i = 0; i < u->v.n; i++)
        if (slice_eq(u->v.v[i], id))
            return true;
    return false;
}

static struct slice watch_id(const struct lvalue *rule, struct names_used *u, struct arena *a)
{
    const struct slice plain = plain_id(rule, a);
    struct slice id = plain;
    for (int k = 2; used(u, id); k++)
        id = arena_printf(a, "%.*s-%d", SLICE_ARG(plain), k);
    (void)vec_push(&u->v, LIMIT_LEGACY_NODES, id);
    return id;
}

/* " | eventstats count as val by G| search val > N" */
static int splunk_aggregation(const struct laggregation *g, struct buf *out)
{
    const bool count = slice_eq(g->function, SLICE("count"));
    if (g->near)
        return EV_ESYNTAX;
    if (count && !g->field.p) {
        buf_str(out, " | eventstats count as val");
        if (g->group.p)
            buf_printf(out, " by %.*s", SLICE_ARG(g->group));
    } else {
        buf_printf(out, " | eventstats %.*s(%.*s) as val",
                   SLICE_ARG(count ? SLICE("dc") : g->function), SLICE_ARG(g->field));
        if (g->group.p)
            buf_printf(out, " by %.*s", SLICE_ARG(g->group));
    }
    buf_str(out, count && !g->field.p && g->group.p ? "| " : " | ");
    buf_printf(out, "search val %s %.*s", lop_text(g->op), SLICE_ARG(g->number));
    return EV_OK;
}

static int logpoint_aggregation(const struct laggregation *g, struct buf *out)
{
    if (g->near)
        return EV_ESYNTAX;
    buf_printf(out, " | chart %.*s(%.*s) as val", SLICE_ARG(g->function), SLICE_ARG(g->field));
    if (g->group.p)
        buf_printf(out, " by %.*s", SLICE_ARG(g->group));
    buf_printf(out, " | search val %s %.*s", lop_text(g->op), SLICE_ARG(g->number));
    return EV_OK;
}

static int splunk_fields(const struct lvalue *rule, struct buf *out)
{
    const struct lvalue *f = lvalue_get(rule, "fields");
    if (!f || (f->kind == LVALUE_LIST && !f->n))
        return EV_OK;
    if (f->kind != LVALUE_LIST)
        return EV_ESYNTAX;
    buf_str(out, " | table ");
    for (uint32_t i = 0; i < f->n; i++) {
        if (i)
            buf_byte(out, ',');
        buf_slice(out, f->child[i]->text);
    }
    return EV_OK;
}

/* The one line of a rule; functions are spelt in lower case or refused. */
static int put_line(struct legacy_state *s, const struct lvalue *rule, const struct ltree *t,
                    struct buf *out)
{
    const struct laggregation *g = &t->aggregation;
    int rc = legacy_text(s, t->root, out);
    if (rc == EV_OK && g->given && s->target == LEGACY_SPLUNK)
        rc = splunk_aggregation(g, out);
    else if (rc == EV_OK && g->given && s->target == LEGACY_LOGPOINT)
        rc = logpoint_aggregation(g, out);
    else if (rc == EV_OK && g->given && s->target != LEGACY_GREP)
        rc = EV_ESYNTAX;
    if (rc == EV_OK && s->target == LEGACY_SPLUNK)
        rc = splunk_fields(rule, out);
    buf_byte(out, '\n');
    return rc;
}

static int put_watch(struct legacy_state *s, const struct lvalue *rule, const struct ltree *t,
                     struct names_used *u, struct buf *out)
{
    struct buf query;
    int rc = EV_OK;
    buf_init(&query, out->cap);
    for (; rc == EV_OK && t != NULL; t = t->next) {
        const struct slice id = watch_id(rule, u, s->a);
        const size_t before = out->n;
        buf_clear(&query);
        rc = legacy_text(s, t->root, &query);
        if (rc == EV_OK)
            rc = legacy_watch(rule, &t->aggregation, id, buf_view(&query), out);
        if (rc < 0)
            out->n = before;
    }
    buf_release(&query);
    return rc;
}

/* Watches are printed at the end, so that an error in a rule leaves those before it; but a rule without
 * a log source ends the program. */
static int put_watches(struct legacy_state *s, const struct lvalue_file *rules,
                       const struct ltree *tree, struct buf *out)
{
    struct names_used u = { 0 };
    const size_t before = out->n;
    int rc = EV_OK;
    for (size_t i = 0; rc == EV_OK && i < rules->n; i++) {
        if (lvalue_get(rules->document[i], "logsource") == NULL) {
            out->n = before;
            rc = EV_ESYNTAX;
            break;
        }
        rc = put_watch(s, rules->document[i], &tree[i], &u, out);
    }
    vec_release(&u.v);
    if (out->n > before)
        buf_byte(out, '\n');
    return rc == EV_ESYNTAX && out->n > before ? EV_OK : rc;
}

int legacy_export(const struct lvalue_file *documents, enum legacy_target t, struct arena *a,
                  struct buf *out, struct ev_err *err)
{
    struct legacy_state s = { t, true, a };
    struct lvalue_file rules = { 0 };
    const size_t before = out->n;
    int rc = lvalue_rules(documents, a, &rules);
    struct ltree *tree = arena_zalloc(a, rules.n, sizeof *tree);

    /* All rules are parsed before one is written: an error in one leaves nothing of the file. */
    for (size_t i = 0; rc == EV_OK && i < rules.n; i++)
        rc = ltree_build(rules.document[i], t == LEGACY_LOGPOINT, a, &tree[i]);
    if (rc == EV_OK && t == LEGACY_XPACK_WATCHER)
        rc = put_watches(&s, &rules, tree, out);
    for (size_t i = 0; rc == EV_OK && t != LEGACY_XPACK_WATCHER && i < rules.n; i++)
        rc = put_line(&s, rules.document[i], &tree[i], out);
    if (rc == EV_OK && !out->full)
        return EV_OK;
    out->n = before;
    return ev_err_set(err, rc == EV_OK ? EV_ELIMIT : rc,
                      "sigmac of March 2020 made nothing of this rule for %s",
                      legacy_target_name(t));
}
