/* ew_emit.c - see ew_emit.h. */
#include "ew_emit.h"

#include "ew_text.h"

#include <string.h>

enum {
    TOK_EOF = 0x00,
    TOK_ELEMENT = 0x01,
    TOK_CLOSE_START = 0x02,
    TOK_CLOSE_EMPTY = 0x03,
    TOK_END = 0x04,
    TOK_TEXT = 0x05,
    TOK_ATTRIBUTE = 0x06,
    TOK_CDATA = 0x07,
    TOK_CHARREF = 0x08,
    TOK_ENTITY = 0x09,
    TOK_PI_TARGET = 0x0a,
    TOK_PI_DATA = 0x0b,
    TOK_INSTANCE = 0x0c,
    TOK_NORMAL = 0x0d,
    TOK_OPTIONAL = 0x0e,
    TOK_FRAGMENT = 0x0f,
    MORE = 0x40,
    NO_DEPENDENCY = 0xffff
};

/* Inside a definition elements have dependency ids and values are references. */
enum mode { DEFINITION, DIRECT };

struct emit {
    struct ew_chunk *c;
    enum mode mode;
    size_t item; /* DIRECT: which item of an array is written */
};

static void emit_element(const struct emit *e, const struct ew_node *n);

static void put_text(struct ew_chunk *c, struct ew_str text)
{
    struct ew_buf wide = { 0 };

    ew_text_utf16(text, &wide);
    if (wide.n / 2 > 0xffff)
        c->full = true;
    ew_chunk_int(c, wide.n / 2, 2);
    ew_chunk_put(c, wide.p, wide.n);
    ew_buf_release(&wide);
}

static void emit_fragment(struct ew_chunk *c)
{
    static const uint8_t header[] = { TOK_FRAGMENT, 1, 1, 0 };

    ew_chunk_put(c, header, sizeof header);
}

static void emit_value(const struct emit *e, const struct ew_node *n, unsigned more)
{
    struct ew_buf text = { 0 };

    if (e->mode == DEFINITION) {
        ew_chunk_int(e->c, n->value.optional ? TOK_OPTIONAL : TOK_NORMAL, 1);
        ew_chunk_int(e->c, n->slot, 2);
        ew_chunk_int(e->c, n->value.declared, 1);
        return;
    }
    if (n->value.type == EW_XML) {
        emit_element(e, n->value.xml);
        return;
    }
    if (n->value.type == EW_NULL)
        return;
    ew_chunk_int(e->c, TOK_TEXT | more, 1);
    ew_chunk_int(e->c, EW_STRING, 1);
    if (n->value.type == EW_STRING) { /* not through UTF-8: surrogates stay */
        ew_chunk_int(e->c, n->value.bytes.n / 2, 2);
        ew_chunk_put(e->c, n->value.bytes.p, n->value.bytes.n);
        return;
    }
    ew_value_text(&n->value, e->item, &text);
    put_text(e->c, (struct ew_str){ (char *)text.p, text.n });
    ew_buf_release(&text);
}

static void emit_pi(const struct emit *e, const struct ew_node *n)
{
    ew_chunk_int(e->c, TOK_PI_TARGET, 1);
    ew_chunk_name(e->c, n->name);
    ew_chunk_int(e->c, TOK_PI_DATA, 1);
    put_text(e->c, n->text);
}

static void emit_content(const struct emit *e, const struct ew_node *n)
{
    for (; n != NULL; n = n->next) {
        unsigned more = n->next != NULL && n->next->kind != EW_ELEMENT ? MORE : 0;

        switch (n->kind) {
        case EW_ELEMENT:
            emit_element(e, n);
            break;
        case EW_TEXT:
            ew_chunk_int(e->c, TOK_TEXT | more, 1);
            ew_chunk_int(e->c, EW_STRING, 1);
            put_text(e->c, n->text);
            break;
        case EW_VALUE:
            emit_value(e, n, more);
            break;
        case EW_CDATA:
            ew_chunk_int(e->c, TOK_CDATA | more, 1);
            put_text(e->c, n->text);
            break;
        case EW_CHARREF:
            ew_chunk_int(e->c, TOK_CHARREF | more, 1);
            ew_chunk_int(e->c, n->unit, 2);
            break;
        case EW_ENTITY:
            ew_chunk_int(e->c, TOK_ENTITY | more, 1);
            ew_chunk_name(e->c, n->name);
            break;
        case EW_PI:
            emit_pi(e, n);
            break;
        case EW_ATTRIBUTE:
            break;
        }
    }
}

bool ew_emit_drops(const struct ew_node *n)
{
    bool null = false;

    if (n->kind == EW_ELEMENT && ew_node_dependency(n) == NO_DEPENDENCY)
        return false;
    for (const struct ew_node *k = n->kids; k != NULL; k = k->next) {
        if (k->kind != EW_VALUE)
            return false;
        null = k->value.type == EW_NULL || (n->kind == EW_ATTRIBUTE && k->value.bytes.n == 0);
        if (!null)
            return false;
    }
    return null;
}

/* The first attribute from `n` on that is written. */
static const struct ew_node *kept(const struct emit *e, const struct ew_node *n)
{
    while (n != NULL && e->mode == DIRECT && ew_emit_drops(n))
        n = n->next;
    return n;
}

static void emit_attributes(const struct emit *e, const struct ew_node *n)
{
    size_t size_at = e->c->used;

    ew_chunk_int(e->c, 0, 4);
    while (n != NULL) {
        const struct ew_node *next = kept(e, n->next);

        ew_chunk_int(e->c, TOK_ATTRIBUTE | (next != NULL ? MORE : 0U), 1);
        ew_chunk_name(e->c, n->name);
        emit_content(e, n->kids);
        n = next;
    }
    ew_chunk_patch(e->c, size_at, e->c->used - size_at - 4, 4);
}

static void emit_one(const struct emit *e, const struct ew_node *n)
{
    const struct ew_node *attrs = kept(e, n->attrs);
    size_t size_at;

    ew_chunk_int(e->c, TOK_ELEMENT | (attrs != NULL ? MORE : 0U), 1);
    if (e->mode == DEFINITION)
        ew_chunk_int(e->c, ew_node_dependency(n), 2);
    size_at = e->c->used;
    ew_chunk_int(e->c, 0, 4);
    ew_chunk_name(e->c, n->name);
    if (attrs != NULL)
        emit_attributes(e, attrs);
    if (n->kids == NULL) {
        ew_chunk_int(e->c, TOK_CLOSE_EMPTY, 1);
    } else {
        ew_chunk_int(e->c, TOK_CLOSE_START, 1);
        emit_content(e, n->kids);
        ew_chunk_int(e->c, TOK_END, 1);
    }
    ew_chunk_patch(e->c, size_at, e->c->used - size_at - 4, 4);
}

static void emit_element(const struct emit *e, const struct ew_node *n)
{
    size_t items = 1;

    if (e->mode == DEFINITION) {
        emit_one(e, n);
        return;
    }
    if (ew_emit_drops(n))
        return;
    for (const struct ew_node *k = n->kids; k != NULL; k = k->next) {
        if (k->kind == EW_VALUE && ew_value_items(&k->value) > items)
            items = ew_value_items(&k->value);
    }
    for (size_t i = 0; i < items; i++)
        emit_one(&(struct emit){ e->c, DIRECT, i }, n);
}

/* As LiveId's logs have XML inside values: without a fragment header. */
static void emit_bare(struct ew_chunk *c, const struct ew_node *root)
{
    emit_element(&(struct emit){ c, DIRECT, 0 }, root);
    ew_chunk_int(c, TOK_EOF, 1);
}

void ew_emit_direct(struct ew_chunk *c, const struct ew_node *root)
{
    emit_fragment(c);
    emit_bare(c, root);
}

static size_t collect(const struct ew_node *n, const struct ew_value **slots, size_t count)
{
    for (; n != NULL; n = n->next) {
        if (n->kind == EW_VALUE && n->slot < EW_MAX_SLOTS) {
            slots[n->slot] = &n->value;
            count = n->slot >= count ? n->slot + 1U : count;
        }
        count = collect(n->attrs, slots, count);
        count = collect(n->kids, slots, count);
    }
    return count;
}

static void emit_definition(struct ew_chunk *c, const struct ew_node *root, const uint8_t *guid,
                            const uint8_t *shape)
{
    size_t size_at;

    ew_chunk_define(c, guid, shape);
    size_at = c->used;
    ew_chunk_int(c, 0, 4);
    emit_fragment(c);
    emit_element(&(struct emit){ c, DEFINITION, 0 }, root);
    ew_chunk_int(c, TOK_EOF, 1);
    ew_chunk_patch(c, size_at, c->used - size_at - 4, 4);
}

static void emit_nested(struct ew_chunk *c, const struct ew_value *v)
{
    if (v->xml_template)
        ew_emit_instance(c, v->xml, 0, NULL);
    else
        emit_bare(c, v->xml);
}

void ew_emit_instance(struct ew_chunk *c, const struct ew_node *root, size_t min_slots,
                      const uint8_t *guid)
{
    const struct ew_value *slots[EW_MAX_SLOTS] = { 0 };
    size_t n = collect(root->kids, slots, collect(root->attrs, slots, min_slots)), table;
    uint8_t shape[16];
    uint32_t coff;

    ew_node_shape(root, shape);
    if (guid == NULL)
        guid = shape;
    coff = ew_chunk_definition(c, guid, shape);
    emit_fragment(c);
    ew_chunk_int(c, TOK_INSTANCE, 1);
    ew_chunk_int(c, 1, 1);
    ew_chunk_put(c, guid, 4);
    ew_chunk_int(c, coff != 0 ? coff : c->used + 4, 4);
    if (coff == 0)
        emit_definition(c, root, guid, shape);
    ew_chunk_int(c, n, 4);
    table = c->used;
    for (size_t i = 0; i < n; i++) {
        ew_chunk_int(c, slots[i] != NULL ? slots[i]->bytes.n : 0, 2);
        ew_chunk_int(c, slots[i] != NULL ? slots[i]->type : EW_NULL, 2);
    }
    for (size_t i = 0; i < n; i++) {
        size_t from = c->used;

        if (slots[i] != NULL && slots[i]->type == EW_XML)
            emit_nested(c, slots[i]);
        else if (slots[i] != NULL)
            ew_chunk_put(c, slots[i]->bytes.p, slots[i]->bytes.n);
        if (c->used - from > 0xffff)
            c->full = true;
        ew_chunk_patch(c, table + 4 * i, c->used - from, 2);
    }
    ew_chunk_int(c, TOK_EOF, 1);
}
