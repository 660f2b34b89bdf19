/* verify.c - a log verified: header, spans, events.
 * May include: base/, event/, input/, this folder. */
#include "evtx/verify.h"

#include <inttypes.h>

#include "base/crc32.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "evtx/verify_impl.h"

#define APART (3600 * FILETIME_SECOND) /* of header time and TimeCreated */

struct verifier {
    struct verification *v;
    struct verify_sequence sequence;
    struct places *places;
    bool (*stop)(void *ctx);
    void *stop_ctx;
    uint64_t chunk, number, id, time; /* of the last event */
    uint64_t apart, most_apart, most_apart_at;
    uint64_t next; /* offset of the next span */
    bool any;
};

static void take(uint64_t value, uint64_t *least, uint64_t *most)
{
    if (*least == 0 || value < *least)
        *least = value;
    if (value > *most)
        *most = value;
}

/* EventRecordID may leave some out although the headers' numbers do not: an export by filter, or
 * records that were removed before numbers were made anew. */
static void check_id(struct verifier *f, const struct event *ev)
{
    const struct record_place *p = &ev->place;
    bool follows = f->any && f->chunk == p->chunk && p->record_number == f->number + 1;
    char when[VERIFY_BETWEEN];

    verify_between(f->time, ev->time_created, when);
    if (follows && ev->record_id > f->id + 1)
        verification_note(f->v, VERIFY_ID_GAP, p->offset, p->record_number,
                          "EventRecordIDs %" PRIu64 " to %" PRIu64
                          " are missing, while record numbers go on, %s",
                          f->id + 1, ev->record_id - 1, when);
    else if (follows && ev->record_id <= f->id)
        verification_note(f->v, VERIFY_ID_ORDER, p->offset, p->record_number,
                          "EventRecordID %" PRIu64 " follows %" PRIu64 ", %s", ev->record_id, f->id,
                          when);
    f->any = true;
    f->chunk = p->chunk;
    f->number = p->record_number;
    f->id = ev->record_id;
    f->time = ev->time_created;
    take(ev->record_id, &f->v->least_id, &f->v->most_id);
}

static void check_time(struct verifier *f, const struct event *ev)
{
    uint64_t a = ev->time_created, b = ev->place.written, apart = a > b ? a - b : b - a;

    take(a, &f->v->least_time, &f->v->most_time);
    if (b == 0 || apart <= APART)
        return;
    f->apart++;
    if (apart <= f->most_apart)
        return;
    f->most_apart = apart;
    f->most_apart_at = ev->place.offset;
}

/* The event's own value of that name, a few words of it; System has names of its own. */
static struct slice detail(struct event *ev, struct slice name)
{
    for (size_t i = event_find_name(ev, name, 0); i != SIZE_MAX;
         i = event_find_name(ev, name, i + 1)) {
        if (ev->field[i].part != EVENT_SYSTEM)
            return slice_sub(event_text(ev, i), 0, 60);
    }
    return SLICE("");
}

static struct slice detail_either(struct event *ev, struct slice name, struct slice or)
{
    struct slice s = detail(ev, name);

    return s.n ? s : detail(ev, or);
}

static void trace_cleared(struct verifier *f, struct event *ev)
{
    struct slice log = detail(ev, SLICE("Channel")), who = detail(ev, SLICE("SubjectUserName"));
    char time[FILETIME_TEXT];

    if (log.n == 0)
        log = ev->event_id == 104 ? SLICE("of no name") : SLICE("Security");
    filetime_iso(ev->time_created ? ev->time_created : ev->place.written, time);
    verification_note(
        f->v, VERIFY_LOG_CLEARED, ev->place.offset, ev->place.record_number,
        "the log %.*s was cleared%s%.*s at %s (EventID %u, EventRecordID %" PRIu64 ")",
        SLICE_ARG(log), who.n ? " by " : "", SLICE_ARG(who), time, ev->event_id, ev->record_id);
}

static void trace_clock(struct verifier *f, struct event *ev)
{
    struct slice from = detail_either(ev, SLICE("PreviousTime"), SLICE("OldTime")),
                 to = detail(ev, SLICE("NewTime")), who = detail(ev, SLICE("SubjectUserName"));

    verification_note(
        f->v, VERIFY_CLOCK_CHANGED, ev->place.offset, ev->place.record_number,
        "the clock was set from %.*s to %.*s%s%.*s (EventID %u, EventRecordID %" PRIu64 ")",
        SLICE_ARG(from), SLICE_ARG(to), who.n ? " by " : "", SLICE_ARG(who), ev->event_id,
        ev->record_id);
}

static void check_trace(struct verifier *f, struct event *ev)
{
    static const struct {
        uint32_t id;
        struct slice provider;
        void (*tell)(struct verifier *f, struct event *ev);
    } known[] = {
        { 1102, SLICE_INIT("Microsoft-Windows-Eventlog"), trace_cleared },
        { 517, SLICE_INIT("Security"), trace_cleared },
        { 104, SLICE_INIT("Microsoft-Windows-Eventlog"), trace_cleared },
        { 4616, SLICE_INIT("Microsoft-Windows-Security-Auditing"), trace_clock },
        { 1, SLICE_INIT("Microsoft-Windows-Kernel-General"), trace_clock },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ev->event_id == known[i].id && slice_eq_nocase(ev->provider, known[i].provider))
            known[i].tell(f, ev);
}

static int on_event(void *ctx, struct event *ev)
{
    struct verifier *f = ctx;

    if (f->stop && f->stop(f->stop_ctx))
        return EV_EINTR;
    if (ev->has_record_id)
        check_id(f, ev);
    if (ev->time_created)
        check_time(f, ev);
    check_trace(f, ev);
    if (f->places && ev->has_record_id && ev->time_created)
        places_record(f->places, ev, f->v);
    return EV_OK;
}

static void on_finding(void *ctx, const struct finding *n)
{
    static const uint8_t kind[FINDING_KINDS] = {
        [FINDING_FILE_HEADER] = VERIFY_FILE_HEADER,
        [FINDING_DIRTY] = VERIFY_DIRTY,
        [FINDING_CHUNK_COUNT] = VERIFY_HEADER_COUNTS,
        [FINDING_CHUNK_HEADER] = VERIFY_CHUNK_HEADER,
        [FINDING_CHUNK_CHECKSUM] = VERIFY_CHUNK_CHECKSUM,
        [FINDING_TRUNCATED] = VERIFY_TRUNCATED,
        [FINDING_RECORD_SIZE] = VERIFY_RECORD_SIZE,
        [FINDING_RECORD_UNREADABLE] = VERIFY_UNREADABLE,
        [FINDING_TEMPLATE] = VERIFY_UNREADABLE,
        [FINDING_HIDDEN] = VERIFY_HIDDEN,
        [FINDING_OTHER_DECODER] = VERIFY_UNREADABLE,
        [FINDING_CARVED] = VERIFY_FILE_HEADER,
        [FINDING_IMAGE] = VERIFY_LIMIT, /* no reader of logs says so */
        [FINDING_LIMIT] = VERIFY_LIMIT,
    };
    struct verifier *f = ctx;

    verification_note(f->v, (enum verify_kind)kind[n->kind], n->offset, n->record_number, "%s",
                      n->text);
}

/* Spans follow each other without a hole: what they sum up to is the file. */
static void on_span(void *ctx, const struct span *s)
{
    struct verifier *f = ctx;
    struct verification *v = f->v;

    if (s->offset != f->next)
        verification_note(v, VERIFY_LIMIT, s->offset, 0,
                          "the account of bytes goes on here, after offset %" PRIu64, f->next);
    f->next = s->offset + s->bytes;
    v->bytes[s->kind] += s->bytes;
    v->records[s->kind] += s->record;
    if (s->kind == SPAN_CHUNK_HEADER && s->bytes == CHUNK_HEADER)
        verify_sequence_chunk(&f->sequence, s);
    else if (s->record &&
             (s->kind == SPAN_RECORD || s->kind == SPAN_UNREADABLE || s->kind == SPAN_TORN))
        verify_sequence_record(&f->sequence, s);
    else if (s->kind == SPAN_SLACK_RECORD)
        verify_sequence_slack(&f->sequence, s);
}

static int read_events(struct verifier *f, struct source *src, const struct names *names,
                       struct ev_err *err)
{
    const struct reader_options o = { .names = names };
    const struct reader_visitor visitor = {
        .event = on_event, .finding = on_finding, .span = on_span, .ctx = f
    };
    struct reader_worker *w = reader_worker_new();
    struct accounting counts = { 0 };
    struct reader *r = NULL;
    int rc = decoder_native.open(src, &o, &r, err);

    for (uint64_t i = 0; rc >= 0 && i < decoder_native.jobs(r); i++)
        rc = decoder_native.run(r, i, w, &visitor, &counts, err);
    if (r)
        decoder_native.close(r);
    reader_worker_free(w);
    return rc < 0 ? rc : EV_OK;
}

/* What the file header says. */
static int read_header(struct source *src, struct verification *v, struct ev_err *err)
{
    uint8_t p[128] = { 0 };
    size_t n = 0;
    int rc = source_read_at(src, 0, p, sizeof p, &n, err);

    if (rc < 0 || n < sizeof p || memcmp(p, "ElfFile\0", 8) != 0)
        return rc;
    v->header = true;
    v->first_chunk = binxml_u64(p + 8);
    v->last_chunk = binxml_u64(p + 16);
    v->next_number = binxml_u64(p + 24);
    v->minor = binxml_u16(p + 36);
    v->major = binxml_u16(p + 38);
    v->counted = binxml_u16(p + 42);
    v->flags = binxml_u32(p + 120);
    if (!(v->flags & FLAG_NO_CRC))
        v->header_sum = crc32_add(0, slice_of(p, 120)) == binxml_u32(p + 124) ? SUM_GOOD : SUM_BAD;
    return EV_OK;
}

static int by_offset(const void *a, const void *b)
{
    const struct verify_note *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->text, y->text);
}

static void sum_up(struct verifier *f)
{
    struct verification *v = f->v;

    verify_sequence_end(&f->sequence);
    if (f->next != v->size)
        verification_note(v, VERIFY_TRUNCATED, f->next, 0,
                          "the file became shorter while it was read");
    if (f->apart)
        verification_note(v, VERIFY_TIME_DIFFERS, f->most_apart_at, 0,
                          "%" PRIu64 " records were written more than an hour before or after "
                          "their TimeCreated, this one by %" PRIu64 " s",
                          f->apart, f->most_apart / FILETIME_SECOND);
    if (v->note.n)
        qsort(v->note.v, v->note.n, sizeof *v->note.v, by_offset);
}

int verify_log(struct source *src, const struct names *names, struct places *places,
               bool (*stop)(void *ctx), void *stop_ctx, struct verification *v, struct ev_err *err)
{
    struct verifier f = { .v = v, .places = places, .stop = stop, .stop_ctx = stop_ctx };
    int rc;

    if (!source_size(src, &v->size))
        return ev_err_set(err, EV_EUNSUPPORTED, "a log is verified as a file, not as a stream");
    verify_sequence_init(&f.sequence, v, src);
    rc = read_header(src, v, err);
    if (rc == EV_OK)
        rc = read_events(&f, src, names, err);
    if (rc == EV_OK && places)
        places_end(places, v);
    if (rc == EV_OK)
        sum_up(&f);
    verify_sequence_release(&f.sequence);
    return rc;
}
