/* ew_node.h - the tree of an event: elements, text, values, and the odd tokens.
 *
 * One tree serves three ends: as a template definition (values become
 * substitutions), as a direct element (values become text), and as the list of
 * names and values that a reader must come to (ew_expect.h).
 */
#ifndef EW_NODE_H
#define EW_NODE_H

#include "ew_buf.h"
#include "ew_value.h"

enum ew_node_kind {
    EW_ELEMENT,
    EW_ATTRIBUTE,
    EW_TEXT,
    EW_VALUE,
    EW_CDATA,
    EW_CHARREF,
    EW_ENTITY,
    EW_PI
};

struct ew_node {
    enum ew_node_kind kind;
    struct ew_str name;    /* element, attribute, entity, PI target */
    struct ew_str text;    /* text, CDATA, PI data */
    uint16_t unit;         /* CharRef: UTF-16 code unit */
    uint16_t slot;         /* EW_VALUE: index of the substitution */
    struct ew_value value; /* EW_VALUE */
    struct ew_node *attrs; /* of an element, in order */
    struct ew_node *kids;  /* content of element or attribute, in order */
    struct ew_node *next;  /* sibling */
};

/* All nodes and copies live in the arena. */
struct ew_node *ew_node_new(struct ew_arena *a, enum ew_node_kind kind, struct ew_str name);
void ew_node_add(struct ew_node *parent, struct ew_node *kid);
void ew_node_add_attr(struct ew_node *element, struct ew_node *attr);
/* Short forms: attribute or element with literal text. Text and names are copied. */
struct ew_node *ew_node_text_attr(struct ew_arena *a, struct ew_node *element, const char *name,
                                  struct ew_str text);
struct ew_node *ew_node_text(struct ew_arena *a, struct ew_str text);
struct ew_node *ew_node_value(struct ew_arena *a, const struct ew_value *v);

/* Numbers the values of a tree in document order from 0, not descending into
 * nested XML values; returns their count. */
size_t ew_node_number(struct ew_node *root);

/* The dependency id of an element: slot of an optional value that stands
 * directly in its content, else 0xffff (notes 1.7). */
uint16_t ew_node_dependency(const struct ew_node *element);

/* 128-bit hash over the structure: what makes two definitions the same. The
 * first dword of a template's GUID is its id. */
void ew_node_shape(const struct ew_node *root, uint8_t ret_guid[16]);

/* Reads elements from XML-like text into `parent`'s content. Differences to XML:
 * ${TYPE:TEXT} is a typed value (ew_value.h; nested XML as ${xml:<a/>}); &name;
 * becomes an entity token, &#N; a CharRef token; comments are not understood.
 * On failure a message is in err (size errn). */
bool ew_node_parse(struct ew_arena *a, struct ew_str xml, struct ew_node *parent, char *err,
                   size_t errn);

#endif
