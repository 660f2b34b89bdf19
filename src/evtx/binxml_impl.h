/* binxml_impl.h - shared by the files of the walk over tokens.
 *
 * A cursor knows the chunk whose names its tokens mean and the end of its container; the chunk is the
 * record's, or that of a definition found elsewhere. Values always lie in the record.
 * Rank: base/, binxml.h. */
#ifndef EVTX_BINXML_IMPL_H
#define EVTX_BINXML_IMPL_H

#include "evtx/binxml.h"

struct binxml_cur {
    const uint8_t *p; /* chunk */
    uint32_t n;       /* its bytes */
    uint32_t at, end;
};

/* Why the walk ends: EV_EFORMAT, EV_ELIMIT. */
static inline int binxml_fail(struct binxml *b, const struct binxml_cur *c, const char *why)
{
    b->at = c->at;
    b->why = why;
    return EV_EFORMAT;
}

static inline int binxml_limit(struct binxml *b, const struct binxml_cur *c, const char *why)
{
    binxml_fail(b, c, why);
    return EV_ELIMIT;
}

static inline bool binxml_has(const struct binxml_cur *c, uint32_t n)
{
    return c->end - c->at >= n;
}

/* One token is paid for. */
static inline int binxml_step(struct binxml *b, const struct binxml_cur *c)
{
    if (b->steps == 0)
        return binxml_limit(b, c, "its templates unfold to too many tokens");
    b->steps--;
    return EV_OK;
}

/* The token at hand without TOKEN_MORE; behind the end TOKEN_EOF. */
static inline uint8_t binxml_peek(const struct binxml_cur *c)
{
    return binxml_has(c, 1) ? c->p[c->at] & (uint8_t)~TOKEN_MORE : TOKEN_EOF;
}

/* Elements, instances and texts up to EOF or the end. top: the record itself, of which only the first root
 * is told. vs: the walk is in a definition. */
int binxml_document(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs,
                    bool top);

/* A value that is XML itself, in the place of content. */
int binxml_nested(struct binxml *b, const struct binxml_cur *at, const struct binxml_values *vs,
                  const struct value *v);

/* Where an array stands among other text, or in an attribute, its items are told with commas. v:
 * without BINXML_TYPE_ARRAY. */
int binxml_array_text(struct binxml *b, const struct binxml_cur *c, struct value v);

/* Number of values, descriptors and values; c ends behind them. */
int binxml_take_values(struct binxml *b, struct binxml_cur *c, struct binxml_values *ret);

/* A template instance; c stands on its token, in the record. */
int binxml_instance(struct binxml *b, struct binxml_cur *c);

#endif
