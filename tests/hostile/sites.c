/* sites.c - see sites.h. A token walk of its own, so that it errs elsewhere than the reader. */
#include "sites.h"

enum { HEADER = 512, RECORD_HEADER = 24, RECORD_MIN = 28, DEPTH_MAX = 6, VALUES_MAX = 512 };

struct walk {
    struct slice c;
    struct sites *out;
    size_t at, end;
    bool in_definition;
    int depth;
};

uint64_t number_get(const uint8_t *p, size_t width)
{
    uint64_t v = 0;

    for (size_t i = width; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

void number_put(uint8_t *p, uint64_t v, size_t width)
{
    for (size_t i = 0; i < width; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static void add(struct sites *out, size_t at, size_t width, enum site_kind kind, size_t room)
{
    if (out->n < SITES_MAX)
        out->v[out->n++] =
            (struct site){ (uint32_t)at, (uint16_t)room, (uint8_t)width, (uint8_t)kind };
}

/* The number under the cursor, noted; the cursor moves. 0 at the end. */
static uint64_t take(struct walk *w, size_t width, enum site_kind kind)
{
    uint64_t v;

    if (w->at + width > w->end) {
        w->at = w->end;
        return 0;
    }
    v = number_get(w->c.p + w->at, width);
    add(w->out, w->at, width, kind, 0);
    w->at += width;
    return v;
}

static void take_bytes(struct walk *w, size_t n)
{
    if (n > w->end - w->at)
        n = w->end - w->at;
    if (n)
        add(w->out, w->at, n > 1 ? 2 : 1, SITE_TEXT, n < UINT16_MAX ? n : UINT16_MAX);
    w->at += n;
}

static void take_name(struct walk *w)
{
    uint64_t coff = take(w, 4, SITE_OFFSET);

    if (coff != w->at)
        return;
    (void)take(w, 4, SITE_OFFSET);
    (void)take(w, 2, SITE_HASH);
    take_bytes(w, 2 * (size_t)take(w, 2, SITE_COUNT) + 2);
}

static void walk_tokens(struct walk *w);

static void walk_inside(const struct walk *w, size_t at, size_t end, bool in_definition)
{
    struct walk in = { w->c, w->out, at, end, in_definition, w->depth + 1 };

    if (in.depth < DEPTH_MAX && at < end && end <= w->c.n)
        walk_tokens(&in);
}

/* A definition where the cursor is. */
static void take_definition(struct walk *w)
{
    size_t size;

    (void)take(w, 4, SITE_OFFSET);
    (void)take(w, 4, SITE_ID);
    (void)take(w, 8, SITE_ID);
    (void)take(w, 4, SITE_ID);
    size = (size_t)take(w, 4, SITE_SIZE);
    if (size > w->end - w->at)
        size = w->end - w->at;
    walk_inside(w, w->at, w->at + size, true);
    w->at += size;
}

static void take_instance(struct walk *w)
{
    uint16_t size[VALUES_MAX];
    uint8_t type[VALUES_MAX];
    size_t coff, n;

    (void)take(w, 1, SITE_TYPE);
    (void)take(w, 4, SITE_ID);
    coff = (size_t)take(w, 4, SITE_OFFSET);
    if (coff == w->at) {
        take_definition(w);
    } else if (coff >= HEADER && coff + RECORD_HEADER < w->c.n) {
        struct walk there = { w->c, w->out, coff, w->c.n, true, w->depth };

        take_definition(&there);
    }
    n = (size_t)take(w, 4, SITE_COUNT);
    n = n < VALUES_MAX ? n : VALUES_MAX;
    for (size_t i = 0; i < n; i++) {
        size[i] = (uint16_t)take(w, 2, SITE_SIZE);
        type[i] = (uint8_t)take(w, 1, SITE_TYPE);
        w->at += w->at < w->end;
    }
    for (size_t i = 0; i < n && w->at < w->end; i++) {
        if (type[i] == 0x21)
            walk_inside(w, w->at, w->at + size[i], false);
        take_bytes(w, size[i]);
    }
}

static void take_element(struct walk *w, bool more)
{
    if (w->in_definition)
        (void)take(w, 2, SITE_INDEX);
    (void)take(w, 4, SITE_SIZE);
    take_name(w);
    if (more)
        (void)take(w, 4, SITE_SIZE);
}

static void walk_tokens(struct walk *w)
{
    while (w->at < w->end && w->out->n < SITES_MAX) {
        uint8_t token = (uint8_t)take(w, 1, SITE_TOKEN);

        switch (token & 0x3f) {
        case 0x00:
            return;
        case 0x01:
            take_element(w, token & 0x40);
            break;
        case 0x05:
            (void)take(w, 1, SITE_TYPE);
            take_bytes(w, 2 * (size_t)take(w, 2, SITE_COUNT));
            break;
        case 0x06:
        case 0x09:
        case 0x0a:
            take_name(w);
            break;
        case 0x07:
        case 0x0b:
            take_bytes(w, 2 * (size_t)take(w, 2, SITE_COUNT));
            break;
        case 0x08:
            (void)take(w, 2, SITE_TEXT);
            break;
        case 0x0c:
            take_instance(w);
            break;
        case 0x0d:
        case 0x0e:
            (void)take(w, 2, SITE_INDEX);
            (void)take(w, 1, SITE_TYPE);
            break;
        case 0x0f:
            w->at += w->end - w->at < 3 ? w->end - w->at : 3;
            break;
        default:
            break;
        }
    }
}

static void find_records(struct slice c, struct sites *out)
{
    size_t at = HEADER;

    while (at + RECORD_MIN <= c.n && out->nrecord < SITES_RECORDS &&
           number_get(c.p + at, 4) == 0x2a2a) {
        size_t size = (size_t)number_get(c.p + at + 4, 4);

        if (size < RECORD_MIN || size > c.n - at || number_get(c.p + at + size - 4, 4) != size)
            return;
        out->record[out->nrecord] = (uint32_t)at;
        out->size[out->nrecord++] = (uint32_t)size;
        at += size;
    }
}

static void find_header(struct slice c, struct sites *out)
{
    static const uint8_t place[][2] = { { 0, 8 },  { 8, 8 },  { 16, 8 }, { 24, 8 }, { 32, 8 },
                                        { 40, 4 }, { 44, 4 }, { 48, 4 }, { 120, 4 } };

    for (size_t i = 0; i < sizeof place / sizeof *place; i++)
        add(out, place[i][0], place[i][1], SITE_HEADER, 0);
    for (size_t at = 128; at < HEADER; at += 4) {
        if (number_get(c.p + at, 4))
            add(out, at, 4, SITE_TABLE, 0);
    }
}

void sites_find(struct slice chunk, size_t which, struct sites *ret)
{
    struct walk w = { .c = chunk, .out = ret };
    size_t at, size;

    ret->n = ret->nrecord = 0;
    if (chunk.n < HEADER)
        return;
    find_header(chunk, ret);
    find_records(chunk, ret);
    if (!ret->nrecord)
        return;
    at = ret->record[which % ret->nrecord];
    size = ret->size[which % ret->nrecord];
    add(ret, at, 4, SITE_TOKEN, 0);
    add(ret, at + 4, 4, SITE_SIZE, 0);
    add(ret, at + 8, 8, SITE_ID, 0);
    add(ret, at + 16, 8, SITE_ID, 0);
    add(ret, at + size - 4, 4, SITE_SIZE, 0);
    w.at = at + RECORD_HEADER;
    w.end = at + size - 4;
    walk_tokens(&w);
}
