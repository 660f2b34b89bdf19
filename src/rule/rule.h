/* rule.h - a Sigma rule as a tree of tests.
 *
 * The loader (ruleset.h) makes these in one arena; afterwards they are const and shared by all
 * threads. Every shape of notes/sigma.md 1.3 becomes AND, OR, NOT over tests of one value each, so
 * that a matcher needs to know seven kinds of test and nothing about YAML.
 * Rank: base/, event/names.h, pattern.h. */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include "event/names.h"
#include "rule/pattern.h"

enum test_kind {
    TEST_PATTERN, /* some value of the field matches pattern (keyword: some value of the event) */
    TEST_REGEX,   /* unanchored search */
    TEST_CIDR,
    TEST_COMPARE,  /* number: lt lte gt gte */
    TEST_TIMEPART, /* minute hour day week month year of the field's timestamp, UTC */
    TEST_EXISTS,   /* the field is there (exists: true) or not (false), whatever its value */
    TEST_NULL,     /* the field is absent or empty */
    TEST_FIELDREF  /* against the text of another field */
};

enum compare_op { COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE };
enum time_part { TIME_MINUTE, TIME_HOUR, TIME_DAY, TIME_WEEK, TIME_MONTH, TIME_YEAR };
enum ref_mode { REF_EQUALS, REF_CONTAINS, REF_STARTS, REF_ENDS };

struct test {
    enum test_kind kind;
    struct slice field;     /* Sigma's name; absent: keyword */
    uint32_t field_id;      /* names_add(field); NAME_NONE for keywords */
    uint32_t index;         /* 0.. within the rule, order of the file */
    uint32_t selection;     /* index of the selection it stands in */
    uint32_t line, column;  /* of the value, from 1 */
    struct slice written;   /* the value as in the file, for `matched` */
    struct slice modifiers; /* "contains|all" as in the file; empty when none */
    union {
        struct {
            struct pattern pattern;
            bool is_number; /* written as an integer: equal also in another base (0x..) */
            int64_t number;
        } text;
        struct {
            struct slice pattern; /* raw YAML text */
            bool icase, multiline, dotall;
        } regex;
        struct {
            uint8_t net[16]; /* network order; v4 in the first 4 bytes */
            uint8_t bits;
            bool v6;
        } cidr;
        struct {
            enum compare_op op;
            double number;
        } compare;
        struct {
            enum time_part part;
            int64_t number;
        } time;
        bool exists; /* what TEST_EXISTS wants */
        struct {
            struct slice field; /* the other one */
            uint32_t field_id;
            enum ref_mode mode;
            bool cased;
        } ref;
    } u;
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST, NODE_SELECTION };

struct node {
    enum node_kind kind;
    uint32_t n; /* children: AND, OR >= 1; NOT 1 */
    struct node **child;
    struct test *test;  /* NODE_TEST */
    uint32_t selection; /* NODE_SELECTION: index into rule.selection */
};

struct selection {
    struct slice name;
    struct node *node;
    uint32_t line;
};

enum rule_level { LEVEL_INFORMATIONAL, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_CRITICAL };
enum rule_status {
    STATUS_UNKNOWN, /* not given */
    STATUS_STABLE,
    STATUS_TEST,
    STATUS_EXPERIMENTAL,
    STATUS_DEPRECATED,
    STATUS_UNSUPPORTED
};

struct slices {
    struct slice *v;
    size_t n;
};

struct related {
    struct slice id, type;
};

/* A flat event of a test: n pairs; a list value gives several pairs. */
struct test_event {
    struct slice *key, *value;
    size_t n;
};

/* One entry of the custom key `tests:` (evtriage-rules(5)). */
struct rule_test {
    struct slice name;
    bool expect_match;
    struct test_event *event; /* nevent of them, at least one: in the order in which they happen */
    size_t nevent;
    uint32_t line;
};

/* A key of the document as it stands there. */
struct rule_key {
    struct slice name;
    struct slice text;     /* of a scalar as written; of an unknown key's list or map in YAML's flow
                        * style, cut at LIMIT_LITERAL; else absent */
    uint32_t line, column; /* of the key */
    bool known;            /* Sigma's, or our own `tests` */
};

/* A rule as another document names it: id or name. */
struct reference {
    struct slice name;
    uint32_t line, column;
};

/* A filter document that applies to a rule (filter.h): its condition must hold as well. */
struct rule_filter {
    struct slice title;
    struct node *condition;
};

struct correlation; /* correlation.h */

/* What correlations want to know of a rule's events. */
struct feed {
    struct slice *name; /* fields, as the correlations call them; n of them */
    uint32_t *id;       /* names_add of each, in the rule's own terms */
    size_t n;
    bool referred; /* another document refers to the rule ... */
    bool shown;    /* ... and lets it make rows of its own, too (generate: true) */
};

struct rule {
    struct slice title, id, name, description, author, date, modified, license, taxonomy;
    enum rule_status status;
    enum rule_level level; /* not given: medium */
    bool has_level;
    bool context; /* the custom key `context`: a rule for what happened around, left out at first */
    struct slices tags, references, falsepositives, fields;
    struct related *related;
    size_t nrelated;
    struct slice category, product, service, definition; /* log source; absent when not given */
    struct selection *selection;
    size_t nselection;
    struct node **condition; /* each an own query, OR-joined */
    struct slice *condition_text;
    size_t ncondition;
    struct test **test; /* all tests, by index */
    size_t ntest;
    struct rule_test *rule_test;
    size_t nrule_test;
    struct rule_key *key; /* all of them, in the order of the document */
    size_t nkey;
    struct rule_filter *filter; /* their selections and tests follow the rule's own */
    size_t nfilter;
    size_t own_tests, own_selections; /* before filters; see rule_own_tests */
    struct correlation *correlation; /* NULL: about single events. With a condition as well: the old
                                      * `| count()` and `near`, whose own events it correlates */
    struct feed *feed;               /* NULL: no correlation asks for its events */
    const struct rule *part_of;      /* the events of one selection, for `near` of that rule */
    struct slice file;               /* path as found */
    uint32_t document;               /* from 0 within the file */
    uint32_t line;                   /* of the document's first key */
    uint32_t index;                  /* in ruleset.rule */
};

const char *level_name(enum rule_level l);   /* "informational" ... */
const char *status_name(enum rule_status s); /* "stable" ...; "" for unknown */
/* The key of that name, or NULL. */
const struct rule_key *rule_key_find(const struct rule *r, const char *name);
/* Tests and selections of the rule's own document: those of filters follow them. */
size_t rule_own_tests(const struct rule *r);
size_t rule_own_selections(const struct rule *r);
/* Does an event that the rule's own condition matches make a row? */
bool rule_shows_events(const struct rule *r);
/* Does the rule make rows of its own, be they about events or correlated ones? */
bool rule_shows_rows(const struct rule *r);
int level_parse(struct slice s, enum rule_level *ret);
int status_parse(struct slice s, enum rule_status *ret);

#endif
