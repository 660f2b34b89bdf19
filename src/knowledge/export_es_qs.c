/* export_es_qs.c - Elasticsearch's query_string.
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

const struct export_target export_es_qs = {
    .name = "es-qs",
    .about = "Elasticsearch: query_string, also Kibana's Lucene",
    .fields = "keyword",
    .write = lucene_query,
};
