/* detection.c - one row of the timeline: made from a hit, compared, told.
 *
 * May include: base/, event/, rule/, match/, detect/. */
#include "detect/detection.h"

#include "detect/codec.h"
#include "event/message.h"

static void make_fields(struct event *ev, struct detection *d)
{
    d->field = arena_try(ev->arena, ev->n * sizeof *d->field);
    if (!d->field) {
        d->cut = true;
        return;
    }
    d->nfield = ev->n;
    for (size_t i = 0; i < ev->n; i++)
        d->field[i] = (struct detection_field){ .name = ev->field[i].name,
                                                .text = event_text(ev, i),
                                                .meaning = event_meaning(ev, i),
                                                .part = ev->field[i].part };
}

static void make_matched(struct event *ev, const struct hit *hit, struct detection *d)
{
    d->matched = arena_try(ev->arena, hit->nmatched * sizeof *d->matched);
    if (!d->matched) {
        d->cut = true;
        return;
    }
    d->nmatched = hit->nmatched;
    for (size_t i = 0; i < hit->nmatched; i++) {
        const struct matched *m = &hit->matched[i];
        const struct test *t = m->test;

        d->matched[i] = (struct detection_matched){
            .selection = m->selection,
            .field = m->field,
            .modifiers = t->modifiers,
            .pattern = t->kind == TEST_NULL ? SLICE_ABSENT : t->written,
            .offset = m->offset,
            .length = m->length,
            .keyword = t->field.p == NULL,
        };
    }
}

void detection_of_record(struct event *ev, struct slice source_file, struct detection *ret)
{
    struct detection d = {
        .timestamp = ev->time_created ? ev->time_created : ev->place.written,
        .header_time = !ev->time_created && ev->place.written,
        .computer = ev->computer,
        .channel = ev->channel,
        .provider = ev->provider,
        .event_id = ev->event_id,
        .has_event_id = ev->has_event_id,
        .has_record_id = ev->has_record_id,
        .record_id = ev->record_id,
        .source_file = source_file,
        .place = ev->place,
    };

    process_of(ev, &d.process);
    event_content_hash(ev, d.hash);
    *ret = d;
}

void detection_of_event(struct event *ev, struct slice source_file, struct detection *ret)
{
    detection_of_record(ev, source_file, ret);
    event_message(ev, &ret->process, &ret->message);
    make_fields(ev, ret);
    ret->cut = ret->cut || ev->cut;
}

void detection_of_hit(struct event *ev, const struct hit *hit, struct detection *d)
{
    d->rule = hit->rule;
    d->verdict = hit->verdict;
    d->untested = hit->untested;
    d->nuntested = hit->nuntested;
    make_matched(ev, hit, d);
    d->cut = d->cut || ev->cut;
}

void detection_make(struct event *ev, const struct hit *hit, struct slice source_file,
                    struct detection *ret)
{
    struct detection d;

    detection_of_event(ev, source_file, &d);
    detection_of_hit(ev, hit, &d);
    *ret = d;
}

/* The rule's part of the order: id, file, document. */
static int rule_cmp(const struct rule *a, const struct rule *b)
{
    int c;

    if (a == b)
        return 0;
    c = slice_cmp(a->id, b->id);
    if (!c)
        c = slice_cmp(a->file, b->file);
    if (!c)
        c = (a->document > b->document) - (a->document < b->document);
    return c;
}

static int u64_cmp(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int row_key_cmp(const struct row_key *a, const struct row_key *b)
{
    int c = u64_cmp(a->timestamp, b->timestamp);

    if (!c)
        c = slice_cmp(a->computer, b->computer);
    if (!c)
        c = slice_cmp(a->channel, b->channel);
    if (!c)
        c = (int)a->has_record_id - (int)b->has_record_id;
    if (!c)
        c = u64_cmp(a->record_id, b->record_id);
    if (!c)
        c = memcmp(a->hash, b->hash, 16);
    if (!c)
        c = rule_cmp(a->rule, b->rule);
    if (!c)
        c = (int)a->origin - (int)b->origin;
    if (!c)
        c = slice_cmp(a->source_file, b->source_file);
    return c ? c : u64_cmp(a->offset, b->offset);
}

static bool same_name(const struct row_key *a, const struct row_key *b)
{
    return a->has_record_id && b->has_record_id && a->record_id == b->record_id &&
           a->timestamp == b->timestamp && a->header_time == b->header_time &&
           slice_eq(a->computer, b->computer) && slice_eq(a->channel, b->channel);
}

bool row_key_other_version(const struct row_key *a, const struct row_key *b)
{
    return same_name(a, b) && memcmp(a->hash, b->hash, 16) != 0;
}

bool row_key_same_record(const struct row_key *a, const struct row_key *b)
{
    return a->rule == b->rule && same_name(a, b) && memcmp(a->hash, b->hash, 16) == 0;
}

void row_key_of(const struct detection *d, struct row_key *ret)
{
    *ret = (struct row_key){
        .timestamp = d->timestamp,
        .computer = d->computer,
        .channel = d->channel,
        .has_record_id = d->has_record_id,
        .header_time = d->header_time,
        .record_id = d->record_id,
        .hash = d->hash,
        .rule = d->rule,
        .origin = d->place.origin,
        .source_file = d->source_file,
        .offset = d->place.offset,
    };
}

int detection_cmp(const struct detection *a, const struct detection *b)
{
    struct row_key ka, kb;

    row_key_of(a, &ka);
    row_key_of(b, &kb);
    return row_key_cmp(&ka, &kb);
}

static void put_quoted(struct slice s, struct buf *out)
{
    size_t at;

    buf_byte(out, '"');
    while ((at = slice_find_byte(s, '"')) != SIZE_MAX) {
        buf_slice(out, slice_sub(s, 0, at + 1));
        buf_byte(out, '"');
        s = slice_sub(s, at + 1, s.n);
    }
    buf_slice(out, s);
    buf_byte(out, '"');
}

void detection_matched_text(const struct detection *d, struct buf *out)
{
    for (size_t i = 0; i < d->nmatched; i++) {
        const struct detection_matched *m = &d->matched[i];

        if (i)
            buf_str(out, "; ");
        buf_slice(out, m->selection);
        buf_str(out, ": ");
        buf_slice(out, m->keyword ? SLICE("keyword") : m->field);
        buf_byte(out, ' ');
        for (size_t k = 0; k < m->modifiers.n; k++)
            buf_byte(out, m->modifiers.p[k] == '|' ? ' ' : m->modifiers.p[k]);
        if (m->modifiers.n)
            buf_byte(out, ' ');
        if (m->pattern.p)
            put_quoted(m->pattern, out);
        else
            buf_str(out, "null");
    }
}
