/* fuzz_binxml.c - any bytes as tokens in a chunk, by the token walk alone.
 *
 * Input: u16 place of the document behind the chunk's header, u8 options, the chunk behind its
 * header. The walk's calls must nest, its end must not depend on who listens, and what the two
 * sinks make of it must be an event of UTF-8 and XML.
 * Dictionary: evtx.dict */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evtx/native_impl.h"
#include "evtx/render_walk.h"
#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPTIONS = 3, STRICT = 1, FIND = 2 };

/* What the calls said so far. */
struct calls {
    unsigned depth, n;
    bool in_tag, in_attribute;
    uint64_t starts;
};

static int on_start(void *ctx, struct binxml_name name)
{
    struct calls *c = ctx;

    if (c->in_tag || name.units == 0 || c->depth == LIMIT_BINXML_DEPTH)
        abort();
    c->starts++;
    c->depth++;
    c->in_tag = true;
    return EV_OK;
}

static int on_attribute(void *ctx, struct binxml_name name)
{
    struct calls *c = ctx;

    if (!c->in_tag || c->in_attribute || name.units == 0)
        abort();
    c->in_attribute = true;
    return EV_OK;
}

static int on_attribute_end(void *ctx)
{
    struct calls *c = ctx;

    if (!c->in_attribute)
        abort();
    c->in_attribute = false;
    return EV_OK;
}

static int on_attributes_end(void *ctx)
{
    struct calls *c = ctx;

    if (!c->in_tag || c->in_attribute)
        abort();
    c->in_tag = false;
    return EV_OK;
}

static int on_text(void *ctx, const struct value *v, bool literal)
{
    struct calls *c = ctx;

    (void)literal;
    if (v->type & BINXML_TYPE_ARRAY || c->in_tag != c->in_attribute)
        abort();
    return EV_OK;
}

static int on_unit(void *ctx, uint16_t unit)
{
    struct calls *c = ctx;

    (void)unit;
    if (c->in_tag != c->in_attribute)
        abort();
    return EV_OK;
}

static int on_end(void *ctx)
{
    struct calls *c = ctx;

    if (c->in_tag || c->depth == 0)
        abort();
    c->depth--;
    return EV_OK;
}

static const struct binxml_sink check_calls = {
    .start = on_start,
    .attribute = on_attribute,
    .attribute_end = on_attribute_end,
    .attributes_end = on_attributes_end,
    .text = on_text,
    .unit = on_unit,
    .end = on_end,
};

/* What all walks of an input share. */
struct input {
    struct slice chunk;
    uint32_t at;
    unsigned options;
    struct arena arena;
    struct template_store store;
};

static bool find(void *ctx, uint32_t id, struct binxml_definition *ret)
{
    struct input *in = ctx;

    return template_store_find(&in->store, id, ret);
}

/* EV_OK with *ret_end, or the reason in b. */
static int walk(struct input *in, struct binxml *b, const struct binxml_sink *sink, void *ctx,
                uint32_t *ret_end)
{
    uint32_t end = (uint32_t)in->chunk.n;
    int rc;

    arena_reset(&in->arena);
    *b = (struct binxml){ .chunk = in->chunk,
                          .sink = sink,
                          .sink_ctx = ctx,
                          .arena = &in->arena,
                          .find = in->options & FIND ? find : NULL,
                          .find_ctx = in,
                          .strict = in->options & STRICT,
                          .steps = 50000 };
    rc = binxml_walk(b, in->at, end, ret_end);
    if (rc == EV_OK ? *ret_end < in->at || *ret_end > end : sink == &check_calls && !b->why)
        abort();
    return rc;
}

static void check_render(struct input *in, bool has_root, int rc)
{
    struct render_state state = { .arena = &in->arena };
    struct render_walk *w = xcalloc(1, sizeof *w);
    struct binxml b;
    struct buf out;
    uint32_t end = 0;
    int got;

    buf_init(&out, 2 * LIMIT_RENDER_XML);
    arena_reset(&in->arena);
    render_walk_start(w, &state, &out, &b);
    b.why = "";
    got = walk(in, &b, &render_walk_calls, w, &end);
    if (rc == EV_OK && got != EV_OK && got != EV_ELIMIT)
        abort();
    if (got == EV_OK && has_root && !fuzz_is_xml(buf_view(&out))) {
        fprintf(stderr, "not well-formed: %.*s\n", SLICE_ARG(buf_view(&out)));
        abort();
    }
    buf_release(&out);
    free(w);
}

static void check_event(struct input *in)
{
    struct native_sink *sink = xcalloc(1, sizeof *sink);
    struct names *names = names_new();
    struct event_builder eb;
    struct event *ev;
    struct binxml b;
    uint32_t end;

    native_sink_init(sink);
    event_builder_init(&eb);
    event_builder_start(&eb, names);
    native_sink_start(sink, &eb, 0);
    (void)walk(in, &b, &native_sink_calls, sink, &end);
    ev = event_builder_finish(&eb);
    for (size_t i = 0; i < ev->n; i++)
        if (!utf8_valid(ev->field[i].name) || !utf8_valid(event_text(ev, i)))
            abort();
    event_builder_release(&eb);
    native_sink_release(sink);
    names_free(names);
    free(sink);
}

static void check(struct input *in)
{
    struct calls calls = { 0 };
    struct binxml b;
    uint32_t end = 0;
    int rc = walk(in, &b, &check_calls, &calls, &end);

    if (rc == EV_OK && (calls.depth || calls.in_tag))
        abort();
    check_render(in, calls.starts > 0, rc);
    check_event(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { .at = 0 };
    size_t most = EVTX_CHUNK - CHUNK_HEADER, n;
    uint8_t *chunk;

    if (size < OPTIONS)
        return 0;
    n = size - OPTIONS < most ? size - OPTIONS : most;
    chunk = xcalloc(1, CHUNK_HEADER + n + NATIVE_PADDING);
    memcpy(chunk + CHUNK_HEADER, data + OPTIONS, n);
    in.chunk = slice_of(chunk, CHUNK_HEADER + n);
    in.at = CHUNK_HEADER + (n ? binxml_u16(data) % (uint32_t)n : 0);
    in.options = data[2];
    arena_init(&in.arena, LIMIT_EVENT_ARENA);
    template_store_init(&in.store);
    if (in.options & FIND)
        template_store_scan(&in.store, in.chunk, 0);
    check(&in);
    template_store_release(&in.store);
    arena_release(&in.arena);
    free(chunk);
    return 0;
}
