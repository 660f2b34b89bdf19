/* rx.h - a regular expression as a tree, to be written anew in another engine's syntax.
 *
 * Reads the part of PCRE2's syntax that engines without backtracking have, too (all of SigmaHQ's
 * rules keep to it), in the sense of match/regex.c: UTF, no UCP, LF ends a line. Sets are written
 * out as ranges of code points, so that nothing depends on what an engine takes `\w` or `.` for. A
 * pattern of Sigma becomes such a tree as well, both cases of letters written out.
 * Rank: base/, rule/. */
#ifndef KNOWLEDGE_RX_H
#define KNOWLEDGE_RX_H

#include "base/buf.h"
#include "base/fold.h"
#include "rule/rule.h"

enum rx_kind {
    RX_EMPTY,
    RX_SET, /* one code point of n ranges, ascending, apart from each other */
    RX_CAT,
    RX_ALT,
    RX_REPEAT,   /* child[0], min to max times */
    RX_START,    /* of the text */
    RX_END,      /* of the text, or before a line feed that ends it */
    RX_TEXT_END, /* of the text */
    RX_EDGE,     /* between a word character and another, or an end */
    RX_NO_EDGE
};

#define RX_MANY UINT32_MAX

struct rx_range {
    uint32_t from, to;
};

struct rx {
    enum rx_kind kind;
    uint32_t n, room;
    union {
        struct rx **child;
        struct rx_range *range;
    } u;
    uint32_t min, max;
};

/* A TEST_REGEX. EV_EUNSUPPORTED names what is not read; EV_ELIMIT. */
int rx_parse(const struct test *t, struct arena *a, struct rx **ret, struct ev_err *err);

/* A pattern against the whole text. inverse: to write out both cases; NULL: in the pattern's own
 * case. NULL: no memory. */
struct rx *rx_of_pattern(const struct pattern *p, const struct fold_inverse *inverse,
                         struct arena *a);

/* The same expression for engines that compare the whole text: anchors go, and where there are none,
 * any text may stand. EV_EUNSUPPORTED: an anchor elsewhere than at the ends of an alternative. */
int rx_whole(struct rx *r, struct arena *a, struct rx **ret, struct ev_err *err);

/* Is there a node of that kind? */
bool rx_has(const struct rx *r, enum rx_kind kind);

/* How an engine is written. */
struct rx_style {
    const char *open;                   /* of a group: "(" or "(?:" */
    const char *start, *end, *text_end; /* NULL: never asked for */
    const char *edge, *no_edge;
    void (*point)(uint32_t c, struct buf *out);  /* a code point outside of sets */
    void (*in_set)(uint32_t c, struct buf *out); /* and inside */
    const char *any;                             /* any code point, line feeds too */
    const char *any_run;                         /* any text at all; NULL: any, then a star */
    /* Writes a set that is not one code point; NULL: as [...] with in_set. */
    void (*set)(const struct rx *set, struct buf *out);
};
void rx_print(const struct rx *r, const struct rx_style *style, struct buf *out);

/* The ranges that the set lacks, at most room of them; the number. */
size_t rx_complement(const struct rx *set, struct rx_range *ret, size_t room);
bool rx_is_full(const struct rx *set);

#endif
