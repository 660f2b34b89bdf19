#include "app/survey.h"

#include "app/interrupt.h"

int survey_inputs(const struct options *o, const struct names *names, struct inputs *in,
                  struct evidence *ret, struct ev_err *err)
{
    const struct survey_options so = {
        .decoder = run_decoder(o, err),
        .reader = { .names = names },
        .computer = o->computer.v,
        .ncomputer = o->computer.n,
        .from = o->from,
        .to = o->has_to ? o->to : 0,
        .threads = run_threads(o),
        .stop = interrupt_seen,
    };
    if (!so.decoder)
        return EV_EUSAGE;
    int rc = survey_run(&so, in, ret, err);
    return rc == EV_EINTR ? EV_OK : rc;
}
