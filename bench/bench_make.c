/* bench_make.c - big logs out of small ones, for benchmarks.
 *
 * Usage: bench_make [-m MEGABYTES | -n FILES] [-f] [-q OFFSETS] [-z OFFSETS] OUT <list of logs
 * Takes the distinct chunks of the logs (-f: only those that are full) and writes them once, or
 * again and again up to -m megabytes, or one each into FILES files in the folder OUT. Records keep
 * all but their numbers: EventRecordID and the number in the header count on, and where a record
 * spells out its values as text the fraction of its time does, so that no record is a copy of
 * another. Checksums are right.
 * For a log without hits: of the records whose offsets in the one log of the list stand in the file
 * of -q, the letters of all texts outside System are moved on by one (z to a); those of -z get an
 * EventID that nobody asks for. Then chunks are kept in order, doubles too. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/vec.h"
#include "evtx/native_impl.h"

enum { HEADER = 4096, CHUNK = 65536, UNHEARD_OF = 64999 };

enum kind { ID_NUMBER, ID_TEXT, TIME_TEXT, RECORD };

/* A place in a chunk that is written anew. */
struct patch {
    uint16_t at, n;
    uint8_t kind;
};

struct chunk {
    uint8_t *p;
    VEC(struct patch) patch;
};

struct numbers {
    VEC(uint64_t) v;
};

struct make {
    VEC(struct chunk) chunk;
    struct map seen;
    struct names *names;
    struct numbers rotate, unheard;
    bool only_full, keep_doubles;

    const struct native_worker *nw;
    uint64_t batch_at; /* of the batch at hand in its log */
    size_t first;      /* chunk of the log */
    uint8_t *log;
    VEC(uint8_t *) logs; /* all of them: chunks lie in them */
    uint64_t number;     /* of the next record */
};

static void die(const char *what, const char *path)
{
    fprintf(stderr, "bench_make: %s: %s\n", path, what);
    exit(1);
}

static void put(uint8_t *p, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static bool listed(const struct numbers *list, uint64_t n)
{
    for (size_t i = 0; i < list->v.n; i++)
        if (list->v.v[i] == n)
            return true;
    return false;
}

/* Where the value lies in the log; 0: not in it. */
static uint64_t place_of(const struct make *m, const struct value *v)
{
    size_t at = (size_t)(v->p - m->nw->batch);

    return v->p >= m->nw->batch && at < (size_t)NATIVE_BATCH_CHUNKS * CHUNK ? m->batch_at + at : 0;
}

static void rotate(uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 2 <= n; i += 2) {
        uint8_t c = p[i] | 0x20;

        if (p[i + 1] == 0 && c >= 'a' && c <= 'z')
            p[i] = c == 'z' ? (uint8_t)(p[i] - 25) : (uint8_t)(p[i] + 1);
    }
}

static void not_heard_of(uint8_t *p, const struct value *v)
{
    if (v->type == VALUE_U16)
        put(p, UNHEARD_OF, 2);
    for (size_t i = 0; v->type == VALUE_UTF16 && i + 2 <= v->n; i += 2)
        p[i] = '9';
}

static void add_patch(struct make *m, uint64_t place, uint32_t n, enum kind kind)
{
    struct chunk *c = &m->chunk.v[m->first + (place - HEADER) / CHUNK];

    if (n < CHUNK && !vec_push(&c->patch, SIZE_MAX,
                               (struct patch){ (uint16_t)((place - HEADER) % CHUNK), (uint16_t)n,
                                               (uint8_t)kind }))
        die("too many records", "chunk");
}

static int event(void *ctx, struct event *ev)
{
    struct make *m = ctx;
    bool turn = listed(&m->rotate, ev->place.offset), hide = listed(&m->unheard, ev->place.offset);

    add_patch(m, ev->place.offset, 0, RECORD);
    for (size_t i = 0; i < ev->n; i++) {
        const struct field *f = &ev->field[i];
        uint64_t at = place_of(m, &f->value);

        if (!at)
            continue;
        if (f->part == EVENT_SYSTEM && f->id == FIELD_EVENTRECORDID)
            add_patch(m, at, f->value.n, f->value.type == VALUE_U64 ? ID_NUMBER : ID_TEXT);
        if (f->part == EVENT_SYSTEM && f->id == FIELD_TIMECREATED && f->value.type == VALUE_UTF16)
            add_patch(m, at, f->value.n, TIME_TEXT);
        if (f->part == EVENT_SYSTEM && f->id == FIELD_EVENTID && hide)
            not_heard_of(m->log + at, &f->value);
        if (f->part != EVENT_SYSTEM && f->value.type == VALUE_UTF16 && turn)
            rotate(m->log + at, f->value.n);
    }
    return EV_OK;
}

static void find_patches(struct make *m, const char *path, struct reader_worker *w)
{
    const struct reader_options o = { .names = m->names, .skip_checksums = true };
    const struct reader_visitor v = { .event = event, .ctx = m };
    struct accounting counts = { 0 };
    struct source *src = NULL;
    struct reader *r = NULL;
    struct ev_err err = { 0 };

    if (source_open_file(path, &src, &err) < 0 || decoder_native.open(src, &o, &r, &err) < 0)
        die(err.text, path);
    if (!w->native)
        w->native = native_worker_new();
    m->nw = w->native;
    for (uint64_t i = 0; i < decoder_native.jobs(r); i++) {
        m->batch_at = HEADER + i * NATIVE_BATCH_CHUNKS * CHUNK;
        decoder_native.run(r, i, w, &v, &counts, NULL);
    }
    decoder_native.close(r);
    source_free(src);
}

/* The whole file, with the padding that it lacks to whole chunks. */
static uint8_t *slurp(const char *path, size_t *ret_n)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    uint8_t *p;

    if (!f || fstat(fileno(f), &st) < 0)
        die("cannot be read", path);
    p = xcalloc(1, (size_t)st.st_size + CHUNK);
    *ret_n = fread(p, 1, (size_t)st.st_size, f);
    fclose(f);
    return p;
}

static bool take(struct make *m, const uint8_t *p)
{
    uint32_t used = binxml_u32(p + 48);
    bool fresh;

    if (memcmp(p, "ElfChnk", 8) != 0 || used < 512 + RECORD_MIN || used > CHUNK)
        return false;
    if (m->only_full && used < 60000)
        return false;
    map_put(&m->seen, slice_of(p, CHUNK), 0, &fresh);
    return fresh || m->keep_doubles;
}

static void read_log(struct make *m, const char *path, struct reader_worker *w)
{
    size_t n, to = m->chunk.n;

    m->log = slurp(path, &n);
    if (!vec_push(&m->logs, SIZE_MAX, m->log))
        die("too long", path);
    m->first = m->chunk.n;
    if (n < HEADER + CHUNK || memcmp(m->log, "ElfFile", 8) != 0)
        return;
    for (size_t at = HEADER; at < n; at += CHUNK)
        if (!vec_push(&m->chunk, SIZE_MAX, (struct chunk){ .p = m->log + at }))
            die("too many chunks", path);
    find_patches(m, path, w);
    for (size_t i = m->first; i < m->chunk.n; i++) {
        struct chunk c = m->chunk.v[i];

        if (take(m, c.p))
            m->chunk.v[to++] = c;
        else
            vec_release(&c.patch);
    }
    m->chunk.n = to;
}

/* The last digits of a text, n bytes of UTF-16, from number on. */
static void count_text(uint8_t *p, uint32_t n, uint64_t number, unsigned most)
{
    for (uint32_t i = n / 2; i-- > 0 && most > 0;) {
        if (p[2 * i] == 'Z')
            continue;
        if (p[2 * i + 1] || p[2 * i] < '0' || p[2 * i] > '9')
            break;
        p[2 * i] = (uint8_t)('0' + number % 10);
        number /= 10;
        most--;
    }
}

static void write_chunk(struct make *m, const struct chunk *c, FILE *f)
{
    static uint8_t p[CHUNK];
    uint64_t first = m->number;
    uint32_t used, crc;

    memcpy(p, c->p, CHUNK);
    for (size_t i = 0; i < c->patch.n; i++) {
        const struct patch *t = &c->patch.v[i];

        if (t->kind == RECORD)
            put(p + t->at + 8, ++m->number, 8);
        else if (t->kind == ID_NUMBER && t->n == 8)
            put(p + t->at, m->number, 8);
        else
            count_text(p + t->at, t->n, m->number, t->kind == TIME_TEXT ? 6 : 9);
    }
    for (unsigned i = 0; i < 4; i++)
        put(p + 8 + 8 * i, i % 2 ? m->number : first + 1, 8);
    used = binxml_u32(p + 48);
    put(p + 52, crc32_add(0, slice_of(p + 512, used - 512)), 4);
    crc = crc32_add(crc32_add(0, slice_of(p, 120)), slice_of(p + 128, 384));
    put(p + 124, crc, 4);
    if (fwrite(p, 1, CHUNK, f) != CHUNK)
        die("cannot be written", "output");
}

static void write_header(FILE *f, uint64_t chunks)
{
    uint8_t p[HEADER] = "ElfFile";

    put(p + 16, chunks - 1, 8);
    put(p + 24, 1, 8);
    put(p + 32, 128, 4);
    put(p + 36, 1, 2);
    put(p + 38, 3, 2);
    put(p + 40, HEADER, 2);
    put(p + 42, chunks, 2);
    put(p + 124, crc32_add(0, slice_of(p, 120)), 4);
    if (fwrite(p, 1, HEADER, f) != HEADER)
        die("cannot be written", "output");
}

/* n chunks from the one at `from` on, round and round. */
static void write_log(struct make *m, const char *path, uint64_t n, uint64_t from)
{
    FILE *f = fopen(path, "wb");

    if (!f)
        die("cannot be created", path);
    write_header(f, n);
    for (uint64_t i = 0; i < n; i++)
        write_chunk(m, &m->chunk.v[(from + i) % m->chunk.n], f);
    if (fclose(f) != 0)
        die("cannot be written", path);
}

static void read_numbers(struct numbers *list, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[64];
    uint64_t n;

    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (parse_u64(slice_str(line), &n) == EV_OK && !vec_push(&list->v, SIZE_MAX, n))
            die("too long", path);
    }
    if (f)
        fclose(f);
}

static void make_release(struct make *m)
{
    for (size_t i = 0; i < m->chunk.n; i++)
        vec_release(&m->chunk.v[i].patch);
    for (size_t i = 0; i < m->logs.n; i++)
        free(m->logs.v[i]);
    vec_release(&m->chunk);
    vec_release(&m->logs);
    vec_release(&m->rotate.v);
    vec_release(&m->unheard.v);
    map_release(&m->seen);
    names_free(m->names);
}

int main(int argc, char **argv)
{
    struct make m = { .names = names_new() };
    struct reader_worker *w = reader_worker_new();
    uint64_t megabytes = 0, files = 0, chunks;
    char line[4096], path[4096 + 32];

    map_init(&m.seen, 1);
    for (int c; (c = getopt(argc, argv, "m:n:fq:z:")) != -1;) {
        if (c == 'm')
            parse_u64(slice_str(optarg), &megabytes);
        else if (c == 'n')
            parse_u64(slice_str(optarg), &files);
        else if (c == 'f')
            m.only_full = true;
        else if (c == 'q' || c == 'z')
            m.keep_doubles = true, read_numbers(c == 'q' ? &m.rotate : &m.unheard, optarg);
        else
            return 2;
    }
    if (optind + 1 != argc)
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        read_log(&m, line, w);
    }
    if (m.chunk.n == 0)
        die("no chunk is there", "standard input");
    chunks = megabytes ? megabytes * 1000000 / CHUNK + 1 : m.chunk.n;
    for (uint64_t i = 0; i < files; i++) {
        snprintf(path, sizeof path, "%s/%06u.evtx", argv[optind], (unsigned)i);
        write_log(&m, path, 1, i);
    }
    if (!files)
        write_log(&m, argv[optind], chunks, 0);
    printf("%zu chunks, %llu records written\n", m.chunk.n, (unsigned long long)m.number);
    make_release(&m);
    reader_worker_free(w);
    return 0;
}
