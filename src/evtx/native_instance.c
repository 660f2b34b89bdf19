/* native_instance.c - a template instance: its template, and where its values lie.
 * May include: base/, this folder. */
#include "evtx/native_impl.h"

#ifdef __SSE2__
#include <emmintrin.h>

/* Offsets of n values that follow each other from `at` on, and of what is behind the last: that is
 * returned. Four descriptors at a time: what is read and written behind the last does not count,
 * and there is padding behind both. */
static inline uint32_t value_offsets(const uint8_t *desc, uint32_t n, uint32_t at, uint32_t *off)
{
    __m128i sum = _mm_set1_epi32((int)at);

    off[0] = at;
    for (uint32_t i = 0; i < n; i += 4) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(desc + (size_t)4 * i));

        v = _mm_and_si128(v, _mm_set1_epi32(0xffff));
        v = _mm_add_epi32(v, _mm_slli_si128(v, 4));
        v = _mm_add_epi32(v, _mm_slli_si128(v, 8));
        v = _mm_add_epi32(v, sum);
        _mm_storeu_si128((__m128i *)(void *)(off + 1 + i), v);
        sum = _mm_shuffle_epi32(v, 0xff);
    }
    return off[n];
}
#else
static inline uint32_t value_offsets(const uint8_t *desc, uint32_t n, uint32_t at, uint32_t *off)
{
    for (uint32_t i = 0; i < n; i++) {
        off[i] = at;
        at += binxml_u16(desc + (size_t)4 * i);
    }
    off[n] = at;
    return at;
}
#endif

bool native_instance_open(struct native_job *j, enum template_level level, uint32_t at,
                          uint32_t end, struct native_instance *ret, uint32_t *ret_end)
{
    const uint8_t *p = j->chunk.p;
    uint32_t *off = j->nw->off[level != TEMPLATE_RECORD];
    uint32_t definition, id, n, stop;

    if (end - at < 14)
        return false;
    id = binxml_u32(p + at + 2);
    definition = binxml_u32(p + at + 6);
    at += 10;
    if (definition == at) {
        uint32_t body;

        if (end - at < TEMPLATE_HEADER + 4)
            return false;
        body = binxml_u32(p + at + 20);
        if (body > end - at - TEMPLATE_HEADER - 4)
            return false;
        at += TEMPLATE_HEADER + body;
    }
    ret->t = template_find(&j->nw->templates, j->chunk, definition, level);
    n = binxml_u32(p + at);
    at += 4;
    if (!ret->t || binxml_u32(ret->t->guid) != id || n > FAST_VALUES || 4 * n > end - at)
        return false;
    stop = value_offsets(p + at, n, at + 4 * n, off);
    if (stop > end)
        return false;
    ret->values = (struct binxml_values){ p + at, off, p, (uint32_t)j->chunk.n, n };
    ret->trace = NULL;
    *ret_end = stop;
    return true;
}
