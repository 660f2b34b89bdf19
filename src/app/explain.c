/* What one rule says of every event of its log source.
 *
 * Hits are printed as they come. Of all other events the nearest misses are kept: those where the
 * fewest tests would have to turn. Both are bounded; the counts at the end are over all events. */
#include "app/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/command.h"
#include "app/explain_text.h"
#include "app/interrupt.h"
#include "app/load.h"
#include "app/print.h"
#include "app/run.h"
#include "app/talk.h"
#include "base/limits.h"
#include "base/mem.h"
#include "scan/filter.h"
#include "scan/dispenser.h"

/* An event that was no hit, told already: its text, and how far it was from one. */
struct miss {
    uint64_t distance;
    struct buf text;
};

struct selection_counts {
    uint64_t yes, unknown;
};

struct explain {
    const struct options *o;
    struct loaded rules;
    const struct rule *rule;
    struct matcher *matcher;
    struct scratch *scratch;
    struct filter filter;
    struct inputs inputs;
    const char *path; /* of the file that is read */
    struct miss miss[LIMIT_EXPLAIN_MISSES];
    size_t nmiss;
    struct selection_counts *selection;
    uint64_t candidates, verdict[VERDICT_POSSIBLE + 1], files, unread;
};

static bool want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                 uint64_t written)
{
    struct explain *e = ctx;
    (void)written;
    return filter_key(&e->filter, channel, event_id) &&
           matcher_wants(e->matcher, provider, channel, event_id);
}

static void count_selections(struct explain *e, const struct explanation *x)
{
    for (size_t i = 0; i < e->rule->nselection; i++) {
        enum tri t = explanation_kleene(x, e->rule->selection[i].node);
        e->selection[i].yes += t == TRI_TRUE;
        e->selection[i].unknown += t == TRI_UNKNOWN;
    }
}

/* Keeps the nearest, earlier ones first among equals. */
static void miss_add(struct explain *e, const struct explanation *x, struct event *ev)
{
    const uint64_t distance = explain_distance(x);
    size_t at = e->nmiss;
    struct buf spare;

    while (at > 0 && e->miss[at - 1].distance > distance)
        at--;
    if (at == LIMIT_EXPLAIN_MISSES)
        return;
    if (e->nmiss < LIMIT_EXPLAIN_MISSES) {
        buf_init(&spare, LIMIT_EXPLAIN_TEXT);
        e->nmiss++;
    } else {
        spare = e->miss[e->nmiss - 1].text;
        buf_clear(&spare);
    }
    memmove(&e->miss[at + 1], &e->miss[at], (e->nmiss - 1 - at) * sizeof *e->miss);
    explain_event_text(x, ev, e->path, &spare);
    e->miss[at] = (struct miss){ distance, spare };
}

static void print_hit(struct explain *e, const struct explanation *x, struct event *ev,
                      enum verdict verdict)
{
    struct buf text;
    uint64_t before = 0;

    for (int v = 0; v <= VERDICT_POSSIBLE; v++)
        before += e->verdict[v];
    e->verdict[verdict]++;
    if (before >= LIMIT_EXPLAIN_HITS)
        return;
    buf_init(&text, LIMIT_EXPLAIN_TEXT);
    printf("%s: ", verdict_name(verdict));
    explain_event_text(x, ev, e->path, &text);
    fwrite(text.p, 1, text.n, stdout);
    printf("%s\n", text.full ? "...\n" : "");
    buf_release(&text);
}

static int event(void *ctx, struct event *ev)
{
    struct explain *e = ctx;
    const uint64_t time = ev->time_created ? ev->time_created : ev->place.written;
    struct explanation x;
    struct hits hits;

    if (interrupt_seen(NULL))
        return EV_EINTR;
    if (ev->unbound || !filter_computer(&e->filter, ev->computer) || time < e->filter.from ||
        (e->filter.to && time > e->filter.to))
        return EV_OK;
    matcher_run(e->matcher, e->scratch, ev, &hits);
    const bool hit = hits.n > 0;
    const enum verdict verdict = hit ? hits.v[0].verdict : VERDICT_POSSIBLE;
    if (!explain_event(e->matcher, e->scratch, e->rule, ev, &x))
        return EV_OK;
    e->candidates++;
    count_selections(e, &x);
    if (hit)
        print_hit(e, &x, ev, verdict);
    else if (explain_is_near(&x))
        miss_add(e, &x, ev);
    return EV_OK;
}

/* What was not, or not wholly, read. */
static void tell_unread(struct explain *e, struct dispenser *d)
{
    for (size_t i = 0, n = dispenser_files(d); i < n; i++) {
        const struct scan_file *f = dispenser_file(d, i);

        e->files += f->in.fate == FILE_READ;
        e->unread += f->in.fate == FILE_UNREADABLE;
        if (f->in.fate == FILE_UNREADABLE)
            talk("%s: %.*s", f->in.path, SLICE_ARG(f->in.reason));
    }
}

/* One job after the other, as a scan opens and reads them, of archives and images, too. */
static int read_files(struct explain *e)
{
    const struct reader_options ro = { .names = e->rules.names, .recover = e->o->recover };
    const struct reader_visitor v = {
        .want = want, .event = event, .ctx = e, .stop = interrupt_seen
    };
    struct dispenser *d = dispenser_new(&e->inputs, run_decoder(e->o, NULL), &ro);
    struct reader_worker *w = reader_worker_new();
    struct scan_file *f;
    uint64_t job;
    int rc = EV_OK;

    while (rc != EV_EINTR && dispenser_take(d, &f, &job)) {
        struct accounting counts = { 0 };
        struct ev_err err = { 0 };

        e->path = dispenser_path(d, f);
        rc = f->decoder->run(f->reader, job, w, &v, &counts, &err);
        dispenser_done(d, f, &counts, NULL, 0, rc, &err);
    }
    if (rc != EV_EINTR)
        tell_unread(e, d);
    reader_worker_free(w);
    dispenser_free(d);
    return rc == EV_EINTR ? rc : EV_OK;
}

/* --- before --- */

/* The one rule, alone in its set: the others are not to be matched. */
static int pick_rule(struct explain *e, struct ev_err *err)
{
    struct ruleset *rs = e->rules.rules;
    struct rule *found = NULL;
    size_t n = 0;

    for (size_t i = 0; i < rs->n; i++)
        if (filter_names_rule(&e->o->explain, 1, rs->rule[i])) {
            found = rs->rule[i];
            n++;
        }
    if (n != 1)
        return ev_err_set(err, EV_EUSAGE,
                          n ? "--explain: \"%s\" names %zu rules: name one by its id"
                            : "--explain: no loaded rule has the id or title \"%s\"",
                          e->o->explain, n);
    rs->rule[0] = found;
    rs->n = 1;
    found->index = 0;
    e->rule = found;
    e->selection = xcalloc(found->nselection + 1, sizeof *e->selection);
    return EV_OK;
}

static int check_options(const struct options *o, struct ev_err *err)
{
    if (!o->argument.n)
        return ev_err_set(err, EV_EUSAGE, "scan needs a PATH: a log or a folder");
    for (size_t i = 0; i < o->argument.n; i++)
        if (strcmp(o->argument.v[i], "-") == 0)
            return ev_err_set(err, EV_EUSAGE, "--explain reads files, not standard input");
    if (o->output.n || o->manifest)
        return ev_err_set(err, EV_EUSAGE, "--explain writes text to standard output, no -o");
    if (!run_decoder(o, err))
        return EV_EUSAGE;
    return EV_OK;
}

static int prepare(struct explain *e, struct ev_err *err)
{
    const struct options *o = e->o;
    const struct match_options mo = { .kind = MATCHER_NAIVE, .possible = true };
    int rc = check_options(o, err);
    if (rc == EV_OK)
        rc = rules_load(o, NULL, 0, &e->rules, err);
    if (rc == EV_OK)
        rc = pick_rule(e, err);
    if (rc == EV_OK)
        rc = matcher_build(e->rules.rules, &mo, &e->matcher, err);
    if (rc == EV_OK)
        rc = run_inputs(o, &e->inputs, err);
    if (rc < 0)
        return rc;
    e->scratch = scratch_new(e->matcher);
    run_filter(o, &e->filter);
    return EV_OK;
}

/* --- after --- */

static void print_counts(const struct explain *e)
{
    const uint64_t *v = e->verdict;
    printf("%llu events of the rule's log source in %llu files: %llu full, %llu unfiltered, %llu "
           "possible\n",
           (unsigned long long)e->candidates, (unsigned long long)e->files,
           (unsigned long long)v[VERDICT_FULL], (unsigned long long)v[VERDICT_UNFILTERED],
           (unsigned long long)v[VERDICT_POSSIBLE]);
    const uint64_t all = v[VERDICT_FULL] + v[VERDICT_UNFILTERED] + v[VERDICT_POSSIBLE];
    if (all > LIMIT_EXPLAIN_HITS)
        printf("only the first %d of them are shown\n", LIMIT_EXPLAIN_HITS);
    for (size_t i = 0; i < e->rule->nselection && e->candidates; i++) {
        printf("  ");
        print_slice(stdout, e->rule->selection[i].name);
        printf(": true on %llu, unknown on %llu\n", (unsigned long long)e->selection[i].yes,
               (unsigned long long)e->selection[i].unknown);
    }
}

static void print_result(const struct explain *e)
{
    for (size_t i = 0; i < e->nmiss; i++) {
        const struct miss *m = &e->miss[i];
        printf("miss, ");
        if (m->distance == 1)
            printf("one unknown test away: ");
        else
            printf("%llu test%s away: ", (unsigned long long)(m->distance + 1) / 2,
                   m->distance > 2 ? "s" : "");
        fwrite(m->text.p, 1, m->text.n, stdout);
        printf("%s\n", m->text.full ? "...\n" : "");
    }
    print_counts(e);
}

static void explain_release(struct explain *e)
{
    for (size_t i = 0; i < e->nmiss; i++)
        buf_release(&e->miss[i].text);
    free(e->selection);
    scratch_free(e->scratch);
    matcher_free(e->matcher);
    inputs_release(&e->inputs);
    loaded_release(&e->rules);
}

int explain_run(const struct options *o)
{
    struct explain *e = xcalloc(1, sizeof *e);
    struct ev_err err = { 0 };
    int code = EXIT_USAGE;

    e->o = o;
    interrupt_catch();
    inputs_init(&e->inputs);
    int rc = prepare(e, &err);
    if (rc < 0) {
        talk_error(&err);
        code = rc == EV_EINTR ? EXIT_INTERRUPTED : EXIT_USAGE;
    } else {
        explain_rule_text(e->rule);
        rc = read_files(e);
        print_result(e);
        code = rc < 0 ? EXIT_INTERRUPTED : !e->files || e->unread ? EXIT_UNREAD : EXIT_DONE;
        if (!e->files)
            talk("no event log was found in what was given: nothing was examined");
    }
    explain_release(e);
    free(e);
    return code;
}
