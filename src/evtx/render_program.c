/* render_program.c - tokens of a template -> literals and operations.
 *
 * The rules for what is written are those of render_walk.c; a test holds both to each other over all
 * logs. May include: base/, event/, this folder. */
#include "evtx/render_program.h"

#include "base/limits.h"
#include "base/vec.h"
#include "evtx/render_name.h"
#include "evtx/render_value.h"

#define OPS_MAX 16384
#define PADDING 32 /* render_copy */

struct element {
    size_t tag_at, tag_end; /* its start tag in the literals; tag_end 0: not yet over */
    size_t ops;             /* when it began, behind its DROP */
    size_t name_at, name_n;
    bool drops;
    uint16_t drop_slot;
    unsigned pieces; /* of its content */
    bool tag_moves;  /* an operation stands inside the start tag */
};

struct compiler {
    const struct template *t;
    struct arena *arena;
    struct render_state state;
    VEC(struct render_op) op;
    struct buf literal, between;
    size_t from; /* literals before it belong to operations */
    struct element stack[LIMIT_BINXML_DEPTH];
    unsigned depth, roots;
    bool in_tag, in_attribute, failed;
    size_t attribute_at, attribute_value; /* where ` name='` and its value begin */
    unsigned literals;                    /* literal pieces of the attribute, and values */
    unsigned values;
    struct render_op pending; /* the attribute's first value, when it came before any literal */
    VEC(struct slice) seen;   /* attribute names of the element */
};

static void fail(struct compiler *c)
{
    c->failed = true;
}

static struct render_op *emit(struct compiler *c, enum render_op_kind kind, uint16_t slot)
{
    struct render_op op = { .kind = (uint8_t)kind,
                            .slot = slot,
                            .at = (uint32_t)c->from,
                            .before = (uint32_t)(c->literal.n - c->from) };

    c->from = c->literal.n;
    if (!vec_push(&c->op, OPS_MAX, op)) {
        fail(c);
        c->op.v[0] = op;
        return &c->op.v[0];
    }
    return &c->op.v[c->op.n - 1];
}

static void put_name(struct compiler *c, const struct template_token *k)
{
    /* Two names may have become one: the walk minds that. */
    if (render_name((struct binxml_name){ k->text, k->units }, &c->literal) > 0)
        fail(c);
}

static void put_text(struct compiler *c, const struct value *v)
{
    enum render_place place = c->in_attribute ? RENDER_ATTRIBUTE : RENDER_TEXT;
    uint8_t *to = buf_reserve(&c->literal, render_room(v));
    uint8_t *end = to ? render_value(&c->state, to, v, place, false) : NULL;

    if (!end)
        fail(c);
    else
        c->literal.n += (size_t)(end - to);
}

static void on_element(struct compiler *c, const struct template_token *k)
{
    struct element *e = &c->stack[c->depth];

    if (c->in_tag || c->depth == LIMIT_BINXML_DEPTH ||
        (c->depth == 0 && c->roots++ > 0 && c->t->level == TEMPLATE_RECORD)) {
        fail(c);
        return;
    }
    /* Event itself is never left out, as in the walk. */
    *e = (struct element){ .drops = k->number != BINXML_NO_DEPENDENCY &&
                                    (c->depth > 0 || c->t->level != TEMPLATE_RECORD),
                           .drop_slot = k->number };
    if (c->depth > 0)
        e[-1].pieces++;
    if (e->drops)
        emit(c, RENDER_OP_DROP, k->number);
    e->ops = c->op.n;
    e->tag_at = c->literal.n;
    buf_byte(&c->literal, '<');
    e->name_at = c->literal.n;
    put_name(c, k);
    e->name_n = c->literal.n - e->name_at;
    c->depth++;
    c->in_tag = true;
    c->seen.n = 0;
}

static void end_attribute(struct compiler *c)
{
    struct render_op *op;

    if (!c->in_attribute)
        return;
    c->in_attribute = false;
    if (c->literals == 0 && c->values == 0) {
        c->literal.n = c->attribute_at;
        return;
    }
    buf_byte(&c->literal, '\'');
    if (c->literals > 0)
        return;
    c->stack[c->depth - 1].tag_moves = true;
    op = emit(c, RENDER_OP_ATTRIBUTE, c->pending.slot);
    op->before = (uint32_t)(c->attribute_at - op->at);
    op->pre = (uint32_t)(c->attribute_value - c->attribute_at);
    op->post = 1;
}

static void on_attribute(struct compiler *c, const struct template_token *k)
{
    struct slice raw = slice_of(k->text, (size_t)2 * k->units);

    if (!c->in_tag) {
        fail(c);
        return;
    }
    end_attribute(c);
    for (size_t i = 0; i < c->seen.n; i++)
        if (slice_eq(c->seen.v[i], raw))
            fail(c);
    if (!vec_push(&c->seen, 64, raw))
        fail(c);
    c->in_attribute = true;
    c->literals = c->values = 0;
    c->attribute_at = c->literal.n;
    buf_byte(&c->literal, ' ');
    put_name(c, k);
    buf_str(&c->literal, "='");
    c->attribute_value = c->literal.n;
}

static bool place_ok(struct compiler *c)
{
    if (c->depth == 0 || (c->in_tag && !c->in_attribute))
        fail(c);
    return !c->failed;
}

static void on_literal(struct compiler *c, const struct value *v)
{
    if (!place_ok(c))
        return;
    if (!c->in_attribute)
        c->stack[c->depth - 1].pieces++;
    else if (c->values > 0 && c->literals == 0)
        fail(
            c); /* a value first, then text: is the attribute there without the value? The walk knows */
    else
        c->literals++;
    put_text(c, v);
}

static void on_value(struct compiler *c, uint16_t slot)
{
    struct element *e;

    if (!place_ok(c))
        return;
    e = &c->stack[c->depth - 1];
    if (!c->in_attribute) {
        e->pieces++;
        emit(c, RENDER_OP_VALUE, slot);
    } else if (c->literals > 0) {
        e->tag_moves = true;
        emit(c, RENDER_OP_PART, slot);
    } else if (c->values++ == 0) {
        c->pending.slot = slot;
    } else {
        fail(c);
    }
}

static void close_start(struct compiler *c)
{
    if (!c->in_tag) {
        fail(c);
        return;
    }
    end_attribute(c);
    c->in_tag = false;
    buf_byte(&c->literal, '>');
    c->stack[c->depth - 1].tag_end = c->literal.n;
}

/* The only thing in the element is one value: an array repeats the element. */
static void set_between(struct compiler *c, struct element *e, struct render_op *op, size_t end_at)
{
    if (e->tag_moves)
        return;
    op->between = (uint32_t)c->between.n;
    buf_slice(&c->between, slice_sub(buf_view(&c->literal), end_at, SIZE_MAX));
    buf_slice(&c->between, slice_sub(buf_view(&c->literal), e->tag_at, e->tag_end - e->tag_at));
    op->between_n = (uint32_t)c->between.n - op->between;
}

static void end_drop(struct compiler *c, struct element *e)
{
    struct render_op *drop = &c->op.v[e->ops - 1], *only = drop + 1;

    if (c->op.n == e->ops + 1 && only->kind == RENDER_OP_VALUE && only->slot == drop->slot) {
        only->kind = RENDER_OP_OPTIONAL;
        only->at = drop->at;
        only->pre = only->before;
        only->before = drop->before;
        only->post = (uint32_t)(c->literal.n - c->from);
        c->from = c->literal.n;
        *drop = *only;
        c->op.n--;
        return;
    }
    emit(c, RENDER_OP_LITERAL, 0);
    drop = &c->op.v[e->ops - 1]; /* operations may have moved */
    drop->skip = (uint32_t)(c->op.n - e->ops);
}

static void on_end(struct compiler *c, bool empty)
{
    struct element *e;
    size_t at;

    if (c->depth == 0 || c->in_tag != empty) {
        fail(c);
        return;
    }
    end_attribute(c);
    c->in_tag = false;
    e = &c->stack[--c->depth];
    at = c->literal.n;
    if (empty) {
        buf_str(&c->literal, "/>");
    } else {
        uint8_t *to = buf_reserve(&c->literal, e->name_n + 3);

        if (!to) {
            fail(c);
            return;
        }
        memcpy(to, "</", 2);
        memcpy(to + 2, c->literal.p + e->name_at, e->name_n);
        to[e->name_n + 2] = '>';
        c->literal.n += e->name_n + 3;
        if (e->pieces == 1 && c->op.n > e->ops && c->op.v[c->op.n - 1].kind == RENDER_OP_VALUE &&
            c->op.v[c->op.n - 1].at + c->op.v[c->op.n - 1].before == e->tag_end)
            set_between(c, e, &c->op.v[c->op.n - 1], at);
    }
    if (e->drops && !c->failed)
        end_drop(c, e);
}

static void on_entity(struct compiler *c, const struct template_token *k)
{
    struct slice text = binxml_entity((struct binxml_name){ k->text, k->units });

    if (text.n == 0)
        fail(c); /* nobody declares it: the walk shows it as it stands */
    else
        on_literal(c, &(struct value){ text.p, (uint32_t)text.n, VALUE_UTF8 });
}

static void on_token(struct compiler *c, const struct template_token *k)
{
    uint8_t unit[2] = { (uint8_t)k->number, (uint8_t)(k->number >> 8) };

    switch (k->token) {
    case TOKEN_ELEMENT:
        on_element(c, k);
        break;
    case TOKEN_ATTRIBUTE:
        on_attribute(c, k);
        break;
    case TOKEN_CLOSE_START:
        close_start(c);
        break;
    case TOKEN_CLOSE_EMPTY:
    case TOKEN_END:
        on_end(c, k->token == TOKEN_CLOSE_EMPTY);
        break;
    case TOKEN_VALUE:
    case TOKEN_CDATA:
        on_literal(c, &(struct value){ k->text, 2 * k->units, VALUE_UTF16 });
        break;
    case TOKEN_CHAR_REF:
        if (k->number >= 0xd800 && k->number < 0xe000)
            fail(c);
        on_literal(c, &(struct value){ unit, 2, VALUE_UTF16 });
        break;
    case TOKEN_ENTITY_REF:
        on_entity(c, k);
        break;
    case TOKEN_NORMAL:
    case TOKEN_OPTIONAL:
        on_value(c, k->number);
        break;
    case TOKEN_FRAGMENT:
        if (c->in_tag)
            fail(c);
        break;
    case TOKEN_EOF:
        break;
    default:
        fail(c);
    }
}

/* Everything into the arena, the stretches between items behind the literals. */
static const struct render_program *finish(struct compiler *c)
{
    size_t n = c->literal.n, all = n + c->between.n;
    struct render_program *p = arena_try(c->arena, sizeof *p);
    struct render_op *op = arena_try(c->arena, c->op.n * sizeof *op);
    uint8_t *literal = arena_try(c->arena, all + PADDING);

    /* What was replaced is counted where it is written, which only the walk knows. */
    if (!p || !op || !literal || c->literal.full || c->between.full || c->state.replaced)
        return NULL;
    if (c->op.n)
        memcpy(op, c->op.v, c->op.n * sizeof *op);
    for (size_t i = 0; i < c->op.n; i++)
        op[i].between += (uint32_t)n;
    if (n)
        memcpy(literal, c->literal.p, n);
    if (c->between.n)
        memcpy(literal + n, c->between.p, c->between.n);
    memset(literal + all, 0, PADDING);
    *p = (struct render_program){ op, (uint32_t)c->op.n, literal, (uint32_t)n };
    return p;
}

static const struct render_program *compile(const struct template *t, struct arena *a, bool lines)
{
    struct compiler c = { .t = t, .arena = a, .state = { .arena = a, .lines = lines } };
    const struct render_program *p = NULL;

    buf_init(&c.literal, LIMIT_RENDER_LITERAL);
    buf_init(&c.between, LIMIT_RENDER_LITERAL);
    for (uint32_t i = 0; i < t->tokens && !c.failed && !c.literal.full; i++)
        on_token(&c, &t->token[i]);
    if (c.depth != 0 || c.in_tag)
        fail(&c);
    if (!c.failed) {
        emit(&c, RENDER_OP_LITERAL, 0);
        p = c.failed ? NULL : finish(&c);
    }
    buf_release(&c.literal);
    buf_release(&c.between);
    vec_release(&c.op);
    vec_release(&c.seen);
    return p;
}

const struct render_program *render_program_of(const struct template *t, struct arena *a,
                                               bool lines)
{
    struct render_memo *m = t->render;

    if (!m->tried || m->lines != lines) {
        *m = (struct render_memo){ .program = compile(t, a, lines), .tried = true, .lines = lines };
    }
    return m->program;
}
