/* fuzz_dump.h - bytes through the native decoder and out as XML, JSON and CSV, as `dump` does it.
 *
 * For fuzz targets only. Besides the sanitizers it checks that steps and the token walk write the
 * same XML and JSON, that all that is written is well-formed, and that XML reads back as as
 * many events. */
#ifndef FUZZ_DUMP_H
#define FUZZ_DUMP_H

#include <stdio.h>
#include <stdlib.h>

#include "evtx/native_impl.h"
#include "evtx/render.h"
#include "fuzz_text.h"

enum fuzz_format { FUZZ_XML, FUZZ_LINES, FUZZ_JSON, FUZZ_CSV };

struct fuzz_dump {
    struct reader_worker *worker;
    struct render *render;
    struct buf out;
    enum fuzz_format format;
    struct accounting counts;
    uint64_t events, replaced;
    size_t cells;
};

/* Shows what is wrong before the end. */
static void fuzz_dump_bad(const struct fuzz_dump *d, struct slice s, const char *what)
{
    static const char *const name[] = { "XML", "XML line", "JSON", "CSV" };

    fprintf(stderr, "%s of event %llu: %s: %.*s\n", name[d->format], (unsigned long long)d->events,
            what, SLICE_ARG(s));
    abort();
}

static int fuzz_dump_event(void *ctx, struct event *ev)
{
    struct fuzz_dump *d = ctx;
    size_t from = d->out.n;
    struct slice s;
    int rc;

    if (d->format == FUZZ_JSON)
        rc = render_json(d->render, d->worker, ev, SLICE("f"), &d->out);
    else if (d->format == FUZZ_CSV)
        rc = render_csv(d->render, ev, SLICE("f"), &d->out);
    else
        rc = render_xml(d->render, d->worker, ev, &d->out);
    if (rc != EV_OK && (rc != READER_UNREADABLE || d->out.n != from))
        abort(); /* a half-written event, or a code that ends the job */
    if (rc != EV_OK)
        return rc;
    d->events++;
    s = slice_sub(buf_view(&d->out), from, d->out.n);
    if (d->format == FUZZ_LINES && slice_find_byte(s, '\n') != s.n - 1)
        fuzz_dump_bad(d, s, "more than one line");
    if (d->format <= FUZZ_LINES  ? !fuzz_is_xml(s)
        : d->format == FUZZ_JSON ? !fuzz_is_json_line(s)
                                 : !fuzz_is_csv_row(s, d->cells))
        fuzz_dump_bad(d, s, "not well-formed");
    return EV_OK;
}

static void fuzz_dump_init(struct fuzz_dump *d, enum fuzz_format format)
{
    struct render_options o = { .lines = format == FUZZ_LINES };

    *d = (struct fuzz_dump){ .format = format, .cells = 1 };
    d->worker = reader_worker_new();
    d->render = render_new(&o);
    buf_init(&d->out, LIMIT_MIB(64));
    if (format == FUZZ_CSV) {
        render_csv_header(&d->out);
        for (size_t i = 0; i < d->out.n; i++)
            d->cells += d->out.p[i] == ',';
        buf_clear(&d->out);
    }
}

static void fuzz_dump_release(struct fuzz_dump *d)
{
    reader_worker_free(d->worker);
    render_free(d->render);
    buf_release(&d->out);
}

static void fuzz_dump_run(struct fuzz_dump *d, const struct decoder *decoder, struct slice bytes,
                          const struct names *names, bool recover, bool walk_only)
{
    struct reader_options o = { .names = names, .recover = recover };
    const struct reader_visitor v = { .event = fuzz_dump_event,
                                      .ctx = d,
                                      .facts_only = d->format <= FUZZ_LINES,
                                      .lazy = d->format == FUZZ_JSON };
    struct source *src = source_open_memory(bytes, "fuzz");
    struct reader *r = NULL;

    d->worker->native = native_worker_new();
    d->worker->native->walk_only = walk_only;
    if (decoder->open(src, &o, &r, NULL) == EV_OK) {
        for (uint64_t i = 0; i < decoder->jobs(r); i++)
            (void)decoder->run(r, i, d->worker, &v, &d->counts, NULL);
        decoder->close(r);
    }
    source_free(src);
    d->replaced = render_replaced(d->render);
    if (d->events != d->counts.events + d->counts.recovered_events)
        abort();
}

static int fuzz_dump_count(void *ctx, struct event *ev)
{
    (void)ctx, (void)ev;
    return EV_OK;
}

/* XML that was dumped, read as evidence. */
static void fuzz_dump_read_back(const struct fuzz_dump *d, const struct names *names)
{
    struct reader_options o = { .names = names };
    const struct reader_visitor v = { .event = fuzz_dump_count };
    struct reader_worker *w = reader_worker_new();
    struct source *src = source_open_memory(buf_view(&d->out), "fuzz.xml");
    struct accounting counts = { 0 };
    struct reader *r = NULL;

    if (decoder_xml.open(src, &o, &r, NULL) == EV_OK) {
        (void)decoder_xml.run(r, 0, w, &v, &counts, NULL);
        decoder_xml.close(r);
    }
    if (counts.events != d->events || counts.unreadable)
        abort();
    source_free(src);
    reader_worker_free(w);
}

/* Written by steps, and by the token walk. */
static void fuzz_dump_twice(struct slice bytes, const struct names *names, bool recover,
                            enum fuzz_format format)
{
    struct fuzz_dump fast, slow;

    fuzz_dump_init(&fast, format);
    fuzz_dump_init(&slow, format);
    fuzz_dump_run(&fast, &decoder_native, bytes, names, recover, false);
    fuzz_dump_run(&slow, &decoder_native, bytes, names, recover, true);
    if (fast.events != slow.events || !slice_eq(buf_view(&fast.out), buf_view(&slow.out)) ||
        fast.replaced != slow.replaced) {
        fprintf(stderr, "steps: %.*sreplaced %llu\nwalk: %.*sreplaced %llu\n",
                SLICE_ARG(buf_view(&fast.out)), (unsigned long long)fast.replaced,
                SLICE_ARG(buf_view(&slow.out)), (unsigned long long)slow.replaced);
        abort();
    }
    if (format == FUZZ_XML)
        fuzz_dump_read_back(&fast, names);
    fuzz_dump_release(&fast);
    fuzz_dump_release(&slow);
}

/* All ways of writing; where to stop is the buffer's cap, the same for all. */
static inline void fuzz_dump(struct slice bytes, bool recover)
{
    struct names *names = names_new();
    struct fuzz_dump d;

    fuzz_dump_twice(bytes, names, recover, FUZZ_XML);
    fuzz_dump_twice(bytes, names, recover, FUZZ_JSON);
    for (enum fuzz_format f = FUZZ_LINES; f <= FUZZ_CSV; f++) {
        if (f == FUZZ_JSON)
            continue;
        fuzz_dump_init(&d, f);
        fuzz_dump_run(&d, &decoder_native, bytes, names, recover, false);
        fuzz_dump_release(&d);
    }
    names_free(names);
}

/* What the XML decoder makes of it. */
static inline void fuzz_dump_xml(struct slice bytes)
{
    struct names *names = names_new();
    struct fuzz_dump d;

    for (enum fuzz_format f = FUZZ_XML; f <= FUZZ_CSV; f++) {
        fuzz_dump_init(&d, f);
        fuzz_dump_run(&d, &decoder_xml, bytes, names, false, false);
        if (f == FUZZ_XML)
            fuzz_dump_read_back(&d, names);
        fuzz_dump_release(&d);
    }
    names_free(names);
}

#endif
