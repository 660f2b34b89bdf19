/* verify_out.h - what verify found, for people and for programs.
 * Rank: base/, event/. */
#ifndef OUT_VERIFY_OUT_H
#define OUT_VERIFY_OUT_H

#include "base/buf.h"
#include "base/err.h"
#include "event/verification.h"

struct verify_text_options {
    unsigned width; /* columns of the terminal; 0: lines of any length */
    bool color;
    bool
        all; /* notes of every weight, and the chunk table; else those of weight note are counted */
};

/* Appends the report on one log: facts, the account of its bytes and records, its notes.
 * EV_ENOMEM. */
int verify_text(const struct verification *v, struct slice path,
                const struct verify_text_options *o, struct buf *out, struct ev_err *err);

/* Appends what is remarkable about one log, below its name; nothing when nothing is. */
int verify_notes_text(const struct verification *v, struct slice path,
                      const struct verify_text_options *o, struct buf *out, struct ev_err *err);

/* Many logs, a row each. */
struct verify_overview;
/* EV_ENOMEM. */
int verify_overview_new(const struct verify_text_options *o, struct verify_overview **ret,
                        struct ev_err *err);
void verify_overview_free(struct verify_overview *t);
void verify_overview_add(struct verify_overview *t, const struct verification *v,
                         struct slice path);
int verify_overview_print(struct verify_overview *t, struct buf *out, struct ev_err *err);

/* Appends one JSON object. */
void verify_json(const struct verification *v, struct slice path, struct buf *out);

#endif
