/* test_expected.c - the matcher against the hit lists of an independent one.
 *
 * The lists come from a slow matcher that maps only Image and ParentImage on 4688 and does not know
 * the DNS server's logs; only there may we find more. Needs the shared data (EVTRIAGE_SHARED) and is
 * skipped without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/parse.h"
#include "evtx/reader.h"
#include "match/matcher.h"

struct trial {
    struct arena arena;
    struct names *names;
    struct ruleset *rules;
    struct matcher *matcher;
    struct scratch *scratch;
    struct reader_worker *worker;
    const char *shared;
    const char *file;     /* as the list names it */
    struct map hits;      /* "file\trecord\tchannel\tid\trule" -> times found; 1 << 32: expected */
    struct map rule_hits; /* "file\trule" -> hits */
};

#define EXPECTED (UINT64_C(1) << 32)

/* The first nfolders of the rule folders; the lists of hits know the first only. */
static int setup_rules(void **state, size_t nfolders)
{
    static const char *const folder[] = { "rules/windows", "rules-emerging-threats",
                                          "rules-threat-hunting" };
    static struct trial t;
    const char *shared = getenv("EVTRIAGE_SHARED");
    struct match_options o = { 0 };
    const char *list[3];

    memset(&t, 0, sizeof t);
    t.shared = shared && *shared ? shared : "/work/shared";
    *state = &t;
    arena_init(&t.arena, LIMIT_MIB(256));
    map_init(&t.hits, 0);
    map_init(&t.rule_hits, 0);
    t.names = names_new();
    for (size_t i = 0; i < nfolders; i++)
        list[i] = (const char *)arena_printf(&t.arena, "%s/sigma/%s", t.shared, folder[i]).p;
    if (ruleset_load(list, nfolders, t.names, &t.rules, NULL) < 0) {
        t.rules = NULL;
        return 0;
    }
    matcher_check(t.rules);
    assert_int_equal(matcher_build(t.rules, &o, &t.matcher, NULL), EV_OK);
    t.scratch = scratch_new(t.matcher);
    t.worker = reader_worker_new();
    return 0;
}

static int setup(void **state)
{
    return setup_rules(state, 1);
}

static int setup_all(void **state)
{
    return setup_rules(state, 3);
}

static int teardown(void **state)
{
    struct trial *t = *state;

    reader_worker_free(t->worker);
    scratch_free(t->scratch);
    matcher_free(t->matcher);
    ruleset_free(t->rules);
    names_free(t->names);
    map_release(&t->hits);
    map_release(&t->rule_hits);
    arena_release(&t->arena);
    return 0;
}

static void count(struct map *m, struct slice key)
{
    assert_non_null(key.p);
    ++*map_put(m, key, 0, NULL);
}

static bool on_want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                    uint64_t written)
{
    struct trial *t = ctx;

    (void)written;
    return matcher_wants(t->matcher, provider, channel, event_id);
}

static int on_event(void *ctx, struct event *ev)
{
    struct trial *t = ctx;
    struct hits h;

    matcher_run(t->matcher, t->scratch, ev, &h);
    for (size_t i = 0; i < h.n; i++) {
        struct slice id = h.v[i].rule->id;

        count(&t->hits, arena_printf(&t->arena, "%s\t%llu\t%.*s\t%u\t%.*s", t->file,
                                     (unsigned long long)ev->record_id, SLICE_ARG(ev->channel),
                                     ev->event_id, SLICE_ARG(id)));
        count(&t->rule_hits, arena_printf(&t->arena, "%s\t%.*s", t->file, SLICE_ARG(id)));
    }
    return 0;
}

/* Reads folder/file and matches every event; EV_EIO when it is not there. */
static int trial_file(struct trial *t, const char *folder, const char *file)
{
    const struct reader_visitor v = { .want = on_want, .event = on_event, .ctx = t };
    const struct reader_options o = { .names = t->names };
    const struct decoder *d = decoder_find("libevtx");
    struct accounting counts = { 0 };
    struct source *src = NULL;
    struct reader *r = NULL;
    char path[LIMIT_PATH];

    snprintf(path, sizeof path, "%s/%s/%s", t->shared, folder, file);
    t->file = file;
    if (source_open_file(path, &src, NULL) < 0)
        return EV_EIO;
    assert_int_equal(d->open(src, &o, &r, NULL), EV_OK);
    for (uint64_t job = 0; job < d->jobs(r); job++)
        assert_int_equal(d->run(r, job, t->worker, &v, &counts, NULL), EV_OK);
    d->close(r);
    source_free(src);
    return EV_OK;
}

/* The n-th column of a line, as a string in the arena. */
static const char *column(struct trial *t, struct slice line, unsigned n)
{
    size_t end;

    while (n-- > 0)
        line = slice_sub(line, slice_find_byte(line, '\t') + 1, line.n);
    end = slice_find_byte(line, '\t');
    return arena_str(&t->arena, slice_sub(line, 0, end == SIZE_MAX ? line.n : end));
}

/* Opens a list and reads over its head line; skips the test when there is none. */
static FILE *list_open(struct trial *t, const char *name)
{
    char path[LIMIT_PATH];
    FILE *f = NULL;
    int c;

    snprintf(path, sizeof path, "%s/expected/%s", t->shared, name);
    if (t->rules)
        f = fopen(path, "r");
    if (!f) {
        print_message("# no shared data: %s\n", path);
        skip();
    }
    while ((c = getc(f)) != EOF && c != '\n')
        continue;
    return f;
}

static struct slice list_line(FILE *f, char *line, size_t cap)
{
    size_t n;

    if (!fgets(line, (int)cap, f))
        return SLICE_ABSENT;
    n = strlen(line);
    return slice_of(line, n > 0 && line[n - 1] == '\n' ? n - 1 : n);
}

static bool may_be_more(struct slice key)
{
    return slice_find(key, SLICE("\tSecurity\t4688\t")) != SIZE_MAX ||
           slice_find(key, SLICE("\tSecurity\t5156\t")) != SIZE_MAX ||
           slice_find(key, SLICE("\tDNS Server\t")) != SIZE_MAX;
}

static void compare(struct trial *t, const char *list, const char *folder)
{
    char line[LIMIT_PATH];
    const char *last = "";
    FILE *f = list_open(t, list);
    struct slice s;
    size_t more = 0;

    while ((s = list_line(f, line, sizeof line)).p) {
        const char *file = column(t, s, 0);

        if (strcmp(file, last) != 0)
            assert_int_equal(trial_file(t, folder, file), EV_OK);
        last = file;
        struct slice key = arena_printf(&t->arena, "%s\t%s\t%s\t%s\t%s", file, column(t, s, 1),
                                        column(t, s, 2), column(t, s, 3), column(t, s, 4));
        *map_put(&t->hits, key, 0, NULL) |= EXPECTED;
    }
    fclose(f);
    for (size_t i = 0; i < t->hits.n; i++) {
        const struct map_entry *e = &t->hits.entry[i];

        if (e->value == EXPECTED)
            fail_msg("missing: %.*s", SLICE_ARG(e->key));
        if (!(e->value & EXPECTED) && !may_be_more(e->key))
            fail_msg("not expected: %.*s", SLICE_ARG(e->key));
        more += !(e->value & EXPECTED);
    }
    assert_true(more < 20);
}

static void attack_samples_give_the_expected_hits(void **state)
{
    compare(*state, "hits-attack-samples.tsv", "corpus/attack-samples");
}

static void deepblue_gives_the_expected_hits(void **state)
{
    compare(*state, "hits-deepblue.tsv", "corpus/deepblue");
}

static void mitre_gives_the_expected_hits(void **state)
{
    compare(*state, "hits-mitre.tsv", "corpus/mitre");
}

static void every_rule_fires_on_its_own_sample(void **state)
{
    struct trial *t = *state;
    char line[LIMIT_PATH];
    FILE *f = list_open(t, "regression.tsv");
    struct slice s;
    size_t pairs = 0;

    while ((s = list_line(f, line, sizeof line)).p) {
        const char *file = column(t, s, 2), *at_least = column(t, s, 3);
        uint64_t want = 1;

        if (*at_least)
            assert_int_equal(parse_u64(slice_str(at_least), &want), EV_OK);
        assert_int_equal(trial_file(t, "sigma", file), EV_OK);
        uint64_t *have =
            map_get(&t->rule_hits, arena_printf(&t->arena, "%s\t%s", file, column(t, s, 1)));
        if (!have || *have < want)
            fail_msg("%s: too few hits", file);
        pairs++;
    }
    fclose(f);
    assert_true(pairs > 50);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_rule_fires_on_its_own_sample, setup_all, teardown),
        T(attack_samples_give_the_expected_hits),
        T(deepblue_gives_the_expected_hits),
        T(mitre_gives_the_expected_hits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
