/* change.c - the kinds of change. See change.h.
 *
 * Each works on a chunk that was picked, with a record picked in it. One that has nothing to work
 * on does nothing; another change of the same mutant will. */
#include "change.h"

/* The chunk at hand. */
struct place {
    uint8_t *c;
    size_t at, n; /* of the chunk in the mutant; its bytes */
    size_t i;     /* the record picked, of sites.nrecord */
    uint8_t *r;   /* it; NULL: none */
    size_t size;  /* of it */
    size_t used;  /* end of the last record */
};

static uint64_t odd_number(struct mutant *m, uint64_t old, size_t width)
{
    static const uint64_t odd[] = {
        0,          1,          2,          7,          8,          0x18,           0x1c,
        0x40,       0x7f,       0x80,       0xff,       0x100,      0x1ff,          0x200,
        0x7fff,     0x8000,     0xfff8,     0xfffc,     0xffff,     65536,          65544,
        0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, UINT64_MAX, UINT64_MAX / 2, UINT64_MAX - 7
    };
    uint64_t delta = 1 + random_below(&m->rng, random_one_in(&m->rng, 2) ? 4 : 64);

    switch (random_below(&m->rng, 8)) {
    case 0:
        return old + delta;
    case 1:
        return old - delta;
    case 2:
        return old * 2;
    case 3:
        return old ^ (UINT64_C(1) << random_below(&m->rng, 8 * width));
    case 4:
        return random_u64(&m->rng);
    case 5: /* somewhere in the chunk */
        return random_below(&m->rng, CHUNK);
    default:
        return odd[random_below(&m->rng, sizeof odd / sizeof *odd)];
    }
}

static uint8_t odd_type(struct mutant *m)
{
    static const uint8_t type[] = { 0x00, 0x01, 0x02, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
                                    0x10, 0x11, 0x12, 0x13, 0x15, 0x20, 0x21, 0x23,
                                    0x81, 0x82, 0x83, 0x84, 0x8a, 0x8b, 0x8d, 0x8e,
                                    0x8f, 0x90, 0x91, 0x92, 0x93, 0x95, 0xa1, 0xff };

    return type[random_below(&m->rng, sizeof type)];
}

static uint8_t odd_token(struct mutant *m)
{
    return (uint8_t)(random_below(&m->rng, 17) | (random_one_in(&m->rng, 3) ? 0x40 : 0));
}

/* A place of this kind, or any for a kind < 0; NULL when it is hard to find one. */
static const struct site *pick(struct mutant *m, int kind)
{
    for (int tries = 0; m->sites.n && tries < 64; tries++) {
        const struct site *s = &m->sites.v[random_below(&m->rng, m->sites.n)];

        if (kind < 0 || s->kind == kind)
            return s;
    }
    return NULL;
}

static void set_number(struct mutant *m, struct place *w)
{
    const struct site *s = pick(m, -1), *other;
    uint64_t v;

    if (!s)
        return;
    v = odd_number(m, number_get(w->c + s->at, s->width), s->width);
    other = pick(m, s->kind);
    if (s->kind == SITE_TYPE && !random_one_in(&m->rng, 4))
        v = odd_type(m);
    else if (s->kind == SITE_TOKEN && s->width == 1 && !random_one_in(&m->rng, 4))
        v = odd_token(m);
    else if (s->kind == SITE_OFFSET && random_one_in(&m->rng, 3))
        v = s->at + 4; /* inline, from now on */
    else if (other && random_one_in(&m->rng, 3))
        v = random_one_in(&m->rng, 4) ? other->at : number_get(w->c + other->at, other->width);
    number_put(w->c + s->at, v, s->width);
}

static void swap_numbers(struct mutant *m, struct place *w)
{
    const struct site *a = pick(m, -1), *b = a ? pick(m, a->kind) : NULL;
    uint64_t v;

    if (!b || a->width != b->width)
        return;
    v = number_get(w->c + a->at, a->width);
    number_put(w->c + a->at, number_get(w->c + b->at, b->width), a->width);
    number_put(w->c + b->at, v, b->width);
}

/* All of one kind in the record, or a share of them. */
static void set_many(struct mutant *m, struct place *w)
{
    static const int kinds[] = { SITE_TYPE,  SITE_TYPE,  SITE_SIZE, SITE_OFFSET,
                                 SITE_INDEX, SITE_COUNT, SITE_HASH, SITE_TOKEN };
    int kind = kinds[random_below(&m->rng, sizeof kinds / sizeof *kinds)];
    uint64_t v = kind == SITE_TYPE ? odd_type(m) : odd_number(m, 8, 2);
    size_t share = 1 + random_below(&m->rng, 4);

    for (size_t i = 0; i < m->sites.n; i++) {
        const struct site *s = &m->sites.v[i];

        if (s->kind == kind && random_one_in(&m->rng, share))
            number_put(w->c + s->at, v, s->width);
    }
}

/* Characters that are none, halves of pairs, markup, control characters. */
static void set_text(struct mutant *m, struct place *w)
{
    static const uint16_t unit[] = { 0,      1,      9,      10,     13,     0x1b,   '<',
                                     '&',    '>',    '"',    '\'',   ']',    ':',    0x7f,
                                     0x85,   0xa0,   0xad,   0xd800, 0xdbff, 0xdc00, 0xdfff,
                                     0xfeff, 0xfffe, 0xffff, 0x2028, 0x202e };
    const struct site *s = pick(m, SITE_TEXT);
    size_t units = s ? s->room / 2 : 0;

    if (!units || s->at + 2 * units > w->n)
        return;
    for (size_t i = random_below(&m->rng, units); i < units; i++) {
        number_put(w->c + s->at + 2 * i, unit[random_below(&m->rng, sizeof unit / sizeof *unit)],
                   2);
        if (random_one_in(&m->rng, 4))
            return;
    }
}

static void flip_bits(struct mutant *m, struct place *w)
{
    size_t n = 1 + random_below(&m->rng, 8);
    uint8_t *from = w->r && !random_one_in(&m->rng, 3) ? w->r : w->c;
    size_t room = from == w->r ? w->size : w->used;

    for (size_t i = 0; i < n && room; i++)
        from[random_below(&m->rng, room)] ^= (uint8_t)(1U << random_below(&m->rng, 8));
}

static void set_bytes(struct mutant *m, struct place *w)
{
    uint8_t *from = w->r ? w->r : w->c;
    size_t room = w->r ? w->size : w->used;
    size_t at = random_below(&m->rng, room), n = 1 + random_below(&m->rng, 32);
    uint8_t byte = (uint8_t)random_u64(&m->rng);
    bool same = random_one_in(&m->rng, 2);

    for (size_t i = at; i < at + n && i < room; i++)
        from[i] = same ? byte : (uint8_t)random_u64(&m->rng);
}

/* Makes the record n bytes long, in both places, whatever lies there. */
static void set_size(struct place *w, size_t n)
{
    if (n < 28 || n > w->n - (size_t)(w->r - w->c))
        return;
    number_put(w->r + 4, n, 4);
    number_put(w->r + n - 4, n, 4);
}

static void resize_record(struct mutant *m, struct place *w)
{
    size_t n;

    if (!w->r)
        return;
    n = w->size;
    switch (random_below(&m->rng, 4)) {
    case 0: /* swallows the next */
        n += w->i + 1 < m->sites.nrecord ? m->sites.size[w->i + 1] : 64;
        break;
    case 1:
        n = 28 + random_below(&m->rng, w->size);
        break;
    case 2:
        n += 8 * random_below(&m->rng, 16);
        break;
    default:
        n = w->n - (size_t)(w->r - w->c);
    }
    set_size(w, n);
}

/* A copy of the record behind the last one, or over another. */
static void copy_record(struct mutant *m, struct place *w)
{
    size_t to = w->used, times = random_one_in(&m->rng, 8) ? CHUNK : 1 + random_below(&m->rng, 4);

    if (!w->r)
        return;
    if (random_one_in(&m->rng, 3))
        to = m->sites.record[random_below(&m->rng, m->sites.nrecord)];
    for (; times && to + w->size <= w->n; times--) {
        memmove(w->c + to, w->r, w->size);
        to += w->size;
    }
    if (to > w->used)
        number_put(w->c + 48, to, 4);
}

static void swap_records(struct mutant *m, struct place *w)
{
    uint8_t copy[CHUNK];
    size_t next;

    if (!w->r || w->i + 1 >= m->sites.nrecord)
        return;
    next = m->sites.size[w->i + 1];
    memcpy(copy, w->r, w->size);
    memmove(w->r, w->r + w->size, next);
    memcpy(w->r + next, copy, w->size);
}

/* Bytes of the record come or go; the rest of it moves, its size stays. */
static void shift_bytes(struct mutant *m, struct place *w)
{
    size_t at, n = 1 + random_below(&m->rng, 16);

    if (!w->r || w->size < 64)
        return;
    at = 24 + random_below(&m->rng, w->size - 28 - 24);
    if (n > w->size - 4 - at)
        return;
    if (random_one_in(&m->rng, 2))
        memmove(w->r + at + n, w->r + at, w->size - 4 - at - n);
    else
        memmove(w->r + at, w->r + at + n, w->size - 4 - at - n);
}

/* A run of bytes of the chunk over another place of it: tokens where none belong. */
static void splice(struct mutant *m, struct place *w)
{
    const struct site *from = pick(m, random_one_in(&m->rng, 2) ? SITE_TOKEN : -1);
    const struct site *to = pick(m, random_one_in(&m->rng, 2) ? SITE_TOKEN : -1);
    size_t n = 1 + random_below(&m->rng, random_one_in(&m->rng, 4) ? 2048 : 64);

    if (!from || !to)
        return;
    n = n < w->n - from->at ? n : w->n - from->at;
    n = n < w->n - to->at ? n : w->n - to->at;
    memmove(w->c + to->at, w->c + from->at, n);
}

/* The same few bytes over and over: deep nesting, long lists. */
static void repeat(struct mutant *m, struct place *w)
{
    const struct site *s = pick(m, random_one_in(&m->rng, 2) ? SITE_TOKEN : -1);
    size_t step = 1 + random_below(&m->rng, 32), n = random_below(&m->rng, 8192);

    if (!s || s->at + 2 * step > w->n)
        return;
    n = n < w->n - s->at - step ? n : w->n - s->at - step;
    for (size_t i = s->at; i < s->at + n; i++)
        w->c[i + step] = w->c[i];
}

static void set_file_header(struct mutant *m, struct place *w)
{
    static const uint8_t place[][2] = { { 0, 8 },  { 8, 8 },  { 16, 8 }, { 24, 8 }, { 32, 4 },
                                        { 36, 2 }, { 38, 2 }, { 40, 2 }, { 42, 2 }, { 120, 4 } };
    size_t i = random_below(&m->rng, sizeof place / sizeof *place);
    uint8_t *p = m->p + place[i][0];

    (void)w;
    if (m->n >= FILE_HEADER)
        number_put(p, odd_number(m, number_get(p, place[i][1]), place[i][1]), place[i][1]);
}

static void copy_chunk(struct mutant *m, struct place *w)
{
    size_t other = FILE_HEADER + CHUNK * random_below(&m->rng, m->n / CHUNK);

    if (w->n < CHUNK)
        return;
    if (random_one_in(&m->rng, 2) && m->n + CHUNK <= MUTANT_BYTES) {
        memcpy(m->p + m->n, w->c, CHUNK);
        m->n += CHUNK;
    } else if (other + CHUNK <= m->n) {
        memmove(m->p + other, w->c, CHUNK);
    }
}

/* Bytes in front of a chunk come or go: it is not where it should be. */
static void move_chunk(struct mutant *m, struct place *w)
{
    size_t n = random_one_in(&m->rng, 2) ? 512 : 1 + random_below(&m->rng, 4096);

    if (random_one_in(&m->rng, 2) && m->n + n <= MUTANT_BYTES) {
        memmove(w->c + n, w->c, m->n - w->at);
        m->n += n;
    } else if (w->at > n) {
        memmove(w->c - n, w->c, m->n - w->at);
        m->n -= n;
    }
}

static void cut_file(struct mutant *m, struct place *w)
{
    size_t cut = w->at + random_below(&m->rng, w->used + 1);

    if (cut)
        m->n = cut;
}

static const struct {
    void (*make)(struct mutant *m, struct place *w);
    unsigned share;
} changes[] = {
    { set_number, 40 },     { swap_numbers, 8 }, { set_many, 8 },      { set_text, 8 },
    { flip_bits, 6 },       { set_bytes, 4 },    { resize_record, 6 }, { copy_record, 5 },
    { swap_records, 3 },    { shift_bytes, 6 },  { splice, 8 },        { repeat, 5 },
    { set_file_header, 3 }, { copy_chunk, 2 },   { move_chunk, 2 },    { cut_file, 2 },
};

/* A chunk and a record in it; what has no chunk is taken as one. */
static struct place pick_place(struct mutant *m)
{
    struct place w = { .c = m->p, .n = m->n < CHUNK ? m->n : CHUNK };
    size_t chunks = m->n > FILE_HEADER ? (m->n - FILE_HEADER + CHUNK - 1) / CHUNK : 0, which;

    if (chunks) {
        w.at = FILE_HEADER + CHUNK * random_below(&m->rng, chunks);
        w.c = m->p + w.at;
        w.n = m->n - w.at < CHUNK ? m->n - w.at : CHUNK;
    }
    which = random_u64(&m->rng) % SITES_RECORDS;
    sites_find(slice_of(w.c, w.n), which, &m->sites);
    w.used = w.n;
    if (m->sites.nrecord) {
        size_t last = m->sites.nrecord - 1;

        w.i = which % m->sites.nrecord;
        w.r = w.c + m->sites.record[w.i];
        w.size = m->sites.size[w.i];
        w.used = m->sites.record[last] + m->sites.size[last];
    }
    return w;
}

void mutant_change(struct mutant *m)
{
    struct place w = pick_place(m);
    size_t all = 0, chosen, i = 0;

    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
        all += changes[k].share;
    chosen = random_below(&m->rng, all);
    while (chosen >= changes[i].share)
        chosen -= changes[i++].share;
    changes[i].make(m, &w);
}
