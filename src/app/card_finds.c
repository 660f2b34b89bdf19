/* card_finds.c - what the logs of --evidence hold for each rule.
 *
 * Two readings: one surveys what is there (as coverage does), so that silence can be judged by
 * computer; one matches. Rows are counted in the order of a timeline, copies of a record once. */
#include "app/card_finds.h"

#include <stdlib.h>

#include "app/interrupt.h"
#include "app/run.h"
#include "app/survey.h"
#include "app/talk.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "knowledge/coverage.h"
#include "scan/scan.h"

enum { SORT_MEMORY = 64 << 20, NAMES_SHOWN = 20 };

struct name_count {
    struct slice name;
    uint64_t n;
};

struct rule_finds {
    uint64_t rows, unfiltered, first, last;
    VEC(struct name_count) host, user;
    bool host_more, user_more;
};

struct card_finds {
    struct arena arena, shown; /* shown: texts of one card */
    struct rule_finds *rule;   /* by rule->index */
    size_t nrule;
    struct evidence evidence;
    struct coverage coverage;
    bool judged;
    struct summary summary;
    struct card_evidence card;
};

#define FINDS_NAMES 1000 /* computers or users told apart for a rule; input makes names */

static bool count_name(struct card_finds *f, struct name_count **v, size_t *n, size_t *room,
                       struct slice name)
{
    for (size_t i = 0; i < *n; i++) {
        if (slice_eq_nocase((*v)[i].name, name)) {
            (*v)[i].n++;
            return true;
        }
    }
    struct slice own = arena_dup(&f->arena, name);
    if (own.p == NULL || !vec_grow((void **)v, *n, room, sizeof **v, FINDS_NAMES))
        return false;
    (*v)[(*n)++] = (struct name_count){ own, 1 };
    return true;
}

static int count_row(void *ctx, const struct detection *d)
{
    struct card_finds *f = ctx;
    struct rule_finds *x = &f->rule[d->rule->index];
    if (x->rows++ == 0)
        x->first = d->timestamp;
    x->last = d->timestamp;
    x->unfiltered += d->verdict != VERDICT_FULL;
    if (d->computer.n > 0 && !count_name(f, &x->host.v, &x->host.n, &x->host.room, d->computer))
        x->host_more = true;
    if (d->process.user.n > 0 &&
        !count_name(f, &x->user.v, &x->user.n, &x->user.room, d->process.user))
        x->user_more = true;
    return EV_OK;
}

static int add_inputs(const struct options *o, struct inputs *in, struct ev_err *err)
{
    int rc = EV_OK;
    for (size_t i = 0; i < o->evidence.n && rc == EV_OK; i++)
        rc = inputs_add(in, o->evidence.v[i], err);
    return rc;
}

static int survey(struct card_finds *f, const struct options *o, const struct loaded *l,
                  struct ev_err *err)
{
    struct inputs in;
    inputs_init(&in);
    int rc = add_inputs(o, &in, err);
    if (rc == EV_OK)
        rc = survey_inputs(o, l->names, &in, &f->evidence, err);
    inputs_release(&in);
    size_t logs = 0;
    for (size_t i = 0; i < f->evidence.nlog && rc == EV_OK; i++) {
        const struct evidence_log *log = &f->evidence.log[i];
        logs += log->fate == FILE_READ;
        if (log->fate == FILE_UNREADABLE)
            talk("%.*s: %.*s", SLICE_ARG(log->path), SLICE_ARG(log->reason));
    }
    if (rc == EV_OK && f->evidence.interrupted)
        return ev_err_set(err, EV_EINTR, "interrupted");
    if (rc == EV_OK && logs == 0)
        return ev_err_set(err, EV_ENOTFOUND, "no event log was found below --evidence");
    if (rc == EV_OK) {
        coverage_init(&f->coverage, l->rules, &f->evidence, l->attack, NULL, NULL);
        f->judged = true;
    }
    return rc;
}

static int match(struct card_finds *f, const struct options *o, struct loaded *l,
                 struct ev_err *err)
{
    const struct match_options mo = { .kind = MATCHER_INDEXED };
    const struct order_options oo = { .memory = SORT_MEMORY / 2 };
    const struct filter all = { 0 };
    struct scan_progress progress = { 0 };
    struct matcher *m = NULL;
    struct inputs in;
    int rc = matcher_build(l->rules, &mo, &m, err);
    if (rc < 0)
        return rc;
    inputs_init(&in);
    struct order *order = order_new(l->rules, &oo);
    struct correlator *correlator = correlator_new(l->rules, &oo);
    const struct scan_options so = { .matcher = m,
                                     .rules = l->rules,
                                     .filter = &all,
                                     .decoder = &decoder_native,
                                     .correlator = correlator,
                                     .reader = { .names = l->names },
                                     .threads = run_threads(o),
                                     .memory = SORT_MEMORY / 8,
                                     .stop = interrupt_seen };
    rc = add_inputs(o, &in, err);
    if (rc == EV_OK)
        rc = scan_run(&so, &in, order, &progress, &f->summary, err);
    if (rc == EV_OK)
        rc = order_finish(order, count_row, f, &f->summary.duplicates, err);
    order_free(order);
    correlator_free(correlator);
    matcher_free(m);
    inputs_release(&in);
    return rc;
}

int card_finds_new(const struct options *o, struct loaded *l, struct card_finds **ret,
                   struct ev_err *err)
{
    struct card_finds *f = xcalloc(1, sizeof *f);
    arena_init(&f->arena, LIMIT_SUMMARY_ARENA);
    arena_init(&f->shown, LIMIT_SUMMARY_ARENA);
    arena_init(&f->summary.arena, LIMIT_SUMMARY_ARENA);
    evidence_init(&f->evidence);
    f->nrule = l->rules->n;
    f->rule = xcalloc(f->nrule > 0 ? f->nrule : 1, sizeof *f->rule);
    interrupt_catch();
    int rc = survey(f, o, l, err);
    if (rc == EV_OK)
        rc = match(f, o, l, err);
    interrupt_forget();
    if (rc < 0) {
        card_finds_free(f);
        return rc;
    }
    *ret = f;
    return EV_OK;
}

void card_finds_free(struct card_finds *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->nrule; i++) {
        free(f->rule[i].host.v);
        free(f->rule[i].user.v);
    }
    if (f->judged)
        coverage_release(&f->coverage);
    evidence_release(&f->evidence);
    arena_release(&f->summary.arena);
    arena_release(&f->shown);
    arena_release(&f->arena);
    free(f->rule);
    free(f);
}

/* The most frequent first, then by name. */
static int count_order(const void *pa, const void *pb)
{
    const struct name_count *a = pa, *b = pb;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return slice_cmp(a->name, b->name);
}

static struct slices texts(struct card_finds *f, struct name_count *v, size_t n, bool more)
{
    struct slices ret = { arena_zalloc(&f->shown, NAMES_SHOWN + 1, sizeof *ret.v), 0 };
    if (n > 0)
        qsort(v, n, sizeof *v, count_order);
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++) {
        struct slice count = arena_printf(&f->shown, " (%llu)", (unsigned long long)v[i].n);
        ret.v[ret.n++] = ARENA_JOIN(&f->shown, v[i].name, count);
    }
    if (n > NAMES_SHOWN || more)
        ret.v[ret.n++] = arena_printf(&f->shown, "and %zu%s more",
                                      n > NAMES_SHOWN ? n - NAMES_SHOWN : 0, more ? " or" : "");
    return ret;
}

/* Computers on which the rule could not, or not wholly, have fired, and why. */
static struct slices silence(struct card_finds *f, const struct rule *r)
{
    const size_t n = f->coverage.nhost;
    struct slices ret = { arena_zalloc(&f->shown, NAMES_SHOWN + 1, sizeof *ret.v), 0 };
    size_t all = 0;
    struct buf why;
    buf_init(&why, LIMIT_LITERAL);
    for (size_t i = 0; i < n; i++) {
        struct cover cover = coverage_judge(&f->coverage, i, r);
        if (cover.state == COVER_FIRE || all++ >= NAMES_SHOWN)
            continue;
        buf_clear(&why);
        buf_printf(&why, ": %s: ", cover_state_name(cover.state));
        cover_text(&cover, &why);
        ret.v[ret.n++] = ARENA_JOIN(&f->shown, f->evidence.host[i].computer, buf_view(&why));
    }
    if (all > NAMES_SHOWN)
        ret.v[ret.n++] = arena_printf(&f->shown, "and %zu more", all - NAMES_SHOWN);
    buf_release(&why);
    return ret;
}

const struct card_evidence *card_finds_of(struct card_finds *f, const struct rule *r)
{
    if (f == NULL)
        return NULL;
    struct rule_finds *x = &f->rule[r->index];
    arena_reset(&f->shown);
    f->card = (struct card_evidence){
        .rows = x->rows,
        .unfiltered = x->unfiltered,
        .undecided = f->summary.rule_count ? f->summary.rule_count[r->index].undecided : 0,
        .first = x->first,
        .last = x->last,
        .hosts = texts(f, x->host.v, x->host.n, x->host_more),
        .users = texts(f, x->user.v, x->user.n, x->user_more),
        .silent = silence(f, r),
        .computers = f->evidence.nhost,
    };
    return &f->card;
}
