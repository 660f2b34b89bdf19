/* survey.h - reads every event for what is there, not for what it says: evidence by computer.
 *
 * One survey per worker, without locks, merged at the end in a fixed order. Memory is bounded by
 * LIMIT_SURVEY_*; what they left out is counted. Nothing is matched.
 * Rank: base/, evtx/, event/, detect/evidence.h, dispenser.h, tally.h. */
#ifndef SCAN_SURVEY_H
#define SCAN_SURVEY_H

#include "detect/evidence.h"
#include "scan/dispenser.h"
#include "scan/tally.h"

/* One EventID of one provider, channel and computer: indexes of names. */
struct survey_key {
    uint32_t host, channel, provider, event_id;
};

struct survey_kind {
    struct survey_key key;
    uint64_t n, first, last;
};

/* A channel of a computer. */
struct survey_stream {
    uint32_t host, channel;
    uint64_t all, oldest, newest;
    size_t run; /* where its next record may belong; SIZE_MAX: none */
};

/* Record numbers without a hole. */
struct survey_run {
    uint32_t stream;
    uint64_t from, to, first, last; /* numbers and times of its ends */
};

struct survey_mark {
    uint32_t host;
    struct evidence_mark mark;
};

/* Counts by computer that the tally has not. */
struct survey_host {
    uint64_t script_blocks, script_verbose;
};

/* What its records tell of a file. */
struct survey_file {
    size_t input;
    uint32_t host, channel; /* of the newest record */
    uint64_t low, low_time, low_chunk, high, high_time, high_chunk;
    bool any, header;
    uint32_t flags;
    uint64_t first_chunk;
};

struct survey_names {
    struct map at;
    VEC(struct slice) name;
};

struct survey {
    struct arena arena;
    uint64_t from, to; /* the window; to 0: no end */
    struct survey_names host, channel, provider;
    struct map kind_at, stream_at, file_at; /* keys in the arena */
    VEC(struct survey_kind) kinds;
    VEC(struct survey_stream) streams;
    VEC(struct survey_run) runs;
    VEC(struct survey_mark) marks;
    VEC(struct survey_host) hosts; /* by host index */
    VEC(struct survey_file) files;
    struct tally tally; /* process creation */
    size_t runs_at;     /* runs.n at which they are joined next */
    uint64_t outside, lost;
};

void survey_init(struct survey *s, uint64_t from, uint64_t to);
void survey_release(struct survey *s);
/* A file's first job: reads its header. */
void survey_open(struct survey *s, size_t input, const struct source *src);
void survey_event(struct survey *s, size_t input, struct event *ev);
/* Adds from to to. */
void survey_merge(struct survey *to, const struct survey *from);
/* Joins runs of record numbers that touch or overlap (copies of a log) and sorts them by stream. */
void survey_join_runs(struct survey *s);
/* Copies all into ret's arena, sorted. Logs are the caller's. */
void survey_summarise(struct survey *s, struct evidence *ret);

struct survey_options {
    const struct decoder *decoder;
    struct reader_options reader; /* names: at least the fixed ones */
    const char *const *computer;  /* only these, without ASCII case; n 0: all */
    size_t ncomputer;
    uint64_t from, to; /* window; to 0: no end */
    unsigned threads;  /* 1..LIMIT_THREADS */
    bool (*stop)(void *ctx);
    void *stop_ctx;
};

/* Reads all inputs. ret is initialised by the caller. Damage in files is no failure. EV_EINTR when
 * stopped; ret then tells what was read so far. */
int survey_run(const struct survey_options *o, struct inputs *in, struct evidence *ret,
               struct ev_err *err);

#endif
