/* jsonl.c - the timeline as JSON lines: one object a detection (DESIGN.md section 5).
 *
 * Every member is always there, null or empty where there is nothing, so that a reader can rely on
 * the shape. `event.data` keeps the names and values of the log; a name that repeats becomes an
 * array at its first place. As in CSV, whoever found a row writes the members that its record and its
 * hit decide; those of the rule are written once a rule, and those of the place after the sort. */
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/vec.h"
#include "out/columns.h"
#include "out/formats.h"
#include "out/piece.h"
#include "out/rule_json.h"
#include "out/rule_texts.h"

struct jsonl {
    struct sink sink;
    struct rule_texts rules;
    struct buf place, text[2];
    void *own; /* a jsonl_line, for rows that come as they are */
};

/* Of one thread. */
struct jsonl_line {
    const struct sink *sink;
    struct map name;  /* field name -> first index in data */
    VEC(size_t) next; /* of data field i: the next one of its name, or SIZE_MAX */
    VEC(size_t) last; /* of first field i: the last one of its name so far */
};

/* Objects are written whole; of one whose members stand in several parts, the braces go. */
static void members(struct json *j, struct buf *out, size_t from)
{
    json_end(j);
    if (out->full)
        return;
    memmove(out->p + from, out->p + from + 1, out->n - from - 2);
    out->n -= 2;
}

static void member(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void number(struct json *j, const char *key, bool has, uint64_t n)
{
    json_key(j, key);
    if (has)
        json_u64(j, n);
    else
        json_null(j);
}

/* Process ids: decimal text in the detection. */
static void number_text(struct json *j, const char *key, struct slice s)
{
    uint64_t n = 0;
    bool has = parse_u64(s, &n) == EV_OK;
    number(j, key, has, n);
}

static bool is_data(const struct detection_field *f)
{
    return f->part != EVENT_SYSTEM && f->part != EVENT_RENDERING;
}

/* Chains the fields of equal name. */
static void chain(struct jsonl_line *l, const struct detection *d)
{
    map_clear(&l->name);
    l->next.n = l->last.n = 0;
    for (size_t i = 0; i < d->nfield; i++) {
        bool fresh = false;
        vec_push(&l->next, SIZE_MAX, SIZE_MAX);
        vec_push(&l->last, SIZE_MAX, i);
        if (!is_data(&d->field[i]))
            continue;
        size_t first = (size_t)*map_put(&l->name, d->field[i].name, i, &fresh);
        if (!fresh)
            l->next.v[l->last.v[first]] = i;
        l->last.v[first] = i;
    }
}

static void data(struct jsonl_line *l, struct json *j, const struct detection *d)
{
    chain(l, d);
    json_key(j, "data");
    json_object(j);
    for (size_t e = 0; e < l->name.n; e++) {
        size_t i = (size_t)l->name.entry[e].value;
        bool several = l->next.v[i] != SIZE_MAX;
        json_key_slice(j, d->field[i].name);
        if (several)
            json_array(j);
        for (; i != SIZE_MAX; i = l->next.v[i])
            json_slice(j, d->field[i].text);
        if (several)
            json_end(j);
    }
    json_end(j);
}

/* What raw values stand for, by field; of a repeated name the first that stands for something. */
static void meaning(struct jsonl_line *l, struct json *j, const struct detection *d)
{
    json_key(j, "meaning");
    json_object(j);
    for (size_t e = 0; e < l->name.n; e++) {
        size_t i = (size_t)l->name.entry[e].value;
        while (i != SIZE_MAX && d->field[i].meaning.n == 0)
            i = l->next.v[i];
        if (i == SIZE_MAX)
            continue;
        json_key_slice(j, d->field[i].name);
        json_slice(j, d->field[i].meaning);
    }
    json_end(j);
}

static void event(struct jsonl_line *l, struct json *j, const struct detection *d)
{
    char time[FILETIME_TEXT];
    size_t n = d->header_time ? 0 : zone_text(NULL, d->timestamp, time);
    json_key(j, "event");
    json_object(j);
    member(j, "computer", d->computer);
    member(j, "channel", d->channel);
    member(j, "provider", d->provider);
    number(j, "event_id", d->has_event_id, d->event_id);
    number(j, "record_id", d->has_record_id, d->record_id);
    member(j, "time_created", n > 0 ? slice_of(time, n) : SLICE_ABSENT);
    member(j, "message", d->message);
    data(l, j, d);
    meaning(l, j, d);
    json_key(j, "cut");
    json_bool(j, d->cut);
    json_end(j);
}

static void process(struct json *j, const struct process *p)
{
    json_key(j, "process");
    json_object(j);
    number_text(j, "id", p->id);
    member(j, "image", p->image);
    member(j, "command_line", p->command_line);
    member(j, "user", p->user);
    member(j, "logon_id", p->logon_id);
    json_key(j, "parent");
    json_object(j);
    number_text(j, "id", p->parent_id);
    member(j, "image", p->parent_image);
    member(j, "command_line", p->parent_command_line);
    json_end(j);
    json_end(j);
}

static void reasons(struct json *j, const struct detection *d)
{
    json_key(j, "verdict");
    json_object(j);
    member(j, "kind", slice_str(verdict_name(d->verdict)));
    json_key(j, "untested");
    json_array(j);
    for (size_t i = 0; i < d->nuntested; i++) {
        json_object(j);
        member(j, "selection", d->untested[i].selection);
        member(j, "field", d->untested[i].field);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    json_key(j, "matched");
    json_array(j);
    for (size_t i = 0; i < d->nmatched; i++) {
        const struct detection_matched *m = &d->matched[i];
        json_object(j);
        member(j, "selection", m->selection);
        member(j, "field", m->field);
        member(j, "modifier", m->modifiers);
        member(j, "pattern", m->pattern);
        number(j, "offset", true, m->offset);
        number(j, "length", true, m->length);
        json_end(j);
    }
    json_end(j);
}

static void source(struct json *j, const struct detection *d)
{
    json_key(j, "source");
    json_object(j);
    member(j, "file", d->source_file);
    number(j, "offset", !d->no_place, d->place.offset);
    number(j, "chunk", !d->no_place, d->place.chunk);
    number(j, "record_number", !d->no_place, d->place.record_number);
    member(j, "origin", d->mixed_origin ? SLICE_ABSENT : slice_str(origin_name(d->place.origin)));
    json_key(j, "also_in");
    json_array(j);
    for (size_t i = 0; i < d->also_in.n; i++)
        json_slice(j, d->also_in.v[i]);
    json_end(j);
    number(j, "also_in_more", true, d->also_in_more);
    json_end(j);
}

static void one_event(const struct sink *s, struct json *j, const struct detection_event *e)
{
    char time[FILETIME_TEXT];
    size_t n = zone_text(s->options.view.zone, e->timestamp, time);
    json_object(j);
    member(j, "timestamp", n > 0 ? slice_of(time, n) : SLICE_ABSENT);
    member(j, "rule_id", e->rule->id);
    member(j, "rule_title", e->rule->title);
    member(j, "verdict", slice_str(verdict_name(e->verdict)));
    member(j, "computer", e->computer);
    member(j, "channel", e->channel);
    number(j, "event_id", e->has_event_id, e->event_id);
    number(j, "record_id", e->has_record_id, e->record_id);
    member(j, "details", e->details);
    member(j, "file", e->source_file);
    number(j, "offset", e->has_place, e->offset);
    json_end(j);
}

/* What a correlation is made of; empty for rows about one record. */
static void events(const struct sink *s, struct json *j, const struct detection *d)
{
    json_key(j, "events");
    json_array(j);
    for (size_t i = 0; i < d->nevent; i++)
        one_event(s, j, &d->event[i]);
    json_end(j);
    number(j, "events_more", true, d->nevent_more);
}

static void *line_open(const struct sink *s)
{
    struct jsonl_line *l = xcalloc(1, sizeof *l);
    l->sink = s;
    map_init(&l->name, map_seed());
    return l;
}

static void line_close(void *line)
{
    struct jsonl_line *l = line;
    map_release(&l->name);
    vec_release(&l->next);
    vec_release(&l->last);
    free(l);
}

/* The timestamp; the members event and process. */
static void line_event(void *line, const struct detection *d, struct buf *out)
{
    struct jsonl_line *l = line;
    struct json j;
    char time[FILETIME_TEXT];
    size_t n = zone_text(l->sink->options.view.zone, d->timestamp, time);
    size_t begin = piece_begin(out);
    json_init(&j, out, false);
    json_slice(&j, n > 0 ? slice_of(time, n) : SLICE_ABSENT);
    piece_end(out, begin);
    begin = piece_begin(out);
    json_init(&j, out, false);
    json_object(&j);
    event(l, &j, d);
    process(&j, &d->process);
    members(&j, out, begin);
    piece_end(out, begin);
}

/* The members verdict and matched; those of correlations. */
static void line_row(void *line, const struct detection *d, struct buf *out)
{
    struct jsonl_line *l = line;
    struct json j;
    size_t begin = piece_begin(out);
    json_init(&j, out, false);
    json_object(&j);
    reasons(&j, d);
    members(&j, out, begin);
    piece_end(out, begin);
    begin = piece_begin(out);
    json_init(&j, out, false);
    json_object(&j);
    events(l->sink, &j, d);
    members(&j, out, begin);
    piece_end(out, begin);
}

static void rule_part(void *ctx, const struct rule *r, unsigned part, struct buf *out)
{
    const struct sink *s = ctx;
    struct json j;
    (void)part;
    json_init(&j, out, false);
    json_object(&j);
    member(&j, "level", slice_str(level_name(r->level)));
    rule_json(&j, &s->options.view, r);
    members(&j, out, 0);
}

static int jsonl_write(struct sink *s, const struct detection *d, struct slice text,
                       struct slice common, struct ev_err *err)
{
    struct jsonl *l = (struct jsonl *)s;
    struct slice time, what, why, events_of;
    struct json j;
    if (!piece_next(&common, &time) || !piece_next(&common, &what) || !piece_next(&text, &why) ||
        !piece_next(&text, &events_of))
        return ev_err_set(err, EV_EFORMAT, "a sorted row is damaged");
    const struct rule_text *r = rule_texts_get(&l->rules, d->rule, 1, rule_part, s);
    buf_clear(&l->place);
    json_init(&j, &l->place, false);
    json_object(&j);
    source(&j, d);
    members(&j, &l->place, 0);
    const struct slice comma = SLICE(",");
    const struct slice part[] = { SLICE("{\"timestamp\":"),
                                  time,
                                  comma,
                                  rule_text_part(r, 0),
                                  comma,
                                  what,
                                  comma,
                                  why,
                                  comma,
                                  buf_view(&l->place),
                                  comma,
                                  events_of,
                                  SLICE("}\n") };
    int rc = l->place.full || r->text.full ? sink_row_too_large(s, err) : EV_OK;
    for (size_t i = 0; i < sizeof part / sizeof *part && rc == EV_OK; i++)
        rc = output_write(s->out, part[i], err);
    return rc;
}

static const struct sink_lines jsonl_lines = { line_open, line_close, line_event, line_row,
                                               jsonl_write };

static void jsonl_free(struct sink *s)
{
    struct jsonl *l = (struct jsonl *)s;
    rule_texts_release(&l->rules);
    line_close(l->own);
    buf_release(&l->place);
    buf_release(&l->text[0]);
    buf_release(&l->text[1]);
    free(l);
}

static int jsonl_row(struct sink *s, const struct detection *d, struct ev_err *err)
{
    struct jsonl *l = (struct jsonl *)s;
    return sink_row_as_text(s, l->own, d, l->text, err);
}

static int jsonl_end(struct sink *s, const struct summary *sum, struct ev_err *err)
{
    (void)s;
    (void)sum;
    (void)err;
    return EV_OK; /* nothing follows the rows */
}

static const struct sink_ops jsonl_ops = { jsonl_row, jsonl_end, jsonl_free, &jsonl_lines };

static int jsonl_open(struct output *out, const struct sink_options *o, struct sink **ret,
                      struct ev_err *err)
{
    (void)err;
    struct jsonl *l = xcalloc(1, sizeof *l);
    l->sink = (struct sink){ &jsonl_ops, out, *o };
    buf_init(&l->place, LIMIT_OUT_ROW);
    buf_init(&l->text[0], LIMIT_OUT_ROW);
    buf_init(&l->text[1], LIMIT_OUT_ROW);
    l->own = line_open(&l->sink);
    *ret = &l->sink;
    return EV_OK;
}

const struct sink_format sink_jsonl = { "jsonl", ".jsonl", jsonl_open };
