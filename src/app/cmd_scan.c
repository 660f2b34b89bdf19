/* cmd_scan.c - `evtriage scan`: rules, inputs, outputs, the scan between them, and what is said about it. */
#include <stdio.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/command.h"
#include "app/explain.h"
#include "app/input_hashes.h"
#include "app/interrupt.h"
#include "app/load.h"
#include "app/manifest_file.h"
#include "app/outputs.h"
#include "app/profiling.h"
#include "app/progress.h"
#include "app/run.h"
#include "app/talk.h"
#include "app/terminal.h"
#include "base/limits.h"
#include "knowledge/coverage.h"
#include "out/summary_text.h"
#include "scan/scan.h"

enum { DEFAULT_MEMORY = 64 << 20 };

struct run {
    const struct options *o;
    struct loaded rules;
    struct matcher *matcher;
    struct inputs inputs;
    struct outputs outputs;
    struct order *order;
    struct correlator *correlator; /* NULL: no rule is a correlation */
    struct summary summary;
    struct evidence evidence; /* as the summary tells it */
    struct coverage coverage;
    struct filter filter;
    struct profile *profile;     /* NULL: not asked for */
    struct input_hashes *hashes; /* NULL: no manifest */
    uint64_t started;            /* FILETIME, for the manifest */
};

static size_t memory_of(const struct options *o)
{
    return o->has_memory ? o->memory : DEFAULT_MEMORY;
}

static const char *matcher_name(const struct options *o)
{
    return o->matcher ? o->matcher : "indexed";
}

static enum matcher_kind matcher_kind(const struct options *o)
{
    return strcmp(matcher_name(o), "naive") == 0 ? MATCHER_NAIVE : MATCHER_INDEXED;
}

static int check_choices(const struct options *o, struct ev_err *err)
{
    if (!o->argument.n)
        return ev_err_set(err, EV_EUSAGE,
                          "scan needs a PATH: a log, a folder, or - for standard "
                          "input");
    if (!run_decoder(o, err))
        return EV_EUSAGE;
    if (strcmp(matcher_name(o), "naive") != 0 && strcmp(matcher_name(o), "indexed") != 0)
        return ev_err_set(err, EV_EUSAGE,
                          "--matcher: \"%s\" is no matcher; there are indexed and naive",
                          o->matcher);
    if (o->color && strcmp(o->color, "auto") != 0 && strcmp(o->color, "always") != 0 &&
        strcmp(o->color, "never") != 0)
        return ev_err_set(err, EV_EUSAGE, "--color takes auto, always or never");
    if (o->require && strcmp(o->require, "full") != 0)
        return ev_err_set(err, EV_EUSAGE, "--require takes \"full\"");
    if (o->possible && o->require)
        return ev_err_set(err, EV_EUSAGE, "--possible and --require full exclude each other");
    int rc = run_check_times(o, err);
    return rc == EV_OK ? outputs_guard(o, err) : rc;
}

static void filter_make(const struct options *o, struct filter *f)
{
    run_filter(o, f);
    f->level = o->has_level ? o->level : LEVEL_INFORMATIONAL;
    f->rule = o->rule.v;
    f->nrule = o->rule.n;
    f->exclude_rule = o->exclude_rule.v;
    f->nexclude_rule = o->exclude_rule.n;
    f->require_full = o->require != NULL;
}

/* Every --rule and --exclude-rule must mean some rule: a typing error must not look like "nothing
 * found". */
static int check_rule_names(const struct option_list *names, const char *option,
                            const struct ruleset *rs, struct ev_err *err)
{
    for (size_t i = 0; i < names->n; i++) {
        bool found = false;
        for (size_t r = 0; r < rs->n && !found; r++)
            found = filter_names_rule(&names->v[i], 1, rs->rule[r]);
        if (!found)
            return ev_err_set(err, EV_EUSAGE,
                              "--%s: no loaded rule has the id, title or tag "
                              "\"%s\"",
                              option, names->v[i]);
    }
    return EV_OK;
}

static int prepare_rules(struct run *run, struct ev_err *err)
{
    const struct options *o = run->o;
    const struct match_options mo = { .kind = matcher_kind(o),
                                      .possible = o->possible,
                                      .profile = run->profile != NULL };
    uint64_t from = profiling_begin(run->profile);
    int rc = rules_load(o, NULL, 0, &run->rules, err);
    if (rc < 0)
        return rc;
    const size_t refused = loaded_refused(&run->rules);
    if (o->verbose)
        loaded_print_messages(&run->rules, MESSAGE_WARNING);
    else if ((o->strict && refused) || !run->rules.rules->n)
        loaded_print_messages(&run->rules, MESSAGE_ERROR);
    if (o->strict && refused)
        return ev_err_set(err, EV_EUSAGE, "%zu rules cannot be used, and --strict was given",
                          refused);
    if (!run->rules.rules->n)
        return ev_err_set(err, EV_EUSAGE,
                          "no usable rule was loaded; `evtriage rules check` tells more");
    rc = check_rule_names(&o->rule, "rule", run->rules.rules, err);
    if (rc == EV_OK)
        rc = check_rule_names(&o->exclude_rule, "exclude-rule", run->rules.rules, err);
    from = profiling_stage(run->profile, STAGE_RULES, from);
    if (rc == EV_OK)
        rc = matcher_build(run->rules.rules, &mo, &run->matcher, err);
    profiling_stage(run->profile, STAGE_MATCHER, from);
    return rc;
}

struct row_context {
    struct run *run;
    struct ev_err *err; /* with --unsorted, of the thread that failed first: others are done then */
};

static int write_row(void *ctx, const struct detection *d)
{
    const struct row_context *c = ctx;
    const uint64_t from = profiling_begin(c->run->profile);
    c->run->summary.rows[d->rule->level]++;
    int rc = outputs_row(&c->run->outputs, d, c->err);
    profiling_stage(c->run->profile, STAGE_WRITE, from);
    return rc;
}

/* Sorts and writes, or only ends what was written unsorted. */
static int write_outputs(struct run *run, struct row_context *row)
{
    struct profile *p = run->profile;
    const uint64_t before = p ? p->ns[STAGE_WRITE] : 0;
    uint64_t from = profiling_begin(p);
    int rc = EV_OK;
    if (run->order)
        rc = order_finish(run->order, write_row, row, &run->summary.duplicates, row->err);
    run->summary.changed = run->order ? order_changed(run->order) : 0;
    from = profiling_stage(p, STAGE_SORT, from);
    if (p)
        p->ns[STAGE_SORT] -= p->ns[STAGE_WRITE] - before;
    if (rc == EV_OK)
        rc = outputs_end(&run->outputs, &run->summary, row->err);
    profiling_stage(p, STAGE_WRITE, from);
    return rc;
}

/* Could the rules have fired? Asked once, shown by all outputs. */
static void judge(struct run *run)
{
    evidence_of_summary(&run->summary, &run->evidence);
    coverage_init(&run->coverage, run->rules.rules, &run->evidence, run->rules.attack, NULL, NULL);
    run->summary.coverage = &run->coverage;
}

/* Does anybody read the summary? Rows as lines say nothing of it, and judging every rule takes longer
 * than a small log. */
static bool shows_summary(const struct run *run)
{
    return !run->o->quiet || run->o->manifest || !run->outputs.early;
}

static int scan(struct run *run, struct ev_err *err)
{
    const struct options *o = run->o;
    struct scan_progress counts = { 0 };
    struct row_context row = { run, err };
    const struct scan_options so = {
        .matcher = run->matcher,
        .rules = run->rules.rules,
        .filter = &run->filter,
        .decoder = run_decoder(o, NULL),
        .correlator = run->correlator,
        .reader = { .names = run->rules.names, .recover = o->recover },
        .threads = run_threads(o),
        .memory = memory_of(o) / 8,
        .tmpdir = o->tmpdir,
        .row = o->unsorted ? write_row : NULL,
        .row_ctx = &row,
        .row_memory = memory_of(o),
        .render = run->outputs.early ? &run->outputs.lines.render : NULL,
        .profile = run->profile,
        .stop = interrupt_seen,
    };
    struct progress *p =
        o->quiet || o->no_progress ? NULL : progress_start(&counts, run_bytes(&run->inputs));
    if (o->manifest)
        run->hashes = input_hashes_start(&run->inputs);
    int rc = scan_run(&so, &run->inputs, run->order, &counts, &run->summary, err);
    progress_stop(p);
    if (rc == EV_EINTR && !o->quiet)
        talk("interrupted: writing what was found; once more, and nothing is kept");
    if (rc < 0 && rc != EV_EINTR)
        return rc;
    if (shows_summary(run))
        judge(run);
    return write_outputs(run, &row);
}

/* Was a row of --fail-on's level or above written? */
static bool level_met(const struct run *run)
{
    if (!run->o->has_fail_on)
        return false;
    for (int l = (int)run->o->fail_on; l <= LEVEL_CRITICAL; l++)
        if (run->summary.rows[l])
            return true;
    return false;
}

static void print_summary(const struct run *run)
{
    const struct summary_text_options so = { .zone = run->outputs.zone,
                                             .width = terminal_width(STDERR_FILENO),
                                             .color =
                                                 terminal_color(run->o->color, STDERR_FILENO) };
    struct buf text;
    buf_init(&text, LIMIT_SUMMARY_TEXT);
    summary_text(&run->summary, &so, &text);
    fwrite(text.p, 1, text.n, stderr);
    buf_release(&text);
}

static int report(struct run *run)
{
    const struct options *o = run->o;
    if (o->verbose)
        run_print_findings(&run->summary);
    if (!o->quiet)
        print_summary(run);
    for (size_t i = 0; i < o->output.n && !o->quiet; i++)
        if (strcmp(o->output.v[i], "-") != 0)
            talk("wrote %s", output_path(run->outputs.v[i].file));
    const bool unread = run_unread(o, &run->inputs, &run->summary);
    if (run->summary.interrupted)
        return EXIT_INTERRUPTED;
    if (unread)
        return EXIT_UNREAD;
    return level_met(run) ? EXIT_LEVEL_MET : EXIT_DONE;
}

static int write_manifest(struct run *run, int code, struct ev_err *err)
{
    if (!run->o->manifest)
        return EV_OK;
    struct manifest m = { .decoder = run_decoder(run->o, NULL)->name,
                          .matcher = matcher_name(run->o),
                          .attack = run->rules.attack,
                          .threads = run_threads(run->o),
                          .start = run->started,
                          .end = filetime_now(),
                          .exit = code };
    input_hashes_finish(run->hashes, &run->summary);
    return manifest_file_write(run->o, &run->outputs, &m, &run->summary, err);
}

static void prepare_order(struct run *run)
{
    const struct options *o = run->o;
    const struct order_options oo = { .memory = memory_of(o),
                                      .tmpdir = o->tmpdir,
                                      .keep_duplicates = o->keep_duplicates,
                                      .threads = run_threads(o) };
    struct order_options half = oo;
    half.memory /= 2;
    run->correlator = correlator_new(run->rules.rules, &half);
    run->order = order_new(run->rules.rules, run->correlator ? &half : &oo);
}

static int run_prepare(struct run *run, struct ev_err *err)
{
    const struct options *o = run->o;
    int rc = check_choices(o, err);
    if (rc == EV_OK)
        rc = prepare_rules(run, err);
    const uint64_t from = profiling_begin(run->profile);
    if (rc == EV_OK)
        rc = run_inputs(o, &run->inputs, err);
    run->inputs.hash = o->manifest != NULL;
    profiling_stage(run->profile, STAGE_INPUTS, from);
    if (rc == EV_OK)
        rc = outputs_open(o, run->rules.attack, &run->outputs, err);
    if (rc < 0)
        return rc;
    filter_make(o, &run->filter);
    if (!o->unsorted)
        prepare_order(run);
    run->summary.unsorted = o->unsorted;
    return EV_OK;
}

static void run_release(struct run *run)
{
    outputs_release(&run->outputs);
    order_free(run->order);
    correlator_free(run->correlator);
    if (run->profile)
        match_profile_release(&run->profile->match);
    matcher_free(run->matcher);
    input_hashes_free(run->hashes);
    inputs_release(&run->inputs);
    loaded_release(&run->rules);
    if (run->summary.coverage)
        coverage_release(&run->coverage);
    evidence_release(&run->evidence);
    arena_release(&run->summary.arena);
}

/* The table, the file, or nothing. */
static int tell_profile(struct run *run, uint64_t from, struct ev_err *err)
{
    struct profile *p = run->profile;
    if (!p)
        return EV_OK;
    p->ns_all = profiling_begin(p) - from;
    p->threads = run_threads(run->o);
    p->matcher = run->matcher;
    p->rules = run->rules.rules;
    return profiling_tell(run->o, p, err);
}

/* All of a run but the words about its failure. */
static int scan_all(struct run *run, int *ret_code, struct ev_err *err)
{
    const uint64_t from = profiling_begin(run->profile);
    int rc = run_prepare(run, err);
    if (rc == EV_OK)
        rc = scan(run, err);
    if (rc == EV_OK) {
        *ret_code = report(run);
        rc = write_manifest(run, *ret_code, err);
    }
    if (rc == EV_OK)
        rc = tell_profile(run, from, err);
    return rc;
}

int cmd_scan(const struct options *o)
{
    struct profile profile = { 0 };
    struct run run = { .o = o,
                       .profile = profiling_wanted(o) ? &profile : NULL,
                       .started = filetime_now() };
    struct ev_err err = { 0 };
    int code = EXIT_FAILED;

    if (o->explain)
        return explain_run(o);
    interrupt_catch();
    inputs_init(&run.inputs);
    arena_init(&run.summary.arena, LIMIT_SUMMARY_ARENA);
    evidence_init(&run.evidence);
    int rc = scan_all(&run, &code, &err);
    if (rc < 0) {
        talk_error(&err);
        code = run_exit(rc);
    }
    run_release(&run);
    interrupt_forget();
    return code;
}
