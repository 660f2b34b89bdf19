/* render_json_value.c - the values of a line of JSON: written, or noted as steps.
 * May include: base/, event/, this folder. */
#include "evtx/render_json_value.h"

#include "evtx/render_string.h"

void render_json_put(struct render_json_writer *w, struct slice s)
{
    uint8_t *to = buf_room(w->out, s.n);

    if (!to)
        return;
    memcpy(to, s.p, s.n);
    w->out->n += s.n;
}

void render_json_string(struct render_json_writer *w, struct slice s)
{
    uint8_t *to = buf_room(w->out, 6 * s.n + JSON_GLUE), *end;

    if (!to)
        return;
    if (!s.p) {
        render_json_put(w, SLICE("null"));
        return;
    }
    *to = '"';
    end = render_utf8(&w->r->state, to + 1, s, RENDER_JSON);
    *end++ = '"';
    w->out->n += (size_t)(end - to);
}

/* Is the field's value another one in each record of these plans? */
static bool varies(const struct render_json_writer *w, const struct field *f)
{
    size_t i = (size_t)(f - w->ev->field);
    const struct native_plan *p = w->plan[0];

    if (i >= p->fields) {
        i -= p->fields;
        p = w->plan[1];
    }
    for (uint32_t k = 0; k < p->constants; k++)
        if (p->constant[k].at == i)
            return false;
    return true;
}

static struct render_step *put_step(struct render_json_writer *w, const struct field *f)
{
    render_draft_value(w->draft, (uint16_t)(f - w->ev->field), f->value.type, RENDER_JSON);
    return render_draft_last(w->draft);
}

void render_json_value(struct render_json_writer *w, const struct field *f)
{
    const struct value *v = &f->value;
    uint8_t *to, *end;
    bool padded;

    if (w->draft && varies(w, f)) {
        buf_byte(w->out, '"');
        put_step(w, f);
        buf_byte(w->out, '"');
        return;
    }
    if (f->text.p) {
        render_json_string(w, f->text);
        return;
    }
    to = buf_room(w->out, render_room(v) + JSON_GLUE);
    if (!to)
        return;
    padded = w->padded.p && w->padded.n >= v->n && v->p >= w->padded.p &&
             v->p <= w->padded.p + w->padded.n - v->n;
    *to = '"';
    end = render_value(&w->r->state, to + 1, v, RENDER_JSON, padded);
    if (!end) {
        w->out->full = true;
        return;
    }
    *end++ = '"';
    w->out->n += (size_t)(end - to);
}

void render_json_key(struct render_json_writer *w, const char *key)
{
    buf_str(w->out, key);
}

static void number(struct render_json_writer *w, bool has, uint64_t n)
{
    uint8_t *to = buf_room(w->out, JSON_GLUE);

    if (!to)
        return;
    if (has)
        w->out->n += (size_t)(render_decimal(to, n) - to);
    else
        render_json_put(w, SLICE("null"));
}

static void put_time(struct render_json_writer *w, uint64_t t)
{
    uint8_t raw[8];
    struct value v = { raw, 8, VALUE_FILETIME };
    uint8_t *to = buf_room(w->out, JSON_GLUE);

    for (int i = 0; i < 8; i++)
        raw[i] = (uint8_t)(t >> 8 * i);
    if (!to)
        return;
    if (!t) {
        render_json_put(w, SLICE("null"));
        return;
    }
    *to = '"';
    to = render_value(&w->r->state, to + 1, &v, RENDER_JSON, false);
    *to++ = '"';
    w->out->n = (size_t)(to - w->out->p);
}

/* Does a step write the fact? Yes where its field varies; there has to be one when there is a fact. */
static const struct field *fact_step(struct render_json_writer *w, enum template_fact fact,
                                     bool has)
{
    const struct native_plan *p;
    const struct field *f = NULL;

    if (!w->draft)
        return NULL;
    p = w->plan[0];
    if (p->usual && (fact == FACT_EVENT_ID || fact == FACT_RECORD_ID || fact == FACT_TIME))
        f = &w->ev->field[p->number[fact]];
    for (uint32_t i = 0; i < p->facts; i++)
        if (p->fact[i].fact == fact)
            f = &w->ev->field[p->fact[i].field];
    w->draft->failed |= has != (f != NULL);
    return f && varies(w, f) ? f : NULL;
}

void render_json_fact_text(struct render_json_writer *w, enum template_fact fact, struct slice text)
{
    const struct field *f = fact_step(w, fact, text.p != NULL);
    struct render_step *st;

    if (!f) {
        render_json_string(w, text);
        return;
    }
    buf_byte(w->out, '"');
    st = put_step(w, f);
    buf_byte(w->out, '"');
    if (st && st->kind == STEP_JSON)
        st->kind = STEP_FACT; /* the reader made the text, and counts nothing */
}

void render_json_fact_number(struct render_json_writer *w, enum template_fact fact, bool has,
                             uint64_t n)
{
    const struct field *f = fact_step(w, fact, has);
    struct render_step *st = f ? put_step(w, f) : NULL;

    if (!f)
        number(w, has, n);
    else if (st && (st->kind == STEP_U16 || st->kind == STEP_U64))
        st->exact = true;
    else
        w->draft->failed = true; /* text, or a number with a sign */
}

void render_json_fact_time(struct render_json_writer *w, uint64_t t)
{
    const struct field *f = fact_step(w, FACT_TIME, t != 0);
    struct render_step *st;

    if (!f) {
        put_time(w, t);
        return;
    }
    buf_byte(w->out, '"');
    st = put_step(w, f);
    buf_byte(w->out, '"');
    if (st && st->kind == STEP_FILETIME) {
        st->kind = STEP_TIME;
        st->exact = true;
    } else {
        w->draft->failed = true;
    }
}
