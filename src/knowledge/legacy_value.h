/* legacy_value.h - a YAML document as the tools of 2020 saw it.
 *
 * They were written in Python: a map is a dict, in which the last of equal keys wins at the place of
 * the first; integers, truth values and text are told apart by type; `action: global`, `reset` and
 * `repeat` merge documents at any depth. The loader of rule/ is stricter, so this is apart.
 * Rank: base/, rule/yaml.h. */
#ifndef KNOWLEDGE_LEGACY_VALUE_H
#define KNOWLEDGE_LEGACY_VALUE_H

#include "base/arena.h"
#include "base/err.h"

enum lvalue_kind {
    LVALUE_NULL,
    LVALUE_BOOL,
    LVALUE_INT,
    LVALUE_FLOAT,
    LVALUE_TEXT,
    LVALUE_BYTES, /* what a modifier made of a text */
    LVALUE_REGEX,
    LVALUE_LIST,
    LVALUE_MAP,
    LVALUE_ALL /* a list of which all must match */
};

struct lvalue {
    enum lvalue_kind kind;
    struct slice text;           /* scalars: as written; INT: in decimal */
    struct slice *key;           /* MAP: n of them */
    const struct lvalue **child; /* LIST, ALL, MAP: n of them */
    uint32_t n;
};

/* The documents of a file. */
struct lvalue_file {
    struct lvalue **document;
    size_t n;
    const char *fault; /* NULL, or why the file cannot be read further */
};

/* All in a. EV_ESYNTAX when there is no document at all; EV_ELIMIT. */
int lvalue_read(struct slice text, struct arena *a, struct lvalue_file *ret, struct ev_err *err);
/* The rules that the documents make, by their `action`. EV_ESYNTAX when the tools of 2020 failed. */
int lvalue_rules(const struct lvalue_file *f, struct arena *a, struct lvalue_file *ret);

/* The value of a key, or NULL. v may be NULL or no map. */
const struct lvalue *lvalue_get(const struct lvalue *v, const char *key);
/* The text of a text's key; absent when it is none. */
struct slice lvalue_text(const struct lvalue *v, const char *key);
bool lvalue_eq(const struct lvalue *a, const struct lvalue *b);
/* Text or integer: what the tools took as a plain value. */
bool lvalue_is_plain(const struct lvalue *v);

#endif
