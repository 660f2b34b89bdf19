/* ynode.h - a node of a YAML document, with its place in the file.
 *
 * Plain scalars are typed by YAML 1.1, as the tools do with which rule authors test: yes/no/on/off
 * are booleans, 0x1f and 017 are integers, ~ and nothing are null. Dates stay text, and so do
 * base-60 numbers (12:30), which no author means.
 * Rank: base/. */
#ifndef RULE_YNODE_H
#define RULE_YNODE_H

#include "base/buf.h"
#include "base/slice.h"

enum ynode_kind { YNODE_SCALAR, YNODE_LIST, YNODE_MAP };
enum ynode_type { YTYPE_TEXT, YTYPE_NULL, YTYPE_BOOL, YTYPE_INT, YTYPE_FLOAT };

struct ynode {
    uint8_t kind;          /* enum ynode_kind */
    uint8_t type;          /* enum ynode_type, scalars only */
    uint8_t lead;          /* characters before the text on its line: 1 when quoted */
    bool one_line;         /* column + lead + i is the place of the text's character i */
    bool boolean;          /* YTYPE_BOOL */
    bool plain;            /* scalar without quotes, not of a block */
    uint32_t line, column; /* from 1 */
    uint32_t n;            /* list: items; map: pairs */
    uint32_t weight;       /* nodes of the subtree, aliases counted each time */
    uint32_t height;       /* of the subtree; a scalar has 1 */
    struct slice text;     /* scalars: as written, without quotes */
    union {
        int64_t integer; /* YTYPE_INT */
        double number;   /* YTYPE_FLOAT */
    } u;
    struct ynode *first; /* list: first item; map: first key, whose next is its value */
    struct ynode *next;
};

/* The pair after key, in a loop over a map: for (k = m->first; k; k = ynode_after(k)). */
static inline const struct ynode *ynode_after(const struct ynode *key)
{
    return key->next->next;
}

/* Types the text of a plain scalar: sets type, boolean and u. */
void ynode_resolve(struct ynode *n);
/* The value of a key, or NULL. Linear: for small maps or single look-ups. */
const struct ynode *ynode_get(const struct ynode *map, const char *key);
/* Line and column of byte `at` of a scalar's text, as good as they are known. */
void ynode_place(const struct ynode *n, size_t at, uint32_t *ret_line, uint32_t *ret_column);
/* The tree in YAML's flow style, which is JSON's where the text needs quotes. Stops when out is
 * full. */
void ynode_flow(const struct ynode *n, struct buf *out);
/* "a list", "a map", "text", ... for messages. */
const char *ynode_what(const struct ynode *n);

#endif
