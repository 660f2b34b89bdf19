/* template_store.c - definitions by template id.
 * May include: base/, binxml.h, template_scan.h. */
#include "evtx/template_store.h"

#include "base/buf.h"
#include "base/limits.h"

#define NAME_HEADER 8 /* next link, hash, number of units */
#define COPY_MAX LIMIT_KIB(128)
#define INSTANCE_HEADER 10 /* token, 1, id, offset */

void template_store_init(struct template_store *s)
{
    *s = (struct template_store){ .full = false };
    arena_init(&s->arena, LIMIT_TEMPLATE_STORE);
    map_init(&s->by_id, map_seed());
}

void template_store_release(struct template_store *s)
{
    arena_release(&s->arena);
    map_release(&s->by_id);
    vec_release(&s->copy);
}

void template_store_clear(struct template_store *s)
{
    arena_reset(&s->arena);
    map_clear(&s->by_id);
    s->copy.n = 0;
    s->full = false;
}

static void poke(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

/* The definition with its names behind it and their offsets made to point there. */
static bool relocate(struct slice chunk, uint32_t at, struct buf *out)
{
    struct template_scan s;
    struct scan_token k = { .token = TOKEN_FRAGMENT };

    if (!template_scan_start(&s, chunk, at))
        return false;
    buf_put(out, chunk.p + at, s.end - at);
    while (k.token != TOKEN_EOF) {
        uint32_t place;

        if (!template_scan_next(&s, &k))
            return false;
        if (!k.name_at)
            continue;
        place = k.name_inline ? k.name_at - at + 4 : (uint32_t)out->n;
        if (!k.name_inline)
            buf_put(out, k.name.p - NAME_HEADER, NAME_HEADER + 2 * k.name.units);
        if (out->full)
            return false;
        poke(out->p + (k.name_at - at), place);
    }
    return !out->full;
}

static void add(struct template_store *s, struct slice chunk, uint32_t at)
{
    struct slice id = slice_of(chunk.p + at + 4, 4);
    struct buf out;
    struct slice copy;

    if (map_get(&s->by_id, id) || template_scan_names(chunk, at) != NAMES_GOOD)
        return;
    buf_init(&out, COPY_MAX);
    if (relocate(chunk, at, &out)) {
        copy = arena_dup(&s->arena, buf_view(&out));
        if (copy.p && vec_push(&s->copy, LIMIT_TEMPLATE_STORE, copy))
            map_put(&s->by_id, slice_of(copy.p + 4, 4), s->copy.n - 1, NULL);
        else
            s->full = true;
    }
    buf_release(&out);
}

void template_store_scan(struct template_store *s, struct slice chunk, size_t from)
{
    const uint8_t *p = chunk.p + from, *end = chunk.p + chunk.n;

    while (end - p >= INSTANCE_HEADER + TEMPLATE_HEADER) {
        const uint8_t *c = memchr(p, TOKEN_INSTANCE, (size_t)(end - p));
        uint32_t at;

        if (!c || end - c < INSTANCE_HEADER + TEMPLATE_HEADER)
            break;
        p = c + 1;
        at = (uint32_t)(c - chunk.p) + INSTANCE_HEADER;
        if (c[1] == 1 && binxml_u32(c + 6) == at &&
            binxml_u32(c + 2) == binxml_u32(c + INSTANCE_HEADER + 4))
            add(s, chunk, at);
    }
}

bool template_store_find(const struct template_store *s, uint32_t id, struct binxml_definition *ret)
{
    uint8_t key[4];
    const uint64_t *index;

    poke(key, id);
    index = map_get(&s->by_id, slice_of(key, 4));
    if (!index)
        return false;
    *ret = (struct binxml_definition){ s->copy.v[*index], 0 };
    return true;
}
