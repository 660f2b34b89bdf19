/* cmd_coverage.c - `evtriage coverage`: which rules this evidence could have fired. */
#include <stdio.h>
#include <unistd.h>

#include "app/cmd_rules.h"
#include "app/interrupt.h"
#include "app/load.h"
#include "app/outputs.h"
#include "app/run.h"
#include "app/survey.h"
#include "app/talk.h"
#include "app/terminal.h"
#include "base/limits.h"
#include "out/coverage_out.h"

static const char *path_of(const struct options *o)
{
    return o->output.n ? o->output.v[0] : "-";
}

/* By --format, else by the suffix, else a table. */
static const struct coverage_format *choose_format(const struct options *o, struct ev_err *err)
{
    const char *dot = strrchr(path_of(o), '.');
    const char *word = o->format ? o->format : dot && dot[1] && o->output.n ? dot + 1 : "table";
    const struct coverage_format *f = coverage_format_find(slice_str(word));
    if (!f && o->format)
        ev_err_set(err, EV_EUSAGE,
                   "--format: \"%s\" is no format of coverage; formats are table, csv, json", word);
    else if (!f)
        ev_err_set(err, EV_EUSAGE,
                   "%s: the suffix names no format; use .csv or .json, or add --format",
                   path_of(o));
    return f;
}

static int check(const struct options *o, struct ev_err *err)
{
    if (!o->argument.n)
        return ev_err_set(err, EV_EUSAGE,
                          "coverage needs a PATH: a log, a folder, or - for standard input");
    if (o->output.n > 1)
        return ev_err_set(err, EV_EUSAGE, "coverage writes one output; -o was given %zu times",
                          o->output.n);
    int rc = run_check_times(o, err);
    return rc == EV_OK ? outputs_guard(o, err) : rc;
}

static int write_answer(const struct options *o, const struct coverage *c,
                        const struct coverage_format *f, struct ev_err *err)
{
    const struct coverage_view view = { .width = terminal_width(STDOUT_FILENO),
                                        .verbose = o->verbose };
    struct output *out = NULL;
    int rc = output_open(path_of(o), o->force, &out, err);
    if (rc == EV_OK)
        rc = f->write(c, &view, out, err);
    if (rc == EV_OK)
        rc = c->evidence->interrupted ? output_commit_partial(out, err) : output_commit(out, err);
    output_free(out);
    return rc;
}

/* Says what was not read; returns the exit code. */
static int report(const struct options *o, const struct evidence *e, const struct inputs *in)
{
    size_t logs = 0, unreadable = 0;
    uint64_t damage = 0;
    for (size_t i = 0; i < e->nlog; i++) {
        const struct evidence_log *l = &e->log[i];
        if (l->fate == FILE_UNREADABLE || (l->fate != FILE_READ && o->verbose))
            talk("%.*s: %.*s", SLICE_ARG(l->path), SLICE_ARG(l->reason));
        logs += l->fate == FILE_READ;
        unreadable += l->fate == FILE_UNREADABLE;
        damage += l->findings;
    }
    if (damage && !o->quiet)
        talk("%llu findings of damage: what is lost there is in no count; evtriage scan --verbose "
             "names them",
             (unsigned long long)damage);
    if (e->interrupted)
        return EXIT_INTERRUPTED;
    if (!logs && !unreadable)
        talk("no event log was found in what was given: nothing was examined");
    return !logs || unreadable || in->trouble.n || (o->strict && damage) ? EXIT_UNREAD : EXIT_DONE;
}

static bool listed(const void *ctx, const struct rule *r)
{
    return rules_listed(ctx, r) && rule_shows_rows(r);
}

/* A typing error must not look like an answer. */
static int check_selection(const struct options *o, const struct loaded *l, struct ev_err *err)
{
    for (size_t i = 0; i < l->rules->n; i++)
        if (listed(o, l->rules->rule[i]))
            return EV_OK;
    return ev_err_set(err, EV_EUSAGE,
                      l->rules->n ? "no loaded rule is left by --level, --rule and "
                                    "--exclude-rule"
                                  : "no usable rule was loaded; `evtriage rules check` "
                                    "says why");
}

static int cover(const struct options *o, const struct loaded *l, const struct coverage_format *f,
                 int *ret_code, struct ev_err *err)
{
    struct evidence e;
    struct inputs in;
    struct coverage c;
    int rc;

    evidence_init(&e);
    inputs_init(&in);
    rc = run_inputs(o, &in, err);
    if (rc == EV_OK)
        rc = survey_inputs(o, l->names, &in, &e, err);
    if (rc == EV_OK) {
        coverage_init(&c, l->rules, &e, l->attack, listed, o);
        rc = write_answer(o, &c, f, err);
        coverage_release(&c);
    }
    if (rc == EV_OK)
        *ret_code = report(o, &e, &in);
    inputs_release(&in);
    evidence_release(&e);
    return rc;
}

int cmd_coverage(const struct options *o)
{
    struct loaded l = { 0 };
    struct ev_err err = { 0 };
    const struct coverage_format *f = NULL;
    int code = EXIT_FAILED;

    interrupt_catch();
    int rc = check(o, &err);
    if (rc == EV_OK) {
        f = choose_format(o, &err);
        rc = f ? EV_OK : EV_EUSAGE;
    }
    if (rc == EV_OK)
        rc = rules_load(o, NULL, 0, &l, &err);
    if (rc == EV_OK)
        rc = check_selection(o, &l, &err);
    if (rc == EV_OK)
        rc = cover(o, &l, f, &code, &err);
    if (rc < 0) {
        talk_error(&err);
        code = run_exit(rc);
    }
    loaded_release(&l);
    return code;
}
