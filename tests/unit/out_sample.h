/* out_sample.h - rows made by hand for the tests of src/out/: a rule, detections, a summary. */
#ifndef TESTS_OUT_SAMPLE_H
#define TESTS_OUT_SAMPLE_H

#include "detect/detection.h"
#include "detect/summary.h"

enum { SAMPLE_RULES = 6, SAMPLE_HOSTILE = 24 };

struct sample {
    struct arena arena;
    struct ruleset rules;
    struct summary sum;
};

/* Rules of several levels, a summary that agrees with nothing in particular. */
void sample_init(struct sample *s);
void sample_release(struct sample *s);

/* Row i of a plausible timeline, in order of time. The caller's until sample_release. */
void sample_row(struct sample *s, size_t i, struct detection *ret);

/* A row whose command line, field names, rule texts and the rest are the hostile text i. */
void sample_hostile(struct sample *s, size_t i, struct detection *ret);
/* The text. */
struct slice sample_hostile_text(size_t i);

#endif
