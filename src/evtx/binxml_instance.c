/* binxml_instance.c - a template instance in the walk over tokens: its definition and its values.
 * May include: base/, binxml.h, binxml_impl.h, template_scan.h. */
#include "evtx/binxml_impl.h"

#include "base/limits.h"
#include "evtx/binxml_unbound.h"
#include "evtx/template_scan.h"

/* The definition of an instance; at: where its instance says that it lies. Another of the same id is
 * taken where that one is overwritten. */
static bool definition(struct binxml *b, const struct binxml_cur *c, uint32_t id, uint32_t at,
                       bool own, struct template_scan *ret)
{
    const struct slice here = slice_of(c->p, c->n);
    struct binxml_definition d;
    enum scan_names names = NAMES_BAD;

    if (!b->forget && at <= c->n && c->n - at >= TEMPLATE_HEADER && binxml_u32(c->p + at + 4) == id)
        names = template_scan_names(here, at);
    if (names == NAMES_GOOD && template_scan_start(ret, here, at))
        return true;
    if (!own && !b->forget && b->find && b->find(b->find_ctx, id, &d) &&
        template_scan_start(ret, d.chunk, d.at)) {
        b->rebound = true;
        return true;
    }
    return names == NAMES_DOUBTFUL && !b->strict && template_scan_start(ret, here, at);
}

int binxml_take_values(struct binxml *b, struct binxml_cur *c, struct binxml_values *ret)
{
    uint32_t n, at;
    uint32_t *off;

    if (!binxml_has(c, 4))
        return binxml_fail(b, c, "a template instance is cut off");
    n = binxml_u32(c->p + c->at);
    if (n > (c->end - c->at - 4) / 4)
        return binxml_fail(b, c, "a template instance has more values than bytes");
    if (n > LIMIT_RECORD_VALUES)
        return binxml_limit(b, c, "a template instance has too many values");
    c->at += 4;
    off = arena_try(b->arena, (n + 1) * sizeof *off);
    if (!off)
        return binxml_limit(b, c, "its template instances need too much memory");
    at = c->at + 4 * n;
    for (uint32_t i = 0; i < n; i++) {
        off[i] = at;
        at += binxml_u16(c->p + c->at + 4 * i);
    }
    off[n] = at;
    if (at > c->end)
        return binxml_fail(b, c, "values reach out of the record");
    *ret = (struct binxml_values){ c->p + c->at, off, c->p, c->n, n };
    c->at = at;
    return EV_OK;
}

/* The definition stands in the instance, where c is. */
static int pass_definition(struct binxml *b, struct binxml_cur *c)
{
    if (!binxml_has(c, TEMPLATE_HEADER) ||
        binxml_u32(c->p + c->at + 20) > c->end - c->at - TEMPLATE_HEADER)
        return binxml_fail(b, c, "a template reaches out of its record");
    c->at += TEMPLATE_HEADER + binxml_u32(c->p + c->at + 20);
    return EV_OK;
}

/* The instance without its definition. Slack may hold records of another place, which say that their
 * definition lies elsewhere than where it stands in them. */
static int unbound(struct binxml *b, struct binxml_cur *c, const struct binxml_cur *start, bool own,
                   const struct binxml_values *vs)
{
    struct binxml_cur moved = *start;
    struct binxml_values found;

    moved.at += 10;
    if (own || !binxml_has(&moved, TEMPLATE_HEADER) ||
        memcmp(moved.p + moved.at + 4, start->p + start->at + 2, 4) != 0)
        return binxml_unbound(b, c, start, own, vs);
    *c = moved;
    vs =
        pass_definition(b, c) == EV_OK && binxml_take_values(b, c, &found) == EV_OK ? &found : NULL;
    return binxml_unbound(b, c, start, true, vs);
}

int binxml_instance(struct binxml *b, struct binxml_cur *c)
{
    struct binxml_values vs;
    struct template_scan t;
    struct binxml_cur d, start = *c;
    uint32_t id, at;
    bool own;
    int rc = EV_OK;

    if (!binxml_has(c, 10))
        return binxml_fail(b, c, "a template instance is cut off");
    if (b->instances == LIMIT_TEMPLATE_DEPTH)
        return binxml_limit(b, c, "template instances are nested too deep");
    id = binxml_u32(c->p + c->at + 2);
    at = binxml_u32(c->p + c->at + 6);
    c->at += 10;
    own = at == c->at;
    if (own)
        rc = pass_definition(b, c);
    if (rc == EV_OK)
        rc = binxml_take_values(b, c, &vs);
    if (rc == EV_ELIMIT || b->mute)
        return rc;
    if (!definition(b, &start, id, at, own, &t))
        return unbound(b, c, &start, own, rc == EV_OK ? &vs : NULL);
    if (rc < 0)
        return rc;
    d = (struct binxml_cur){ t.p, t.n, t.at, t.end };
    b->templates++;
    b->instances++;
    rc = binxml_document(b, &d, &vs, false);
    b->instances--;
    return rc;
}
