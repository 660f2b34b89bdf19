/* sink.h - where rows go: CSV, JSONL, HTML.
 *
 * A sink writes to a temporary name beside its target and takes the target's name when it is
 * complete (output.h); a failed write is an error at the latest in end. Formats: DESIGN.md section
 * 5 and evtriage-output(5).
 * Rank: base/, event/, rule/, detect/, knowledge/. */
#ifndef OUT_SINK_H
#define OUT_SINK_H

#include "detect/detection.h"
#include "detect/summary.h"
#include "out/output.h"

struct sink_options {
    bool csv_raw;   /* no formula guard */
    bool bom;       /* UTF-8 byte order mark before CSV */
    int zone;       /* minutes east of UTC of the times shown (fixed offset) */
    const char *tz; /* zone name, NULL: UTC; see zone.h */
};

struct sink;

struct sink_format {
    const char *name;   /* "csv" */
    const char *suffix; /* ".csv" */
    /* Borrows out, which must outlive the sink. The caller commits and frees it: it wants the
     * digest for the manifest. */
    int (*open)(struct output *out, const struct sink_options *o, struct sink **ret,
                struct ev_err *err);
};

struct sink_ops {
    int (*row)(struct sink *s, const struct detection *d, struct ev_err *err);
    /* Writes what follows the rows. Does not commit the output. */
    int (*end)(struct sink *s, const struct summary *sum, struct ev_err *err);
    /* Frees the sink, with or without end. */
    void (*free)(struct sink *s);
};

struct sink {
    const struct sink_ops *ops; /* first member of every sink's own struct */
};

/* By name ("csv", "jsonl", "html", "table") or by the suffix of a path; NULL when there is none. */
const struct sink_format *sink_format_by_name(struct slice name);
const struct sink_format *sink_format_by_path(struct slice path);

#endif
