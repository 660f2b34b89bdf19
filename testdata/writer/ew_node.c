/* ew_node.c - see ew_node.h. */
#include "ew_node.h"

struct ew_node *ew_node_new(struct ew_arena *a, enum ew_node_kind kind, struct ew_str name)
{
    struct ew_node *n = ew_arena_alloc(a, sizeof *n);

    n->kind = kind;
    n->name = ew_arena_copy(a, name);
    return n;
}

static void append(struct ew_node **list, struct ew_node *node)
{
    while (*list != NULL)
        list = &(*list)->next;
    *list = node;
}

void ew_node_add(struct ew_node *parent, struct ew_node *kid)
{
    append(&parent->kids, kid);
}

void ew_node_add_attr(struct ew_node *element, struct ew_node *attr)
{
    append(&element->attrs, attr);
}

struct ew_node *ew_node_text(struct ew_arena *a, struct ew_str text)
{
    struct ew_node *n = ew_node_new(a, EW_TEXT, ew_str(""));

    n->text = ew_arena_copy(a, text);
    return n;
}

struct ew_node *ew_node_text_attr(struct ew_arena *a, struct ew_node *element, const char *name,
                                  struct ew_str text)
{
    struct ew_node *attr = ew_node_new(a, EW_ATTRIBUTE, ew_str(name));

    ew_node_add(attr, ew_node_text(a, text));
    ew_node_add_attr(element, attr);
    return attr;
}

struct ew_node *ew_node_value(struct ew_arena *a, const struct ew_value *v)
{
    struct ew_node *n = ew_node_new(a, EW_VALUE, ew_str(""));

    n->value = *v;
    return n;
}

static size_t number_from(struct ew_node *n, size_t next)
{
    for (; n != NULL; n = n->next) {
        if (n->kind == EW_VALUE)
            n->slot = (uint16_t)next++;
        next = number_from(n->attrs, next);
        next = number_from(n->kids, next);
    }
    return next;
}

size_t ew_node_number(struct ew_node *root)
{
    return number_from(root->kids, number_from(root->attrs, 0));
}

uint16_t ew_node_dependency(const struct ew_node *element)
{
    for (const struct ew_node *k = element->kids; k != NULL; k = k->next) {
        if (k->kind == EW_VALUE && k->value.optional)
            return k->slot;
    }
    return 0xffff;
}

static void shape_put(struct ew_buf *b, const struct ew_node *n)
{
    for (; n != NULL; n = n->next) {
        ew_buf_int(b, (uint64_t)n->kind, 1);
        ew_buf_int(b, n->name.n, 2);
        ew_buf_str(b, n->name);
        ew_buf_int(b, n->text.n, 2);
        ew_buf_str(b, n->text);
        ew_buf_int(b, n->unit, 2);
        if (n->kind == EW_VALUE) {
            ew_buf_int(b, n->slot, 2);
            ew_buf_int(b, n->value.declared, 1);
            ew_buf_int(b, n->value.optional, 1);
        }
        shape_put(b, n->attrs);
        shape_put(b, n->kids);
        ew_buf_int(b, 0xff, 1);
    }
}

void ew_node_shape(const struct ew_node *root, uint8_t ret_guid[16])
{
    struct ew_node alone = *root; /* without its siblings */
    struct ew_buf b = { 0 };
    uint64_t h[2] = { 0xcbf29ce484222325U, 0x9ae16a3b2f90404fU };

    alone.next = NULL;
    shape_put(&b, &alone);
    for (size_t i = 0; i < b.n; i++) {
        h[0] = (h[0] ^ b.p[i]) * 0x100000001b3U;
        h[1] = (h[1] ^ b.p[i]) * 0x9fb21c651e98df25U;
        h[1] ^= h[1] >> 29;
    }
    ew_poke(ret_guid, h[0], 8);
    ew_poke(ret_guid + 8, h[1], 8);
    ew_buf_release(&b);
}
