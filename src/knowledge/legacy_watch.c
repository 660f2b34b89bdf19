/* legacy_watch.c - a watch as JSON, in the layout of Python's json.dumps(indent=2).
 * May include: base/. */
#include "knowledge/legacy_watch.h"

#include <stdio.h>

#include "base/parse.h"
#include "base/utf16.h"

struct json_out {
    struct buf *out;
    unsigned depth;
    bool first; /* nothing stands in the present object or array yet */
};

/* Everything above ASCII as \u; DEL stays. */
static void put_text(struct buf *out, struct slice s)
{
    static const char named[] = "\b\t\n\f\r\"\\", letter[] = "btnfr\"\\";
    buf_byte(out, '"');
    for (size_t i = 0, n; i < s.n; i += n) {
        const uint32_t c = utf8_decode(slice_sub(s, i, s.n), &n);
        const char *at = c && c < 0x80 ? strchr(named, (int)c) : NULL;
        if (at)
            buf_printf(out, "\\%c", letter[at - named]);
        else if (c >= 0x10000)
            buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                       0xdc00 + ((c - 0x10000) & 0x3ff));
        else if (c < 0x20 || c >= 0x80)
            buf_printf(out, "\\u%04x", c);
        else
            buf_byte(out, (uint8_t)c);
    }
    buf_byte(out, '"');
}

static void put_line(struct json_out *j)
{
    buf_printf(j->out, "\n%*s", 2 * (int)j->depth, "");
}

static void put_key(struct json_out *j, const char *key)
{
    if (!j->first)
        buf_byte(j->out, ',');
    put_line(j);
    if (key) {
        put_text(j->out, slice_str(key));
        buf_str(j->out, ": ");
    }
    j->first = false;
}

static void open_at(struct json_out *j, const char *key, char bracket)
{
    if (j->depth)
        put_key(j, key);
    buf_byte(j->out, (uint8_t)bracket);
    j->depth++;
    j->first = true;
}

static void close_n(struct json_out *j, const char *brackets)
{
    for (; *brackets; brackets++) {
        j->depth--;
        if (!j->first)
            put_line(j);
        buf_byte(j->out, (uint8_t)*brackets);
        j->first = false;
    }
}

static void put_string(struct json_out *j, const char *key, struct slice s)
{
    put_key(j, key);
    put_text(j->out, s);
}

static void put_raw(struct json_out *j, const char *key, const char *text)
{
    put_key(j, key);
    buf_str(j->out, text);
}

/* Of the rule's own text; a list one item a line. Not given: "". */
static void put_lvalue(struct json_out *j, const char *key, const struct lvalue *v)
{
    static const char *const word[] = { "null", "false", "true" };
    if (!v) {
        put_string(j, key, SLICE(""));
    } else if (v->kind == LVALUE_LIST) {
        open_at(j, key, '[');
        for (uint32_t i = 0; i < v->n; i++)
            put_lvalue(j, NULL, v->child[i]);
        close_n(j, "]");
    } else if (v->kind == LVALUE_INT || v->kind == LVALUE_FLOAT) {
        put_key(j, key);
        buf_slice(j->out, v->text);
    } else if (v->kind == LVALUE_NULL) {
        put_raw(j, key, word[0]);
    } else {
        put_string(j, key, v->text);
    }
}

/* --- aggregation --- */

struct counting {
    bool given;       /* a number is compared */
    const char *name; /* gt ... */
    bool rising;
    long long number, least; /* least: 0 for none */
};

static int counting_of(const struct laggregation *g, struct counting *ret)
{
    static const char *const name[] = {
        [LOP_LT] = "lt", [LOP_LTE] = "lte", [LOP_GT] = "gt", [LOP_GTE] = "gte"
    };
    struct counting c = { 0 };
    int64_t number;
    if (!g->given || g->near)
        return EV_OK;
    if (parse_i64(g->number, &number) < 0)
        return EV_ESYNTAX;
    if (g->op == LOP_EQ)
        return g->field.p || g->group.p ? EV_ESYNTAX : EV_OK;
    c.given = true;
    c.name = name[g->op];
    c.number = number;
    c.rising = g->op == LOP_LT || g->op == LOP_LTE;
    c.least = g->op == LOP_GT ? number + 1 : number;
    *ret = c;
    return EV_OK;
}

static void put_terms(struct json_out *j, const char *name, struct slice field,
                      const struct counting *c)
{
    open_at(j, "aggs", '{');
    open_at(j, name, '{');
    open_at(j, "terms", '{');
    put_key(j, "field");
    const size_t at = j->out->n;
    put_text(j->out, field);
    if (j->out->n > at && !j->out->full) {
        j->out->n--;
        buf_str(j->out, ".keyword\"");
    }
    put_raw(j, "size", "10");
    open_at(j, "order", '{');
    put_string(j, "_count", c->rising ? SLICE("asc") : SLICE("desc"));
    close_n(j, "}");
    if (!c->rising) {
        put_key(j, "min_doc_count");
        buf_printf(j->out, "%lld", c->least);
    }
    close_n(j, "}");
}

static void put_aggregation(struct json_out *j, const struct laggregation *g,
                            const struct counting *c)
{
    if (!c->given || (!g->field.p && !g->group.p))
        return;
    if (g->group.p)
        put_terms(j, "by", g->group, c);
    if (g->field.p)
        put_terms(j, "agg", g->field, c);
    if (g->field.p)
        close_n(j, "}}");
    if (g->group.p)
        close_n(j, "}}");
}

/* --- the mail --- */

static void put_fields(struct buf *b, const struct lvalue *fields)
{
    size_t widest = 0;
    for (uint32_t i = 0; i < fields->n; i++)
        widest = fields->child[i]->text.n > widest ? fields->child[i]->text.n : widest;
    buf_str(b, "Hit on {{_source.@timestamp}}:\n");
    for (uint32_t i = 0; i < fields->n; i++) {
        const struct slice f = fields->child[i]->text;
        if (i)
            buf_byte(b, '\n');
        buf_printf(b, "%*s", (int)(widest - f.n), "");
        buf_printf(b, "%.*s = {{_source.%.*s}}", SLICE_ARG(f), SLICE_ARG(f));
    }
}

static int put_mail(struct json_out *j, const struct lvalue *rule, const struct laggregation *g,
                    const struct counting *c)
{
    const struct lvalue *fields = lvalue_get(rule, "fields");
    struct buf b;
    buf_init(&b, j->out->cap);
    buf_str(&b, "Hits:\n");
    if (c->given && (g->field.p || g->group.p)) {
        const char *const outer = g->field.p ? "agg" : "by";
        buf_printf(&b, "{{#aggregations.%s.buckets}}\n {{key}} {{doc_count}}\n", outer);
        if (g->field.p && g->group.p)
            buf_str(&b, "\n{{#by.buckets}}\n-- {{key}} {{doc_count}}\n{{/by.buckets}}\n\n");
        buf_printf(&b, "{{/aggregations.%s.buckets}}\n", outer);
    } else {
        buf_str(&b, "{{#ctx.payload.hits.hits}}");
        if (fields && fields->kind == LVALUE_LIST && fields->n)
            put_fields(&b, fields);
        else
            buf_str(&b, "{{_source}}\n");
        for (int i = 0; i < 8; i++)
            buf_str(&b, "==========");
        buf_str(&b, "\n{{/ctx.payload.hits.hits}}");
    }
    put_string(j, "body", buf_view(&b));
    buf_release(&b);
    return fields && fields->kind != LVALUE_LIST ? EV_ESYNTAX : EV_OK;
}

static void put_subject(struct json_out *j, const struct lvalue *rule)
{
    const struct lvalue *title = lvalue_get(rule, "title");
    put_string(j, "subject", SLICE("Sigma Rule '"));
    if (j->out->full)
        return;
    j->out->n--;
    const size_t at = j->out->n;
    put_text(j->out, title ? title->text : SLICE(""));
    if (j->out->full)
        return;
    memmove(j->out->p + at, j->out->p + at + 1, j->out->n - at - 1);
    j->out->n -= 2;
    buf_str(j->out, "'\"");
}

static void put_head(struct json_out *j, const struct lvalue *rule, struct slice query)
{
    const struct lvalue *interval = lvalue_get(lvalue_get(rule, "detection"), "timeframe");
    open_at(j, NULL, '{');
    open_at(j, "metadata", '{');
    put_lvalue(j, "title", lvalue_get(rule, "title"));
    put_lvalue(j, "description", lvalue_get(rule, "description"));
    put_lvalue(j, "tags", lvalue_get(rule, "tags"));
    put_string(j, "query", query);
    close_n(j, "}");
    open_at(j, "trigger", '{');
    open_at(j, "schedule", '{');
    if (interval)
        put_lvalue(j, "interval", interval);
    else
        put_string(j, "interval", SLICE("30m"));
    close_n(j, "}}");
}

static void put_input(struct json_out *j, struct slice query, const struct laggregation *g,
                      const struct counting *c)
{
    open_at(j, "input", '{');
    open_at(j, "search", '{');
    open_at(j, "request", '{');
    open_at(j, "body", '{');
    put_raw(j, "size", "0");
    open_at(j, "query", '{');
    open_at(j, "bool", '{');
    open_at(j, "must", '[');
    open_at(j, NULL, '{');
    open_at(j, "query_string", '{');
    put_string(j, "query", query);
    put_raw(j, "analyze_wildcard", "true");
    close_n(j, "}}]");
    open_at(j, "filter", '{');
    open_at(j, "range", '{');
    open_at(j, "timestamp", '{');
    put_string(j, "gte", SLICE("now-30m/m"));
    close_n(j, "}}}}}");
    put_aggregation(j, g, c);
    close_n(j, "}");
    open_at(j, "indices", '[');
    close_n(j, "]}}}");
}

static void put_condition(struct json_out *j, const struct laggregation *g,
                          const struct counting *c)
{
    char place[128] = "ctx.payload.hits.total";
    if (c->given && (g->field.p || g->group.p))
        snprintf(place, sizeof place, "ctx.payload.aggregations.%s%sdoc_count",
                 g->group.p ? "by.buckets.0." : "", g->field.p ? "agg.buckets.0." : "");
    open_at(j, "condition", '{');
    open_at(j, "compare", '{');
    open_at(j, place, '{');
    put_key(j, c->given ? c->name : "not_eq");
    buf_printf(j->out, "%lld", c->given ? c->number : 0);
    close_n(j, "}}}");
}

int legacy_watch(const struct lvalue *rule, const struct laggregation *g, struct slice id,
                 struct slice query, struct buf *out)
{
    struct json_out j = { out, 0, true };
    struct counting c = { 0 };
    int rc = counting_of(g, &c);
    if (rc < 0)
        return rc;
    buf_printf(out,
               "curl -s -XPUT -H 'Content-Type: application/json' --data-binary @- "
               "localhost:9200/_watcher/watch/%.*s <<EOF\n",
               SLICE_ARG(id));
    put_head(&j, rule, query);
    put_input(&j, query, g, &c);
    put_condition(&j, g, &c);
    open_at(&j, "actions", '{');
    open_at(&j, "send_email", '{');
    open_at(&j, "email", '{');
    put_string(&j, "to", SLICE("root@localhost"));
    put_subject(&j, rule);
    rc = put_mail(&j, rule, g, &c);
    open_at(&j, "attachments", '{');
    open_at(&j, "data.json", '{');
    open_at(&j, "data", '{');
    put_string(&j, "format", SLICE("json"));
    close_n(&j, "}}}}}}}");
    buf_str(out, "\nEOF\n");
    return rc;
}
