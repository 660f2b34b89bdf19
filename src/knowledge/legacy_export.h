/* legacy_export.h - a rule file in six query languages, as sigmac of March 2020 printed them.
 *
 * Byte for byte, errors of that time included: notes/sigma.md 4.4 names them. For queries that mean
 * what the rule means see export.h.
 * Rank: base/, legacy_value.h. */
#ifndef KNOWLEDGE_LEGACY_EXPORT_H
#define KNOWLEDGE_LEGACY_EXPORT_H

#include "base/buf.h"
#include "knowledge/legacy_value.h"

enum legacy_target {
    LEGACY_ES_QS,
    LEGACY_XPACK_WATCHER,
    LEGACY_GRAYLOG,
    LEGACY_SPLUNK,
    LEGACY_LOGPOINT,
    LEGACY_GREP,
    LEGACY_TARGETS
};

/* "es-qs", "grep", ... */
const char *legacy_target_name(enum legacy_target t);

/* What sigmac wrote to standard output for the file with these documents; nothing where it failed.
 * EV_ESYNTAX with the reason then. Scratch comes from a. */
int legacy_export(const struct lvalue_file *documents, enum legacy_target t, struct arena *a,
                  struct buf *out, struct ev_err *err);

#endif
