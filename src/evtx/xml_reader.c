/* xml_reader.c - the decoder for events that others exported as XML.
 *
 * Event Viewer and wevtutil write it, and so do other dumpers. There is no record header: the place
 * of an event is its line. May include: base/, event/, input/, this folder. */
#include "evtx/reader_impl.h"

#include <inttypes.h>

#include "base/mem.h"
#include "evtx/xml_split.h"
#include "input/probe.h"

#define DECLARATION 512 /* bytes in which an encoding is looked for */

/* The encoding that an XML declaration at the start names; absent when none does. */
static struct slice declared_encoding(struct slice s)
{
    size_t end, at;
    uint8_t quote;

    if (slice_starts(s, SLICE("\xef\xbb\xbf")))
        s = slice_sub(s, 3, s.n);
    s = slice_trim(s);
    end = slice_find(s, SLICE("?>"));
    if (!slice_starts(s, SLICE("<?xml")) || end == SIZE_MAX)
        return SLICE_ABSENT;
    s = slice_sub(s, 0, end);
    at = slice_find(s, SLICE("encoding"));
    if (at == SIZE_MAX)
        return SLICE_ABSENT;
    s = slice_trim(slice_sub(s, at + 8, s.n));
    s = slice_trim(slice_starts(s, SLICE("=")) ? slice_sub(s, 1, s.n) : SLICE(""));
    if (s.n == 0)
        return SLICE_ABSENT;
    quote = s.p[0];
    s = slice_sub(s, 1, s.n);
    return slice_sub(s, 0, slice_find_byte(s, quote));
}

/* The text is read as UTF-8 or UTF-16, whichever it is by its bytes. Other encodings would come out
 * wrong without anybody noticing. */
static bool encoding_known(struct slice name)
{
    static const struct slice known[] = { SLICE_INIT("utf-8"),    SLICE_INIT("utf8"),
                                          SLICE_INIT("utf-16"),   SLICE_INIT("unicode"),
                                          SLICE_INIT("us-ascii"), SLICE_INIT("ascii") };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(name, known[i]))
            return true;
    return !name.p;
}

static int check(struct source *src, struct ev_err *err)
{
    uint8_t head[DECLARATION];
    enum probe_kind kind = PROBE_OTHER;
    struct slice encoding;
    size_t n = 0;
    int rc;

    if (!source_can_read_at(src))
        return EV_OK;
    rc = probe_source(src, &kind, err);
    if (rc < 0)
        return rc;
    if (kind != PROBE_EVENT_XML)
        return ev_err_set(err, EV_EFORMAT,
                          "no event XML but %s: it does not begin with <Event>"
                          " or <Events>",
                          probe_name(kind));
    rc = source_read_at(src, 0, head, sizeof head, &n, err);
    if (rc < 0)
        return rc;
    encoding = declared_encoding(slice_of(head, n));
    if (!encoding_known(encoding))
        return ev_err_set(err, EV_EUNSUPPORTED, "event XML in %.*s: convert it to UTF-8 first",
                          (int)(encoding.n < 40 ? encoding.n : 40), (const char *)encoding.p);
    return EV_OK;
}

static int reader_open(struct source *src, const struct reader_options *o, struct reader **ret,
                       struct ev_err *err)
{
    struct reader *r;
    int rc = check(src, err);

    if (rc < 0) {
        ev_err_file(err, source_path(src));
        return rc;
    }
    r = xcalloc(1, sizeof *r);
    r->src = src;
    r->options = *o;
    *ret = r;
    return EV_OK;
}

static void reader_close(struct reader *r)
{
    free(r);
}

static uint64_t reader_jobs(const struct reader *r)
{
    (void)r;
    return 1;
}

static void unreadable(const struct reader_visitor *v, struct accounting *counts, uint64_t line,
                       const char *why)
{
    counts->unreadable++;
    reader_note(v, counts, FINDING_RECORD_UNREADABLE, line, 0,
                "event that begins in line %" PRIu64 ": %.180s", line, why);
}

static int read_piece(const struct reader *r, const struct xml_piece *piece,
                      struct reader_worker *w, const struct reader_visitor *v,
                      struct accounting *counts)
{
    struct event_builder *b = &w->builder;
    struct event *ev;
    struct ev_err err;
    int rc;

    counts->records++;
    if (piece->broken) {
        unreadable(v, counts, piece->line, piece->broken);
        return EV_OK;
    }
    event_builder_start(b, r->options.names);
    if (xml_event_parse(reader_worker_xml(w), piece->text, XML_DIALECT_WINDOWS, b, &err) < 0) {
        unreadable(v, counts, piece->line, err.text);
        return EV_OK;
    }
    ev = event_builder_finish(b);
    ev->place.offset = piece->line;
    if (ev->cut)
        reader_note(v, counts, FINDING_LIMIT, piece->line, 0,
                    "the event is too large: its last fields are missing");
    w->now = (struct reader_now){ .text = piece->text };
    rc = reader_deliver(v, ev, &counts->events, &counts->skipped);
    if (rc == READER_UNREADABLE)
        unreadable(v, counts, piece->line, "its XML is too large");
    return rc < 0 ? rc : EV_OK;
}

static int reader_run(const struct reader *r, uint64_t job, struct reader_worker *w,
                      const struct reader_visitor *v, struct accounting *counts, struct ev_err *err)
{
    struct xml_split *split = xml_split_new(r->src);
    struct xml_piece piece;
    int rc;

    (void)job;
    while ((rc = xml_split_next(split, &piece, err)) > 0) {
        rc = read_piece(r, &piece, w, v, counts);
        if (rc < 0) {
            ev_err_set(err, rc, "stopped");
            break;
        }
    }
    counts->bytes += xml_split_bytes(split);
    xml_split_free(split);
    return rc;
}

const struct decoder decoder_xml = {
    .name = "xml",
    .open = reader_open,
    .jobs = reader_jobs,
    .run = reader_run,
    .close = reader_close,
};
