/* libevtx_record.c - the decoder over libevtx: records to events.
 *
 * libevtx renders a record to XML, libxml2 takes that apart. The channel is known only then, so
 * `want` is asked after the parse. libevtx tells no place of a record that it fails on; our own walk
 * over the record headers goes along and does.
 * May include: base/, event/, input/, this folder, libevtx. */
#include "evtx/libevtx_impl.h"

#include <inttypes.h>

#include "base/limits.h"
#include "evtx/record_walk.h"
#include "evtx/template_bind.h"

struct job {
    const struct libevtx_reader *r;
    struct reader_worker *w;
    const struct reader_visitor *v;
    struct accounting *counts;
    struct record_walk walk;
    struct libevtx_why why; /* of the last failure */
};

/* The XML of a record in w->raw. False with j->why. */
static bool record_xml(struct job *j, libevtx_record_t *record)
{
    libevtx_error_t *error = NULL;
    struct buf *raw = &j->w->raw;
    size_t size = 0;
    uint8_t *to;

    if (libevtx_record_get_utf8_xml_string_size(record, &size, &error) != 1) {
        libevtx_why_read(&j->why, &error);
        return false;
    }
    buf_clear(raw);
    to = size > 0 ? buf_reserve(raw, size) : NULL;
    if (!to) {
        snprintf(j->why.text, sizeof j->why.text, "its XML of %zu bytes is beyond the limit", size);
        return false;
    }
    if (libevtx_record_get_utf8_xml_string(record, to, size, &error) != 1) {
        libevtx_why_read(&j->why, &error);
        return false;
    }
    raw->n = size - 1; /* the NUL */
    return true;
}

static size_t in_chunk(const struct job *j, const struct record_place *p)
{
    return (size_t)(p->offset - j->walk.loaded);
}

/* Record -> event in the worker's builder. False with j->why. */
static bool record_event(struct job *j, libevtx_record_t *record, const struct record_place *p)
{
    struct event_builder *b = &j->w->builder;
    struct ev_err err;

    if (p->offset == 0 || !template_renderable(record_walk_chunk(&j->walk), in_chunk(j, p))) {
        snprintf(j->why.text, sizeof j->why.text,
                 "its bytes are such that libevtx might crash; the native decoder reads it");
        return false;
    }
    event_builder_start(b, j->r->base.options.names);
    if (!record_xml(j, record))
        return false;
    if (xml_event_parse(reader_worker_xml(j->w), buf_view(&j->w->raw), XML_DIALECT_LIBEVTX, b,
                        &err) < 0) {
        snprintf(j->why.text, sizeof j->why.text, "%.190s", err.text);
        return false;
    }
    event_builder_finish(b);
    return true;
}

static void place_chunk(struct record_place *p)
{
    p->chunk = p->offset < EVTX_FILE_HEADER ? 0 : (p->offset - EVTX_FILE_HEADER) / EVTX_CHUNK;
}

/* Number, time and place of a record that was fetched; the place stays 0 when the walk does not find
 * it. */
static bool record_place(struct job *j, libevtx_record_t *record, struct record_place *p)
{
    bool found;

    /* These cannot fail on a record that was fetched. */
    (void)libevtx_record_get_identifier(record, &p->record_number, NULL);
    (void)libevtx_record_get_written_time(record, &p->written, NULL);
    found = record_walk_find(&j->walk, p->record_number, p->written, &p->offset);
    place_chunk(p);
    return found;
}

/* Place of a record that libevtx failed to fetch, as its error tells it. */
static void failed_place(struct job *j, struct record_place *p)
{
    struct record_head h;

    p->offset = j->why.offset;
    place_chunk(p);
    if (record_walk_seek(&j->walk, p->offset, &h)) {
        p->record_number = h.number;
        p->written = h.written;
    }
}

static int deliver(struct job *j, const struct record_place *p, uint64_t *events, uint64_t *skipped)
{
    struct event *ev = &j->w->builder.ev;

    ev->place = *p;
    j->w->now = (struct reader_now){ .text = buf_view(&j->w->raw) };
    snprintf(j->why.text, sizeof j->why.text, "its XML is too large");
    if (ev->cut)
        reader_note(j->v, j->counts, FINDING_LIMIT, p->offset, p->record_number,
                    "the record is too large: its last fields are missing");
    return reader_deliver(j->v, ev, events, skipped);
}

static void unreadable(struct job *j, const struct record_place *p)
{
    j->counts->unreadable++;
    reader_note(j->v, j->counts, FINDING_RECORD_UNREADABLE, p->offset, p->record_number,
                "libevtx cannot render the record: %s", j->why.text);
}

static int active(struct job *j, int i)
{
    libevtx_error_t *error = NULL;
    libevtx_record_t *record = NULL;
    struct record_place p = { .origin = source_state(j->r->base.src) == SOURCE_DELETED
                                            ? ORIGIN_DELETED
                                            : ORIGIN_ACTIVE };
    int rc = EV_OK;

    j->counts->records++;
    if (libevtx_file_get_record_by_index(j->r->file, i, &record, &error) != 1) {
        libevtx_why_read(&j->why, &error);
        failed_place(j, &p);
        unreadable(j, &p);
        return EV_OK;
    }
    record_place(j, record, &p);
    if (record_event(j, record, &p))
        rc = deliver(j, &p, &j->counts->events, &j->counts->skipped);
    else
        rc = READER_UNREADABLE;
    if (rc == READER_UNREADABLE)
        unreadable(j, &p);
    libevtx_record_free(&record, NULL);
    return rc;
}

/* A record of slack space. libevtx renders whatever definition lies where the record's own once
 * was, so only those that are bound by id are looked at. */
static int recovered(struct job *j, int i)
{
    libevtx_record_t *record = NULL;
    libevtx_error_t *error = NULL;
    struct record_place p = { .origin = ORIGIN_RECOVERED };
    struct accounting *c = j->counts;
    int rc = EV_OK;

    if (libevtx_file_get_recovered_record_by_index(j->r->file, i, &record, &error) != 1) {
        libevtx_error_free(&error);
        c->recovered_unbound++;
        return EV_OK;
    }
    if (record_place(j, record, &p) &&
        template_bound(record_walk_chunk(&j->walk), in_chunk(j, &p)) && record_event(j, record, &p))
        rc = deliver(j, &p, &c->recovered_events, &c->recovered_skipped);
    else
        rc = READER_UNREADABLE;
    c->recovered_unbound += rc == READER_UNREADABLE;
    libevtx_record_free(&record, NULL);
    return rc;
}

/* What libevtx says about the file as a whole. */
static void note_file(struct job *j)
{
    uint32_t flags = 0;

    if (libevtx_file_get_flags(j->r->file, &flags, NULL) == 1 &&
        (flags & LIBEVTX_FILE_FLAG_IS_DIRTY))
        reader_note(j->v, j->counts, FINDING_DIRTY, 0, 0, "the log was not closed properly");
    if (libevtx_file_is_corrupted(j->r->file, NULL) == 1)
        reader_note(j->v, j->counts, FINDING_OTHER_DECODER, 0, 0,
                    "libevtx found damage in the file; the native decoder tells where");
    if (j->r->size > EVTX_FILE_HEADER + UINT64_C(65535) * EVTX_CHUNK)
        reader_note(j->v, j->counts, FINDING_OTHER_DECODER,
                    EVTX_FILE_HEADER + UINT64_C(65535) * EVTX_CHUNK, 0,
                    "libevtx reads no chunk beyond number 65,535");
}

static int all_active(struct job *j, int n)
{
    int rc = EV_OK;

    record_walk_init(&j->walk, j->r->base.src, WALK_ACTIVE);
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = active(j, i);
    record_walk_release(&j->walk);
    return rc;
}

static int all_recovered(struct job *j, int n)
{
    int rc = EV_OK;

    j->counts->recovered += (uint64_t)n;
    if (!j->r->base.options.recover) {
        j->counts->recovered_skipped += (uint64_t)n;
        return EV_OK;
    }
    record_walk_init(&j->walk, j->r->base.src, WALK_SLACK);
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = recovered(j, i);
    record_walk_release(&j->walk);
    return rc;
}

int libevtx_run(const struct reader *reader, uint64_t job, struct reader_worker *w,
                const struct reader_visitor *v, struct accounting *counts, struct ev_err *err)
{
    const struct libevtx_reader *r = (const struct libevtx_reader *)(const void *)reader;
    struct job j = { .r = r, .w = w, .v = v, .counts = counts };
    int n = 0, slack = 0, rc;

    (void)job;
    if (libevtx_file_get_number_of_records(r->file, &n, NULL) != 1 ||
        libevtx_file_get_number_of_recovered_records(r->file, &slack, NULL) != 1)
        return ev_err_set(err, EV_EFORMAT, "libevtx cannot count the records");
    counts->bytes += r->size;
    if (r->size > EVTX_FILE_HEADER)
        counts->chunks += (r->size - EVTX_FILE_HEADER + EVTX_CHUNK - 1) / EVTX_CHUNK;
    note_file(&j);
    rc = all_active(&j, n);
    if (rc >= 0)
        rc = all_recovered(&j, slack);
    return rc < 0 ? ev_err_set(err, rc, "stopped") : EV_OK;
}
