/* run.h - what all commands that read inputs do alike.
 * Rank: scan/, command.h. */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/command.h"
#include "scan/filter.h"
#include "scan/inputs.h"

/* --decoder, native by default; NULL with EV_EUSAGE in err. */
const struct decoder *run_decoder(const struct options *o, struct ev_err *err);
/* EV_EUSAGE when --from is later than --to. */
int run_check_times(const struct options *o, struct ev_err *err);
/* The records that the options ask for; all else of *f is 0. */
void run_filter(const struct options *o, struct filter *f);
/* --threads, else one a processor; 1..LIMIT_THREADS. */
unsigned run_threads(const struct options *o);
/* Adds every argument and says which folders could not be opened. */
int run_inputs(const struct options *o, struct inputs *in, struct ev_err *err);
/* The same of other paths, such as those of --evidence. */
int run_inputs_of(const struct options *o, const struct option_list *path, struct inputs *in,
                  struct ev_err *err);
/* Only adds them, without a word. */
int run_inputs_add(const struct options *o, const struct option_list *path, struct inputs *in,
                   struct ev_err *err);
/* Bytes of the inputs that will be read. */
uint64_t run_bytes(const struct inputs *in);
/* --verbose: every finding, and every file that was passed over. */
void run_print_findings(const struct summary *sum);
/* Says which files could not be read, the first of many. */
void run_print_unread(const struct summary *sum);
/* Was some input unreadable, or damaged under --strict, or was there no event log at all (which is
 * said)? */
bool run_unread(const struct options *o, const struct inputs *in, const struct summary *sum);
/* The exit code of a run that failed with rc. */
int run_exit(int rc);

#endif
