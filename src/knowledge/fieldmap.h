/* fieldmap.h - what a target calls the fields of Sigma's rules.
 *
 * A text file, one row a field: Sigma's name, the target's, and optionally a type and a form of the
 * value (evtriage-rules(5), "FIELD MAPPINGS"). The built-in ones are such files, too
 * (src/knowledge/fields-*.txt). What a mapping does not name is refused, unless a row `%` says
 * how other names are made.
 * Rank: base/. */
#ifndef KNOWLEDGE_FIELDMAP_H
#define KNOWLEDGE_FIELDMAP_H

#include "base/arena.h"
#include "base/err.h"

enum spot_type {
    SPOT_TEXT,      /* the value as it is in the log */
    SPOT_LOWERCASE, /* the same, but the target keeps it in lower case */
    SPOT_NUMBER,    /* compared as a number */
    SPOT_IP         /* compared as an address */
};

/* Where a target keeps a field. */
struct spot {
    struct slice name;
    struct slice domain; /* present: the value is this field, a backslash, then `name` */
    enum spot_type type;
    struct slice before, after; /* what stands around the value there; "*": anything */
    bool pattern;               /* the name is one for several fields (keywords): not escaped */
    bool never;                 /* `-`: tests of the field cannot be said */
    bool limited;               /* long values are left out, as if the field were absent */
    struct slice whole; /* of a limited one, present: a field that is there with every value */
};

struct fieldmap;

/* The built-in mapping of that name, or the file. EV_ENOTFOUND, EV_EIO; EV_ESYNTAX with the line. */
int fieldmap_load(const char *name, struct fieldmap **ret, struct ev_err *err);
int fieldmap_parse(struct slice text, const char *file, struct fieldmap **ret, struct ev_err *err);
void fieldmap_free(struct fieldmap *m);
/* Names of the built-in mappings, by index; NULL at the end. */
const char *fieldmap_name(size_t i);

/* The field of events of a section ("Security/4688"; absent: any event). Texts are the map's, or in
 * a. False: the mapping does not know the field. */
bool fieldmap_find(const struct fieldmap *m, struct slice section, struct slice field,
                   struct arena *a, struct spot *ret);
/* Where keywords look. False: nowhere. */
bool fieldmap_keywords(const struct fieldmap *m, struct slice section, struct spot *ret);
/* Has the section a row of its own for the field? */
bool fieldmap_in_section(const struct fieldmap *m, struct slice section, struct slice field);

#endif
