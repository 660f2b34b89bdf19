/* template_scan.h - the tokens of a template definition, one after the other.
 *
 * A definition is flat for this purpose: who needs its nesting counts elements itself. Everything
 * that has to look at definitions without filling them in goes through here: comparing, compiling,
 * copying.
 * Rank: base/, binxml.h. */
#ifndef EVTX_TEMPLATE_SCAN_H
#define EVTX_TEMPLATE_SCAN_H

#include "evtx/binxml.h"

#define TEMPLATE_HEADER 24 /* next link, GUID, size of the body */

struct scan_token {
    uint8_t token;    /* without the more-follows bit */
    uint32_t name_at; /* where the offset of its name stands; 0: it has no name */
    struct binxml_name name;
    bool name_inline;    /* the name follows its offset */
    uint16_t number;     /* dependency of an element, slot of a substitution, unit of a reference */
    uint8_t type;        /* declared type of a substitution */
    const uint8_t *text; /* literal text, CDATA, PI data */
    uint32_t units;
};

struct template_scan {
    const uint8_t *p; /* chunk of n bytes */
    uint32_t n, at, end;
};

/* From the definition at `at` in the chunk. False when its header or body leave the chunk. */
bool template_scan_start(struct template_scan *s, struct slice chunk, uint32_t at);

/* The next token; after token 0 comes none. False when the bytes are no tokens. */
bool template_scan_next(struct template_scan *s, struct scan_token *ret);

/* Can the names of the definition be believed? Each has its hash before it; an empty one is no
 * name. */
enum scan_names { NAMES_GOOD, NAMES_DOUBTFUL, NAMES_BAD };
enum scan_names template_scan_names(struct slice chunk, uint32_t at);

/* The hash that is written before every name. */
uint16_t binxml_name_hash(struct binxml_name name);
static inline bool binxml_name_has_hash(struct binxml_name name)
{
    return binxml_name_hash(name) == binxml_u16(name.p - 4);
}

#endif
