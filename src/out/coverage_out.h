/* coverage_out.h - the answer of knowledge/coverage.h for people and for machines.
 *
 * Names of columns and members are final: evtriage-output(5).
 * Rank: base/, detect/, knowledge/, output.h, json.h, grid.h. */
#ifndef OUT_COVERAGE_OUT_H
#define OUT_COVERAGE_OUT_H

#include "knowledge/coverage.h"
#include "out/output.h"

struct coverage_view {
    unsigned width; /* of the terminal; 0: there is none */
    bool verbose;   /* table: every rule, every technique, every kind of event */
};

struct coverage_format {
    const char *name; /* "table", "csv", "json" */
    int (*write)(const struct coverage *c, const struct coverage_view *v, struct output *out,
                 struct ev_err *err);
};
/* By name; NULL when there is none. */
const struct coverage_format *coverage_format_find(struct slice name);

/* One row a computer and rule. Errors of all three: EV_EIO, EV_ELIMIT. */
int coverage_csv(const struct coverage *c, const struct coverage_view *v, struct output *out,
                 struct ev_err *err);
/* Everything, as one object. */
int coverage_json(const struct coverage *c, const struct coverage_view *v, struct output *out,
                  struct ev_err *err);
/* For people; EV_ENOMEM as well. */
int coverage_table(const struct coverage *c, const struct coverage_view *v, struct output *out,
                   struct ev_err *err);

/* "in 4688: 40 of 50 have a command line; on since ..." of one computer; nothing without 4688. */
void coverage_command_lines(const struct summary_host *h, struct buf *out);
/* Writes what is in b and clears it. */
int coverage_flush(struct output *out, struct buf *b, struct ev_err *err);

/* The lines at the end of a scan, at most three: how many rules could have fired, why not, and what
 * would help most. Nothing when every rule could. */
void coverage_essence(const struct coverage *c, struct buf *out);
/* The section of the HTML timeline: "What this evidence could not show". */
void coverage_html(const struct coverage *c, struct buf *out);

#endif
