/* export_graylog.c - Graylog, which keeps fields as keywords under the log's names.
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

const struct export_target export_graylog = {
    .name = "graylog",
    .about = "Graylog: search and stream rules",
    .fields = "sigma",
    .write = lucene_query,
};
