#include "scan/script.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"

/* One copy of a block under construction. The same block may be in the evidence with other record
 * numbers, too (forwarded, exported): the k-th record of each number belongs to the k-th copy. */
struct copy {
    struct buf row; /* the parts' records, without their texts */
    struct buf text, note;
    struct arena arena; /* names of files */
    VEC(struct script_part) part;
    VEC(struct script_place) places;
    uint64_t total;    /* MessageTotal */
    uint64_t from, to; /* the run of numbers that is open */
    bool cut;          /* the text was too long */
};

struct script {
    const struct ruleset *rs;
    struct order *order;
    _Atomic uint64_t kept;

    /* script_blocks */
    script_block_fn *fn;
    void *ctx;
    struct buf group; /* computer, channel and id of the group at hand */
    struct copy copy[LIMIT_SCRIPT_COPIES];
    size_t ncopy;
    uint64_t number; /* of the row before */
    uint8_t hash[16];
    size_t next; /* copy that the next record of this number goes to; 0: none yet */
    uint64_t lost;
    struct arena arena; /* the event of one block */
};

struct script *script_new(const struct ruleset *rs, size_t memory, const char *tmpdir)
{
    const struct order_options o = { .memory = memory, .tmpdir = tmpdir, .keep_duplicates = true };
    struct script *s = xcalloc(1, sizeof *s);

    s->rs = rs;
    s->order = order_new(rs, &o);
    buf_init(&s->group, LIMIT_EVENT_ARENA);
    arena_init(&s->arena, LIMIT_EVENT_ARENA);
    return s;
}

static void copies_clear(struct script *s)
{
    for (size_t i = 0; i < s->ncopy; i++) {
        struct copy *c = &s->copy[i];

        buf_release(&c->row);
        buf_release(&c->text);
        buf_release(&c->note);
        vec_release(&c->part);
        vec_release(&c->places);
        arena_release(&c->arena);
    }
    s->ncopy = 0;
}

void script_free(struct script *s)
{
    if (!s)
        return;
    copies_clear(s);
    order_free(s->order);
    buf_release(&s->group);
    arena_release(&s->arena);
    free(s);
}

/* --- keeping parts --- */

static bool number_of(const struct event *ev, uint32_t id, uint64_t *ret)
{
    size_t i = event_find(ev, id, 0);

    return i != SIZE_MAX && value_u64(&ev->field[i].value, ret) == EV_OK;
}

static bool is_part(const struct event *ev, uint64_t *ret_number)
{
    uint64_t total;

    return ev->has_event_id && ev->event_id == 4104 &&
           (slice_eq_nocase(ev->channel, SLICE("Microsoft-Windows-PowerShell/Operational")) ||
            slice_eq_nocase(ev->channel, SLICE("PowerShellCore/Operational"))) &&
           number_of(ev, FIELD_MESSAGETOTAL, &total) && total > 1 &&
           number_of(ev, FIELD_MESSAGENUMBER, ret_number) &&
           event_find(ev, FIELD_SCRIPTBLOCKTEXT, 0) != SIZE_MAX &&
           event_find(ev, FIELD_SCRIPTBLOCKID, 0) != SIZE_MAX;
}

/* What the parts of a block share. */
static struct slice group_of(struct event *ev)
{
    return ARENA_JOIN(ev->arena, ev->computer, SLICE("\n"), ev->channel, SLICE("\n"),
                      event_get(ev, FIELD_SCRIPTBLOCKID));
}

/* A part as a row whose order is that of blocks: see detection_cmp. The record's own facts are read
 * from its fields afterwards. */
static bool part_row(struct script *s, struct event *ev, const char *file, uint64_t number,
                     struct detection *ret)
{
    struct detection d = { .rule = s->rs->rule[0],
                           .computer = group_of(ev),
                           .has_record_id = true,
                           .record_id = number,
                           .channel = ev->channel,
                           .provider = ev->provider,
                           .event_id = ev->event_id,
                           .has_event_id = true,
                           .source_file = slice_str(file),
                           .place = ev->place };
    uint8_t hash[16];

    event_content_hash(ev, hash);
    for (int i = 0; i < 8; i++) {
        d.hash[i] = (uint8_t)(ev->record_id >> (56 - 8 * i));
        d.hash[8 + i] = hash[i];
    }
    d.field = arena_try(ev->arena, ev->n * sizeof *d.field);
    if (!d.field || !d.computer.p)
        return false;
    d.nfield = ev->n;
    for (size_t i = 0; i < ev->n; i++)
        d.field[i] = (struct detection_field){ .name = ev->field[i].name,
                                               .text = event_text(ev, i),
                                               .part = ev->field[i].part };
    d.cut = ev->cut;
    *ret = d;
    return true;
}

int script_take(struct script *s, struct event *ev, const char *file, struct buf *room,
                bool *ret_taken, struct ev_err *err)
{
    struct detection d;
    uint64_t number;

    *ret_taken = false;
    if (!is_part(ev, &number) || !part_row(s, ev, file, number, &d))
        return EV_OK;
    buf_clear(room);
    detection_encode(&d, room);
    if (room->full) /* no record is that long */
        return EV_OK;
    *ret_taken = true;
    atomic_fetch_add_explicit(&s->kept, 1, memory_order_relaxed);
    return order_add(s->order, buf_view(room), err);
}

/* --- putting them together --- */

static bool is_text_field(const struct detection_field *f)
{
    return f->part != EVENT_RENDERING && slice_eq(f->name, SLICE("ScriptBlockText"));
}

static struct slice row_text(const struct detection *d, const char *name)
{
    for (size_t i = 0; i < d->nfield; i++)
        if (d->field[i].part != EVENT_RENDERING && slice_eq(d->field[i].name, slice_str(name)))
            return d->field[i].text;
    return SLICE_ABSENT;
}

static uint64_t text_number(struct slice text)
{
    const struct value v = value_utf8(text);
    uint64_t u;

    return text.p && value_u64(&v, &u) == EV_OK ? u : 0;
}

/* Ends the open run of numbers: "1-2, 4". */
static void note_run(struct copy *c)
{
    if (c->note.n > 0)
        buf_str(&c->note, ", ");
    buf_printf(&c->note, "%" PRIu64, c->from);
    if (c->to > c->from)
        buf_printf(&c->note, "-%" PRIu64, c->to);
}

/* The last part lies here, too. */
static void add_place(struct copy *c, const struct detection *d)
{
    struct slice file = c->places.n && slice_eq(c->places.v[c->places.n - 1].file, d->source_file)
                            ? c->places.v[c->places.n - 1].file
                            : arena_dup(&c->arena, d->source_file);

    if (file.p && vec_push(&c->places, LIMIT_INPUT_FILES, (struct script_place){ file, d->place }))
        c->part.v[c->part.n - 1].nplace++;
}

static void copy_begin(struct script *s, const struct detection *d)
{
    struct copy *c = &s->copy[s->ncopy++];

    *c = (struct copy){ .total = text_number(row_text(d, "MessageTotal")),
                        .from = d->record_id,
                        .to = d->record_id };
    buf_init(&c->row, LIMIT_SCRIPT_BLOCK);
    buf_init(&c->text, LIMIT_SCRIPT_BLOCK);
    buf_init(&c->note, LIMIT_KIB(1));
    arena_init(&c->arena, LIMIT_INPUT_ARENA);
}

/* Keeps the record without its text; false when there is no room for another part. */
static bool keep_record(struct copy *c, const struct detection *d)
{
    struct detection bare = *d;
    struct script_part part = { .row = c->row.n, .first_place = c->places.n };
    size_t at = 0;

    while (at < d->nfield && !is_text_field(&d->field[at]))
        at++;
    if (at == d->nfield)
        return false;
    const struct slice text = d->field[at].text;
    d->field[at].text = SLICE("");
    detection_encode(&bare, &c->row);
    d->field[at].text = text;
    part.row_n = c->row.n - part.row;
    if (c->row.full || !vec_push(&c->part, LIMIT_SCRIPT_PARTS, part))
        return false;
    add_place(c, d);
    if (c->part.v[c->part.n - 1].nplace > 0)
        return true;
    c->part.n--;
    return false;
}

static void copy_add(struct script *s, struct copy *c, const struct detection *d)
{
    struct slice text = row_text(d, "ScriptBlockText");

    if (c->part.n > 0 && d->record_id > c->to + 1) {
        note_run(c);
        c->from = d->record_id;
        buf_byte(&c->text, '\n'); /* nothing may match across the gap by chance */
    }
    c->to = d->record_id;
    c->cut = c->cut || text.n > LIMIT_SCRIPT_BLOCK - c->text.n || !keep_record(c, d);
    if (c->cut) {
        s->lost++;
        return;
    }
    buf_slice(&c->text, text);
    c->part.v[c->part.n - 1].end = c->text.n;
}

static void part_add(struct script *s, const struct detection *d)
{
    size_t at = s->next;

    s->next++;
    if (at == s->ncopy && at < LIMIT_SCRIPT_COPIES)
        copy_begin(s, d);
    if (at < s->ncopy)
        copy_add(s, &s->copy[at], d);
    else
        s->lost++;
}

static struct slice row_of(const struct buf *row, const struct script_part *p)
{
    return slice_sub(buf_view(row), p->row, p->row + p->row_n);
}

/* What a reader would have told of the record beside its fields. */
static void event_facts(struct event *ev, const struct detection *d)
{
    const struct value time = value_utf8(row_text(d, "TimeCreated_SystemTime"));

    ev->provider = d->provider;
    ev->channel = d->channel;
    ev->computer = row_text(d, "Computer");
    ev->user_sid = row_text(d, "Security_UserID");
    ev->event_id = d->event_id;
    ev->has_event_id = true;
    ev->level = (uint8_t)text_number(row_text(d, "Level"));
    ev->version = (uint8_t)text_number(row_text(d, "Version"));
    ev->has_record_id = row_text(d, "EventRecordID").n > 0;
    ev->record_id = text_number(row_text(d, "EventRecordID"));
    ev->place = d->place;
    if (!time.p || value_filetime(&time, &ev->time_created) < 0)
        ev->time_created = 0;
}

static void field_text(struct field *f, struct slice text)
{
    f->text = text.p ? text : SLICE("");
    f->value = value_utf8(f->text);
}

/* The first part's record as an event again. */
static int block_event(struct script *s, struct copy *c, struct event *ev)
{
    struct detection d;

    if (c->part.n == 0 ||
        detection_decode(row_of(&c->row, &c->part.v[0]), s->rs, &s->arena, &d) < 0)
        return EV_EFORMAT;
    *ev = (struct event){ .arena = &s->arena, .n = d.nfield, .cut = d.cut || c->cut };
    event_facts(ev, &d);
    ev->field = arena_try(&s->arena, ev->n * sizeof *ev->field);
    if (!ev->field)
        return EV_ELIMIT;
    for (size_t i = 0; i < ev->n; i++) {
        struct field *f = &ev->field[i];

        *f = (struct field){ .name = d.field[i].name, .part = d.field[i].part };
        f->id = names_find(s->rs->names, f->name);
        field_text(f, is_text_field(&d.field[i]) ? buf_view(&c->text) : d.field[i].text);
    }
    return EV_OK;
}

size_t script_part_at(const struct script_block *b, size_t offset)
{
    size_t i = 0;

    while (i + 1 < b->npart && b->part[i].end <= offset)
        i++;
    return i;
}

static bool same_fields(const struct event *ev, const struct detection *d)
{
    if (ev->n != d->nfield)
        return false;
    for (size_t i = 0; i < ev->n; i++)
        if (ev->field[i].part != d->field[i].part || !slice_eq(ev->field[i].name, d->field[i].name))
            return false;
    return true;
}

bool script_move(const struct script_block *b, size_t part)
{
    struct event *ev = b->ev;
    struct detection d;

    if (detection_decode(row_of(b->row, &b->part[part]), b->rs, ev->arena, &d) < 0 ||
        !same_fields(ev, &d))
        return false;
    event_facts(ev, &d);
    for (size_t i = 0; i < ev->n; i++)
        if (!is_text_field(&d.field[i]))
            field_text(&ev->field[i], d.field[i].text);
    return true;
}

static int block_emit(struct script *s, struct copy *c)
{
    struct script_block b = {
        .part = c->part.v, .npart = c->part.n, .place = c->places.v, .row = &c->row, .rs = s->rs
    };
    struct event ev;

    arena_reset(&s->arena);
    if (block_event(s, c, &ev) < 0) { /* a record is far below the limits */
        s->lost += c->part.n;
        return EV_OK;
    }
    note_run(c);
    b.ev = &ev;
    b.incomplete = c->cut || c->part.n < c->total;
    b.note = arena_printf(&s->arena, "%s %.*s%s of %" PRIu64, c->part.n == 1 ? "part" : "parts",
                          SLICE_ARG(buf_view(&c->note)), c->note.full ? "..." : "", c->total);
    return s->fn(s->ctx, &b);
}

static int group_end(struct script *s)
{
    int rc = EV_OK;

    for (size_t i = 0; rc >= 0 && i < s->ncopy; i++)
        rc = block_emit(s, &s->copy[i]);
    copies_clear(s);
    return rc;
}

/* The next part, in order. */
static int part(void *ctx, const struct detection *d)
{
    struct script *s = ctx;
    const bool same_group = s->ncopy > 0 && slice_eq(buf_view(&s->group), d->computer);
    const bool same_number = same_group && s->number == d->record_id;

    if (same_number && memcmp(s->hash, d->hash, sizeof s->hash) == 0) {
        struct copy *c = s->next <= s->ncopy ? &s->copy[s->next - 1] : NULL;

        if (c && !c->cut) /* another place of the part that came last */
            add_place(c, d);
        return EV_OK;
    }
    if (!same_group) {
        int rc = group_end(s);

        if (rc < 0)
            return rc;
        buf_clear(&s->group);
        buf_slice(&s->group, d->computer);
    }
    if (!same_number)
        s->next = 0;
    s->number = d->record_id;
    memcpy(s->hash, d->hash, sizeof s->hash);
    part_add(s, d);
    return EV_OK;
}

int script_blocks(struct script *s, script_block_fn *fn, void *ctx, uint64_t *ret_lost,
                  struct ev_err *err)
{
    int rc = EV_OK;

    s->fn = fn;
    s->ctx = ctx;
    if (s->kept > 0)
        rc = order_finish(s->order, part, s, NULL, err);
    if (rc >= 0)
        rc = group_end(s);
    *ret_lost = s->lost;
    return rc < 0 ? rc : EV_OK;
}
