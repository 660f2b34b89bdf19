/* sites.h - the places of a chunk where a number steers a reader.
 *
 * Sizes, offsets, counts, types, ids and tokens of the chunk's header, its records and their BinXML
 * (doc/evtx-format.md). Made for the mutator: a place that does not parse ends the list, no more. */
#ifndef HOSTILE_SITES_H
#define HOSTILE_SITES_H

#include "base/slice.h"

enum site_kind {
    SITE_HEADER, /* of the chunk */
    SITE_TABLE,  /* entry of the name or template table */
    SITE_SIZE,   /* of a record, its copy, of an element, a list, a body, a value */
    SITE_ID,     /* of a record or template, a GUID, a time */
    SITE_OFFSET, /* in the chunk: of a name or definition, next in a chain */
    SITE_COUNT,  /* of values or characters */
    SITE_TYPE,   /* of a value */
    SITE_INDEX,  /* of a value, dependency id */
    SITE_TOKEN,  /* with its more-bit */
    SITE_HASH,   /* of a name */
    SITE_TEXT    /* first unit of characters, first byte of a value */
};

struct site {
    uint32_t at;   /* from the start of the chunk */
    uint16_t room; /* bytes of text, for SITE_TEXT */
    uint8_t width; /* bytes: 1, 2, 4, 8 */
    uint8_t kind;  /* enum site_kind */
};

enum { SITES_MAX = 4096, SITES_RECORDS = 1024 };

struct sites {
    struct site v[SITES_MAX];
    size_t n;
    uint32_t record[SITES_RECORDS], size[SITES_RECORDS]; /* place and size of active records */
    size_t nrecord;
};

/* Those of a chunk of at most 65,536 bytes; in BinXML only those of record `which` (modulo how many
 * there are) and of the definition that it uses. */
void sites_find(struct slice chunk, size_t which, struct sites *ret);

/* The number at a place, 1 to 8 bytes wide; and the other way round. */
uint64_t number_get(const uint8_t *p, size_t width);
void number_put(uint8_t *p, uint64_t v, size_t width);

#endif
