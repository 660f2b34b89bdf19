/* navigator.h - rules as a layer of the ATT&CK Navigator, format 4.5.
 *
 * One technique object for each technique that a rule is tagged with, under its current id. Without
 * more its score is the number of rules; with a timeline or evidence its colour says what became of
 * it: hit, could have been seen, in part, could not be seen. Techniques that no rule names are not
 * in the layer. Format: layers/spec/v4.5 of the Navigator's repository.
 * Rank: base/, rule/, knowledge/, json.h, output.h. */
#ifndef OUT_NAVIGATOR_H
#define OUT_NAVIGATOR_H

#include "base/vec.h"
#include "knowledge/coverage.h"
#include "out/output.h"

/* A technique of a timeline's row whose rule is not among those loaded. */
struct navigator_stranger {
    const struct attack_entry *technique;
    struct slice title, level;
    uint64_t hits;
};

struct navigator {
    const struct ruleset *rules;
    const struct attack *attack; /* NULL: the built-in table */
    bool (*shows)(const void *ctx, const struct rule *r);
    const void *shows_ctx;
    const uint64_t *hits;                     /* by rule->index; NULL: no timeline was given */
    uint64_t rows;                            /* of the timeline */
    VEC(struct navigator_stranger) strangers; /* by technique, then title */
    const struct coverage *coverage;          /* of these rules; NULL: no evidence was given */
    struct slice name;                        /* of the layer */
};

/* Writes the layer; the caller commits. EV_EIO, EV_ELIMIT. */
int navigator_write(const struct navigator *n, struct output *out, struct ev_err *err);

#endif
