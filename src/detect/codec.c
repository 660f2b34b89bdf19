/* codec.c - the flat form of a detection.
 *
 * A fixed head, then strings as varint(length + 1) and bytes; 0 is the absent slice. The form lives
 * in memory and in unlinked temporary files of one run only, so it is versioned to catch mistakes,
 * not to be kept. Temporary files are read back as input is: every size is checked.
 * May include: base/, event/, rule/, match/, detect/. */
#include "detect/codec.h"

#include "base/limits.h"
#include "base/rd.h"

#define CODEC_VERSION 3
#define HEAD 76    /* bytes before the first string */
#define HASH_AT 24 /* of them, where the hash begins */

enum {
    FLAG_HEADER_TIME = 1,
    FLAG_EVENT_ID = 2,
    FLAG_RECORD_ID = 4,
    FLAG_CUT = 8,
    FLAG_NO_PLACE = 16,
    FLAG_MIXED_ORIGIN = 32,
    FLAG_TEXT = 64, /* behind the key: the row's text */
    FLAGS = 127
};
/* Of an event of a correlation. */
enum { EVENT_HAS_ID = 1, EVENT_HAS_RECORD_ID = 2, EVENT_HAS_PLACE = 4, EVENT_FLAGS = 7 };

static uint8_t *store32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
    return p + 4;
}

static uint8_t *store64(uint8_t *p, uint64_t v)
{
    return store32(store32(p, (uint32_t)v), (uint32_t)(v >> 32));
}

static void put_varint(struct buf *out, uint64_t v)
{
    while (v >= 0x80) {
        buf_byte(out, (uint8_t)(v | 0x80));
        v >>= 7;
    }
    buf_byte(out, (uint8_t)v);
}

static void put_text(struct buf *out, struct slice s)
{
    put_varint(out, s.p ? (uint64_t)s.n + 1 : 0);
    if (s.p)
        buf_slice(out, s);
}

static void put_head(const struct detection *d, uint8_t more_flags, struct buf *out)
{
    uint8_t *p = buf_reserve(out, HEAD);

    if (!p)
        return;
    *p++ = CODEC_VERSION;
    *p++ =
        (uint8_t)((d->header_time ? FLAG_HEADER_TIME : 0) | (d->has_event_id ? FLAG_EVENT_ID : 0) |
                  (d->has_record_id ? FLAG_RECORD_ID : 0) | (d->cut ? FLAG_CUT : 0) |
                  (d->no_place ? FLAG_NO_PLACE : 0) | (d->mixed_origin ? FLAG_MIXED_ORIGIN : 0) |
                  more_flags);
    *p++ = (uint8_t)d->verdict;
    *p++ = (uint8_t)d->place.origin;
    p = store32(p, d->rule->index);
    p = store64(p, d->timestamp);
    p = store64(p, d->record_id);
    memcpy(p, d->hash, sizeof d->hash);
    p += sizeof d->hash;
    p = store64(p, d->place.offset);
    p = store64(p, d->place.chunk);
    p = store64(p, d->place.record_number);
    p = store64(p, d->place.written);
    store32(p, d->event_id);
    out->n += HEAD;
}

/* The strings of fixed number after the head, in their order. The first of them belong to the key. */
#define NTEXT 13
#define NKEY 3
static void texts_of(struct detection *d, struct slice *text[NTEXT])
{
    struct process *p = &d->process;
    struct slice *const all[NTEXT] = {
        &d->computer,  &d->channel,      &d->source_file,        &d->provider, &d->message,
        &p->user,      &p->image,        &p->command_line,       &p->logon_id, &p->id,
        &p->parent_id, &p->parent_image, &p->parent_command_line
    };

    memcpy(text, all, sizeof all);
}

static void put_events(const struct detection *d, struct buf *out)
{
    put_varint(out, d->nevent);
    for (size_t i = 0; i < d->nevent; i++) {
        const struct detection_event *e = &d->event[i];

        put_varint(out, e->rule->index);
        put_varint(out, e->timestamp);
        buf_byte(out, (uint8_t)e->verdict);
        buf_byte(out, (uint8_t)((e->has_event_id ? EVENT_HAS_ID : 0) |
                                (e->has_record_id ? EVENT_HAS_RECORD_ID : 0) |
                                (e->has_place ? EVENT_HAS_PLACE : 0)));
        put_varint(out, e->event_id);
        put_varint(out, e->record_id);
        put_varint(out, e->offset);
        put_text(out, e->computer);
        put_text(out, e->channel);
        put_text(out, e->source_file);
        put_text(out, e->details);
    }
    put_varint(out, d->nevent_more);
}

void detection_encode_key(const struct detection *d, struct buf *out)
{
    put_head(d, FLAG_TEXT, out);
    put_text(out, d->computer);
    put_text(out, d->channel);
    put_text(out, d->source_file);
}

void detection_encode(const struct detection *d, struct buf *out)
{
    struct detection copy = *d;
    struct slice *text[NTEXT];

    if (d->text.p) {
        detection_encode_key(d, out);
        buf_slice(out, d->text);
        return;
    }
    put_head(d, 0, out);
    texts_of(&copy, text);
    for (size_t i = 0; i < NTEXT; i++)
        put_text(out, *text[i]);
    put_varint(out, d->nfield);
    for (size_t i = 0; i < d->nfield; i++) {
        buf_byte(out, d->field[i].part);
        put_text(out, d->field[i].name);
        put_text(out, d->field[i].text);
        put_text(out, d->field[i].meaning);
    }
    put_varint(out, d->nmatched);
    for (size_t i = 0; i < d->nmatched; i++) {
        const struct detection_matched *m = &d->matched[i];

        put_text(out, m->selection);
        put_text(out, m->field);
        put_text(out, m->modifiers);
        put_text(out, m->pattern);
        put_varint(out, m->offset);
        put_varint(out, m->length);
        buf_byte(out, m->keyword);
    }
    put_varint(out, d->nuntested);
    for (size_t i = 0; i < d->nuntested; i++) {
        put_text(out, d->untested[i].selection);
        put_text(out, d->untested[i].field);
    }
    put_varint(out, d->also_in.n);
    for (size_t i = 0; i < d->also_in.n; i++)
        put_text(out, d->also_in.v[i]);
    put_varint(out, d->also_in_more);
    put_events(d, out);
}

static uint64_t get_varint(struct rd *r)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t c = rd_u8(r);

        if (shift == 63 && c > 1)
            break;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return v;
    }
    r->bad = true;
    return 0;
}

static struct slice get_text(struct rd *r)
{
    uint64_t n = get_varint(r);

    if (n == 0)
        return SLICE_ABSENT;
    if (n - 1 > rd_left(r)) {
        r->bad = true;
        return SLICE_ABSENT;
    }
    return rd_bytes(r, (size_t)(n - 1));
}

static bool get_bool(struct rd *r)
{
    uint8_t c = rd_u8(r);

    r->bad = r->bad || c > 1;
    return c == 1;
}

/* Reads n and makes an array of n in a; NULL with n 0, or with the cursor bad. */
static void *get_array(struct rd *r, struct arena *a, size_t size, size_t cap, size_t *ret_n)
{
    uint64_t n = get_varint(r);
    void *v = NULL;

    if (n <= cap && n <= rd_left(r))
        v = arena_try(a, (size_t)n * size);
    r->bad = r->bad || !v;
    *ret_n = r->bad ? 0 : (size_t)n;
    return v;
}

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t load64(const uint8_t *p)
{
    return load32(p) | (uint64_t)load32(p + 4) << 32;
}

/* Of d only what the head holds is written. The inverse of put_head. */
static int get_head(struct rd *r, const struct ruleset *rs, struct detection *d, bool *ret_text)
{
    const uint8_t *p = rd_bytes(r, HEAD).p;

    if (!p || p[0] != CODEC_VERSION || p[1] > FLAGS || p[2] > VERDICT_POSSIBLE ||
        p[3] > ORIGIN_CARVED || load32(p + 4) >= rs->n)
        return EV_EFORMAT;
    *ret_text = p[1] & FLAG_TEXT;
    d->header_time = p[1] & FLAG_HEADER_TIME;
    d->has_event_id = p[1] & FLAG_EVENT_ID;
    d->has_record_id = p[1] & FLAG_RECORD_ID;
    d->cut = p[1] & FLAG_CUT;
    d->no_place = p[1] & FLAG_NO_PLACE;
    d->mixed_origin = p[1] & FLAG_MIXED_ORIGIN;
    d->verdict = (enum verdict)p[2];
    d->place.origin = (enum event_origin)p[3];
    d->rule = rs->rule[load32(p + 4)];
    d->timestamp = load64(p + 8);
    d->record_id = load64(p + 16);
    memcpy(d->hash, p + HASH_AT, sizeof d->hash);
    d->place.offset = load64(p + 40);
    d->place.chunk = load64(p + 48);
    d->place.record_number = load64(p + 56);
    d->place.written = load64(p + 64);
    d->event_id = load32(p + 72);
    return EV_OK;
}

static void get_matched(struct rd *r, struct arena *a, struct detection *d)
{
    d->matched = get_array(r, a, sizeof *d->matched, LIMIT_MATCHED, &d->nmatched);
    for (size_t i = 0; i < d->nmatched; i++) {
        struct detection_matched *m = &d->matched[i];

        m->selection = get_text(r);
        m->field = get_text(r);
        m->modifiers = get_text(r);
        m->pattern = get_text(r);
        m->offset = get_varint(r);
        m->length = get_varint(r);
        m->keyword = get_bool(r);
    }
}

static void get_event(struct rd *r, const struct ruleset *rs, struct detection_event *e)
{
    uint64_t rule = get_varint(r);

    e->timestamp = get_varint(r);
    uint8_t verdict = rd_u8(r), flags = rd_u8(r);
    uint64_t event_id = get_varint(r);
    e->record_id = get_varint(r);
    e->offset = get_varint(r);
    e->computer = get_text(r);
    e->channel = get_text(r);
    e->source_file = get_text(r);
    e->details = get_text(r);
    r->bad = r->bad || rule >= rs->n || verdict > VERDICT_POSSIBLE || flags > EVENT_FLAGS ||
             event_id > UINT32_MAX;
    if (r->bad)
        return;
    e->rule = rs->rule[rule];
    e->verdict = (enum verdict)verdict;
    e->event_id = (uint32_t)event_id;
    e->has_event_id = flags & EVENT_HAS_ID;
    e->has_record_id = flags & EVENT_HAS_RECORD_ID;
    e->has_place = flags & EVENT_HAS_PLACE;
}

static void get_events(struct rd *r, const struct ruleset *rs, struct arena *a, struct detection *d)
{
    d->event = get_array(r, a, sizeof *d->event, LIMIT_CORRELATION_LISTED, &d->nevent);
    for (size_t i = 0; i < d->nevent && !rd_bad(r); i++)
        get_event(r, rs, &d->event[i]);
    d->nevent_more = get_varint(r);
}

/* All that follows the texts of fixed number. */
static void get_lists(struct rd *r, const struct ruleset *rs, struct arena *a, struct detection *d)
{
    d->field = get_array(r, a, sizeof *d->field, LIMIT_EVENT_FIELDS, &d->nfield);
    for (size_t i = 0; i < d->nfield; i++) {
        d->field[i].part = rd_u8(r);
        r->bad = r->bad || d->field[i].part > EVENT_RENDERING;
        d->field[i].name = get_text(r);
        d->field[i].text = get_text(r);
        d->field[i].meaning = get_text(r);
    }
    get_matched(r, a, d);
    d->untested = get_array(r, a, sizeof *d->untested, LIMIT_UNTESTED, &d->nuntested);
    for (size_t i = 0; i < d->nuntested; i++) {
        d->untested[i].selection = get_text(r);
        d->untested[i].field = get_text(r);
    }
    d->also_in.v = get_array(r, a, sizeof *d->also_in.v, LIMIT_ALSO_IN, &d->also_in.n);
    for (size_t i = 0; i < d->also_in.n; i++)
        d->also_in.v[i] = get_text(r);
    d->also_in_more = get_varint(r);
    get_events(r, rs, a, d);
}

int detection_decode(struct slice bytes, const struct ruleset *rs, struct arena *a,
                     struct detection *ret)
{
    struct rd r = rd_init(bytes);
    struct detection d = { 0 };
    struct slice *text[NTEXT];
    bool rendered;

    if (get_head(&r, rs, &d, &rendered) < 0)
        return EV_EFORMAT;
    texts_of(&d, text);
    for (size_t i = 0; i < (rendered ? NKEY : NTEXT); i++)
        *text[i] = get_text(&r);
    if (rendered)
        d.text = rd_bytes(&r, rd_left(&r));
    else
        get_lists(&r, rs, a, &d);
    if (rd_bad(&r) || rd_left(&r) != 0)
        return EV_EFORMAT;
    *ret = d;
    return EV_OK;
}

/* A text of the key at the front of *left; get_text without a cursor, as rows are read again and again. */
static bool key_text(struct slice *left, struct slice *ret)
{
    const uint8_t *p = left->p;
    size_t n, head = 1;

    if (left->n == 0)
        return false;
    n = p[0];
    if (n >= 0x80 && left->n > 1) {
        n = (n & 0x7f) | (size_t)p[1] << 7;
        head = 2;
    }
    if (p[head - 1] >= 0x80) { /* longer than any usual one */
        struct rd r = rd_init(*left);

        *ret = get_text(&r);
        *left = rd_bytes(&r, rd_left(&r));
        return !rd_bad(&r);
    }
    if (n > left->n - head + 1)
        return false;
    *ret = n ? slice_of(p + head, n - 1) : SLICE_ABSENT;
    head += n ? n - 1 : 0;
    *left = slice_of(p + head, left->n - head);
    return true;
}

int row_key_read(struct slice bytes, const struct ruleset *rs, struct row_key *ret)
{
    struct slice left = slice_sub(bytes, HEAD, bytes.n);
    const uint8_t *p = bytes.p;

    if (bytes.n < HEAD || p[0] != CODEC_VERSION || p[1] > FLAGS || p[3] > ORIGIN_CARVED ||
        load32(p + 4) >= rs->n)
        return EV_EFORMAT;
    ret->timestamp = load64(p + 8);
    ret->has_record_id = p[1] & FLAG_RECORD_ID;
    ret->header_time = p[1] & FLAG_HEADER_TIME;
    ret->record_id = load64(p + 16);
    ret->hash = p + HASH_AT;
    ret->rule = rs->rule[load32(p + 4)];
    ret->origin = (enum event_origin)p[3];
    ret->offset = load64(p + 40);
    if (!key_text(&left, &ret->computer) || !key_text(&left, &ret->channel) ||
        !key_text(&left, &ret->source_file))
        return EV_EFORMAT;
    ret->content = left;
    return EV_OK;
}
