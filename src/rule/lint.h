/* lint.h - what is doubtful in rules: conventions, traps, conditions that cannot hold.
 *
 * Nothing here refuses a rule. Each note has the short name of its check, so that a person can look
 * it up (evtriage-rules(5)) and a script can filter. Names of ATT&CK are not known in this room:
 * app/ adds those notes.
 * Rank: base/, event/, rule.h, ruleset.h. */
#ifndef RULE_LINT_H
#define RULE_LINT_H

#include "base/vec.h"
#include "rule/ruleset.h"

struct lint_note {
    const struct rule *rule;
    const char *check; /* "date-form": static */
    uint32_t line, column;
    struct slice text;
};

struct lint {
    bool thorough; /* set by the caller: also what is redundant but harmless */
    struct arena arena;
    VEC(struct lint_note) note;
    size_t dropped; /* beyond LIMIT_LINT_NOTES */
};

void lint_init(struct lint *l);
void lint_release(struct lint *l);

/* All checks over all rules, and those of lint_meta over what could be read of refused ones. */
void lint_rules(struct lint *l, const struct ruleset *rs);

/* Adds one note. Line and column from 1. */
void lint_add(struct lint *l, const struct rule *r, const char *check, uint32_t line,
              uint32_t column, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The same at a key of the document, or at its beginning where the key is missing. */
void lint_at_key(struct lint *l, const struct rule *r, const char *check, const char *key,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The three groups of checks on one rule, in lint_meta.c, lint_values.c and lint_logic.c. */
void lint_meta(struct lint *l, const struct rule *r);
void lint_values(struct lint *l, const struct rule *r);
void lint_logic(struct lint *l, const struct rule *r);

#endif
