/* render_json.h - the event at hand as one line of JSON.
 *
 * The first event of a pair of plans (native_plan.h) is written member by member, which is noted as
 * steps (render_steps.h); the next ones run these.
 * Rank: base/, event/, render_steps.h. */
#ifndef EVTX_RENDER_JSON_H
#define EVTX_RENDER_JSON_H

#include <stdint.h>

struct render_steps;

/* What a plan remembers; all zero at first. */
struct render_memo_json {
    struct render_steps *first; /* by the plan of the record around it, or NULL */
    uint32_t variants;
};

#endif
