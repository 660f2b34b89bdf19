/* export_impl.h - what targets are made of.
 * Rank: export.h, query.h, rx.h. */
#ifndef KNOWLEDGE_EXPORT_IMPL_H
#define KNOWLEDGE_EXPORT_IMPL_H

#include "knowledge/export.h"
#include "knowledge/query.h"
#include "knowledge/rx.h"
#include "rule/correlation.h"

/* A query under construction. */
struct writing {
    const struct export_target *target;
    const struct export_options *options;
    const struct fold_inverse *inverse;
    const struct fieldmap *map; /* NULL: names as in the log */
    const struct rule *rule;
    struct query_env *env;
    struct arena *arena; /* of this query */
    struct buf *out;
    struct ev_err *err;
    size_t weight; /* what was written, in a measure of the target's own; 0 at first */
};

struct export_target {
    const char *name, *about;
    const char *fields; /* its mapping; NULL: its names are those of our own dump, none else */
    struct query_needs needs;
    int (*write)(struct writing *w, struct clause *c);
    /* A correlation; NULL: the language has no way to say one. */
    int (*correlate)(struct writing *w, const struct correlation *c);
};

extern const struct export_target export_es_qs, export_xpack_watcher, export_graylog, export_splunk,
    export_logpoint, export_grep, export_opensearch_lucene, export_elastic_esql, export_jq,
    export_sqlite;

/* EV_EUNSUPPORTED with the reason. */
int writing_refuse(struct writing *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The tree of another rule: of one that a correlation refers to. */
int writing_clause(struct writing *w, const struct rule *r, struct clause **ret);
/* The expression of a term of kind TERM_PATTERN or TERM_REGEX; both cases written out if cases is. */
int writing_rx(struct writing *w, const struct term *t, bool cases, struct rx **ret);
/* The same with both cases, for a language whose expressions hold for a whole value and know no word
 * boundary: refused with no_edge as the reason where there is one. */
int writing_rx_whole(struct writing *w, const struct term *t, const char *no_edge, struct rx **ret);
/* Does the pattern ask for letters whose case does not matter? */
bool writing_has_case(const struct writing *w, const struct pattern *p);

/* How a language joins conditions. */
struct infix {
    const char *and, * or, *not ;
    const char *not_open, *not_close; /* around the NOT and what it denies; NULL: nothing */
    const char *all;                  /* of CLAUSE_TRUE */
    const char *company; /* what a NOT needs beside it where it stands alone or in an OR; NULL */
    const char *comma;   /* between values that stand together; NULL: or */
    size_t most; /* members of one list; more are parted into lists of lists; 0: any number */
    int (*term)(struct writing *w, const struct term *t);
    /* Terms of one field in an OR may share what stands around them: open, values joined by `or`,
     * close. together NULL: never. */
    bool (*together)(const struct term *a, const struct term *b);
    int (*open)(struct writing *w, const struct term *t, size_t n);
    int (*value)(struct writing *w, const struct term *t);
    void (*close)(struct writing *w, const struct term *t, size_t n);
};
int infix_write(struct writing *w, const struct infix *i, const struct clause *c);

/* A pattern with each literal byte escaped by put; any, one: the wildcards, NULL where there is none
 * (then the caller has looked). */
struct wildcard_style {
    const char *any, *one;
    const char *escaped; /* bytes that get a backslash */
};
void wildcard_write(const struct pattern *p, const struct wildcard_style *style, struct buf *out);
/* The patterns that the dashes of p stand for; EV_EUNSUPPORTED: more than `most`. */
int wildcard_dashes(struct writing *w, const struct pattern *p, size_t most, struct pattern **ret,
                    size_t *ret_n);
bool pattern_has(const struct pattern *p, enum token_kind kind);
bool pattern_is_ascii(const struct pattern *p);
/* "10.0.0.0/8": the network of a TEST_CIDR. */
void network_write(const struct test *t, struct buf *out);
/* "<", "<=", ">", ">=" */
const char *compare_sign(enum compare_op op);
/* Can a value of more than 256 characters, the least limit of an index, fulfil the test? Names of the
 * system part never have so many, nor has an address. */
bool term_takes_long(const struct term *t);
/* Does a literal of the pattern hold one of these bytes? */
bool pattern_holds(const struct pattern *p, const char *bytes);

/* The name of a watch, an alert or the like: letters, digits, - and _. */
void export_identifier(const struct rule *r, struct buf *out);

/* A correlation that counts events, or distinct values, of a group within a sliding window, and holds
 * from a number on. */
#define PLAN_GROUPS 8
struct correlation_plan {
    struct clause *clause; /* any of the events */
    struct spot by[PLAN_GROUPS];
    size_t nby;
    struct spot distinct; /* of value_count; else its name is absent */
    uint64_t at_least;    /* events or values */
    uint64_t seconds;     /* of the window */
};
/* EV_EUNSUPPORTED: another kind of correlation, or one that cannot be told event by event. */
int correlation_plan(struct writing *w, const struct correlation *c, struct correlation_plan *ret);

/* Of the query_string family: shared by its members and by the watcher. */
int lucene_query(struct writing *w, struct clause *c);

#endif
