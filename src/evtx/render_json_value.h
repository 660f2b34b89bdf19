/* render_json_value.h - the values of a line of JSON: written, or noted as steps.
 *
 * With a draft, what is the same in each record of the same plans goes to its literals, and for what is
 * not there is a step.
 * Rank: base/, event/, render_impl.h, render_steps.h. */
#ifndef EVTX_RENDER_JSON_VALUE_H
#define EVTX_RENDER_JSON_VALUE_H

#include "evtx/render_impl.h"
#include "evtx/render_steps.h"

#define JSON_GLUE 256 /* room for what stands between two values */

struct render_json_writer {
    struct render *r;
    struct event *ev;
    struct buf *out;
    struct slice padded;                   /* values in here may be read beyond */
    struct render_draft *draft;            /* steps are made, instead of values written; or NULL */
    const struct native_plan *const *plan; /* with a draft: of the record and of its body */
};

/* Appends s as it is. */
void render_json_put(struct render_json_writer *w, struct slice s);
/* The same for a C string: `,"key":`. */
void render_json_key(struct render_json_writer *w, const char *key);
/* A string of UTF-8; null when s is absent. */
void render_json_string(struct render_json_writer *w, struct slice s);
/* A field's value as a string. */
void render_json_value(struct render_json_writer *w, const struct field *f);

/* What the event itself knows of a fact; null when there is none. */
void render_json_fact_text(struct render_json_writer *w, enum template_fact fact,
                           struct slice text);
/* The same for a number; has: there is one. */
void render_json_fact_number(struct render_json_writer *w, enum template_fact fact, bool has,
                             uint64_t n);
/* The same for a FILETIME; 0: none. */
void render_json_fact_time(struct render_json_writer *w, uint64_t t);

#endif
