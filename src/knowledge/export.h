/* export.h - rules in the query languages of other products, each meaning what the rule means.
 *
 * A target is one row of a table and one file. What it cannot say is an error with the reason; a query
 * never finds more than the rule does (doc/exports.md). For the exports of 2020 see legacy_export.h.
 * Rank: base/, rule/, fieldmap.h. */
#ifndef KNOWLEDGE_EXPORT_H
#define KNOWLEDGE_EXPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "rule/rule.h"

struct export_options {
    const char *fields;   /* mapping: a built-in name or a file; NULL: the target's own */
    const char *index;    /* where the target looks; NULL: its default */
    const char *interval; /* how often it looks, such as 5m; NULL: its default */
};

struct export_target;
/* All targets, by index; NULL at the end. */
const struct export_target *export_target_at(size_t i);
/* NULL: there is none of that name. */
const struct export_target *export_target_find(const char *name);
const char *export_target_name(const struct export_target *t);
/* Does it take a mapping of fields? The others are about our own dumps, under their own names. */
bool export_target_is_mapped(const struct export_target *t);
/* One line about it. */
const char *export_target_about(const struct export_target *t);

/* Writes rules for one target. */
struct exporter;
/* EV_EUSAGE, EV_ENOTFOUND, EV_ESYNTAX: options or mapping. They are borrowed. */
int exporter_new(const struct export_target *t, const struct export_options *o,
                 struct exporter **ret, struct ev_err *err);
void exporter_free(struct exporter *x);

/* Appends the query, ended by a line feed. *ret_narrow (may be NULL): a source of the rule's category
 * is left out, because it tells the same in other values. EV_EUNSUPPORTED with the reason where the
 * target cannot say the rule; EV_ELIMIT. out is as it was after an error. */
int exporter_rule(struct exporter *x, const struct rule *r, struct buf *out, bool *ret_narrow,
                  struct ev_err *err);

#endif
