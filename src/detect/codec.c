/* codec.c - the flat form of a detection.
 *
 * A fixed head, then strings as varint(length + 1) and bytes; 0 is the absent slice. The form lives
 * in memory and in unlinked temporary files of one run only, so it is versioned to catch mistakes,
 * not to be kept. Temporary files are read back as input is: every size is checked.
 * May include: base/, event/, rule/, match/, detect/. */
#include "detect/codec.h"

#include "base/limits.h"
#include "base/rd.h"

#define CODEC_VERSION 2
#define HEAD 76 /* bytes before the first string */

enum {
    FLAG_HEADER_TIME = 1,
    FLAG_EVENT_ID = 2,
    FLAG_RECORD_ID = 4,
    FLAG_CUT = 8,
    FLAG_NO_PLACE = 16,
    FLAG_MIXED_ORIGIN = 32,
    FLAGS = 63
};
/* Of an event of a correlation. */
enum { EVENT_HAS_ID = 1, EVENT_HAS_RECORD_ID = 2, EVENT_HAS_PLACE = 4, EVENT_FLAGS = 7 };

static uint8_t *store(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *p++ = (uint8_t)(v >> (8 * i));
    return p;
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

static void put_head(const struct detection *d, struct buf *out)
{
    uint8_t *p = buf_reserve(out, HEAD);

    if (!p)
        return;
    *p++ = CODEC_VERSION;
    *p++ =
        (uint8_t)((d->header_time ? FLAG_HEADER_TIME : 0) | (d->has_event_id ? FLAG_EVENT_ID : 0) |
                  (d->has_record_id ? FLAG_RECORD_ID : 0) | (d->cut ? FLAG_CUT : 0) |
                  (d->no_place ? FLAG_NO_PLACE : 0) | (d->mixed_origin ? FLAG_MIXED_ORIGIN : 0));
    *p++ = (uint8_t)d->verdict;
    *p++ = (uint8_t)d->place.origin;
    p = store(p, d->rule->index, 4);
    p = store(p, d->timestamp, 8);
    p = store(p, d->record_id, 8);
    memcpy(p, d->hash, sizeof d->hash);
    p += sizeof d->hash;
    p = store(p, d->place.offset, 8);
    p = store(p, d->place.chunk, 8);
    p = store(p, d->place.record_number, 8);
    p = store(p, d->place.written, 8);
    store(p, d->event_id, 4);
    out->n += HEAD;
}

/* The strings of fixed number after the head, in their order. The first three belong to the key. */
#define NTEXT 13
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

void detection_encode(const struct detection *d, struct buf *out)
{
    struct detection copy = *d;
    struct slice *text[NTEXT];

    put_head(d, out);
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

static int get_head(struct rd *r, const struct ruleset *rs, struct detection *d)
{
    uint8_t version = rd_u8(r), flags = rd_u8(r), verdict = rd_u8(r), origin = rd_u8(r);
    uint32_t rule = rd_u32le(r);
    struct slice hash;

    d->timestamp = rd_u64le(r);
    d->record_id = rd_u64le(r);
    hash = rd_bytes(r, sizeof d->hash);
    d->place.offset = rd_u64le(r);
    d->place.chunk = rd_u64le(r);
    d->place.record_number = rd_u64le(r);
    d->place.written = rd_u64le(r);
    d->event_id = rd_u32le(r);
    if (rd_bad(r) || version != CODEC_VERSION || flags > FLAGS || verdict > VERDICT_POSSIBLE ||
        origin > ORIGIN_CARVED || rule >= rs->n)
        return EV_EFORMAT;
    memcpy(d->hash, hash.p, sizeof d->hash);
    d->header_time = flags & FLAG_HEADER_TIME;
    d->has_event_id = flags & FLAG_EVENT_ID;
    d->has_record_id = flags & FLAG_RECORD_ID;
    d->cut = flags & FLAG_CUT;
    d->no_place = flags & FLAG_NO_PLACE;
    d->mixed_origin = flags & FLAG_MIXED_ORIGIN;
    d->verdict = (enum verdict)verdict;
    d->place.origin = (enum event_origin)origin;
    d->rule = rs->rule[rule];
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

int detection_decode(struct slice bytes, const struct ruleset *rs, struct arena *a,
                     struct detection *ret)
{
    struct rd r = rd_init(bytes);
    struct detection d = { 0 };
    struct slice *text[NTEXT];

    if (get_head(&r, rs, &d) < 0)
        return EV_EFORMAT;
    texts_of(&d, text);
    for (size_t i = 0; i < NTEXT; i++)
        *text[i] = get_text(&r);
    d.field = get_array(&r, a, sizeof *d.field, LIMIT_EVENT_FIELDS, &d.nfield);
    for (size_t i = 0; i < d.nfield; i++) {
        d.field[i].part = rd_u8(&r);
        r.bad = r.bad || d.field[i].part > EVENT_RENDERING;
        d.field[i].name = get_text(&r);
        d.field[i].text = get_text(&r);
        d.field[i].meaning = get_text(&r);
    }
    get_matched(&r, a, &d);
    d.untested = get_array(&r, a, sizeof *d.untested, LIMIT_UNTESTED, &d.nuntested);
    for (size_t i = 0; i < d.nuntested; i++) {
        d.untested[i].selection = get_text(&r);
        d.untested[i].field = get_text(&r);
    }
    d.also_in.v = get_array(&r, a, sizeof *d.also_in.v, LIMIT_ALSO_IN, &d.also_in.n);
    for (size_t i = 0; i < d.also_in.n; i++)
        d.also_in.v[i] = get_text(&r);
    d.also_in_more = get_varint(&r);
    get_events(&r, rs, a, &d);
    if (rd_bad(&r) || rd_left(&r) != 0)
        return EV_EFORMAT;
    *ret = d;
    return EV_OK;
}

int row_key_read(struct slice bytes, const struct ruleset *rs, struct row_key *ret)
{
    struct rd r = rd_init(bytes);
    struct detection d = { 0 };

    if (get_head(&r, rs, &d) < 0)
        return EV_EFORMAT;
    d.computer = get_text(&r);
    d.channel = get_text(&r);
    d.source_file = get_text(&r);
    if (rd_bad(&r))
        return EV_EFORMAT;
    row_key_of(&d, ret);
    ret->hash = bytes.p + 24; /* d is ours and ends here */
    ret->content = rd_bytes(&r, rd_left(&r));
    return EV_OK;
}
