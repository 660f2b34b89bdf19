/* bench_match.c - what matching costs, apart from reading.
 *
 * Usage: bench_match [-n RULES] [-p PASSES] [-k naive] [-1] RULES... <list of logs
 * All events of the logs are kept in memory as the native reader gives them (no texts made), and
 * then go through the matcher. Each pass has a new scratch, so that nothing is remembered from the
 * pass before. -n takes so many of the rules, spread evenly; -1 passes with one scratch and without
 * timing, for callgrind: --toggle-collect=last_pass sees what an event costs whose values were seen
 * before, and with -p 1 what a new one does. Writes a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../tests/each_event.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/parse.h"
#include "evtx/reader.h"
#include "match/matcher.h"

struct kept {
    struct event event;
    bool process;
};

struct bench {
    struct names *names;
    struct ruleset *rules;
    struct matcher *matcher;
    struct arena arena, scratch;
    struct kept *kept;
    size_t n, room;
    struct field *field; /* of the event at hand */
    uint64_t sum;        /* of bytes looked at, so that the compiler lets us look */
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int keep(void *ctx, struct event *ev)
{
    struct bench *b = ctx;
    struct kept *k;

    if (b->n == b->room) {
        b->room = b->room ? 2 * b->room : 1024;
        b->kept = xrealloc(b->kept, b->room, sizeof *b->kept);
    }
    k = &b->kept[b->n++];
    k->event = *ev;
    k->event.field = arena_zalloc(&b->arena, ev->n + 1, sizeof *ev->field);
    for (size_t i = 0; i < ev->n; i++) {
        struct field *f = &k->event.field[i];

        *f = ev->field[i];
        f->name = arena_dup(&b->arena, f->name);
        f->value.p = arena_dup(&b->arena, slice_of(f->value.p, f->value.n)).p;
        f->text = SLICE_ABSENT;
    }
    k->event.provider = arena_dup(&b->arena, ev->provider);
    k->event.channel = arena_dup(&b->arena, ev->channel);
    k->event.computer = arena_dup(&b->arena, ev->computer);
    k->event.user_sid = arena_dup(&b->arena, ev->user_sid);
    k->process = (ev->event_id == 1 && slice_ends(ev->channel, SLICE("Sysmon/Operational"))) ||
                 (ev->event_id == 4688 && slice_eq(ev->channel, SLICE("Security")));
    return EV_OK;
}

static void read_log(struct bench *b, const char *path)
{
    each_event(path, b->names, keep, b);
}

/* Spreads n rules over the set. */
static void thin(struct ruleset *rs, size_t n)
{
    if (n == 0 || n >= rs->n)
        return;
    for (size_t i = 0; i < n; i++) {
        rs->rule[i] = rs->rule[i * rs->n / n];
        rs->rule[i]->index = (uint32_t)i;
    }
    rs->n = n;
}

/* A reader has just had the bytes of the event in its hands: so they are in the cache here, too, and
 * fetching them is not taken for matching. */
static uint64_t warm(const struct kept *k)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < k->event.n; i++) {
        const struct value *v = &k->event.field[i].value;

        for (uint32_t at = 0; at < v->n; at += 64)
            sum += v->p[at];
    }
    return sum;
}

static struct event *fresh(struct bench *b, const struct kept *k)
{
    static struct event ev;

    b->sum += warm(k);
    ev = k->event;
    ev.arena = &b->scratch;
    arena_reset(&b->scratch);
    memcpy(b->field, k->event.field, ev.n * sizeof *ev.field);
    ev.field = b->field;
    return &ev;
}

struct cost {
    double all, process; /* seconds of a pass */
    uint64_t hits, candidates, events, processes;
};

/* match: whether to match at all, else the cost of the loop itself. */
static void pass(struct bench *b, struct scratch *s, bool process, bool match, struct cost *c)
{
    for (size_t i = 0; i < b->n; i++) {
        struct event *ev;
        struct hits hits = { NULL, 0 };

        if (process && !b->kept[i].process)
            continue;
        ev = fresh(b, &b->kept[i]);
        if (match && matcher_wants(b->matcher, ev->provider, ev->channel, ev->event_id))
            matcher_run(b->matcher, s, ev, &hits);
        c->hits += hits.n;
    }
}

/* Not inlined, so that callgrind can be told to count in here. */
__attribute__((noinline)) static void last_pass(struct bench *b, struct scratch *s, struct cost *c)
{
    pass(b, s, false, true, c);
}

static void once(struct bench *b, uint64_t passes)
{
    struct scratch *s = scratch_new(b->matcher);
    struct cost c = { 0 };

    for (uint64_t i = 1; i < passes; i++)
        pass(b, s, false, true, &c);
    c.hits = 0;
    last_pass(b, s, &c);
    printf("%zu events, %llu hits\n", b->n, (unsigned long long)c.hits);
    scratch_free(s);
}

static double timed(struct bench *b, bool process, bool warm, struct cost *c)
{
    struct scratch *s = scratch_new(b->matcher);
    struct cost unused = { 0 };
    double start, loop, all;
    uint64_t before = 0;

    if (warm)
        pass(b, s, process, true, &unused);
    for (size_t i = 0; i < b->rules->n; i++)
        before += scratch_counts(s)[i].candidates;
    start = now();
    pass(b, s, process, false, &unused);
    loop = now() - start;
    start = now();
    pass(b, s, process, true, c);
    all = now() - start;
    c->candidates = 0 - before;
    for (size_t i = 0; i < b->rules->n; i++)
        c->candidates += scratch_counts(s)[i].candidates;
    scratch_free(s);
    return all - loop;
}

static void measure(struct bench *b, uint64_t passes, bool warm)
{
    size_t processes = 0;
    double best[2] = { 1e9, 1e9 };
    struct cost cost[2];

    for (size_t i = 0; i < b->n; i++)
        processes += b->kept[i].process;
    for (uint64_t i = 0; i < passes; i++)
        for (int k = 0; k < 2; k++) {
            double t;

            cost[k] = (struct cost){ 0 };
            t = timed(b, k, warm, &cost[k]);
            if (t < best[k])
                best[k] = t;
        }
    printf("%s\n", warm ? "all values seen before:" : "new scratch:");
    printf("all      %8zu events  %7.3f us an event  %6.2f candidates  %llu hits\n", b->n,
           best[0] * 1e6 / (double)b->n, (double)cost[0].candidates / (double)b->n,
           (unsigned long long)cost[0].hits);
    printf("process  %8zu events  %7.3f us an event  %6.2f candidates  %llu hits\n", processes,
           best[1] * 1e6 / (double)processes, (double)cost[1].candidates / (double)processes,
           (unsigned long long)cost[1].hits);
}

static void load(struct bench *b, char **path, size_t n, uint64_t rules, struct match_options *o)
{
    struct ev_err err = { 0 };
    double t[4];

    b->names = names_new();
    t[0] = now();
    if (ruleset_load((const char *const *)path, n, b->names, &b->rules, &err) < 0) {
        fprintf(stderr, "bench_match: %s\n", err.text);
        exit(1);
    }
    t[1] = now();
    matcher_check(b->rules);
    thin(b->rules, rules);
    t[2] = now();
    if (matcher_build(b->rules, o, &b->matcher, &err) < 0) {
        fprintf(stderr, "bench_match: %s\n", err.text);
        exit(1);
    }
    t[3] = now();
    printf("%zu rules: load %.1f ms, check %.1f ms, build %.1f ms\n", b->rules->n,
           (t[1] - t[0]) * 1e3, (t[2] - t[1]) * 1e3, (t[3] - t[2]) * 1e3);
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct match_options o = { 0 };
    uint64_t rules = 0, passes = 5;
    bool untimed = false;
    char line[4096];
    size_t most = 1;

    for (int c; (c = getopt(argc, argv, "n:p:k:1")) != -1;) {
        if (c == 'n')
            parse_u64(slice_str(optarg), &rules);
        else if (c == 'p')
            parse_u64(slice_str(optarg), &passes);
        else if (c == 'k')
            o.kind = MATCHER_NAIVE;
        else if (c == '1')
            untimed = true;
        else
            return 2;
    }
    arena_init(&b.arena, LIMIT_MIB(8192));
    arena_init(&b.scratch, LIMIT_EVENT_ARENA);
    load(&b, argv + optind, (size_t)(argc - optind), rules, &o);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        read_log(&b, line);
    }
    for (size_t i = 0; i < b.n; i++)
        most = b.kept[i].event.n > most ? b.kept[i].event.n : most;
    b.field = xcalloc(most + 1, sizeof *b.field);
    if (untimed) {
        once(&b, passes);
    } else {
        measure(&b, passes, false);
        measure(&b, passes, true);
    }
    matcher_free(b.matcher);
    ruleset_free(b.rules);
    names_free(b.names);
    arena_release(&b.arena);
    arena_release(&b.scratch);
    free(b.kept);
    free(b.field);
    return 0;
}
