/* words.c - see words.h.
 *
 * Characters are compared with bit 5 set: that makes no difference between the cases of a letter. What
 * goes beyond ASCII is not judged here, since folding may make ASCII of it.
 * May include base/, event/value.h, rule/, atom.h, rarity.h. */
#include "match/words.h"

#include "base/mem.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NO_CASE 0x20
/* More keywords than this are left to the index. */
#define WORDS_MOST 512
#define LEAST_MOST 0xffff

/* --- which pair --- */

struct pair_of {
    uint32_t atom; /* place among those that need a pair */
    uint16_t pair;
};

struct choice {
    uint32_t atom[WORDS_MOST]; /* n of them */
    struct slice text[WORDS_MOST];
    bool done[WORDS_MOST];
    size_t n;
    struct pair_of *v; /* npair of them */
    size_t npair;
    uint32_t *count; /* by pair: words that need one and have it */
};

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 0x80)
            return false;
    return true;
}

/* The longest literal; absent when there is none. */
static struct slice word_of(const struct pattern *p)
{
    struct slice best = SLICE_ABSENT;

    for (size_t i = 0; p && i < p->n; i++)
        if (p->token[i].kind == TOKEN_LITERAL && p->token[i].literal.n > best.n)
            best = p->token[i].literal;
    return best;
}

static uint16_t pair_at(struct slice s, size_t i)
{
    return (uint16_t)((s.p[i] | NO_CASE) << 8 | s.p[i + 1] | NO_CASE);
}

/* Least in the high half, the pair in the low one; 0: nothing is known. */
static uint32_t word_make(struct slice text, uint16_t pair)
{
    return (uint32_t)(text.n < LEAST_MOST ? text.n : LEAST_MOST) << 16 | pair;
}

/* False when there are too many. */
static bool choice_fill(struct choice *c, const struct atoms *a, uint32_t *word)
{
    for (uint32_t i = 0; i < a->n; i++) {
        struct slice text;

        if (a->v[i].field != ATOM_ANY_FIELD || a->v[i].number)
            continue;
        text = word_of(a->v[i].pattern);
        if (text.n > 0 && !is_ascii(text)) {
            word[i] = word_make(slice_of(text.p, 1), 0); /* only what goes beyond ASCII holds it */
        } else if (text.n > 1) {
            if (c->n == WORDS_MOST)
                return false;
            c->atom[c->n] = i;
            c->text[c->n++] = text;
        }
    }
    return true;
}

static void choice_pairs(struct choice *c)
{
    size_t room = 0;

    for (size_t i = 0; i < c->n; i++)
        room += c->text[i].n;
    c->v = xcalloc(room + 1, sizeof *c->v);
    c->count = xcalloc(1 << 16, sizeof *c->count);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k + 1 < c->text[i].n; k++) {
            struct pair_of p = { (uint32_t)i, pair_at(c->text[i], k) };

            c->v[c->npair++] = p;
            c->count[p.pair]++;
        }
}

/* The pair that tells most words for the values that it lets through in vain. */
static uint16_t best_pair(const struct choice *c, const struct rarity *r)
{
    double best = -1;
    uint16_t pair = 0;

    for (size_t i = 0; i < c->npair; i++) {
        uint16_t p = c->v[i].pair;
        double score = (double)c->count[p] / (1 + 4 * (double)r->pair[p]);

        if (score <= best || c->done[c->v[i].atom])
            continue;
        best = score;
        pair = p;
    }
    return pair;
}

/* Gives the pair to the words that have it and need one; returns how many. */
static size_t give(struct choice *c, uint16_t pair, uint32_t *word)
{
    size_t given = 0;

    for (size_t i = 0; i < c->npair; i++) {
        uint32_t w = c->v[i].atom;

        if (c->v[i].pair != pair || c->done[w])
            continue;
        c->done[w] = true;
        word[c->atom[w]] = word_make(c->text[w], pair);
        given++;
        for (size_t k = 0; k + 1 < c->text[w].n; k++)
            c->count[pair_at(c->text[w], k)]--;
    }
    return given;
}

void words_choose(const struct atoms *a, const struct rarity *r, uint32_t *word)
{
    struct choice *c = xcalloc(1, sizeof *c);
    size_t left = 0;

    if (choice_fill(c, a, word)) {
        choice_pairs(c);
        left = c->n;
    }
    while (left > 0)
        left -= give(c, best_pair(c, r), word);
    free(c->v);
    free(c->count);
    free(c);
}

/* --- the set --- */

void words_init(struct words *w)
{
    *w = (struct words){ .least = LEAST_MOST };
}

void words_add(struct words *w, uint32_t word)
{
    uint8_t first = (uint8_t)(word >> 8), second = (uint8_t)word;

    if (word >> 16 < w->least)
        w->least = word >> 16;
    w->off |= word == 0;
    if ((word & 0xffff) == 0)
        return;
    for (uint32_t i = 0; i < w->n; i++) {
        const struct word_pairs *p = &w->pass[i / WORDS_PAIRS];

        if (p->first[i % WORDS_PAIRS][0] == first && p->second[i % WORDS_PAIRS][0] == second)
            return;
    }
    if (w->n == WORDS_PAIRS * WORDS_PASSES) {
        w->off = true;
        return;
    }
    memset(w->pass[w->n / WORDS_PAIRS].first[w->n % WORDS_PAIRS], first, 16);
    memset(w->pass[w->n / WORDS_PAIRS].second[w->n % WORDS_PAIRS], second, 16);
    w->n++;
}

/* Characters of a block: all pairs of neighbours are tested. */
#define BLOCK 16

#ifdef __SSE2__
static inline __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* a: 16 characters; beyond: not zero where one is not ASCII. */
static inline bool has_pair(const struct word_pairs *w, __m128i a, __m128i beyond)
{
    __m128i b, hit[WORDS_PAIRS];

    a = _mm_or_si128(a, _mm_set1_epi8(NO_CASE));
    b = _mm_srli_si128(a, 1);
    for (size_t i = 0; i < WORDS_PAIRS; i++)
        hit[i] = _mm_and_si128(_mm_cmpeq_epi8(a, load(w->first[i])),
                               _mm_cmpeq_epi8(b, load(w->second[i])));
    beyond = _mm_or_si128(beyond,
                          _mm_or_si128(_mm_or_si128(hit[0], hit[1]), _mm_or_si128(hit[2], hit[3])));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(beyond, _mm_setzero_si128())) != 0xffff;
}

/* Eight units from a, and eight from b. */
static inline bool units_may(const struct word_pairs *w, const uint8_t *a, const uint8_t *b)
{
    __m128i v = load(a), u = load(b);

    return has_pair(w, _mm_packus_epi16(v, u),
                    _mm_and_si128(_mm_or_si128(v, u), _mm_set1_epi16((short)0xff80)));
}

static inline bool bytes_may(const struct word_pairs *w, const uint8_t *p)
{
    __m128i v = load(p);

    return has_pair(w, v, _mm_and_si128(v, _mm_set1_epi8((char)0x80)));
}
#else
static bool has_pair(const struct word_pairs *w, const uint8_t c[BLOCK])
{
    for (size_t k = 0; k + 1 < BLOCK; k++)
        for (size_t i = 0; i < WORDS_PAIRS; i++)
            if ((c[k] | NO_CASE) == w->first[i][0] && (c[k + 1] | NO_CASE) == w->second[i][0])
                return true;
    return false;
}

static bool units_may(const struct word_pairs *w, const uint8_t *a, const uint8_t *b)
{
    uint8_t c[BLOCK];

    for (size_t k = 0; k < BLOCK; k++) {
        const uint8_t *u = k < BLOCK / 2 ? a + 2 * k : b + 2 * (k - BLOCK / 2);

        if (u[0] >= 0x80 || u[1] != 0)
            return true;
        c[k] = u[0];
    }
    return has_pair(w, c);
}

static bool bytes_may(const struct word_pairs *w, const uint8_t *p)
{
    for (size_t k = 0; k < BLOCK; k++)
        if (p[k] >= 0x80)
            return true;
    return has_pair(w, p);
}
#endif

/* Blocks share a character, the last one may share more with that before it. A short value has zeros
 * behind it: they look like blanks, which does no harm. */
static bool utf16_may(const struct word_pairs *pairs, const uint8_t *p, uint32_t n)
{
    const size_t block = 2 * BLOCK, half = BLOCK;
    const uint8_t *end = p + n;

    for (; (size_t)(end - p) > block; p += block - 2)
        if (units_may(pairs, p, p + half))
            return true;
    return units_may(pairs, n < block ? p : end - block, end - half);
}

static bool utf8_may(const struct word_pairs *pairs, const uint8_t *p, uint32_t n)
{
    const uint8_t *end = p + n;

    for (; (size_t)(end - p) > BLOCK; p += BLOCK - 1)
        if (bytes_may(pairs, p))
            return true;
    return bytes_may(pairs, end - BLOCK);
}

static bool may(const struct words *w, bool utf16, const uint8_t *p, uint32_t n)
{
    uint32_t i = 0;

    do {
        if (utf16 ? utf16_may(&w->pass[i], p, n) : utf8_may(&w->pass[i], p, n))
            return true;
    } while (++i * WORDS_PAIRS < w->n);
    return false;
}

/* Shorter than a block. */
__attribute__((noinline)) static bool short_may(const struct words *w, const struct value *v)
{
    uint8_t b[BLOCK] = { 0 };

    memcpy(b, v->p, v->n);
    return may(w, v->type == VALUE_UTF16, b, BLOCK);
}

bool words_look(const struct words *w, const struct value *v)
{
    bool utf16 = v->type == VALUE_UTF16;

    if (w->off || v->n == 0 || (utf16 && (v->n & 1)))
        return true;
    return v->n < BLOCK ? short_may(w, v) : may(w, utf16, v->p, v->n);
}
