/* native_fact.c - what struct event takes from System.
 * May include: base/, event/, this folder. */
#include "evtx/native_fact.h"

struct slice native_memo_make(struct native_job *j, enum template_fact fact, const struct value *v)
{
    struct native_memo *m = &j->nw->memo[fact];
    struct slice text = value_text(v, &j->w->builder.arena);

    if (!text.p || v->n > sizeof m->raw || text.n > sizeof m->text)
        return text;
    memcpy(m->raw, v->p, v->n);
    m->n = v->n;
    m->type = v->type;
    memcpy(m->text, text.p, text.n);
    m->text_n = text.n;
    return slice_of(m->text, m->text_n);
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
        f->text = native_memo_text(j, (enum template_fact)fact, &f->value);
    return f->text;
}

void native_fact_set(struct native_job *j, const struct native_key *key, uint8_t fact,
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
