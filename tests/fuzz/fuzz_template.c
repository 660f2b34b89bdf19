/* fuzz_template.c - any bytes as the template and the values of some records.
 *
 * Input: u8 number of values; for each u8 size, u8 more of it (0..15), u8 type; the values; the rest
 * is the template's body. The records around them are right, so that most inputs get to be compiled,
 * filled in and rendered; compiled or walked over, all must come out alike.
 * Dictionary: evtx.dict */
#include "fuzz_dump.h"
#include "fuzz_evtx.h"

#include "base/mem.h"
#include "evtx/render_program.h"
#include "evtx/template_bind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    DOCUMENT = CHUNK_HEADER + RECORD_HEADER,
    DEFINITION = DOCUMENT + 14,
    ID = 0x11223344,
    RECORDS = 3
};

struct cursor {
    const uint8_t *p;
    size_t n;
};

struct writing {
    uint8_t *p;
    size_t at;
};

static uint8_t take(struct cursor *c)
{
    if (!c->n)
        return 0;
    c->n--;
    return *c->p++;
}

static void put(struct writing *w, uint64_t v, size_t width)
{
    for (size_t i = 0; i < width; i++)
        w->p[w->at++] = (uint8_t)(v >> (8 * i));
}

static void put_bytes(struct writing *w, const uint8_t *p, size_t n)
{
    if (n)
        memcpy(w->p + w->at, p, n);
    w->at += n;
}

/* What the input says of the values. */
struct input {
    size_t n, sum;
    uint16_t size[256];
    uint8_t type[256];
    const uint8_t *values, *body;
    size_t body_n;
};

/* False when the input is too short for it, or the records would not fit. */
static bool take_input(struct cursor c, struct input *in)
{
    in->n = take(&c);
    in->sum = 0;
    for (size_t i = 0; i < in->n; i++) {
        in->size[i] = take(&c);
        in->size[i] = (uint16_t)(in->size[i] | (take(&c) & 15) << 8);
        in->type[i] = take(&c);
        in->sum += in->size[i];
    }
    if (in->sum > c.n)
        return false;
    in->values = c.p;
    in->body = c.p + in->sum;
    in->body_n = c.n - in->sum;
    return DEFINITION + 24 + in->body_n + RECORDS * (80 + 4 * in->n + in->sum) < EVTX_CHUNK;
}

/* One more record of the template. In the second, every other value is NULL: what is remembered of
 * the first must not be taken for it. The third is as the first. */
static void put_record(struct writing *w, const struct input *in, int which)
{
    size_t start = w->at, end;

    w->at += RECORD_HEADER;
    put(w, 0x0001010f, 4);
    put(w, 0x010c, 2);
    put(w, ID, 4);
    put(w, DEFINITION, 4);
    if (which == 0) {
        put(w, 0, 4);
        put(w, ID, 4);
        put(w, 0, 8);
        put(w, 0, 4);
        put(w, in->body_n, 4);
        put_bytes(w, in->body, in->body_n);
    }
    put(w, in->n, 4);
    for (size_t i = 0; i < in->n; i++) {
        uint32_t type = which == 1 && i % 2 ? 0 : in->type[i];

        put(w, in->size[i] | type << 16, 4);
    }
    put_bytes(w, in->values, in->sum);
    put(w, 0, 1);
    end = (w->at + 4 + 7) & ~(size_t)7;
    w->at = start;
    put(w, 0x2a2a, 4);
    put(w, end - start, 4);
    put(w, (uint64_t)which + 1, 8);
    put(w, UINT64_C(0x1dcaa0000000000), 8);
    w->at = end - 4;
    put(w, end - start, 4);
}

/* The definition by everything that looks at definitions. */
static void look_at(struct slice chunk, const struct names *names)
{
    struct template_scan s;
    struct scan_token token;
    struct template_store store;
    struct binxml_definition d;
    struct arena a;

    if (template_scan_start(&s, chunk, DEFINITION)) {
        while (template_scan_next(&s, &token) && token.token != TOKEN_EOF)
            if (token.name_at > chunk.n || s.at > s.end)
                abort();
    }
    (void)template_scan_names(chunk, DEFINITION);
    (void)template_bound(chunk, CHUNK_HEADER);
    arena_init(&a, LIMIT_TEMPLATES);
    for (int level = TEMPLATE_RECORD; level <= TEMPLATE_USER; level++) {
        struct template *t =
            template_compile(&a, names, chunk, DEFINITION, (enum template_level)level);

        for (int lines = 0; t && t->simple && lines < 2; lines++) {
            *t->render = (struct render_memo){ 0 };
            (void)render_program_of(t, &a, lines);
        }
    }
    arena_release(&a);
    template_store_init(&store);
    template_store_scan(&store, chunk, 0);
    if (template_store_find(&store, ID, &d) &&
        (d.at >= d.chunk.n || !template_scan_start(&s, d.chunk, d.at)))
        abort();
    template_store_release(&store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct writing w = { xcalloc(1, EVTX_CHUNK + NATIVE_PADDING), CHUNK_HEADER };
    struct names *names = names_new();
    struct input in;

    if (take_input((struct cursor){ data, size }, &in)) {
        /* Cut off behind the records: what would follow is nothing. */
        struct slice chunk = { w.p, 0 };

        for (int i = 0; i < RECORDS; i++)
            put_record(&w, &in, i);
        chunk.n = w.at;
        memcpy(w.p, "ElfChnk\0", 8);
        w.p[40] = 128;
        w.p[120] = FLAG_NO_CRC;
        w.at = 48;
        put(&w, chunk.n, 4);
        look_at(chunk, names);
        fuzz_bytes(chunk, true);
        fuzz_dump(chunk, true);
    }
    names_free(names);
    free(w.p);
    return 0;
}
