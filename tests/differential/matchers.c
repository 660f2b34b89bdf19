/* matchers.c - does the index find what the oracle finds?
 *
 * Usage: matchers [-p] RULES... <list of logs. Every event of the logs goes through both matchers,
 * with rows of verdict `possible` where -p is given. Hits, verdicts, reasons and places must be
 * equal event by event, and the counts of each rule at the end. Writes TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../each_event.h"
#include "base/limits.h"
#include "base/mem.h"
#include "evtx/reader.h"
#include "match/matcher.h"

enum { INDEXED, NAIVE, KINDS };

struct run {
    struct names *names;
    struct ruleset *rules;
    struct matcher *matcher[KINDS];
    struct scratch *scratch[KINDS];
    const char *path;
    uint64_t events, hits, differ;
};

static bool same_reasons(const struct hit *a, const struct hit *b)
{
    if (a->nmatched != b->nmatched || a->nuntested != b->nuntested)
        return false;
    for (size_t i = 0; i < a->nmatched; i++) {
        const struct matched *x = &a->matched[i], *y = &b->matched[i];

        if (x->test != y->test || !slice_eq(x->selection, y->selection) ||
            !slice_eq(x->field, y->field) || x->offset != y->offset || x->length != y->length)
            return false;
    }
    for (size_t i = 0; i < a->nuntested; i++)
        if (!slice_eq(a->untested[i].selection, b->untested[i].selection) ||
            !slice_eq(a->untested[i].field, b->untested[i].field))
            return false;
    return true;
}

static bool same_hits(const struct hits *a, const struct hits *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i].rule != b->v[i].rule || a->v[i].verdict != b->v[i].verdict ||
            !same_reasons(&a->v[i], &b->v[i]))
            return false;
    return true;
}

static void show(const char *side, const struct hits *h)
{
    for (size_t i = 0; i < h->n; i++)
        printf("#   %s: %s %.*s (%zu matched, %zu untested)\n", side, verdict_name(h->v[i].verdict),
               SLICE_ARG(h->v[i].rule->title), h->v[i].nmatched, h->v[i].nuntested);
}

static int compare_event(void *ctx, struct event *ev)
{
    struct run *r = ctx;
    struct hits hits[KINDS];
    /* Either may not lean on what the other left in the event. */
    int first = r->events++ % 2 ? NAIVE : INDEXED;

    matcher_run(r->matcher[first], r->scratch[first], ev, &hits[first]);
    matcher_run(r->matcher[!first], r->scratch[!first], ev, &hits[!first]);
    r->hits += hits[NAIVE].n;
    if (same_hits(&hits[INDEXED], &hits[NAIVE]))
        return EV_OK;
    if (r->differ++ < 20) {
        printf("# %s: record %llu\n", r->path, (unsigned long long)ev->place.record_number);
        show("indexed", &hits[INDEXED]);
        show("naive", &hits[NAIVE]);
    }
    return EV_OK;
}

static void run_log(struct run *r, const char *path)
{
    r->path = path;
    each_event(path, r->names, compare_event, r);
}

static bool same_counts(const struct run *r)
{
    const struct rule_counts *a = scratch_counts(r->scratch[INDEXED]);
    const struct rule_counts *b = scratch_counts(r->scratch[NAIVE]);
    uint64_t undecided = 0, limits = 0, looked = 0, differ = 0;

    for (size_t i = 0; i < r->rules->n; i++) {
        undecided += b[i].undecided;
        limits += b[i].regex_limit;
        looked += a[i].candidates;
        if (a[i].hits == b[i].hits && a[i].undecided == b[i].undecided &&
            a[i].regex_limit == b[i].regex_limit)
            continue;
        if (differ++ < 20)
            printf("# %.*s: hits %llu %llu, undecided %llu %llu, limit %llu %llu\n",
                   SLICE_ARG(r->rules->rule[i]->title), (unsigned long long)a[i].hits,
                   (unsigned long long)b[i].hits, (unsigned long long)a[i].undecided,
                   (unsigned long long)b[i].undecided, (unsigned long long)a[i].regex_limit,
                   (unsigned long long)b[i].regex_limit);
    }
    printf("# undecided %llu, limits %llu, candidates %llu, %.2f an event\n",
           (unsigned long long)undecided, (unsigned long long)limits, (unsigned long long)looked,
           r->events ? (double)looked / (double)r->events : 0.0);
    return differ == 0;
}

static void build(struct run *r, char **path, size_t n, bool possible)
{
    struct ev_err err = { 0 };

    r->names = names_new();
    if (ruleset_load((const char *const *)path, n, r->names, &r->rules, &err) < 0) {
        printf("Bail out! %s\n", err.text);
        exit(1);
    }
    matcher_check(r->rules);
    for (int k = 0; k < KINDS; k++) {
        struct match_options o = { .kind = k == NAIVE ? MATCHER_NAIVE : MATCHER_INDEXED,
                                   .possible = possible };

        if (matcher_build(r->rules, &o, &r->matcher[k], &err) < 0) {
            printf("Bail out! %s\n", err.text);
            exit(1);
        }
        r->scratch[k] = scratch_new(r->matcher[k]);
    }
}

int main(int argc, char **argv)
{
    bool possible = argc > 1 && strcmp(argv[1], "-p") == 0, good;
    struct run r = { 0 };
    char line[4096];
    unsigned files = 0;

    build(&r, argv + 1 + possible, (size_t)(argc - 1 - possible), possible);
    for (; fgets(line, sizeof line, stdin); files++) {
        line[strcspn(line, "\n")] = 0;
        run_log(&r, line);
    }
    good = same_counts(&r) && r.differ == 0 && r.events > 0;
    printf("# %zu rules, %u files, %llu events, %llu hits, %llu events differ\n", r.rules->n, files,
           (unsigned long long)r.events, (unsigned long long)r.hits, (unsigned long long)r.differ);
    printf("%s 1 - index and oracle agree on %llu events%s\n1..1\n", good ? "ok" : "not ok",
           (unsigned long long)r.events, possible ? ", possible rows too" : "");
    for (int k = 0; k < KINDS; k++) {
        scratch_free(r.scratch[k]);
        matcher_free(r.matcher[k]);
    }
    ruleset_free(r.rules);
    names_free(r.names);
    return !good;
}
