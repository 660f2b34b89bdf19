/* template_compile.c - the tokens of a definition -> operations.
 *
 * The rules for what becomes a field are those of native_sink.c; the differential test holds both to
 * libevtx. Whatever needs a decision that depends on more than one value is left to the token walk.
 * May include: base/, event/, this folder. */
#include "evtx/template.h"

#include "base/limits.h"
#include "base/utf16.h"
#include "base/vec.h"
#include "evtx/native_plan.h"
#include "evtx/native_sink.h"
#include "evtx/render_program.h"
#include "evtx/record_walk.h"

#define TOKENS_MAX EVTX_CHUNK /* one byte each at least */

enum content { CONTENT_NONE, CONTENT_LITERAL, CONTENT_VALUE };

struct piece {
    enum content content;
    struct slice literal;
    uint16_t slot;
};

struct element {
    struct slice name;       /* local; Data's Name where it has one */
    bool data;               /* its own name is Data */
    bool child, child_stays; /* has children; one of them is never left out */
    bool attribute, attribute_stays;
    bool drops;
    size_t drop_op; /* index of its OP_DROP, when drops */
    uint16_t slot;  /* that it depends on, when drops */
    size_t kids;    /* where its children begin in the compiler's list */
    struct piece content;
};

struct compiler {
    struct arena *arena;
    const struct names *names;
    VEC(struct template_op) op;
    VEC(struct template_token) token;
    VEC(uint16_t) kid; /* slots that children of open elements depend on */
    struct element stack[LIMIT_BINXML_DEPTH];
    unsigned base, depth; /* of the root and of the next element */
    unsigned roots, systems;
    enum event_part part;
    bool in_tag; /* between the element's token and the end of its start tag */
    bool in_attribute;
    struct slice attribute;
    struct piece value; /* of the attribute */
    bool simple, failed;
};

static void not_simple(struct compiler *c)
{
    c->simple = false;
}

/* What was replaced is counted wherever it is written, which only the walk does. */
static struct slice text_of(struct compiler *c, const uint8_t *p, uint32_t units)
{
    struct value v = { p, 2 * units, VALUE_UTF16 };
    struct slice s = value_text(&v, c->arena);

    if (!s.p)
        c->failed = true;
    else if (slice_find(s, SLICE("\xef\xbf\xbd")) != SIZE_MAX)
        not_simple(c);
    return s;
}

/* A name keeps its NULs, a value does not. */
static struct slice name_of(struct compiler *c, struct binxml_name name)
{
    uint8_t *p = arena_try(c->arena, utf16_utf8_room(name.units));

    if (!p) {
        c->failed = true;
        return SLICE("");
    }
    return slice_of(p, utf16_to_utf8(name.p, name.units, p));
}

static uint8_t fact_of(enum event_part part, uint32_t id)
{
    static const struct {
        uint32_t id;
        uint8_t fact;
    } facts[] = { { FIELD_PROVIDER_NAME, FACT_PROVIDER }, { FIELD_CHANNEL, FACT_CHANNEL },
                  { FIELD_COMPUTER, FACT_COMPUTER },      { FIELD_SECURITY_USERID, FACT_USER },
                  { FIELD_EVENTID, FACT_EVENT_ID },       { FIELD_LEVEL, FACT_LEVEL },
                  { FIELD_VERSION, FACT_VERSION },        { FIELD_EVENTRECORDID, FACT_RECORD_ID },
                  { FIELD_TIMECREATED, FACT_TIME } };

    for (size_t i = 0; part == EVENT_SYSTEM && i < sizeof facts / sizeof *facts; i++)
        if (facts[i].id == id)
            return facts[i].fact;
    return FACT_NONE;
}

static struct template_op *emit(struct compiler *c, enum template_op_kind kind, struct slice name)
{
    struct template_op op = { .kind = (uint8_t)kind,
                              .field = { .name = name, .part = (uint8_t)c->part } };

    if (kind != OP_DROP && kind != OP_BODY) {
        op.field.id = names_find(c->names, name);
        op.fact = fact_of(c->part, op.field.id);
    }
    if (!vec_push(&c->op, LIMIT_EVENT_FIELDS, op))
        not_simple(c);
    return &c->op.v[c->op.n - 1];
}

static void set_literal(struct template_op *op, struct slice text)
{
    op->field.value = value_utf8(text);
    op->field.text = text;
}

static struct slice join(struct compiler *c, struct slice element, struct slice attribute)
{
    struct slice s = arena_printf(c->arena, "%.*s_%.*s", SLICE_ARG(element), SLICE_ARG(attribute));

    if (!s.p)
        c->failed = true;
    return s;
}

static void attribute_op(struct compiler *c, struct element *e, struct slice name)
{
    struct template_op *op;

    if (c->part == EVENT_SYSTEM)
        name = join(c, e->name, name);
    op = emit(c, c->value.content == CONTENT_VALUE ? OP_ATTRIBUTE : OP_LITERAL, name);
    op->flags = e->attribute ? 0 : OP_FIRST;
    op->slot = c->value.slot;
    if (op->kind == OP_LITERAL)
        set_literal(op, c->value.literal);
    e->attribute = true;
    e->attribute_stays |= op->kind == OP_LITERAL;
}

static void end_attribute(struct compiler *c)
{
    struct element *e;
    unsigned depth; /* of the element */
    bool data;

    if (!c->in_attribute)
        return;
    c->in_attribute = false;
    depth = c->depth - 1;
    e = &c->stack[depth];
    data = c->part == EVENT_DATA && depth == 2;
    if (depth == 0 || (depth == 1 && c->part <= EVENT_DATA) || native_is_namespace(c->attribute) ||
        c->value.content == CONTENT_NONE)
        return;
    if (data && slice_eq(c->attribute, SLICE("Name"))) {
        if (c->value.content == CONTENT_VALUE)
            not_simple(c);
        else
            e->name = c->value.literal;
        return;
    }
    if (!data || !e->data)
        attribute_op(c, e, native_local(c->attribute));
}

static void on_attribute(struct compiler *c, const struct scan_token *t)
{
    if (c->depth == c->base || !c->in_tag) {
        not_simple(c);
        return;
    }
    end_attribute(c);
    c->in_attribute = true;
    c->attribute = name_of(c, t->name);
    c->value = (struct piece){ .content = CONTENT_NONE };
}

/* Text or a value, in an attribute or in content. */
static void on_piece(struct compiler *c, struct piece p)
{
    struct element *e;

    if (c->depth == c->base || (c->in_tag && !c->in_attribute)) {
        not_simple(c);
        return;
    }
    if (c->in_attribute) {
        if (c->value.content != CONTENT_NONE)
            not_simple(c);
        c->value = p;
        return;
    }
    e = &c->stack[c->depth - 1];
    if (p.content == CONTENT_VALUE &&
        (c->depth == 1 || (c->depth == 2 && c->base == 0 && c->part == EVENT_USER_DATA &&
                           !e->child && e->content.content == CONTENT_NONE))) {
        struct template_op *op = emit(c, OP_BODY, SLICE(""));

        op->slot = p.slot;
        op->skip = c->depth == 1 ? TEMPLATE_BODY : TEMPLATE_USER;
        e->content = c->depth == 1 ? e->content : p;
        return;
    }
    if (c->depth <= 2 || e->child || e->content.content != CONTENT_NONE)
        not_simple(c);
    e->content = p;
}

static bool enter(struct compiler *c, struct slice name)
{
    if (c->depth == c->base && c->roots++ > 0)
        return false;
    if (c->depth == LIMIT_BINXML_DEPTH || c->in_attribute)
        return false;
    if (c->depth == 0)
        return slice_eq(name, SLICE("Event"));
    if (c->depth == 1)
        c->part = native_part(name);
    /* The key is asked for once System is complete: there must be one, in the record's template. */
    if (c->depth == 1 && c->part == EVENT_SYSTEM && (c->base == 1 || c->systems++ > 0))
        return false;
    return c->depth <= 2 || c->part != EVENT_DATA;
}

static void on_element(struct compiler *c, const struct scan_token *t)
{
    struct slice name = native_local(name_of(c, t->name));
    struct element *e;

    if (c->in_tag || !enter(c, name)) {
        not_simple(c);
        return;
    }
    e = &c->stack[c->depth];
    *e = (struct element){ .name = name,
                           .data = slice_eq(name, SLICE("Data")),
                           .kids = c->kid.n,
                           .slot = t->number,
                           .drops = c->depth > 0 && t->number != BINXML_NO_DEPENDENCY };
    if (c->depth > c->base) {
        struct element *parent = e - 1;

        if (parent->content.content != CONTENT_NONE)
            not_simple(c);
        parent->child = true;
        parent->child_stays |= !e->drops;
    }
    if (e->drops) {
        e->drop_op = c->op.n;
        emit(c, OP_DROP, name)->slot = t->number;
    }
    c->depth++;
    c->in_tag = true;
}

static uint8_t keep_flags(struct compiler *c, const struct element *e)
{
    if (e->attribute_stays || !event_builder_keeps_empty(c->part, e->name, false))
        return 0;
    return (uint8_t)(OP_KEEPS_EMPTY | (e->attribute ? OP_HAS_ATTRIBUTES : 0));
}

/* An element that has no child: the field that it is, if any. */
static void leaf(struct compiler *c, struct element *e)
{
    uint8_t keep = keep_flags(c, e);
    struct template_op *op;

    if (e->content.content == CONTENT_VALUE) {
        op = emit(c, OP_VALUE, e->name);
        op->slot = e->content.slot;
        op->flags = keep;
    } else if (e->content.content == CONTENT_LITERAL && e->content.literal.n > 0) {
        set_literal(emit(c, OP_LITERAL, e->name), e->content.literal);
    } else if (keep) {
        op = emit(c, OP_LITERAL, e->name);
        set_literal(op, SLICE(""));
        op->flags = keep;
    }
}

/* An element whose children may all be left out: it is an empty field then. */
static void childless(struct compiler *c, const struct element *e)
{
    size_t n = c->kid.n - e->kids;
    uint8_t *slots;

    if (!keep_flags(c, e))
        return;
    slots = arena_try(c->arena, 2 * n);
    if (e->attribute || !slots) {
        not_simple(c);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        slots[2 * i] = (uint8_t)c->kid.v[e->kids + i];
        slots[2 * i + 1] = (uint8_t)(c->kid.v[e->kids + i] >> 8);
    }
    emit(c, OP_CHILDLESS, e->name)->field.value = (struct value){ slots, (uint32_t)(2 * n), 0 };
}

/* The common element that is nothing but one optional value needs no operation of its own to be
 * left out. */
static void end_drop(struct compiler *c, const struct element *e)
{
    struct template_op *drop, *only;

    if (!c->simple)
        return;
    drop = &c->op.v[e->drop_op];
    only = drop + 1;
    if (c->op.n == e->drop_op + 2 && only->kind == OP_VALUE && only->slot == drop->slot) {
        only->flags |= OP_DROPS;
        *drop = *only;
        c->op.n--;
        return;
    }
    if (c->depth <= 1 && c->part == EVENT_SYSTEM)
        not_simple(c);
    /* The key is looked up without a look at what leaves out a whole group. */
    for (size_t i = e->drop_op + 1; i < c->op.n; i++) {
        const struct template_op *op = &c->op.v[i];

        if (op->fact == FACT_PROVIDER || op->fact == FACT_CHANNEL ||
            (op->fact == FACT_EVENT_ID && (op->kind != OP_VALUE || op->slot != drop->slot)))
            not_simple(c);
    }
    drop->skip = (uint16_t)(c->op.n - e->drop_op - 1);
}

static void on_end(struct compiler *c)
{
    struct element *e;

    end_attribute(c);
    c->in_tag = false;
    if (c->depth == c->base) {
        not_simple(c);
        return;
    }
    e = &c->stack[--c->depth];
    if (c->depth > 1 && !e->child)
        leaf(c, e);
    else if (c->depth > 1 && !e->child_stays)
        childless(c, e);
    c->kid.n = e->kids;
    if (e->drops && !vec_push(&c->kid, LIMIT_EVENT_FIELDS, e->slot))
        not_simple(c);
    if (e->drops)
        end_drop(c, e);
}

static void on_token(struct compiler *c, const struct scan_token *t)
{
    switch (t->token) {
    case TOKEN_ELEMENT:
        on_element(c, t);
        break;
    case TOKEN_ATTRIBUTE:
        on_attribute(c, t);
        break;
    case TOKEN_CLOSE_START:
        if (!c->in_tag)
            not_simple(c);
        else
            end_attribute(c);
        c->in_tag = false;
        break;
    case TOKEN_CLOSE_EMPTY:
    case TOKEN_END:
        if (c->in_tag != (t->token == TOKEN_CLOSE_EMPTY))
            not_simple(c);
        else
            on_end(c);
        break;
    case TOKEN_VALUE:
        on_piece(c, (struct piece){ CONTENT_LITERAL, text_of(c, t->text, t->units), 0 });
        break;
    case TOKEN_NORMAL:
    case TOKEN_OPTIONAL:
        on_piece(c, (struct piece){ CONTENT_VALUE, SLICE_ABSENT, t->number });
        break;
    case TOKEN_FRAGMENT:
        if (c->in_tag) /* the walk takes it for damage */
            not_simple(c);
        break;
    case TOKEN_EOF:
        break;
    default:
        not_simple(c);
    }
}

/* Keeps the token for comparisons, with a copy of its text. */
static void keep_token(struct compiler *c, const struct scan_token *t)
{
    struct template_token k = { .token = t->token };
    const uint8_t *text = NULL;
    uint8_t *p;

    switch (t->token) {
    case TOKEN_NORMAL:
    case TOKEN_OPTIONAL:
        k.type = t->type;
        k.number = t->number;
        break;
    case TOKEN_ELEMENT:
    case TOKEN_CHAR_REF:
        k.number = t->number;
        break;
    case TOKEN_VALUE:
    case TOKEN_CDATA:
    case TOKEN_PI_DATA:
        text = t->text;
        k.units = t->units;
        break;
    default:
        break;
    }
    if (t->name_at) {
        text = t->name.p;
        k.units = t->name.units;
    }
    if (text) {
        p = arena_try(c->arena, (size_t)2 * k.units);
        if (!p) {
            c->failed = true;
            return;
        }
        memcpy(p, text, (size_t)2 * k.units);
        k.text = p;
    }
    if (!vec_push(&c->token, TOKENS_MAX, k))
        c->failed = true;
}

static void *copy(struct compiler *c, const void *p, size_t n, size_t size)
{
    void *to = arena_try(c->arena, n * size);

    if (!to)
        c->failed = true;
    else if (n)
        memcpy(to, p, n * size);
    return to;
}

static struct template *finish(struct compiler *c, const uint8_t guid[16],
                               enum template_level level)
{
    struct template *t = arena_try(c->arena, sizeof *t);
    struct render_memo *render = arena_try(c->arena, sizeof *render);
    struct native_plans *plans = arena_try(c->arena, sizeof *plans);
    struct template_images *images = arena_try(c->arena, sizeof *images);

    if (!t || !render || !plans || !images)
        return NULL;
    *images = (struct template_images){ NULL, 0 };
    *render = (struct render_memo){ 0 };
    *plans = (struct native_plans){ 0 };
    *t = (struct template){ .level = level, .render = render };
    t->plans = plans;
    t->images = images;
    t->simple = c->simple && c->roots == 1;
    memcpy(t->guid, guid, 16);
    t->tokens = (uint32_t)c->token.n;
    t->token = copy(c, c->token.v, c->token.n, sizeof *c->token.v);
    if (t->simple) {
        t->ops = (uint32_t)c->op.n;
        t->op = copy(c, c->op.v, c->op.n, sizeof *c->op.v);
    }
    for (uint32_t i = 0; !c->failed && i < t->ops; i++)
        if (t->op[i].fact && !t->fact[t->op[i].fact])
            t->fact[t->op[i].fact] = &t->op[i];
    return c->failed ? NULL : t;
}

struct template *template_compile(struct arena *a, const struct names *names, struct slice chunk,
                                  uint32_t at, enum template_level level)
{
    struct compiler c = { .arena = a, .names = names, .simple = true };
    struct template *t = NULL;
    struct template_scan s;
    struct scan_token k = { .token = TOKEN_FRAGMENT };

    /* Damaged names are the token walk's business: it looks for another definition of the id. */
    if (template_scan_names(chunk, at) != NAMES_GOOD)
        return NULL;
    c.base = c.depth = (unsigned)level;
    c.part = level == TEMPLATE_USER ? EVENT_USER_DATA : EVENT_SYSTEM;
    if (!template_scan_start(&s, chunk, at))
        return NULL;
    while (!c.failed && k.token != TOKEN_EOF && template_scan_next(&s, &k)) {
        keep_token(&c, &k);
        if (c.simple)
            on_token(&c, &k);
    }
    if (k.token == TOKEN_EOF && !c.failed) {
        if (c.depth != c.base)
            not_simple(&c);
        t = finish(&c, chunk.p + at + 4, level);
    }
    vec_release(&c.op);
    vec_release(&c.token);
    vec_release(&c.kid);
    return t;
}
