/* native_impl.h - shared by the files of the native decoder: open, chunk, record.
 *
 * open reads batches of chunks, chunk walks over the records of one, record makes an event of one.
 * Rank: base/, event/, input/, this folder. */
#ifndef EVTX_NATIVE_IMPL_H
#define EVTX_NATIVE_IMPL_H

#include "evtx/native_plan.h"
#include "evtx/native_shape.h"
#include "evtx/native_sink.h"
#include "evtx/reader_impl.h"
#include "evtx/record_walk.h"
#include "evtx/template.h"
#include "evtx/template_store.h"

enum {
    NATIVE_BATCH_CHUNKS = 4, /* 256 KiB: stays in the second-level cache */
    NATIVE_CARVE_BYTES = 5 * 65536,
    NATIVE_PADDING = 64, /* readable bytes behind every buffer, for wide loads */
    CHUNK_HEADER = 512,
    RECORD_HEADER = 24,
    RECORD_MIN = 28,
    FAST_VALUES = 255, /* of an instance on the fast path; seen: 40 */
    MEMO_BYTES = 256,
    RECORD_PAD_MAX = 7, /* records are padded to 8 bytes; more hides something */
    FLAG_DIRTY = 1,
    FLAG_NO_CRC = 4
};

struct native_reader {
    struct reader base; /* first: a reader is cast to this */
    uint64_t size;
    uint64_t first; /* offset of chunk 0 */
    bool header;    /* there is a file header with its magic */
    uint32_t flags; /* of the header */
    bool carve;     /* no header and no chunk in its place: look for chunks everywhere */
    struct template_store store; /* of the whole file; filled when options.recover */
    uint64_t counted;            /* chunks by the header; UINT64_MAX when it cannot say */
    char header_fault[128];      /* what is wrong with it, or "" */
};

/* The text of a value that hardly ever changes from record to record. */
struct native_memo {
    uint8_t raw[MEMO_BYTES];
    uint32_t n;
    uint8_t type;
    size_t text_n;
    uint8_t text[3 * MEMO_BYTES];
};

/* A name of the chunk at hand as it was last read at its place. */
struct native_name {
    uint32_t at, generation; /* place; of template_cache, valid when equal */
    uint32_t element;        /* place of the element's name when this is an attribute in System */
    uint32_t id;
    uint32_t units;
    struct slice local, joined; /* joined: Element_Attribute; id is of that, then */
    bool prefixed, is_namespace, is_name, is_data;
};

/* What Data's Name says, as it was last read. */
struct native_label {
    const uint8_t *raw; /* n bytes in the chunk at hand */
    uint32_t n, generation, id;
    struct slice text;
};

/* What the fields of the event were made by, from the at-th on. */
struct native_made {
    const struct native_plan *plan; /* NULL: by something else */
    size_t at;
};

/* A template and the values that go into it. */
struct native_instance {
    const struct template *t;
    struct binxml_values values;
    struct native_trace *trace; /* NULL: what is done is not noted */
};

struct native_worker {
    struct native_instance outer; /* native_facts: the record's */
    uint8_t *batch;               /* NATIVE_BATCH_CHUNKS chunks and padding */
    struct native_sink sink;
    struct template_cache templates;
    struct native_memo memo[FACT_COUNT];
    uint8_t *carve; /* NATIVE_CARVE_BYTES and padding; made on first use */
    /* Definitions of the chunk at hand, or of all that a carve has seen. */
    struct template_store store;
    bool store_kept, store_filled;
    struct arena name_arena; /* lifetime: one chunk */
    struct native_name name[1024];
    struct native_label label[1024];
    struct native_shapes shapes;
    struct shape_trace shape_trace;
    uint32_t steps;                   /* left for the records of this chunk */
    uint64_t walked;                  /* active records that the token walk had to read */
    bool walk_only;                   /* for tests: no compiled templates, all by the token walk */
    bool forget;                      /* for tests: and no templates at all */
    uint32_t off[2][FAST_VALUES + 4]; /* of the record's values and of the body's, and padding */
    struct native_trace trace[2];
    const struct native_plan *planned[2]; /* native_fill: of the record's and the body's fields */
    struct native_made made[2];           /* of the record's own instance, and of its body */
};

/* Somebody else writes the builder's fields, or plans may be gone. */
static inline void native_made_forget(struct native_worker *nw)
{
    nw->made[0].plan = nw->made[1].plan = NULL;
}

/* Begins a chunk for the caches of templates. */
static inline void native_templates_chunk(struct native_worker *nw, const struct names *names)
{
    template_cache_chunk(&nw->templates, names);
    native_made_forget(nw);
}

/* A job, and the chunk at hand. */
struct native_job {
    const struct native_reader *r;
    struct reader_worker *w;
    struct native_worker *nw;
    const struct reader_visitor *v;
    struct accounting *counts;

    struct slice chunk; /* its bytes, at most EVTX_CHUNK; padding behind */
    uint64_t offset;    /* of the chunk in the source */
    uint64_t index;
    struct record_place place; /* of the record at hand */
    bool asked, wanted;
    bool unbound;         /* the record at hand has been counted as one */
    struct binxml failed; /* the walk of a record that could not be rendered */
    int failed_rc;
};

/* Tells the visitor of n bytes at `at` of the job's chunk. */
static inline void native_span(const struct native_job *j, enum span_class kind, uint32_t at,
                               uint32_t n)
{
    if (j->v->span && n)
        j->v->span(j->v->ctx, &(struct span){ .kind = kind, .offset = j->offset + at, .bytes = n });
}

/* The same for a record, or what begins like one, of which n bytes are meant. */
static inline void native_span_record(const struct native_job *j, enum span_class kind, uint32_t at,
                                      uint32_t n)
{
    const uint8_t *p = j->chunk.p + at;

    if (j->v->span)
        j->v->span(j->v->ctx, &(struct span){ .kind = kind,
                                              .offset = j->offset + at,
                                              .bytes = n,
                                              .record = true,
                                              .record_number = binxml_u64(p + 8),
                                              .written = binxml_u64(p + 16) });
}

/* How a record came to be found. */
enum native_class { NATIVE_ACTIVE, NATIVE_RECOVERED };

/* The record at `at` in the job's chunk, whose header and trailer were checked: counts it, asks for
 * it, hands it over. Negative only when the visitor stopped the job. */
int native_record(struct native_job *j, uint32_t at, uint32_t size, enum native_class how,
                  enum event_origin origin);

/* Asks want, once for a record. EV_OK or NATIVE_UNWANTED. */
int native_ask(struct native_job *j, struct slice provider, struct slice channel,
               uint32_t event_id);

/* The record whose document is between at and end, when all of it is simple templates: fills the
 * builder. EV_OK, or NATIVE_UNWANTED, both with the end of the document; NATIVE_SLOW when the token
 * walk must look at it. */
int native_fill(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end);

/* The same for a record that has no template. */
int native_direct(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end);

/* The same for visitors that need no fields: fills in provider, channel, computer, event_id and time,
 * and leaves the instance in the worker's `outer`. */
int native_facts(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end);

/* The instance whose token is at `at`; its values end at *ret_end, before or at end. False when that
 * is for the token walk. One of the record and one inside it at a time. */
bool native_instance_open(struct native_job *j, enum template_level level, uint32_t at,
                          uint32_t end, struct native_instance *ret, uint32_t *ret_end);

/* The fields of the record at hand, whose instance native_facts has left in `outer`. data: those of
 * its body alone, where a plan tells which they are. READER_UNREADABLE with failed. */
int native_fields(struct native_job *j, struct reader_now *now, bool data);

/* The body of `outer` where plan p of its values says that it is, and the plan of its values, NULL when
 * there is no body or it is NULL. False: it is not of the usual shape. */
bool native_body(struct native_job *j, const struct native_plan *p, struct native_instance *ret,
                 const struct native_plan **ret_plan);

/* The fields of that body, alone. False: it is not of the usual shape. */
bool native_fill_body(struct native_job *j, const struct native_plan *p);

/* A walk of the job's chunk that tells the sink. */
void native_walk_init(struct native_job *j, struct binxml *b, const struct binxml_sink *sink,
                      void *ctx);
/* binxml_walk, its tokens charged to the chunk. */
int native_walk(struct native_job *j, struct binxml *b, uint32_t at, uint32_t end,
                uint32_t *ret_end);

/* Codes beside those of err.h. */
#define NATIVE_UNWANTED (-1000)
#define NATIVE_SLOW (-1001)
#define NATIVE_ENOUGH (-1002)

/* The record at hand has lost a template: counts it and says so, once. */
void native_unbound(struct native_job *j);

/* All of the job's chunk: header, active records, slack. The same return. */
int native_chunk(struct native_job *j);

/* The records of a stretch of the chunk that belong to no walk: class recovered, by signature. */
int native_slack(struct native_job *j, uint32_t from, uint32_t to, enum event_origin origin);

/* Size of the record at `at` when header, size and trailer are right and it ends at or before
 * `end`; else 0. */
uint32_t native_record_size(struct slice chunk, uint32_t at, uint32_t end);

struct native_worker *native_worker_new(void);
void native_worker_free(struct native_worker *w);

#endif
