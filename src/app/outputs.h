/* outputs.h - the files of a run: one sink each, all fed with the same rows.
 * Rank: out/, options.h. */
#ifndef APP_OUTPUTS_H
#define APP_OUTPUTS_H

#include "app/options.h"
#include "out/lines.h"
#include "out/sink.h"

struct outputs {
    struct output_file {
        struct output *file;
        struct sink *sink;
    } * v;
    size_t n;
    struct sink **sink; /* of each */
    struct lines lines;
    bool early;        /* all sinks take rows as text: lines.render makes it */
    struct zone *zone; /* NULL: UTC */
};

/* Opens what -o and -f name (none: CSV, or a table on a terminal, to standard output). EV_EUSAGE
 * for an unknown suffix or format, EV_EEXIST, EV_EIO. attack: names for the rows; NULL: the built-in
 * ones; outlives the outputs. Released also after failure. */
int outputs_open(const struct options *o, const struct attack *attack, struct outputs *ret,
                 struct ev_err *err);
/* A row that is text already, or as it is. */
int outputs_row(struct outputs *out, const struct detection *d, struct ev_err *err);
/* Ends all sinks and commits the files; interrupted: as FILE.partial. */
int outputs_end(struct outputs *out, const struct summary *sum, struct ev_err *err);
/* Removes what was not committed. */
void outputs_release(struct outputs *out);

/* Refuses outputs, the manifest and the temporary folder inside an input folder: nothing is
 * written beside evidence. EV_EUSAGE. */
int outputs_guard(const struct options *o, struct ev_err *err);

#endif
