/* sink.h - where rows go: CSV, JSONL, HTML, a terminal's table.
 *
 * A sink writes into an output that its caller opens and commits (output.h). Formats: DESIGN.md
 * section 5 and evtriage-output(5).
 * Rank: base/, event/, rule/, detect/, knowledge/. */
#ifndef OUT_SINK_H
#define OUT_SINK_H

#include "detect/detection.h"
#include "detect/summary.h"
#include "out/output.h"
#include "out/view.h"

struct sink_options {
    bool csv_raw;       /* no formula guard */
    bool bom;           /* UTF-8 byte order mark before CSV */
    struct view view;   /* what it borrows outlives the sink */
    const char *tmpdir; /* where HTML keeps rows until the end; as in tempfile.h */
    unsigned width;     /* table: columns of the terminal; 0: 120 */
    bool color;         /* table */
};

struct sink;

struct sink_format {
    const char *name;   /* "csv" */
    const char *suffix; /* ".csv"; NULL: by name only */
    /* Borrows out, which must outlive the sink. The caller commits and frees it: it wants the
     * digest for the manifest. */
    int (*open)(struct output *out, const struct sink_options *o, struct sink **ret,
                struct ev_err *err);
};

/* How a sink's rows become text before the sort (detect/render.h). All but write is called by several
 * threads, each with a state of its own, and does not change the sink. */
struct sink_lines {
    void *(*open)(const struct sink *s);
    void (*close)(void *line);
    void (*event)(void *line, const struct detection *d, struct buf *out);
    void (*row)(void *line, const struct detection *d, struct buf *out);
    /* Writes the row: text is what row() appended, common what event() did. EV_EFORMAT when one of
     * them is damaged. */
    int (*write)(struct sink *s, const struct detection *d, struct slice text, struct slice common,
                 struct ev_err *err);
};

struct sink_ops {
    int (*row)(struct sink *s, const struct detection *d, struct ev_err *err);
    /* Writes what follows the rows. Does not commit the output. */
    int (*end)(struct sink *s, const struct summary *sum, struct ev_err *err);
    /* Frees the sink, with or without end. */
    void (*free)(struct sink *s);
    const struct sink_lines *lines; /* NULL: rows come as they are */
};

struct sink {
    const struct sink_ops *ops; /* first member of every sink's own struct */
    struct output *out;         /* borrowed */
    struct sink_options options;
};

/* By name ("csv", "jsonl", "html", "table", "sqlite") or by the suffix of a path (any case); NULL when there
 * is none. */
const struct sink_format *sink_format_by_name(struct slice name);
const struct sink_format *sink_format_by_path(struct slice path);
/* The format at that index, NULL behind the last: for messages that name them all. */
const struct sink_format *sink_format_at(size_t i);

/* For sinks: writes what is in b and clears it. EV_ELIMIT when b was too small for a row. */
int sink_flush(struct sink *s, struct buf *b, struct ev_err *err);
/* For sinks with lines: the row of a detection that comes as it is. line is a state of the sink's own,
 * text[2] its buffers. EV_ELIMIT when the row is too large. */
int sink_row_as_text(struct sink *s, void *line, const struct detection *d, struct buf text[2],
                     struct ev_err *err);
/* EV_ELIMIT, said in err. */
int sink_row_too_large(const struct sink *s, struct ev_err *err);

#endif
