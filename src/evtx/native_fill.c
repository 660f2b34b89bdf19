/* native_fill.c - a record of simple templates -> an event, the common case and the fast one.
 *
 * It decides nothing that the token walk would decide otherwise; where a record is not of the usual
 * shape it gives up and the walk starts over.
 * May include: base/, event/, this folder. */
#include "evtx/native_fact.h"

#define FRAGMENT 0x0001010fu

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
    return native_memo_text(j, fact, &v);
}

static uint32_t key_number(const struct native_instance *in)
{
    const struct template_op *op = in->t->fact[FACT_EVENT_ID];
    struct value v;
    uint64_t n;

    if (!op)
        return 0;
    v = op->kind == OP_LITERAL ? op->field.value : binxml_value(&in->values, op->slot);
    if (v.type == VALUE_U16 && v.n == 2)
        return binxml_u16(v.p);
    return value_u64(&v, &n) == EV_OK && n <= UINT32_MAX ? (uint32_t)n : 0;
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

/* The instance that a value is which is XML, inside Event. */
static bool open_body(struct native_job *j, const struct native_instance *in,
                      const struct template_op *op, struct native_instance *ret)
{
    struct value v = binxml_value(&in->values, op->slot);
    uint32_t at, end, stop;

    if (v.type != BINXML_TYPE_XML || in->t->level != TEMPLATE_RECORD || v.n < 5)
        return false;
    at = in->values.off[op->slot];
    end = at + v.n;
    if (binxml_u32(v.p) == FRAGMENT)
        at += 4;
    if (at == end || j->chunk.p[at] != TOKEN_INSTANCE ||
        !native_instance_open(j, (enum template_level)op->skip, at, end, ret, &stop) ||
        !ret->t->simple)
        return false;
    return end - stop <= 1 && (end == stop || j->chunk.p[stop] == TOKEN_EOF);
}

/* A value that is XML, inside Event: one more instance. */
static bool fill_body(struct native_job *j, const struct native_instance *in,
                      const struct template_op *op)
{
    struct native_instance body;

    if (in->trace && in->trace->body)
        in->trace->unfit = true;
    else if (in->trace)
        in->trace->body = op;
    if (binxml_value(&in->values, op->slot).type == VALUE_NULL)
        return true;
    return open_body(j, in, op, &body) && fill(j, &body, NULL);
}

bool native_body(struct native_job *j, const struct native_plan *p, struct native_instance *ret,
                 const struct native_plan **ret_plan)
{
    const struct native_instance *in = &j->nw->outer;

    *ret_plan = NULL;
    if (!p->body || binxml_value(&in->values, p->body->slot).type == VALUE_NULL)
        return true;
    if (!open_body(j, in, p->body, ret))
        return false;
    *ret_plan = native_plan_find(ret->t, &ret->values);
    return *ret_plan != NULL;
}

bool native_fill_body(struct native_job *j, const struct native_plan *p)
{
    struct event_builder *b = &j->w->builder;

    /* They take the place of System's. */
    j->nw->made[0].plan = NULL;
    if (b->started)
        native_made_forget(j->nw);
    b->started = false;
    b->ev.n = 0;
    if (p->body && !fill_body(j, &j->nw->outer, p->body))
        return false;
    b->ev.field = b->field;
    b->ev.padded = true;
    return true;
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
        native_fact_set(j, key, op->fact, f);
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
            native_fact_set(j, key, op->fact, f);
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

/* The facts that the fields of a plan tell. */
static inline void plan_facts(struct native_job *j, const struct native_plan *p,
                              const struct native_key *key, struct field *to)
{
    struct event *ev = &j->w->builder.ev;

    if (p->usual) {
        ev->has_event_id = ev->has_record_id = true;
        ev->event_id = binxml_u16(to[p->number[FACT_EVENT_ID]].value.p);
        ev->level = to[p->number[FACT_LEVEL]].value.p[0];
        ev->version = to[p->number[FACT_VERSION]].value.p[0];
        ev->record_id = binxml_u64(to[p->number[FACT_RECORD_ID]].value.p);
        ev->time_created = binxml_u64(to[p->number[FACT_TIME]].value.p);
    }
    for (uint32_t i = 0; i < p->facts; i++)
        native_fact_set(j, key, p->fact[i].fact, to + p->fact[i].field);
}

/* Fields of the last record with the same plan at the same place are there, all but their values. */
static bool fill_plan(struct native_job *j, const struct native_plan *p,
                      const struct native_instance *in, const struct native_key *key)
{
    struct event_builder *b = &j->w->builder;
    struct native_made *made = &j->nw->made[in->t->level != TEMPLATE_RECORD];
    struct field *to;
    bool again;

    /* With room for one, there is a place to point at. */
    if (!event_builder_reserve(b, p->fields ? p->fields : 1))
        return false;
    to = b->field + b->ev.n;
    again = made->plan == p && made->at == b->ev.n;
    if (!again)
        j->nw->made[1].plan = NULL;
    *made = (struct native_made){ p, b->ev.n };
    native_plan_fields(p, &in->values, to, again);
    b->ev.n += p->fields;
    j->nw->planned[in->t->level != TEMPLATE_RECORD] = p;
    if (key)
        plan_facts(j, p, key, to);
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
    native_made_forget(j->nw);
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

/* The key, and whether its record is wanted. */
static int ask_key(struct native_job *j, const struct native_instance *in, struct native_key *ret)
{
    event_builder_drop_texts(&j->w->builder);
    ret->provider = key_text(j, in, FACT_PROVIDER);
    ret->channel = key_text(j, in, FACT_CHANNEL);
    ret->event_id = key_number(in);
    return native_ask(j, ret->provider, ret->channel, ret->event_id);
}

int native_fill(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end)
{
    struct event_builder *b = &j->w->builder;
    struct native_key key;
    struct native_instance in;
    int rc;

    if (!open_record(j, at, end, &in, ret_end))
        return NATIVE_SLOW;
    rc = ask_key(j, &in, &key);
    if (rc < 0)
        return rc;
    if (b->started)
        native_made_forget(j->nw);
    event_builder_blank(b, j->r->base.options.names);
    b->started = false;
    j->nw->planned[0] = j->nw->planned[1] = NULL;
    /* Too many fields: the walk would come to the same ones, at several times the cost. */
    if (!fill(j, &in, &key) && !b->ev.cut)
        return NATIVE_SLOW;
    b->ev.field = b->field;
    b->ev.padded = true;
    return EV_OK;
}

int native_facts(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end)
{
    struct event_builder *b = &j->w->builder;
    struct native_instance *in = &j->nw->outer;
    struct event *ev = &b->ev;
    const struct template_op *time;
    struct native_key key;
    struct value v;
    uint64_t t;
    int rc;

    if (!open_record(j, at, end, in, ret_end))
        return NATIVE_SLOW;
    rc = ask_key(j, in, &key);
    if (rc < 0)
        return rc;
    event_builder_blank(b, j->r->base.options.names);
    ev->provider = key.provider;
    ev->channel = key.channel;
    ev->event_id = key.event_id;
    ev->computer = key_text(j, in, FACT_COMPUTER);
    time = in->t->fact[FACT_TIME];
    if (time) {
        v = time->kind == OP_LITERAL ? time->field.value : binxml_value(&in->values, time->slot);
        if (value_filetime(&v, &t) == EV_OK)
            ev->time_created = t;
    }
    return EV_OK;
}
