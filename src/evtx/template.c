/* template.c - compiled templates, found again.
 * May include: base/, event/, this folder. */
#include "evtx/template.h"

#include "base/limits.h"

#define VARIANTS_MAX 16 /* definitions of one GUID; no GUID of real logs has two */

void template_cache_init(struct template_cache *c)
{
    memset(c, 0, sizeof *c);
    arena_init(&c->arena, LIMIT_TEMPLATES);
    c->generation = 1;
}

void template_cache_release(struct template_cache *c)
{
    arena_release(&c->arena);
}

void template_cache_chunk(struct template_cache *c, const struct names *names)
{
    if (c->full || c->names != names) {
        arena_reset(&c->arena);
        memset(c->bucket, 0, sizeof c->bucket);
        c->names = names;
        c->full = false;
    }
    if (++c->generation == 0) {
        memset(c->place, 0, sizeof c->place);
        c->generation = 1;
    }
}

/* Is the definition token for token the one that t was made of? */
static bool same_tokens(const struct template *t, struct template_scan s)
{
    struct scan_token k;

    for (uint32_t i = 0; i < t->tokens; i++) {
        const struct template_token *mine = &t->token[i];
        const uint8_t *text;
        uint32_t units;

        if (!template_scan_next(&s, &k) || k.token != mine->token)
            return false;
        switch (k.token) {
        case TOKEN_NORMAL:
        case TOKEN_OPTIONAL:
            if (k.number != mine->number || k.type != mine->type)
                return false;
            continue;
        case TOKEN_CHAR_REF:
            if (k.number != mine->number)
                return false;
            continue;
        case TOKEN_ELEMENT:
            if (k.number != mine->number)
                return false;
            break;
        default:
            break;
        }
        if (mine->text == NULL)
            continue;
        text = k.name_at ? k.name.p : k.text;
        units = k.name_at ? k.name.units : k.units;
        if (units != mine->units || memcmp(text, mine->text, (size_t)2 * units) != 0)
            return false;
    }
    return true;
}

static bool same(const struct template *t, struct arena *a, const struct template_scan *s)
{
    if (template_image_find(t->images, s))
        return true;
    if (!same_tokens(t, *s))
        return false;
    template_image_keep(t->images, a, *s);
    return true;
}

static const struct template *look_up(struct template_cache *c, const struct template_scan *s,
                                      struct slice chunk, uint32_t at, enum template_level level)
{
    const uint8_t *guid = chunk.p + at + 4;
    struct template **bucket =
        &c->bucket[binxml_u32(guid) * 2654435761u >> 22]; /* TEMPLATE_BUCKETS is 2^10 */
    struct template *t;
    unsigned variants = 0;

    for (t = *bucket; t; t = t->next) {
        if (memcmp(t->guid, guid, 16) != 0)
            continue;
        if (t->level == level && same(t, &c->arena, s))
            return t;
        if (++variants == 3 * VARIANTS_MAX)
            return NULL;
    }
    t = template_compile(&c->arena, c->names, chunk, at, level);
    if (!t) {
        c->full |= c->arena.cap - c->arena.used < LIMIT_TEMPLATES / 2;
        return NULL;
    }
    t->next = *bucket;
    *bucket = t;
    return t;
}

const struct template *template_find_slow(struct template_cache *c, struct slice chunk, uint32_t at,
                                          enum template_level level)
{
    uint32_t key = at << 2 | level;
    struct template_place *p = &c->place[(key * 2654435761u) >> 24];
    struct template_scan s;

    if (!template_scan_start(&s, chunk, at))
        return NULL;
    *p = (struct template_place){ key, c->generation, look_up(c, &s, chunk, at, level) };
    return p->template;
}
