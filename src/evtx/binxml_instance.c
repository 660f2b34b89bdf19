/* binxml_instance.c - a template instance in the walk over tokens: its definition and its values.
 * May include: base/, binxml.h, binxml_impl.h, template_scan.h. */
#include "evtx/binxml_impl.h"

#include "base/limits.h"
#include "evtx/template_scan.h"

/* The definition of an instance; at: where its instance says that it lies. Another of the same id is
 * taken where that one is overwritten. When it is the instance's own that is overwritten, its size is
 * lost, too, and with it the place of the values. */
static int definition(struct binxml *b, const struct binxml_cur *c, uint32_t id, uint32_t at,
                      bool own, struct template_scan *ret)
{
    const struct slice here = slice_of(c->p, c->n);
    struct binxml_definition d;
    enum scan_names names = NAMES_BAD;

    if (at <= c->n && c->n - at >= TEMPLATE_HEADER && binxml_u32(c->p + at + 4) == id)
        names = template_scan_names(here, at);
    if (names == NAMES_GOOD && template_scan_start(ret, here, at))
        return EV_OK;
    if (!own && b->find && b->find(b->find_ctx, id, &d) &&
        template_scan_start(ret, d.chunk, d.at)) {
        b->rebound = true;
        return EV_OK;
    }
    if (names == NAMES_DOUBTFUL && !b->strict && template_scan_start(ret, here, at))
        return EV_OK;
    b->no_template = true;
    return binxml_fail(b, c, "its template is gone");
}

/* Number of values, descriptors and values; c ends behind them. */
static int take_values(struct binxml *b, struct binxml_cur *c, struct binxml_values *ret)
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

int binxml_instance(struct binxml *b, struct binxml_cur *c)
{
    struct binxml_values vs;
    struct template_scan t;
    struct binxml_cur d, start = *c;
    uint32_t id, at;
    bool own;
    int rc;

    if (!binxml_has(c, 10))
        return binxml_fail(b, c, "a template instance is cut off");
    if (b->instances == LIMIT_TEMPLATE_DEPTH)
        return binxml_limit(b, c, "template instances are nested too deep");
    id = binxml_u32(c->p + c->at + 2);
    at = binxml_u32(c->p + c->at + 6);
    c->at += 10;
    own = at == c->at;
    if (own) {
        if (!binxml_has(c, TEMPLATE_HEADER) ||
            binxml_u32(c->p + c->at + 20) > c->end - c->at - TEMPLATE_HEADER)
            return binxml_fail(b, c, "a template reaches out of its record");
        c->at += TEMPLATE_HEADER + binxml_u32(c->p + c->at + 20);
    }
    rc = take_values(b, c, &vs);
    if (rc < 0 || b->mute)
        return rc;
    rc = definition(b, &start, id, at, own, &t);
    if (rc < 0)
        return rc;
    d = (struct binxml_cur){ t.p, t.n, t.at, t.end };
    b->templates++;
    b->instances++;
    rc = binxml_document(b, &d, &vs, false);
    b->instances--;
    return rc;
}
