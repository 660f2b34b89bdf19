/* matcher.h - which rules does an event fulfil, and how sure is that?
 *
 * One interface for the index (indexed.c) and the oracle that it is checked against (naive.c). Both
 * give the same hits, reasons and counts, but for rule_counts.candidates.
 * A matcher is immutable after matcher_build and shared; all changing state is one scratch per
 * worker. Verdicts: DESIGN.md section 8.
 * Rank: base/, event/, rule/. PCRE2 is used in this folder only. */
#ifndef MATCH_MATCHER_H
#define MATCH_MATCHER_H

#include "event/carried.h"
#include "event/event.h"
#include "rule/ruleset.h"

enum verdict { VERDICT_FULL, VERDICT_UNFILTERED, VERDICT_POSSIBLE };
const char *verdict_name(enum verdict v); /* "full", "unfiltered", "possible" */

enum matcher_kind {
    MATCHER_INDEXED, /* one look at each value, whatever the number of rules */
    MATCHER_NAIVE    /* the oracle: rule after rule, test after test */
};

struct match_options {
    enum matcher_kind kind;
    bool possible; /* rows of verdict possible too */
    bool profile;  /* measure by rule and field (profile.h) */
};

/* Why a rule hit: one test that was true under an even number of nots. */
struct matched {
    const struct test *test;
    struct slice selection; /* its name */
    struct slice field;     /* the event's field that matched; keyword: that field's name */
    size_t offset, length;  /* bytes of the field's UTF-8 text that the literal part covers;
                             * length 0 where a test has no place (null, exists, number) */
};

/* A field on which a verdict other than full hangs. */
struct untested {
    struct slice selection, field;
};

struct hit {
    const struct rule *rule;
    enum verdict verdict;
    struct matched *matched; /* at most LIMIT_MATCHED, order of the rule's tests */
    size_t nmatched;
    struct untested *untested; /* at most LIMIT_UNTESTED, no pair twice */
    size_t nuntested;
};

/* Hits in ascending rule index. Everything is borrowed until the next matcher_run on the scratch,
 * or the event's end. */
struct hits {
    struct hit *v;
    size_t n;
};

/* Per rule counts of one scratch; add up over workers. */
struct rule_counts {
    uint64_t hits, undecided, regex_limit, candidates; /* candidates: times it was looked at */
    uint64_t suppressed; /* the rule's condition held, but not that of a filter document */
    uint64_t capped;     /* correlations: what could not be judged because a cap was reached */
};

struct matcher;
struct scratch;

/* Builds over rs, which must outlive it. EV_ESYNTAX cannot happen: a rule whose regex does not
 * compile was refused by matcher_check. */
int matcher_build(const struct ruleset *rs, const struct match_options *o, struct matcher **ret,
                  struct ev_err *err);
void matcher_free(struct matcher *m);

/* Does some rule want events of this key at all? Thread safe. */
bool matcher_wants(const struct matcher *m, struct slice provider, struct slice channel,
                   uint32_t event_id);

/* The fields that rules for events of this key read, as the log names them: bit id of set, which has
 * names_count / 64 + 1 words. What a twin is made of is in it. False: every field is needed, because
 * some rule searches all values (keywords) or the event is seen through a rare twin. Takes a walk over all rules: a caller keeps the answer by
 * key. A row shows the other fields, too; they may be read once there is a hit. */
bool matcher_fields(const struct matcher *m, struct slice provider, struct slice channel,
                    uint32_t event_id, uint64_t *set);

struct scratch *scratch_new(const struct matcher *m);
void scratch_free(struct scratch *s);
/* One entry per rule of the rule set. Borrowed. */
const struct rule_counts *scratch_counts(const struct scratch *s);

/* Never fails: what cannot be decided (regex limits) is counted and reported through the counts. */
void matcher_run(const struct matcher *m, struct scratch *s, struct event *ev, struct hits *ret);

/* Why a rule cannot be matched (its regex does not compile ...): EV_ESYNTAX with the place. For the
 * loader's caller, before matcher_build: refuses such rules by removing them from rs and adding a
 * message. Returns how many were refused. */
size_t matcher_check(struct ruleset *rs);

/* Class of a rule on a shape of process_creation source (DESIGN.md section 8). missing: names of
 * fields that the shape lacks, in order of first use, in arena a. */
enum rule_class { CLASS_FULL, CLASS_DEGRADED, CLASS_UNFILTERED, CLASS_CANNOT_FIRE };
const char *
rule_class_name(enum rule_class c); /* "full", "degraded", "unfiltered", "cannot-fire" */
enum rule_class rule_classify(const struct rule *r, enum shape shape, struct arena *a,
                              struct slices *ret_missing);
/* The same on a source of which source_carries says what it has; for any category. */
enum rule_class rule_classify_by(const struct rule *r,
                                 bool (*source_carries)(const void *ctx, struct slice field),
                                 const void *ctx, struct arena *a, struct slices *ret_missing);

#endif
