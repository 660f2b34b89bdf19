/* load.h - the rules of a run: which files, which of their rules, and what to say about the rest.
 * Rank: rule/, match/, knowledge/, options.h. */
#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/options.h"
#include "knowledge/attack.h"
#include "match/matcher.h"

struct loaded {
    struct names *names;
    struct ruleset *rules;
    size_t left_out;       /* by status */
    struct attack *attack; /* of --attack; NULL: the built-in table */
};

/* Loads --rules (default: the installed pack) with --filters and --placeholders, leaves out by
 * --status, lets the matcher check, and links what rules say about each other.
 * paths: overrides --rules when n > 0 (rules check FILE). EV_ENOTFOUND, EV_EUSAGE. Released with
 * loaded_release also after failure. */
int rules_load(const struct options *o, const char *const *paths, size_t n, struct loaded *ret,
               struct ev_err *err);
void loaded_release(struct loaded *l);

/* Documents refused, for whatever reason. */
size_t loaded_refused(const struct loaded *l);
/* Prints the messages of the loader: all, or only those at or above kind. */
void loaded_print_messages(const struct loaded *l, enum message_kind least);

#endif
