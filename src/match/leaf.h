/* leaf.h - one test against one event.
 *
 * Rank: base/, event/, rule/, view.h, regex.h. */
#ifndef MATCH_LEAF_H
#define MATCH_LEAF_H

#include "match/guard.h"
#include "match/regex.h"
#include "match/tri.h"
#include "match/view.h"

/* A test with what was worked out once when the matcher was built. */
struct leaf {
    const struct test *test;
    struct pattern pattern; /* of TEST_PATTERN */
    struct regex *regex;    /* of TEST_REGEX; owned */
    struct guard *guard;    /* likewise, in the arena */
    bool carried;           /* category_carries(field): its absence means unknown */
    bool ref_carried;       /* the same of the other field of TEST_FIELDREF */
};

/* Where a test was true. */
struct place {
    uint32_t field;        /* index in the view's event; VIEW_END where absence made it true */
    size_t offset, length; /* bytes of the field's text, unfolded */
};

/* category: of the rule, absent when it has none; a: for guards. EV_ESYNTAX when the regex does not
 * compile. */
int leaf_init(struct leaf *l, const struct test *t, struct slice category, struct arena *a,
              struct ev_err *err);
void leaf_release(struct leaf *l);

/* The plain reading (DESIGN.md section 8): absent is false, but for null and `exists: false`.
 * TRI_UNKNOWN only when a limit of the regex engine was reached. ret_place may be NULL. */
enum tri leaf_plain(const struct leaf *l, struct view *v, struct regex_state *s,
                    struct place *ret_place);

/* Where a test is true, of which that is known: what leaf_plain would say, mostly without a search. */
void leaf_place(const struct leaf *l, struct view *v, struct regex_state *s,
                struct place *ret_place);

/* Is the test unknown because the record does not carry its field? */
bool leaf_unknown(const struct leaf *l, struct view *v);

#endif
