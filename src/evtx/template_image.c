/* template_image.c - the bytes of a definition that was recognised, to recognise it sooner.
 * May include: base/, binxml.h, template_scan.h. */
#include "evtx/template_image.h"

#define NAME_HEADER 8 /* next link, hash, number of units */
#define NO_TEXT UINT32_MAX
#define EARLY_NAMES 32

struct image_name {
    uint32_t at;    /* where its offset stands, from the start of the body */
    uint32_t first; /* where the same offset stood first; at: here */
    uint32_t units; /* NO_TEXT: the name follows its offset */
    const uint8_t *text;
};

struct template_image {
    struct template_image *next;
    uint32_t size; /* of the body */
    const uint8_t *bytes, *mask;
    const struct image_name *name;
    uint32_t names;
};

typedef uint64_t wide __attribute__((vector_size(16)));

static wide load(const uint8_t *p)
{
    wide v;

    memcpy(&v, p, sizeof v);
    return v;
}

static bool bytes_equal(const struct template_image *m, const uint8_t *p)
{
    wide wrong = { 0, 0 };
    uint32_t i = 0;
    uint8_t rest = 0;

    for (; i + 32 <= m->size; i += 32)
        wrong |= ((load(p + i) ^ load(m->bytes + i)) & load(m->mask + i)) |
                 ((load(p + i + 16) ^ load(m->bytes + i + 16)) & load(m->mask + i + 16));
    for (; i < m->size; i++)
        rest |= (uint8_t)((p[i] ^ m->bytes[i]) & m->mask[i]);
    return (wrong[0] | wrong[1] | rest) == 0;
}

static bool name_equal(const struct image_name *name, const struct template_scan *s)
{
    uint32_t here = s->at + name->at, at = binxml_u32(s->p + here);

    if (name->units == NO_TEXT)
        return at == here + 4;
    if (at == here + 4)
        return false;
    if (name->first != name->at && at == binxml_u32(s->p + s->at + name->first))
        return true;
    return at <= s->n && s->n - at >= NAME_HEADER && binxml_u16(s->p + at + 6) == name->units &&
           s->n - at - NAME_HEADER >= 2 * name->units &&
           memcmp(s->p + at + NAME_HEADER, name->text, (size_t)2 * name->units) == 0;
}

static bool names_equal(const struct template_image *m, const struct template_scan *s)
{
    for (uint32_t i = 0; i < m->names; i++)
        if (!name_equal(&m->name[i], s))
            return false;
    return true;
}

bool template_image_find(const struct template_images *of, const struct template_scan *s)
{
    for (const struct template_image *m = of->first; m; m = m->next)
        if (m->size == s->end - s->at && bytes_equal(m, s->p + s->at) && names_equal(m, s))
            return true;
    return false;
}

/* Where a name with the same offset stood before, or its own place. Those that repeat come early. */
static uint32_t first_use(const struct image_name *name, uint32_t n, const uint8_t *body,
                          uint32_t at)
{
    for (uint32_t i = 0; i < n && i < EARLY_NAMES; i++)
        if (name[i].units != NO_TEXT && binxml_u32(body + name[i].at) == binxml_u32(body + at))
            return name[i].at;
    return at;
}

static uint32_t count_names(struct template_scan s)
{
    struct scan_token k = { .token = TOKEN_FRAGMENT };
    uint32_t n = 0;

    while (k.token != TOKEN_EOF && template_scan_next(&s, &k))
        n += k.name_at != 0;
    return n;
}

void template_image_keep(struct template_images *of, struct arena *a, struct template_scan s)
{
    const uint8_t *body = s.p + s.at;
    uint32_t start = s.at, size = s.end - s.at, n = count_names(s);
    struct template_image *m = of->n < IMAGE_VARIANTS ? arena_try(a, sizeof *m) : NULL;
    struct scan_token k = { .token = TOKEN_FRAGMENT };
    struct image_name *name;
    uint8_t *mask;

    if (!m)
        return;
    *m = (struct template_image){ of->first, size, NULL, NULL, NULL, n };
    m->bytes = arena_dup(a, slice_of(body, size)).p;
    m->mask = mask = arena_try(a, size);
    m->name = name = arena_try(a, sizeof *name * n);
    if (!m->bytes || !mask || !name)
        return;
    memset(mask, 0xff, size);
    for (uint32_t i = 0; i < n && template_scan_next(&s, &k);) {
        uint32_t at = k.name_at - start;
        const uint8_t *text = NULL;

        if (!k.name_at)
            continue;
        if (!k.name_inline)
            text = arena_dup(a, slice_of(k.name.p, (size_t)2 * k.name.units)).p;
        if (!k.name_inline && !text)
            return;
        memset(mask + at, 0, k.name_inline ? 8 : 4);
        name[i] = (struct image_name){ at, at, k.name_inline ? NO_TEXT : k.name.units, text };
        name[i].first = first_use(name, i, body, at);
        i++;
    }
    of->first = m;
    of->n++;
}
