/* export_opensearch_lucene.c - OpenSearch's query_string.
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

const struct export_target export_opensearch_lucene = {
    .name = "opensearch-lucene",
    .about = "OpenSearch: query_string, also Dashboards' Lucene",
    .fields = "keyword",
    .write = lucene_query,
};
