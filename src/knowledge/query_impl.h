/* query_impl.h - what the parts of query.c share.
 * Rank: query.h. */
#ifndef KNOWLEDGE_QUERY_IMPL_H
#define KNOWLEDGE_QUERY_IMPL_H

#include "knowledge/query.h"

struct logsource;
struct logsource_target;

struct builder {
    struct query_env *env;
    const struct rule *r;
    struct slice section; /* of the mapping, for the source at hand; absent: none of its own */
    bool as_4688;         /* the source is Security 4688, to be told with Sysmon's names */
    size_t terms;
    struct ev_err *err;
};

/* Each gives NULL after setting b->err. */
struct clause *query_fail(struct builder *b, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct clause *query_term(struct builder *b, const struct term *t);
/* A text test of a field as the log of this source calls it. */
struct clause *query_pattern(struct builder *b, struct slice field, const struct pattern *p,
                             const struct test *t);
struct clause *query_literal(struct builder *b, struct slice field, struct slice folded);
struct clause *query_exists(struct builder *b, struct slice field);
/* Absent or empty. */
struct clause *query_empty(struct builder *b, struct slice field);
/* The integer in base 16, in each of the forms that Windows writes. */
struct clause *query_hex(struct builder *b, struct slice field, uint64_t number);

/* The events of a source, and those of all sources that tell them as the rule says them. */
struct clause *query_target(struct builder *b, const struct logsource_target *t);
struct clause *query_plain_sources(struct builder *b, const struct logsource *ls);
/* A text test of DOMAIN\NAME where the two are fields apart. */
struct clause *query_account(struct builder *b, struct slice domain, struct slice name,
                             const struct pattern *p, const struct test *t);
/* Of a spot with a domain. */
struct clause *query_joined(struct builder *b, const struct spot *at, const struct pattern *p,
                            const struct test *t);
/* The test on 4688. *ret_handled false: there is nothing special about the field, whose name is now
 * *field. */
struct clause *query_4688(struct builder *b, const struct test *t, struct slice *field,
                          bool *ret_handled);
/* A network as text patterns. */
struct clause *query_cidr(struct builder *b, struct slice field, const struct test *t);

#endif
