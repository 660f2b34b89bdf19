#include "app/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/print.h"
#include "app/run.h"
#include "app/talk.h"
#include "rule/link.h"
#include "rule/placeholder.h"

#define DEFAULT_RULES EVTRIAGE_DATADIR "/rules"

static bool status_wanted(const struct options *o, enum rule_status s)
{
    if (!o->status.n)
        return s != STATUS_DEPRECATED && s != STATUS_UNSUPPORTED;
    for (size_t i = 0; i < o->status.n; i++)
        if (slice_eq_nocase(slice_str(o->status.v[i]), slice_str(status_name(s))))
            return true;
    return false;
}

/* Drops rules whose status is not wanted, and those of context unless asked for; returns how many. */
static size_t keep_by_status(struct ruleset *rs, const struct options *o)
{
    size_t kept = 0;
    for (size_t i = 0; i < rs->n; i++) {
        struct rule *r = rs->rule[i];
        if (!status_wanted(o, r->status) || (r->context && !o->context))
            continue;
        r->index = (uint32_t)kept;
        rs->rule[kept++] = r;
    }
    size_t dropped = rs->n - kept;
    rs->n = kept;
    return dropped;
}

static int check_status_names(const struct options *o, struct ev_err *err)
{
    enum rule_status s;
    for (size_t i = 0; i < o->status.n; i++)
        if (status_parse(slice_str(o->status.v[i]), &s) < 0)
            return ev_err_set(err, EV_EUSAGE,
                              "--status: \"%s\" is no status; statuses are stable, test, "
                              "experimental, deprecated, unsupported",
                              o->status.v[i]);
    return EV_OK;
}

/* What was named on the command line cannot be used. */
static int unusable(struct ev_err *err)
{
    if (err)
        err->rc = EV_EUSAGE;
    return EV_EUSAGE;
}

static int load_from(const struct options *o, const char *const *paths, size_t n,
                     struct loaded *ret, struct ev_err *err)
{
    struct placeholders *ph = NULL;
    int rc = o->placeholders ? placeholders_load(o->placeholders, &ph, err) : EV_OK;
    const struct ruleset_sources from = { .rule = paths,
                                          .nrule = n,
                                          .filter = o->filters.v,
                                          .nfilter = o->filters.n,
                                          .placeholders = ph,
                                          .no_digests = !o->manifest,
                                          .threads = run_threads(o) };
    if (rc == EV_OK)
        rc = ruleset_load_from(&from, ret->names, &ret->rules, err);
    else
        rc = unusable(err);
    placeholders_free(ph);
    return rc;
}

int rules_load(const struct options *o, const char *const *paths, size_t n, struct loaded *ret,
               struct ev_err *err)
{
    const char *given = getenv("EVTRIAGE_RULES");
    const char *installed[] = { given ? given : DEFAULT_RULES };

    *ret = (struct loaded){ .names = names_new() };
    int rc = check_status_names(o, err);
    if (rc == EV_OK && o->attack && attack_open(o->attack, &ret->attack, err) < 0)
        rc = unusable(err);
    if (rc < 0)
        return rc;
    if (!n) {
        paths = o->rules.v;
        n = o->rules.n;
    }
    if (!n) {
        if (access(installed[0], R_OK) != 0)
            return ev_err_set(err, EV_ENOTFOUND,
                              "no rules at %s: install evtriage, or name rules with -r FOLDER",
                              installed[0]);
        paths = installed;
        n = 1;
    }
    rc = load_from(o, paths, n, ret, err);
    if (rc < 0)
        return rc;
    ret->left_out = keep_by_status(ret->rules, o);
    matcher_check(ret->rules);
    ruleset_link(ret->rules);
    return EV_OK;
}

void loaded_release(struct loaded *l)
{
    ruleset_free(l->rules);
    names_free(l->names);
    attack_free(l->attack);
    *l = (struct loaded){ 0 };
}

size_t loaded_refused(const struct loaded *l)
{
    size_t n = 0;
    for (size_t i = 0; i < REFUSAL_KINDS; i++)
        n += l->rules->refused[i];
    return n;
}

void loaded_print_messages(const struct loaded *l, enum message_kind least)
{
    const struct ruleset *rs = l->rules;
    for (size_t i = 0; i < rs->nmessage; i++) {
        const struct rule_message *m = &rs->message[i];
        if (m->kind < least)
            continue;
        print_line(stderr, "%.*s:%u:%u: %s: %.*s", SLICE_ARG(m->file), m->line, m->column,
                   m->kind == MESSAGE_ERROR ? "error" : "warning", SLICE_ARG(m->text));
    }
    if (rs->messages_dropped)
        talk("%zu more messages about rules are not shown", rs->messages_dropped);
}
