/* render_typed.h - a template's program and the types of values -> steps that write its XML.
 *
 * What is left out because a value is NULL is decided here, once for all records with the same types.
 * Rank: base/, event/, render_program.h, render_steps.h. */
#ifndef EVTX_RENDER_TYPED_H
#define EVTX_RENDER_TYPED_H

#include "evtx/render_program.h"
#include "evtx/render_steps.h"

/* Steps for the instance, kept with its template; NULL when there are none. */
const struct render_steps *render_typed(struct template_cache *c, const struct native_instance *in,
                                        bool lines);

#endif
