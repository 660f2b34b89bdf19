/* cmd_rules.c - `evtriage rules`: which action, and the rules that it is about. */
#include "app/cmd_rules.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/talk.h"
#include "base/mem.h"
#include "scan/filter.h"

bool rules_listed(const struct options *o, const struct rule *r)
{
    if (r->part_of) /* of an old `near`: no rule of its own */
        return false;
    if (o->has_level && r->level < o->level)
        return false;
    if (o->rule.n && !filter_names_rule(o->rule.v, o->rule.n, r))
        return false;
    return !(o->exclude_rule.n && filter_names_rule(o->exclude_rule.v, o->exclude_rule.n, r));
}

struct action {
    const char *name;
    int (*run)(const struct options *o, struct loaded *l);
    bool takes_names; /* arguments that are no path name rules */
    /* With --dialect atc-2020; NULL: that dialect means nothing here. */
    int (*run_2020)(const struct options *o, const struct option_list *paths);
};

/* What the arguments after the action mean. */
struct subjects {
    struct option_list path, name;
};

static void subjects_sort(const struct options *o, bool takes_names, struct subjects *s)
{
    const size_t n = o->argument.n;
    s->path.v = xcalloc(n, sizeof *s->path.v);
    s->name.v = xcalloc(n, sizeof *s->name.v);
    for (size_t i = 1; i < n; i++) {
        const char *arg = o->argument.v[i];
        if (takes_names && access(arg, F_OK) != 0)
            s->name.v[s->name.n++] = arg;
        else
            s->path.v[s->path.n++] = arg;
    }
}

static int run_action(const struct options *o, const struct action *a, const struct subjects *s)
{
    struct loaded l = { 0 };
    struct ev_err err = { 0 };
    struct options narrowed = *o;
    int code;

    narrowed.context =
        true; /* these commands are about rules, whatever a scan would do with them */

    if (s->name.n)
        narrowed.rule = s->name;
    if (rules_load(&narrowed, s->path.v, s->path.n, &l, &err) < 0) {
        talk_error(&err);
        code = EXIT_USAGE;
    } else {
        code = a->run(&narrowed, &l);
    }
    loaded_release(&l);
    return code;
}

static bool is_2020(const struct options *o)
{
    return o->dialect && strcmp(o->dialect, "atc-2020") == 0;
}

static bool dialect_fits(const struct options *o, const struct action *a)
{
    if (o->dialect && !is_2020(o) && strcmp(o->dialect, "current") != 0)
        talk("--dialect: \"%s\" is no dialect; dialects are current, atc-2020", o->dialect);
    else if (is_2020(o) && !a->run_2020)
        talk("rules %s knows no --dialect atc-2020; card and export do", a->name);
    else if (!is_2020(o) && !a->run)
        talk("rules %s is there for --dialect atc-2020 only", a->name);
    else
        return true;
    return false;
}

int cmd_rules(const struct options *o)
{
    const struct action actions[] = { { "check", rules_check, false, NULL },
                                      { "list", rules_list, false, NULL },
                                      { "show", rules_show, true, NULL },
                                      { "card", rules_card, true, rules_card_2020 },
                                      { "export", rules_export, true, rules_export_2020 },
                                      { "navigator", rules_navigator, false, NULL },
                                      { "test", rules_test, false, NULL } };
    const struct action *a = NULL;
    struct subjects s = { 0 };

    for (size_t i = 0; o->argument.n && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(o->argument.v[0], actions[i].name) == 0)
            a = &actions[i];
    if (!a) {
        talk("rules needs one of check, list, show, card, export, navigator, test; try "
             "`evtriage rules --help`");
        return EXIT_USAGE;
    }
    if (!dialect_fits(o, a))
        return EXIT_USAGE;
    subjects_sort(o, a->takes_names && !is_2020(o), &s);
    int code = is_2020(o) ? a->run_2020(o, &s.path) : run_action(o, a, &s);
    free(s.path.v);
    free(s.name.v);
    return code;
}
