/* export_xpack_watcher.c - a watch of Elasticsearch: the query of es-qs, asked again and again.
 *
 * The body of PUT _watcher/watch/ID, whose windows of time join without a gap. Texts of the rule
 * stand in the metadata only, where no template is expanded; queries hold no two braces in a row
 * (lucene.c escapes them).
 * May include base/, rule/, this folder. */
#include <stdio.h>

#include "base/escape.h"
#include "base/limits.h"
#include "knowledge/export_impl.h"

#define DEFAULT_INDEX "winlogbeat-*"
#define DEFAULT_INTERVAL "5m"

static void put_string(struct writing *w, const char *key, struct slice s)
{
    buf_printf(w->out, "\"%s\": ", key);
    escape_json_string(s, w->out);
}

static void put_metadata(struct writing *w, struct slice query)
{
    const struct rule *r = w->rule;

    buf_str(w->out, "  \"metadata\": {\n    ");
    put_string(w, "id", r->id);
    buf_str(w->out, ",\n    ");
    put_string(w, "title", r->title);
    buf_str(w->out, ",\n    ");
    put_string(w, "description", r->description);
    buf_str(w->out, ",\n    ");
    put_string(w, "level", slice_str(level_name(r->level)));
    buf_str(w->out, ",\n    \"tags\": [");
    for (size_t i = 0; i < r->tags.n; i++) {
        buf_str(w->out, i ? ", " : "");
        escape_json_string(r->tags.v[i], w->out);
    }
    buf_str(w->out, "],\n    ");
    put_string(w, "query", query);
    buf_str(w->out, "\n  },\n");
}

/* 30s, 5m, 2h, 1d, 1w: what both a trigger and date arithmetic understand. */
static bool is_interval(struct slice s)
{
    size_t i = 0;

    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i > 0 && i < 9 && s.p[0] != '0' && i + 1 == s.n && strchr("smhdw", s.p[i]) != NULL;
}

static void put_search(struct writing *w, struct slice query, struct slice window)
{
    const char *index = w->options->index ? w->options->index : DEFAULT_INDEX;

    buf_str(w->out, "  \"input\": {\n    \"search\": {\n      \"request\": {\n"
                    "        \"rest_total_hits_as_int\": true,\n        \"indices\": [");
    escape_json_string(slice_str(index), w->out);
    buf_str(w->out, "],\n        \"body\": {\n          \"size\": 10,\n          \"query\": {\n"
                    "            \"bool\": {\n              \"must\": [\n"
                    "                {\"query_string\": {");
    put_string(w, "query", query);
    buf_str(w->out, ", \"default_operator\": \"AND\"}}\n              ],\n"
                    "              \"filter\": [\n                {\"range\": {\"@timestamp\": "
                    "{\"gt\": \"{{ctx.trigger.scheduled_time}}||-");
    buf_slice(w->out, window);
    buf_str(w->out, "\", \"lte\": \"{{ctx.trigger.scheduled_time}}\", \"format\": "
                    "\"strict_date_optional_time||epoch_millis\"}}}\n              ]\n"
                    "            }\n          }");
}

static void put_tail(struct writing *w, const char *condition)
{
    buf_str(w->out, "\n        }\n      }\n    }\n  },\n  \"condition\": {\n    \"compare\": {");
    buf_str(w->out, condition);
    buf_str(w->out, "}\n  },\n  \"actions\": {\n    \"log\": {\n      \"logging\": {\n"
                    "        \"level\": \"warn\",\n        \"text\": \"evtriage rule "
                    "{{ctx.metadata.title}}: {{ctx.payload.hits.total}} events\"\n      }\n"
                    "    }\n  }\n}");
}

/* The watch up to its condition. window: how far each search looks back. */
static int put_watch(struct writing *w, struct slice query, struct slice window)
{
    struct slice interval =
        slice_str(w->options->interval ? w->options->interval : DEFAULT_INTERVAL);

    if (!is_interval(interval))
        return ev_err_set(w->err, EV_EUSAGE,
                          "--interval: \"%.60s\" is no interval; write 30s, 5m, 2h, 1d or 1w",
                          w->options->interval);
    if (slice_find(query, SLICE("{{")) != SIZE_MAX)
        return writing_refuse(w, "two braces in a row: a watch would take them for a template");
    buf_str(w->out, "{\n");
    put_metadata(w, query);
    buf_str(w->out, "  \"trigger\": {\"schedule\": {\"interval\": \"");
    buf_slice(w->out, interval);
    buf_str(w->out, "\"}},\n");
    put_search(w, query, window.p ? window : interval);
    return EV_OK;
}

/* The query alone, in a buffer of its own. */
static int make_query(struct writing *w, struct clause *c, struct buf *query)
{
    struct writing inner = *w;

    inner.out = query;
    int rc = lucene_query(&inner, c);
    if (rc == EV_OK && query->full)
        rc = ev_err_set(w->err, EV_ELIMIT, "the query is too long");
    return rc;
}

static int write_watch(struct writing *w, struct clause *c)
{
    struct buf query;

    buf_init(&query, LIMIT_EXPORT);
    int rc = make_query(w, c, &query);
    if (rc == EV_OK)
        rc = put_watch(w, buf_view(&query), SLICE_ABSENT);
    if (rc == EV_OK)
        put_tail(w, "\"ctx.payload.hits.total\": {\"gt\": 0}");
    buf_release(&query);
    return rc;
}

/* The groups, largest first. */
static void put_groups(struct writing *w, const struct spot *by)
{
    buf_str(w->out, ",\n          \"aggs\": {\"by\": {\"terms\": {");
    put_string(w, "field", by->name);
    buf_str(w->out, ", \"size\": 100, \"order\": {\"_count\": \"desc\"}}}}");
}

static int write_count(struct writing *w, const struct correlation *c, struct slice query,
                       const struct spot *by)
{
    char condition[160];
    const char *what = by ? "aggregations.by.buckets.0.doc_count" : "hits.total";

    int rc = put_watch(w, query, c->timespan_text);
    if (rc < 0)
        return rc;
    if (by)
        put_groups(w, by);
    snprintf(condition, sizeof condition, "\"ctx.payload.%s\": {\"%s\": %.17g}", what,
             bound_op_name(c->bound[0].op), c->bound[0].number);
    put_tail(w, condition);
    return EV_OK;
}

static int correlate(struct writing *w, const struct correlation *c)
{
    struct correlation_plan plan;
    struct buf query;

    int rc = correlation_plan(w, c, &plan);
    if (rc < 0)
        return rc;
    if (plan.distinct.name.p)
        return writing_refuse(w, "value_count: Elasticsearch counts distinct values by estimate");
    if (plan.nby > 1)
        return writing_refuse(w, "a correlation grouped by more than one field");
    if (!is_interval(c->timespan_text))
        return writing_refuse(w, "a timespan that is no number of seconds to weeks");
    buf_init(&query, LIMIT_EXPORT);
    rc = make_query(w, plan.clause, &query);
    if (rc == EV_OK)
        rc = write_count(w, c, buf_view(&query), plan.nby ? plan.by : NULL);
    buf_release(&query);
    return rc;
}

const struct export_target export_xpack_watcher = {
    .name = "xpack-watcher",
    .about = "Elasticsearch: a watch, the body of PUT _watcher/watch/ID",
    .fields = "keyword",
    .write = write_watch,
    .correlate = correlate,
};
