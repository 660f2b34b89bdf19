/* cmd_rules_navigator.c - `evtriage rules navigator`: rules, hits and blind spots by technique. */
#include "app/cmd_rules.h"
#include "app/interrupt.h"
#include "app/outputs.h"
#include "app/survey.h"
#include "app/talk.h"
#include "app/timeline_hits.h"
#include "base/limits.h"
#include "base/mem.h"

struct work {
    const struct options *o;
    const struct loaded *l;
    struct navigator layer;
    struct arena arena;
    struct evidence evidence;
    struct coverage coverage;
    uint64_t *hits;
    bool unread;
};

static bool listed(const void *ctx, const struct rule *r)
{
    return rules_listed(ctx, r) && rule_shows_rows(r);
}

/* Judges the rules on what --evidence names. */
static int judge(struct work *w, struct ev_err *err)
{
    struct inputs in;
    inputs_init(&in);
    int rc = run_check_times(w->o, err);
    if (rc == EV_OK)
        rc = run_inputs_of(w->o, &w->o->evidence, &in, err);
    if (rc == EV_OK)
        rc = survey_inputs(w->o, w->l->names, &in, &w->evidence, err);
    for (size_t i = 0; i < w->evidence.nlog; i++) {
        const struct evidence_log *log = &w->evidence.log[i];
        if (log->fate != FILE_UNREADABLE)
            continue;
        talk("%.*s: %.*s", SLICE_ARG(log->path), SLICE_ARG(log->reason));
        w->unread = true;
    }
    w->unread |= in.trouble.n > 0;
    inputs_release(&in);
    if (rc < 0)
        return rc;
    coverage_init(&w->coverage, w->l->rules, &w->evidence, w->l->attack, listed, w->o);
    w->layer.coverage = &w->coverage;
    return EV_OK;
}

static int gather(struct work *w, struct ev_err *err)
{
    int rc = EV_OK;
    if (w->o->output.n > 1)
        return ev_err_set(err, EV_EUSAGE,
                          "rules navigator writes one layer; -o was given %zu times",
                          w->o->output.n);
    if (w->o->hits) {
        w->hits = xcalloc(w->l->rules->n ? w->l->rules->n : 1, sizeof *w->hits);
        w->layer.hits = w->hits;
        rc = timeline_hits(w->o->hits, &w->layer, w->hits, &w->arena, err);
        if (rc == EV_EFORMAT) /* what was named on the command line cannot be used */
            err->rc = rc = EV_EUSAGE;
    }
    if (rc == EV_OK && w->o->evidence.n)
        rc = judge(w, err);
    return rc;
}

static int write_layer(struct work *w, struct ev_err *err)
{
    const char *path = w->o->output.n ? w->o->output.v[0] : "-";
    struct output *out = NULL;
    int rc = output_open(path, w->o->force, &out, err);
    if (rc == EV_OK)
        rc = navigator_write(&w->layer, out, err);
    if (rc == EV_OK)
        rc = output_commit(out, err);
    output_free(out);
    return rc;
}

int rules_navigator(const struct options *o, struct loaded *l)
{
    struct work w = { .o = o,
                      .l = l,
                      .layer = { .rules = l->rules,
                                 .attack = l->attack,
                                 .shows = listed,
                                 .shows_ctx = o,
                                 .name = o->hits ? SLICE("evtriage: what was found")
                                         : o->evidence.n
                                             ? SLICE("evtriage: what could have been found")
                                             : SLICE("evtriage: rules") } };
    struct ev_err err = { 0 };

    interrupt_catch();
    arena_init(&w.arena, LIMIT_RULE_ARENA);
    evidence_init(&w.evidence);
    int rc = gather(&w, &err);
    if (rc == EV_OK && w.evidence.interrupted)
        rc = ev_err_set(&err, EV_EINTR, "interrupted: no layer was written");
    if (rc == EV_OK)
        rc = write_layer(&w, &err);
    if (w.layer.coverage)
        coverage_release(&w.coverage);
    evidence_release(&w.evidence);
    vec_release(&w.layer.strangers);
    arena_release(&w.arena);
    free(w.hits);
    if (rc < 0) {
        talk_error(&err);
        return run_exit(rc);
    }
    return w.unread ? EXIT_UNREAD : EXIT_DONE;
}
