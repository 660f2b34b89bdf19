/* survey.h - what the inputs of a command hold, as evidence.
 * Rank: scan/, run.h. */
#ifndef APP_SURVEY_H
#define APP_SURVEY_H

#include "app/run.h"
#include "scan/survey.h"

/* Reads all inputs with --threads, --decoder, --computer, --from and --to. ret was initialised by
 * the caller. EV_OK also when it was interrupted (ret says so). */
int survey_inputs(const struct options *o, const struct names *names, struct inputs *in,
                  struct evidence *ret, struct ev_err *err);

#endif
