/* reader.h - from a source to events, whatever the decoder.
 *
 * A decoder turns a source into jobs that workers run in any order: the native reader makes one job
 * of a few chunks, libevtx and event XML one job of the whole file. A job calls the visitor for each
 * record in the order of the file. Damage is a finding, not an error: the next record is read.
 * Rank: base/, input/, event/. No type of libevtx or libxml2 leaves this folder. */
#ifndef EVTX_READER_H
#define EVTX_READER_H

#include "base/err.h"
#include "event/accounting.h"
#include "event/event.h"
#include "event/span.h"
#include "input/source.h"

/* Which records are wanted, asked with the key alone, before anything else is decoded. provider and
 * channel are UTF-8, absent where the record has none; written is the record header's FILETIME.
 * Called once for each record whose key can be read, in the order of the job. */
typedef bool reader_want_fn(void *ctx, struct slice provider, struct slice channel,
                            uint32_t event_id, uint64_t written);

struct reader_visitor {
    reader_want_fn *want; /* NULL: all */
    /* ev is borrowed until the call returns. A negative return ends the job with it;
     * READER_UNREADABLE: the record could not be rendered and is counted as unreadable. */
    int (*event)(void *ctx, struct event *ev);
    void (*finding)(void *ctx, const struct finding *f); /* NULL: only counted */
    /* native: told of every byte of the job in one span, after what is in it; jobs run in order tell
     * all of the file, in the order of the file. NULL: not asked. */
    void (*span)(void *ctx, const struct span *s);
    void *ctx;
    bool facts_only; /* events need to tell provider, channel, computer, event_id and time only */
    /* native: events may come with these facts only, and without fields, which reader_fields and
     * render.h then fill in as far as they are asked for: most of the time goes into fields. */
    bool lazy;
    /* Asked between records where a job is a whole file; when true the job ends with EV_EINTR. NULL:
     * never. */
    bool (*stop)(void *ctx);
};

#define READER_UNREADABLE 1

struct reader_options {
    const struct names *names; /* for field ids; borrowed, outlives the reader */
    bool recover;              /* slack, orphaned and carved records too */
    bool skip_checksums;       /* native: do not verify them (benchmarks); they are only noted */
};

/* One per thread: arenas, buffers and caches that jobs reuse. */
struct reader_worker;

struct reader; /* an opened source; immutable while jobs run */

struct decoder {
    const char *name; /* "native", "libevtx", "xml" */
    /* Borrows src, which must outlive the reader. EV_EFORMAT when the decoder cannot read it at
     * all: err says why and what to do. */
    int (*open)(struct source *src, const struct reader_options *o, struct reader **ret,
                struct ev_err *err);
    uint64_t (*jobs)(const struct reader *r);
    /* Runs job i of jobs; adds to *counts. EV_OK also when damage was found. */
    int (*run)(const struct reader *r, uint64_t job, struct reader_worker *w,
               const struct reader_visitor *v, struct accounting *counts, struct ev_err *err);
    void (*close)(struct reader *r);
};

extern const struct decoder decoder_native;
extern const struct decoder decoder_libevtx;
extern const struct decoder decoder_xml;

/* By name; NULL when there is none. */
const struct decoder *decoder_find(const char *name);

/* For visitors that are lazy, inside their event call: fills in the fields of ev, the event that w's
 * decoder just handed over, and all its facts. data: fields of System, and facts beyond those of
 * facts_only, may be missing. READER_UNREADABLE: the visitor returns that. */
int reader_fields(struct reader_worker *w, struct event *ev, bool data);

struct reader_worker *reader_worker_new(void);
void reader_worker_free(struct reader_worker *w);

#endif
