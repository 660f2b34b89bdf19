/* native_fill.c - a record of simple templates -> an event, the common case and the fast one.
 *
 * It decides nothing that the token walk would decide otherwise; where a record is not of the usual
 * shape it gives up and the walk starts over.
 * May include: base/, event/, this folder. */
#include "evtx/native_impl.h"

#include "base/limits.h"
#include "base/vec.h"

#define FRAGMENT 0x0001010fu

bool native_instance_open(struct native_job *j, enum template_level level, uint32_t at,
                          uint32_t end, struct native_instance *ret, uint32_t *ret_end)
{
    const uint8_t *p = j->chunk.p;
    uint32_t *off = j->nw->off[level != TEMPLATE_RECORD];
    uint32_t definition, id, n, value;

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
    value = at + 4 * n;
    for (uint32_t i = 0; i < n; i++) {
        off[i] = value;
        value += binxml_u16(p + at + 4 * i);
    }
    off[n] = value;
    if (value > end)
        return false;
    ret->values = (struct binxml_values){ p + at, off, p, (uint32_t)j->chunk.n, n };
    ret->trace = NULL;
    *ret_end = value;
    return true;
}

/* The text of a value that seldom changes. Borrowed until the next record. */
static struct slice memo_text(struct native_job *j, enum template_fact fact, const struct value *v)
{
    struct native_memo *m = &j->nw->memo[fact];
    struct slice text;

    if (v->n == m->n && v->type == m->type && memcmp(v->p, m->raw, m->n) == 0)
        return slice_of(m->text, m->text_n);
    text = value_text(v, &j->w->builder.arena);
    if (!text.p || v->n > sizeof m->raw || text.n > sizeof m->text)
        return text;
    memcpy(m->raw, v->p, v->n);
    m->n = v->n;
    m->type = v->type;
    memcpy(m->text, text.p, text.n);
    m->text_n = text.n;
    return slice_of(m->text, m->text_n);
}

static struct slice key_text(struct native_job *j, const struct native_instance *in,
                             enum template_fact fact)
{
    const struct template_op *op = in->t->fact[fact];
    struct value v;

    if (!op)
        return SLICE_ABSENT;
    if (op->kind == OP_LITERAL)
        return op->field.text;
    v = binxml_value(&in->values, op->slot);
    if (v.type == VALUE_NULL || v.n == 0)
        return op->kind == OP_ATTRIBUTE || (v.type == VALUE_NULL && op->flags & OP_DROPS)
                   ? SLICE_ABSENT
                   : SLICE("");
    return memo_text(j, fact, &v);
}

static uint32_t key_number(const struct native_instance *in)
{
    const struct template_op *op = in->t->fact[FACT_EVENT_ID];
    struct value v;
    uint64_t n;

    if (!op)
        return 0;
    v = op->kind == OP_LITERAL ? op->field.value : binxml_value(&in->values, op->slot);
    return value_u64(&v, &n) == EV_OK && n <= UINT32_MAX ? (uint32_t)n : 0;
}

/* A number that is not of the usual type. */
static __attribute__((noinline)) void set_number(struct event *ev, uint8_t fact,
                                                 const struct value *v)
{
    uint64_t n;

    if (value_u64(v, &n) < 0)
        return;
    if (fact == FACT_LEVEL)
        ev->level = n <= UINT8_MAX ? (uint8_t)n : 0;
    else if (fact == FACT_VERSION)
        ev->version = n <= UINT8_MAX ? (uint8_t)n : 0;
    else if (fact == FACT_EVENT_ID) {
        ev->has_event_id = n <= UINT32_MAX;
        ev->event_id = n <= UINT32_MAX ? (uint32_t)n : 0;
    } else {
        ev->has_record_id = true;
        ev->record_id = n;
    }
}

static __attribute__((noinline)) void set_time(struct event *ev, const struct value *v)
{
    uint64_t t;

    if (value_filetime(v, &t) == EV_OK)
        ev->time_created = t;
}

/* The usual types first; false when it is none. */
static inline bool set_usual(struct event *ev, uint8_t fact, const struct value *v)
{
    if (fact == FACT_TIME && v->type == VALUE_FILETIME && v->n == 8) {
        ev->time_created = binxml_u64(v->p);
    } else if (fact == FACT_RECORD_ID && v->type == VALUE_U64 && v->n == 8) {
        ev->has_record_id = true;
        ev->record_id = binxml_u64(v->p);
    } else if (fact == FACT_EVENT_ID && v->type == VALUE_U16 && v->n == 2) {
        ev->has_event_id = true;
        ev->event_id = binxml_u16(v->p);
    } else if (fact == FACT_LEVEL && v->type == VALUE_U8 && v->n == 1) {
        ev->level = v->p[0];
    } else if (fact == FACT_VERSION && v->type == VALUE_U8 && v->n == 1) {
        ev->version = v->p[0];
    } else {
        return false;
    }
    return true;
}

static struct slice fact_text(struct native_job *j, uint8_t fact, struct field *f)
{
    if (!f->text.p)
        f->text = memo_text(j, (enum template_fact)fact, &f->value);
    return f->text;
}

/* The facts of the event that this field tells. Texts of the key are there already. */
static inline void set_fact(struct native_job *j, const struct native_key *key, uint8_t fact,
                            struct field *f)
{
    struct event *ev = &j->w->builder.ev;

    switch (fact) {
    case FACT_PROVIDER:
        ev->provider = f->text = key->provider;
        break;
    case FACT_CHANNEL:
        ev->channel = f->text = key->channel;
        break;
    case FACT_COMPUTER:
        ev->computer = fact_text(j, fact, f);
        break;
    case FACT_USER:
        ev->user_sid = fact_text(j, fact, f);
        break;
    case FACT_TIME:
        if (!set_usual(ev, FACT_TIME, &f->value))
            set_time(ev, &f->value);
        break;
    default:
        if (!set_usual(ev, fact, &f->value))
            set_number(ev, fact, &f->value);
    }
}

/* Room for n more fields. False when the event would have too many. */
static bool reserve(struct event_builder *b, uint32_t n)
{
    while (b->room - b->ev.n < n) {
        void *v = b->field;

        if (!vec_grow(&v, b->room, &b->room, sizeof *b->field, LIMIT_EVENT_FIELDS))
            return false;
        b->field = v;
    }
    return true;
}

static struct field *add(struct native_job *j, const struct native_instance *in,
                         const struct template_op *op, struct value v)
{
    struct event_builder *b = &j->w->builder;
    struct native_trace *trace = in->trace;
    struct field *f;

    if (trace && trace->n < PLAN_FIELDS && !trace->body)
        trace->op[trace->n++] = op;
    else if (trace)
        trace->unfit = true;
    if (b->ev.n == b->room) {
        event_builder_add_id(b, (enum event_part)op->field.part, op->field.name, op->field.id, v);
        return b->ev.cut ? NULL : &b->field[b->ev.n - 1];
    }
    f = &b->field[b->ev.n++];
    *f = op->field;
    f->value = v;
    return f;
}

/* A field for each item of an array; one empty field when it has none. */
static bool add_array(struct native_job *j, const struct native_instance *in,
                      const struct template_op *op, struct value v)
{
    struct value item = { v.p, 0, VALUE_NULL };
    bool more;

    if (in->trace)
        in->trace->unfit = true;
    if (op->fact || !(op->flags & OP_KEEPS_EMPTY) || op->flags & OP_HAS_ATTRIBUTES)
        return false;
    v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
    more = binxml_array_next(&v, &item);
    do {
        if (!add(j, in, op, item))
            return false;
        more = more && binxml_array_next(&v, &item);
    } while (more);
    return true;
}

static bool fill(struct native_job *j, struct native_instance *in, const struct native_key *key);

/* A value that is XML, inside Event: one more instance. */
static bool fill_body(struct native_job *j, const struct native_instance *in,
                      const struct template_op *op)
{
    struct value v = binxml_value(&in->values, op->slot);
    struct native_instance body;
    uint32_t at, end, stop;

    if (in->trace && in->trace->body)
        in->trace->unfit = true;
    else if (in->trace)
        in->trace->body = op;
    if (v.type == VALUE_NULL)
        return true;
    if (v.type != BINXML_TYPE_XML || in->t->level != TEMPLATE_RECORD || v.n < 5)
        return false;
    at = in->values.off[op->slot];
    end = at + v.n;
    if (binxml_u32(v.p) == FRAGMENT)
        at += 4;
    if (at == end || j->chunk.p[at] != TOKEN_INSTANCE ||
        !native_instance_open(j, (enum template_level)op->skip, at, end, &body, &stop) ||
        !body.t->simple)
        return false;
    if (end - stop > 1 || (end > stop && j->chunk.p[stop] != TOKEN_EOF))
        return false;
    return fill(j, &body, NULL);
}

/* One field of an element's or attribute's value. *any: an attribute of the element was written. */
static bool fill_value(struct native_job *j, const struct native_instance *in,
                       const struct template_op *op, const struct native_key *key, bool *any)
{
    struct value v = binxml_value(&in->values, op->slot);
    struct field *f;

    if (v.type == VALUE_NULL) {
        if (op->flags & OP_DROPS)
            return true;
        v.n = 0;
    }
    if (v.type & BINXML_TYPE_ARRAY)
        return op->kind != OP_ATTRIBUTE && add_array(j, in, op, v);
    if (v.type == BINXML_TYPE_XML)
        return false;
    if (op->kind == OP_ATTRIBUTE) {
        if (v.n == 0)
            return true;
        *any = true;
    } else if (!(op->flags & OP_KEEPS_EMPTY) || (op->flags & OP_HAS_ATTRIBUTES && *any)) {
        /* A text may be empty that has bytes. */
        if (in->trace && v.n > 0 && v.type <= VALUE_ANSI)
            in->trace->unfit = true;
        if (binxml_value_empty(&v))
            return true;
    }
    f = add(j, in, op, v);
    if (f && op->fact && in->t->fact[op->fact] == op)
        set_fact(j, key, op->fact, f);
    return f != NULL;
}

/* Are all children of the element left out? */
static bool childless(const struct native_instance *in, const struct template_op *op)
{
    const struct value *slots = &op->field.value;

    for (uint32_t i = 0; i < slots->n; i += 2)
        if (binxml_value(&in->values, binxml_u16(slots->p + i)).type != VALUE_NULL)
            return false;
    return true;
}

static bool fill_op(struct native_job *j, const struct native_instance *in,
                    const struct template_op *op, const struct native_key *key, bool *any)
{
    struct field *f;

    switch (op->kind) {
    case OP_LITERAL:
        if (op->flags & OP_HAS_ATTRIBUTES && *any)
            return true;
        f = add(j, in, op, op->field.value);
        if (!f)
            return false;
        f->text = op->field.text;
        if (op->fact && in->t->fact[op->fact] == op)
            set_fact(j, key, op->fact, f);
        return true;
    case OP_CHILDLESS:
        return !childless(in, op) || add(j, in, op, value_utf8(SLICE("")));
    case OP_BODY:
        return fill_body(j, in, op);
    default:
        return fill_value(j, in, op, key, any);
    }
}

static bool fill_ops(struct native_job *j, const struct native_instance *in,
                     const struct native_key *key)
{
    bool any = false;

    for (uint32_t i = 0; i < in->t->ops; i++) {
        const struct template_op *op = &in->t->op[i];

        any = any && !(op->flags & OP_FIRST);
        if (op->kind != OP_DROP) {
            if (!fill_op(j, in, op, key, &any))
                return false;
        } else if (binxml_value(&in->values, op->slot).type == VALUE_NULL) {
            i += op->skip;
        }
    }
    return true;
}

static bool fill_plan(struct native_job *j, const struct native_plan *p,
                      const struct native_instance *in, const struct native_key *key)
{
    struct event_builder *b = &j->w->builder;
    struct field *to;

    /* With room for one, there is a place to point at. */
    if (!reserve(b, p->fields ? p->fields : 1))
        return false;
    to = b->field + b->ev.n;
    native_plan_fields(p, &in->values, to);
    b->ev.n += p->fields;
    j->nw->planned[in->t->level != TEMPLATE_RECORD] = p;
    for (uint32_t i = 0; key && i < p->facts; i++)
        set_fact(j, key, p->fact[i].fact, to + p->fact[i].field);
    return !p->body || fill_body(j, in, p->body);
}

/* key: of the record, with the instance that holds System; else NULL. */
static bool fill(struct native_job *j, struct native_instance *in, const struct native_key *key)
{
    const struct native_plan *p = native_plan_find(in->t, &in->values);
    struct native_trace *trace = &j->nw->trace[in->t->level != TEMPLATE_RECORD];

    if (p)
        return fill_plan(j, p, in, key);
    if (in->t->plans->n < PLAN_VARIANTS) {
        trace->n = 0;
        trace->body = NULL;
        trace->unfit = false;
        in->trace = trace;
    }
    if (!fill_ops(j, in, key))
        return false;
    if (in->trace)
        native_plan_keep(&j->nw->templates.arena, in->t, &in->values, trace);
    return true;
}

/* The record's own instance, of a simple template, and nothing but it. */
static bool open_record(struct native_job *j, uint32_t at, uint32_t end, struct native_instance *in,
                        uint32_t *ret_end)
{
    uint32_t stop;

    if (end - at < 5 || binxml_u32(j->chunk.p + at) != FRAGMENT ||
        j->chunk.p[at + 4] != TOKEN_INSTANCE ||
        !native_instance_open(j, TEMPLATE_RECORD, at + 4, end, in, &stop) || !in->t->simple ||
        stop == end || j->chunk.p[stop] != TOKEN_EOF)
        return false;
    *ret_end = stop + 1;
    return true;
}

int native_fill(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end)
{
    struct event_builder *b = &j->w->builder;
    struct native_key key;
    struct native_instance in;
    int rc;

    if (!open_record(j, at, end, &in, ret_end))
        return NATIVE_SLOW;
    event_builder_start(b, j->r->base.options.names);
    key = (struct native_key){ key_text(j, &in, FACT_PROVIDER), key_text(j, &in, FACT_CHANNEL),
                               key_number(&in) };
    rc = native_ask(j, key.provider, key.channel, key.event_id);
    if (rc < 0)
        return rc;
    j->nw->planned[0] = j->nw->planned[1] = NULL;
    /* Too many fields: the walk would come to the same ones, at several times the cost. */
    if (!fill(j, &in, &key) && !b->ev.cut)
        return NATIVE_SLOW;
    b->ev.field = b->field;
    return EV_OK;
}

int native_facts(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end)
{
    struct event_builder *b = &j->w->builder;
    struct native_instance *in = &j->nw->outer;
    struct event *ev = &b->ev;
    const struct template_op *time;
    struct value v;
    uint64_t t;
    int rc;

    if (!open_record(j, at, end, in, ret_end))
        return NATIVE_SLOW;
    event_builder_start(b, j->r->base.options.names);
    ev->provider = key_text(j, in, FACT_PROVIDER);
    ev->channel = key_text(j, in, FACT_CHANNEL);
    ev->event_id = key_number(in);
    rc = native_ask(j, ev->provider, ev->channel, ev->event_id);
    if (rc < 0)
        return rc;
    ev->computer = key_text(j, in, FACT_COMPUTER);
    time = in->t->fact[FACT_TIME];
    if (time) {
        v = time->kind == OP_LITERAL ? time->field.value : binxml_value(&in->values, time->slot);
        if (value_filetime(&v, &t) == EV_OK)
            ev->time_created = t;
    }
    return EV_OK;
}
