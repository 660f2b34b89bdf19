#include "app/regress.h"

#include <stdio.h>
#include <unistd.h>

#include "app/print.h"
#include "app/replay.h"
#include "app/talk.h"
#include "base/limits.h"
#include "input/walk.h"
#include "rule/regression.h"
#include "rule/rulewalk.h"

/* The hits of one rule in one log. */
struct counting {
    struct regress *r;
    struct slice rule_id;
    uint64_t hits;
};

static bool want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                 uint64_t written)
{
    const struct counting *c = ctx;
    (void)written;
    return matcher_wants(c->r->matcher, provider, channel, event_id);
}

static int event(void *ctx, struct event *ev)
{
    struct counting *c = ctx;
    struct hits hits;

    if (ev->unbound)
        return EV_OK;
    matcher_run(c->r->matcher, c->r->scratch, ev, &hits);
    for (size_t i = 0; i < hits.n; i++)
        c->hits +=
            slice_eq(hits.v[i].rule->id, c->rule_id) && hits.v[i].verdict != VERDICT_POSSIBLE;
    return EV_OK;
}

static const struct rule *find_rule(const struct regress *r, struct slice id)
{
    for (size_t i = 0; i < r->l->rules->n; i++)
        if (slice_eq(r->l->rules->rule[i]->id, id))
            return r->l->rules->rule[i];
    return NULL;
}

static void tell(const struct regress *r, bool ok, const char *path, const struct rule *rule,
                 uint64_t hits, uint32_t least)
{
    if (ok && !r->o->verbose)
        return;
    print_slice(stdout, slice_str(path));
    printf(": %s: ", ok ? "passed" : "failed");
    print_slice(stdout, rule->title);
    printf(": %llu hit%s, at least %u expected\n", (unsigned long long)hits, hits == 1 ? "" : "s",
           least);
}

static void run_test(struct regress *r, const char *path, const struct regression_test *t)
{
    const struct reader_options ro = { .names = r->l->names };
    const struct rule *rule = find_rule(r, t->rule_id);
    struct counting c = { r, t->rule_id, 0 };
    const struct reader_visitor v = { .want = want, .event = event, .ctx = &c };
    struct accounting counts = { 0 };
    struct ev_err err = { 0 };

    if (!rule) {
        r->skipped++;
        if (r->o->verbose)
            talk("%s: no loaded rule has the id %.*s", path, SLICE_ARG(t->rule_id));
        return;
    }
    const int rc = replay_file(path, &decoder_native, &ro, &v, &counts, &err);
    const bool ok = rc == EV_OK && c.hits >= t->match_count;
    if (rc < 0)
        talk_error(&err);
    r->passed += ok;
    r->failed += !ok;
    tell(r, ok, path, rule, c.hits, t->match_count);
}

/* Where the last part of the path begins. */
static size_t name_at(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static void run_info(struct regress *r, const char *path)
{
    struct regression_info info = { 0 };
    struct buf text;
    struct arena a;
    struct ev_err err = { 0 };

    arena_init(&a, LIMIT_RULE_FILE_ARENA);
    buf_init(&text, LIMIT_RULE_FILE + 1);
    int rc = rulewalk_read(path, &text, &err);
    if (rc == EV_OK)
        rc = regression_read(buf_view(&text), &a, &info, &err);
    if (rc < 0) {
        ev_err_file(&err, path);
        talk_error(&err);
        r->failed++;
    }
    r->skipped += info.other_types;
    for (size_t i = 0; rc == EV_OK && i < info.n; i++)
        run_test(r,
                 (const char *)arena_printf(&a, "%.*s%.*s", (int)name_at(path), path,
                                            SLICE_ARG(info.test[i].file))
                     .p,
                 &info.test[i]);
    buf_release(&text);
    arena_release(&a);
}

/* A log without info.yml beside it, named by its rule. */
static void run_log(struct regress *r, const char *path)
{
    const size_t at = name_at(path);
    const struct slice name = slice_str(path + at);
    char info[LIMIT_PATH];
    struct regression_test t = { .match_count = 1 };

    if (!slice_ends(name, SLICE(".evtx")))
        return;
    snprintf(info, sizeof info, "%.*sinfo.yml", (int)at, path);
    t.rule_id = slice_sub(name, 0, name.n - 5);
    if (access(info, F_OK) != 0)
        run_test(r, path, &t);
}

static int visit(void *ctx, const char *path)
{
    if (strcmp(path + name_at(path), "info.yml") == 0)
        run_info(ctx, path);
    else
        run_log(ctx, path);
    return EV_OK;
}

static void trouble(void *ctx, const struct ev_err *err)
{
    struct regress *r = ctx;
    r->failed++;
    talk_error(err);
}

int regress_run(struct regress *r, const char *dir, struct ev_err *err)
{
    const struct walk_visitor v = { visit, trouble, r };
    return walk_path(dir, &v, err);
}
