/* command.h - the subcommands: one row each, in the order of --help.
 * Rank: options.h. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/options.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,     /* could not finish: output failed, out of memory */
    EXIT_USAGE = 2,      /* wrong usage, or a rule that cannot be loaded under --strict */
    EXIT_UNREAD = 3,     /* done, but some input could not be read, or no event log was found */
    EXIT_FAULTS = 4,     /* rules check, rules test: faults; verify: findings */
    EXIT_LEVEL_MET = 10, /* done, and --fail-on was met */
    EXIT_INTERRUPTED = 130
};

struct command {
    const char *name;
    unsigned bit;        /* which rows of options.def it takes */
    const char *usage;   /* what follows "evtriage NAME" */
    const char *summary; /* one line */
    int (*run)(const struct options *o);
};

/* All commands, ended by a row without name. */
extern const struct command commands[];
/* NULL when there is none. */
const struct command *command_find(const char *name);

/* The commands; each returns an enum exit_code and has said what the user must know. */
int cmd_scan(const struct options *o);
int cmd_dump(const struct options *o);
int cmd_coverage(const struct options *o);
int cmd_verify(const struct options *o);
/* cmd_rules.c */
int cmd_rules(const struct options *o);

#endif
