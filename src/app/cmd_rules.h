/* cmd_rules.h - the actions of `evtriage rules`, one file each.
 * Rank: command.h, load.h. */
#ifndef APP_CMD_RULES_H
#define APP_CMD_RULES_H

#include "app/command.h"
#include "app/load.h"

/* Do --level, --rule and --exclude-rule leave the rule in? */
bool rules_listed(const struct options *o, const struct rule *r);

/* Each returns an exit code and has said what the user must know. */
int rules_check(const struct options *o, struct loaded *l);
int rules_export(const struct options *o, struct loaded *l);
int rules_card(const struct options *o, struct loaded *l);
int rules_list(const struct options *o, struct loaded *l);
int rules_show(const struct options *o, struct loaded *l);
int rules_navigator(const struct options *o, struct loaded *l);
int rules_test(const struct options *o, struct loaded *l);

/* In the dialect atc-2020: of the files themselves, no rule is loaded. */
int rules_card_2020(const struct options *o, const struct option_list *paths);
int rules_export_2020(const struct options *o, const struct option_list *paths);

#endif
