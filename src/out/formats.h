/* formats.h - the output formats, for the table in sink.c.
 * Rank: sink.h. */
#ifndef OUT_FORMATS_H
#define OUT_FORMATS_H

#include "out/sink.h"

extern const struct sink_format sink_csv;
extern const struct sink_format sink_jsonl;
extern const struct sink_format sink_html;
extern const struct sink_format sink_table;
extern const struct sink_format sink_sqlite;

#endif
