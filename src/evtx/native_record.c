/* native_record.c - one record -> an event.
 * May include: base/, event/, this folder. */
#include "evtx/native_impl.h"

#include "base/filetime.h"

int native_ask(struct native_job *j, struct slice provider, struct slice channel, uint32_t event_id)
{
    const struct reader_visitor *v = j->v;

    if (!j->asked)
        j->wanted = !v->want || v->want(v->ctx, provider, channel, event_id, j->place.written);
    j->asked = true;
    return j->wanted ? EV_OK : NATIVE_UNWANTED;
}

static int ask(struct native_job *j, const struct event *ev)
{
    return native_ask(j, ev->provider, ev->channel, ev->event_id);
}

/* System is all that some visitors want. */
static int on_key(void *ctx, struct event *ev)
{
    struct native_job *j = ctx;
    int rc = ask(j, ev);

    return rc == EV_OK && j->v->facts_only ? NATIVE_ENOUGH : rc;
}

static void unreadable(struct native_job *j, const struct binxml *b, int rc)
{
    enum finding_kind kind = rc == EV_ELIMIT  ? FINDING_LIMIT
                             : b->no_template ? FINDING_TEMPLATE
                                              : FINDING_RECORD_UNREADABLE;

    j->counts->unreadable++;
    reader_note(j->v, j->counts, kind, j->place.offset, j->place.record_number,
                "the record cannot be read: %s (at byte %u of the chunk)",
                b->why ? b->why : "its outermost element is not Event", b->at);
}

void native_unbound(struct native_job *j)
{
    if (j->unbound)
        return;
    j->unbound = true;
    j->counts->unbound++;
    if (j->place.origin == ORIGIN_ACTIVE || j->place.origin == ORIGIN_DELETED)
        reader_note(j->v, j->counts, FINDING_TEMPLATE, j->place.offset, j->place.record_number,
                    "the record's template is gone: System and values without names are shown");
}

static void note_cut(struct native_job *j)
{
    reader_note(j->v, j->counts, FINDING_LIMIT, j->place.offset, j->place.record_number,
                "the record is too large: its last fields are missing");
}

static int deliver(struct native_job *j, enum native_class how, struct event *ev)
{
    uint64_t *events = how == NATIVE_ACTIVE ? &j->counts->events : &j->counts->recovered_events;
    int rc;

    ev->place = j->place;
    if (ev->cut)
        note_cut(j);
    ++*events;
    j->failed.why = "its text is too large";
    j->failed.no_template = false;
    j->failed_rc = EV_EFORMAT;
    rc = j->v->event(j->v->ctx, ev);
    if (rc != READER_UNREADABLE)
        return rc;
    --*events;
    if (how == NATIVE_ACTIVE)
        unreadable(j, &j->failed, j->failed_rc);
    else
        j->counts->recovered_unbound++;
    return EV_OK;
}

/* Records inside the padding of another: its size was raised to swallow them. */
static int hidden(struct native_job *j, uint32_t from, uint32_t to, enum span_class padding)
{
    uint32_t at = (from + 7) & ~7u, done = from;
    const struct record_place outer = j->place;

    while (at + RECORD_MIN <= to + 4) {
        const uint8_t *p = j->chunk.p + at;
        uint32_t size = binxml_u32(p + 4);
        int rc;

        /* The trailer of the last one is that of the record which swallowed it. */
        if (binxml_u32(p) != 0x2a2a || size < RECORD_MIN || size > to + 4 - at ||
            (at + size != to + 4 && binxml_u32(p + size - 4) != size)) {
            at += 8;
            continue;
        }
        reader_note(j->v, j->counts, FINDING_HIDDEN, j->offset + at, binxml_u64(p + 8),
                    "a record lies hidden inside the one at offset %llu",
                    (unsigned long long)outer.offset);
        rc = native_record(j, at, size, NATIVE_RECOVERED, ORIGIN_RECOVERED);
        if (rc < 0)
            return rc;
        native_span(j, padding, done, at - done);
        native_span_record(j, SPAN_HIDDEN, at, at + size > to ? to - at : size);
        at += size;
        done = at;
    }
    if (done < to)
        native_span(j, padding, done, to - done);
    return EV_OK;
}

/* What lies behind an active record's document, which ends at `stop`. */
static int behind(struct native_job *j, enum span_class kind, uint32_t at, uint32_t stop,
                  uint32_t end)
{
    enum span_class padding = kind == SPAN_RECORD ? SPAN_PADDING : kind;
    int rc = EV_OK;

    if (!j->v->span && end - stop <= RECORD_PAD_MAX)
        return EV_OK;
    native_span_record(j, kind, at - RECORD_HEADER, stop - at + RECORD_HEADER);
    if (end - stop > RECORD_PAD_MAX)
        rc = hidden(j, stop, end, padding);
    else
        native_span(j, padding, stop, end - stop);
    native_span(j, kind, end, 4);
    return rc;
}

/* A definition for a record that has lost its own: from the same chunk, then from the file. */
static bool find_template(void *ctx, uint32_t id, struct binxml_definition *ret)
{
    struct native_job *j = ctx;
    struct native_worker *nw = j->nw;

    if (!nw->store_kept && !nw->store_filled) {
        template_store_clear(&nw->store);
        template_store_scan(&nw->store, j->chunk, 0);
        nw->store_filled = true;
    }
    return template_store_find(&nw->store, id, ret) || template_store_find(&j->r->store, id, ret);
}

void native_walk_init(struct native_job *j, struct binxml *b, const struct binxml_sink *sink,
                      void *ctx)
{
    *b = (struct binxml){ .chunk = j->chunk,
                          .sink = sink,
                          .sink_ctx = ctx,
                          .find = find_template,
                          .find_ctx = j,
                          .forget = j->nw->forget,
                          .steps =
                              j->nw->steps < LIMIT_BINXML_STEPS ? j->nw->steps : LIMIT_BINXML_STEPS,
                          .arena = &j->w->builder.arena };
}

static void walk_init(struct native_job *j, struct binxml *b)
{
    native_walk_init(j, b, &native_sink_calls, &j->nw->sink);
}

int native_walk(struct native_job *j, struct binxml *b, uint32_t at, uint32_t end,
                uint32_t *ret_end)
{
    uint32_t given = b->steps;
    int rc = binxml_walk(b, at, end, ret_end);

    j->nw->steps -= given - b->steps;
    return rc;
}

/* Where the document ends, whatever became of it; end when that cannot be said. */
static uint32_t document_end(struct native_job *j, uint32_t at, uint32_t end)
{
    struct binxml b;
    uint32_t ret = end;

    walk_init(j, &b);
    b.quiet = true;
    (void)native_walk(j, &b, at, end, &ret);
    return ret;
}

/* The document by the token walk. *ret_end is set on EV_OK only. */
static int walk(struct native_job *j, struct binxml *b, uint32_t at, uint32_t end,
                uint32_t *ret_end)
{
    struct event_builder *eb = &j->w->builder;
    int rc;

    event_builder_start(eb, j->r->base.options.names);
    native_sink_start(&j->nw->sink, eb, 0);
    j->nw->sink.key = on_key;
    j->nw->sink.key_ctx = j;
    rc = native_walk(j, b, at, end, ret_end);
    if (rc == EV_ELIMIT && eb->ev.cut)
        rc = EV_OK;
    if (b->unbound && (rc == EV_OK || rc == NATIVE_UNWANTED || rc == NATIVE_ENOUGH))
        native_unbound(j);
    eb->ev.unbound = b->unbound > 0;
    /* A document without an element is no event: nothing could be shown of it. */
    if (rc == EV_OK && !j->nw->sink.rooted)
        rc = EV_EFORMAT;
    if (rc != EV_OK)
        return rc;
    event_builder_finish(eb);
    return ask(j, &eb->ev);
}

static void note_rebound(struct native_job *j)
{
    reader_note(j->v, j->counts, FINDING_TEMPLATE, j->place.offset, j->place.record_number,
                "the record's template is not in its place, another of the same id is used");
}

int native_fields(struct native_job *j, struct reader_now *now, bool data)
{
    struct event *ev = &j->w->builder.ev;
    const struct native_instance *outer = &j->nw->outer;
    const struct native_plan *p = data ? native_plan_find(outer->t, &outer->values) : NULL;
    struct binxml b = { .rebound = false };
    uint32_t stop;
    int rc;

    if (p && p->system && native_fill_body(j, p))
        return EV_OK;
    rc = native_fill(j, now->at, now->end, &stop);
    now->planned = rc == EV_OK;
    if (rc == NATIVE_SLOW) {
        walk_init(j, &b);
        rc = walk(j, &b, now->at, now->end, &stop);
    }
    ev->place = j->place;
    if (rc == EV_OK) {
        if (b.rebound)
            note_rebound(j);
        if (ev->cut)
            note_cut(j);
        return EV_OK;
    }
    j->failed = b;
    j->failed_rc = rc;
    return READER_UNREADABLE;
}

/* The record by the token walk, which says why when it cannot be read. */
static __attribute__((noinline)) int walked(struct native_job *j, uint32_t at, uint32_t end,
                                            uint32_t *stop)
{
    struct binxml b = { .rebound = false };
    int rc;

    j->nw->walked++;
    walk_init(j, &b);
    rc = walk(j, &b, at, end, stop);
    if (rc < 0 && rc != NATIVE_UNWANTED && rc != NATIVE_ENOUGH)
        unreadable(j, &b, rc);
    if (rc != EV_OK)
        *stop = document_end(j, at, end);
    if (b.rebound && (rc == EV_OK || rc == NATIVE_ENOUGH))
        note_rebound(j);
    return rc;
}

static int active(struct native_job *j, uint32_t at, uint32_t end)
{
    enum span_class kind = SPAN_RECORD;
    uint32_t stop = end;
    int rc = NATIVE_SLOW;
    const bool facts = j->v->facts_only || j->v->lazy;
    bool opened, planned;

    j->counts->records++;
    if (!j->nw->walk_only)
        rc = facts ? native_facts(j, at, end, &stop) : native_fill(j, at, end, &stop);
    opened = rc == EV_OK && facts;
    planned = rc == EV_OK && !facts;
    if (rc == NATIVE_SLOW && !j->nw->walk_only)
        rc = native_direct(j, at, end, &stop);
    if (rc == NATIVE_SLOW)
        rc = walked(j, at, end, &stop);
    if (rc == NATIVE_UNWANTED) {
        j->counts->skipped++;
    } else if (rc == EV_OK || rc == NATIVE_ENOUGH) {
        j->w->now = (struct reader_now){ .job = j, .at = at, .end = end };
        j->w->now.opened = opened;
        j->w->now.planned = planned;
        rc = deliver(j, NATIVE_ACTIVE, &j->w->builder.ev);
        if (rc < 0)
            return rc;
    } else {
        kind = SPAN_UNREADABLE;
    }
    return behind(j, kind, at, stop, end);
}

/* Recovered bytes may look like a record by chance, or be bound to a foreign template: everything
 * has to fit. */
static bool plausible(const struct event *ev, uint32_t pad)
{
    const uint64_t year_1995 = UINT64_C(124331328000000000),
                   year_2100 = UINT64_C(157469184000000000);

    return pad <= RECORD_PAD_MAX && ev->has_event_id && (ev->provider.p || ev->unbound) &&
           ev->time_created > year_1995 && ev->time_created < year_2100;
}

static int recovered(struct native_job *j, uint32_t at, uint32_t end)
{
    struct event_builder *eb = &j->w->builder;
    struct event *ev;
    struct binxml b;
    uint32_t stop = end;
    int rc;

    j->counts->recovered++;
    if (!j->r->base.options.recover) {
        j->counts->recovered_skipped++;
        return EV_OK;
    }
    event_builder_start(eb, j->r->base.options.names);
    native_sink_start(&j->nw->sink, eb, 0);
    j->nw->sink.key = NULL;
    walk_init(j, &b);
    b.strict = true;
    rc = native_walk(j, &b, at, end, &stop);
    ev = event_builder_finish(eb);
    ev->unbound = b.unbound > 0;
    if (rc < 0 || !plausible(ev, end - stop)) {
        j->counts->recovered_unbound++;
        return EV_OK;
    }
    if (ev->unbound)
        native_unbound(j);
    if (ask(j, ev) == NATIVE_UNWANTED) {
        j->counts->recovered_skipped++;
        return EV_OK;
    }
    j->w->now = (struct reader_now){ .job = j, .at = at, .end = end, .strict = true };
    return deliver(j, NATIVE_RECOVERED, ev);
}

int native_record(struct native_job *j, uint32_t at, uint32_t size, enum native_class how,
                  enum event_origin origin)
{
    const uint8_t *p = j->chunk.p + at;

    j->place = (struct record_place){ .offset = j->offset + at,
                                      .chunk = j->index,
                                      .record_number = binxml_u64(p + 8),
                                      .written = binxml_u64(p + 16),
                                      .origin = origin };
    j->asked = j->unbound = false;
    if (how == NATIVE_ACTIVE)
        return active(j, at + RECORD_HEADER, at + size - 4);
    return recovered(j, at + RECORD_HEADER, at + size - 4);
}
