/* report.h - what the loader has to say about a rule file, with file, line and column.
 *
 * A file with several faults gives several messages, at most LIMIT_RULE_ERRORS; the rest is
 * counted. A document that got an error is refused, for the gravest of its reasons.
 * Rank: base/, ruleset.h (types). */
#ifndef RULE_REPORT_H
#define RULE_REPORT_H

#include "base/arena.h"
#include "base/vec.h"
#include "rule/ruleset.h"

struct report {
    struct arena *arena; /* where texts go; borrowed */
    struct slice file;
    VEC(struct rule_message) message;
    size_t in_file; /* messages of this file that were kept */
    size_t dropped;
    bool refused; /* the present document has an error */
    enum refusal why;
};

void report_init(struct report *r, struct arena *arena);
void report_release(struct report *r);
/* The messages that follow belong to this file, which must live as long as the arena. */
void report_file(struct report *r, struct slice file);
/* A new document begins: nothing is refused yet. */
void report_document(struct report *r);

/* Refuses the present document. Line and column from 1; 0: the file as a whole. Returns EV_ESYNTAX
 * for REFUSAL_SYNTAX, else EV_EUNSUPPORTED. REFUSAL_LOGSOURCE becomes a warning: a rule for
 * another product is not a fault of the rule. */
int report_error(struct report *r, enum refusal why, uint32_t line, uint32_t column,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void report_warning(struct report *r, uint32_t line, uint32_t column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
