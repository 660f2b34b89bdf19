/* query.h - a rule as one condition over the fields of a target.
 *
 * What all targets need and none should do again: selections put in their places, the log source as
 * a condition, Sysmon's names in Security 4688, tests taken apart into terms, constants removed.
 * Built from the rule's tokens, never from its text.
 * Rank: base/, event/, rule/, match/glob.h, fieldmap.h. */
#ifndef KNOWLEDGE_QUERY_H
#define KNOWLEDGE_QUERY_H

#include "knowledge/fieldmap.h"
#include "rule/rule.h"

enum term_kind {
    TERM_PATTERN,
    TERM_REGEX,
    TERM_CIDR,     /* of a field of type ip, or of a target that knows addresses */
    TERM_COMPARE,  /* test->u.compare */
    TERM_TIMEPART, /* test->u.time */
    TERM_EXISTS,   /* the field is there, whatever its value */
    TERM_REF       /* test->u.ref against other */
};

struct term {
    enum term_kind kind;
    struct slice field;    /* Sigma's name; absent: any value (keyword) */
    struct spot at, other; /* where the target has it; other: of TERM_REF */
    struct pattern pattern;
    struct slice exact;      /* present: TERM_PATTERN is this text, known to be written so */
    const struct test *test; /* NULL where no test of the rule stands behind it */
    bool denied; /* under an odd number of NOTs: where the target cannot see a value, it has to be
                  * taken for true, or the query finds more than the rule */
};

enum clause_kind {
    CLAUSE_FALSE,
    CLAUSE_TRUE,
    CLAUSE_TERM,
    CLAUSE_NOT, /* one child */
    CLAUSE_AND, /* two or more */
    CLAUSE_OR
};

struct clause {
    enum clause_kind kind;
    uint32_t n;
    struct clause **child;
    struct term *term;
};

/* What the target can do, as far as the tree depends on it. */
struct query_needs {
    bool cidr; /* has a test for addresses in text */
};

struct query_env {
    const struct fieldmap *map; /* NULL: fields are called as in the log */
    struct query_needs needs;
    struct arena *arena;
    bool without_twin; /* set: some source of the rule is left out, because its values differ from
                        * Sysmon's (twin.h); the query is narrower by it */
};

/* The rule's log source and conditions as a tree without constants below its root. EV_EUNSUPPORTED
 * with the reason when a part cannot be said; EV_ELIMIT. */
int query_build(struct query_env *env, const struct rule *r, struct clause **ret,
                struct ev_err *err);

/* The makers of clauses, which remove constants. Children must be of env's arena. NULL stays NULL: no
 * memory, or a term that cannot be said. */
struct clause *clause_join(struct query_env *env, enum clause_kind kind, struct clause **child,
                           size_t n);
struct clause *clause_pair(struct query_env *env, enum clause_kind kind, struct clause *a,
                           struct clause *b);
struct clause *clause_not(struct query_env *env, struct clause *c);
struct clause *clause_constant(struct query_env *env, bool value);
/* A copy of the tree with each term's `denied`; the tree itself stands under a NOT when it says so. */
struct clause *clause_mark(struct query_env *env, const struct clause *c, bool denied);

/* One literal of at most so many digits, without a zero in front: written as a number it is the same. */
bool pattern_is_number(const struct pattern *p, size_t most);

#endif
