/* test_indexed.c - the index where its tables end: more gaps, more keys and more rounds than it
 * keeps. The oracle says what is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "build_event.h"
#include "base/fold.h"
#include "match/group.h"

static const char *const fields[] = {
    "Image",     "CommandLine", "ParentImage",    "User",       "Company",     "Description",
    "Product",   "Hashes",      "ParentUser",     "LogonId",    "FileVersion", "OriginalFileName",
    "LogonGuid", "RuleName",    "IntegrityLevel", "ProcessGuid"
};
#define FIELDS (sizeof fields / sizeof *fields)

struct bench {
    struct build build;
    struct ruleset *rules;
    struct matcher *matcher[2];
    struct scratch *scratch[2];
};

static void load(struct bench *b, const char *text)
{
    memset(b, 0, sizeof *b);
    build_init(&b->build);
    assert_int_equal(ruleset_load_text(slice_str(text), "t.yml", b->build.names, &b->rules, NULL),
                     EV_OK);
    for (int k = 0; k < 2; k++) {
        struct match_options o = { .kind = k ? MATCHER_NAIVE : MATCHER_INDEXED };

        assert_int_equal(matcher_build(b->rules, &o, &b->matcher[k], NULL), EV_OK);
        b->scratch[k] = scratch_new(b->matcher[k]);
    }
}

static void drop(struct bench *b)
{
    for (int k = 0; k < 2; k++) {
        scratch_free(b->scratch[k]);
        matcher_free(b->matcher[k]);
    }
    ruleset_free(b->rules);
    build_release(&b->build);
}

static size_t compare(struct bench *b, struct event *ev)
{
    struct hits hits[2];

    for (int k = 0; k < 2; k++)
        matcher_run(b->matcher[k], b->scratch[k], ev, &hits[k]);
    assert_int_equal(hits[0].n, hits[1].n);
    for (size_t i = 0; i < hits[0].n; i++) {
        assert_ptr_equal(hits[0].v[i].rule, hits[1].v[i].rule);
        assert_int_equal(hits[0].v[i].verdict, hits[1].v[i].verdict);
    }
    return hits[0].n;
}

/* Returns how many were undecided. */
static uint64_t compare_counts(struct bench *b)
{
    const struct rule_counts *x = scratch_counts(b->scratch[0]), *y = scratch_counts(b->scratch[1]);
    uint64_t undecided = 0;

    for (size_t i = 0; i < b->rules->n; i++) {
        assert_int_equal(x[i].hits, y[i].hits);
        assert_int_equal(x[i].undecided, y[i].undecided);
        undecided += y[i].undecided;
    }
    return undecided;
}

#define RULE(detection)                                                                            \
    "---\ntitle: t\nlogsource:\n  product: windows\n  category: "                                  \
    "process_creation\ndetection:\n" detection "\nlevel: low\n"

static void more_gaps_than_tables(void **state)
{
    struct bench b;
    char text[8000];
    size_t n = 0, hits = 0;
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i + 1 < FIELDS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              RULE("  a:\n    %s|contains: 'b%zu'\n    %s|endswith: 'c'\n"
                                   "  f:\n    %s: 'x'\n  condition: a and not f"),
                              fields[i], i % 3, fields[i + 1], fields[(i + 5) % FIELDS]);
    load(&b, text);
    /* 65,536 sets of fields, again and again, so that some get tables. */
    for (int i = 0; i < 20000; i++) {
        const char *pairs[2 * FIELDS + 1];
        size_t k = 0;
        unsigned set;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
        set = (unsigned)(seed >> 40) & (i % 2 ? 0xffff : 0x00ff);
        for (size_t f = 0; f < FIELDS; f++)
            if (set >> f & 1) {
                pairs[k++] = fields[f];
                pairs[k++] = (seed >> (20 + f)) & 1   ? "b0b1b2c"
                             : (seed >> (10 + f)) & 1 ? "x"
                                                      : "c";
            }
        pairs[k] = NULL;
        hits += compare(&b, build_sysmon(&b.build, 1, pairs));
    }
    assert_true(hits > 100);
    assert_true(compare_counts(&b) > 100);
    drop(&b);
}

static void more_keys_than_are_kept(void **state)
{
    struct bench b;
    char provider[40];
    size_t hits = 0;

    (void)state;
    load(&b, "title: t\nlogsource:\n  product: windows\n  service: security\ndetection:\n"
             "  a:\n    TargetUserName: 'x'\n  condition: a\nlevel: low\n"
             "---\ntitle: u\nlogsource:\n  product: windows\n  service: security\ndetection:\n"
             "  a:\n    EventID:\n      - 7\n      - 9\n  condition: a\nlevel: low\n");
    for (uint32_t i = 0; i < 60000; i++) {
        const char *const pairs[] = { "TargetUserName", i % 3 ? "x" : "y", NULL };

        snprintf(provider, sizeof provider, "provider %u", i / 10);
        hits += compare(
            &b, build_event(&b.build, i % 2 ? "Security" : "SECURITY", provider, i % 10, pairs));
    }
    assert_true(hits > 50000);
    compare_counts(&b);
    drop(&b);
}

/* An event may carry a second EventID, or none that the key tells. */
static void event_ids_that_are_not_the_keys(void **state)
{
    struct bench b;
    struct event *ev;

    (void)state;
    load(&b, "title: t\nlogsource:\n  product: windows\n  service: security\ndetection:\n"
             "  a:\n    EventID: 4720\n  condition: a\nlevel: low\n");
    assert_int_equal(compare(&b, build_security(&b.build, 4720, NULL)), 1);
    assert_int_equal(compare(&b, build_security(&b.build, 1, NULL)), 0);
    assert_int_equal(compare(&b, build_security(&b.build, 1, PAIRS("EventID", "4720"))), 1);
    assert_int_equal(compare(&b, build_security(&b.build, 1, PAIRS("EventID", "0x1270"))), 1);
    ev = build_security(&b.build, 1, NULL);
    ev->field[1].value = value_utf8(SLICE("4720"));
    assert_int_equal(compare(&b, ev), 1);
    drop(&b);
}

/* The same bytes were looked at for keywords only, in a field of that name which no rule reads. */
static void rendered_values_are_not_those_of_their_field(void **state)
{
    struct bench b;
    struct event *ev;

    (void)state;
    load(&b, "title: t\nlogsource:\n  product: windows\n  service: security\ndetection:\n"
             "  a:\n    x|contains: 'word'\n  condition: a\nlevel: low\n---\n"
             "title: u\nlogsource:\n  product: windows\n  service: security\ndetection:\n"
             "  a:\n    - 'word::'\n  condition: a\nlevel: low\n");
    ev = build_security(&b.build, 1, PAIRS("x", "a word:: here"));
    ev->field[ev->n - 1].part = EVENT_RENDERING;
    assert_int_equal(compare(&b, ev), 1);
    assert_int_equal(compare(&b, ev), 1);
    assert_int_equal(compare(&b, build_security(&b.build, 1, PAIRS("x", "a word:: here"))), 2);
    drop(&b);
}

static void long_names_have_groups_too(void **state)
{
    struct bench b;
    char provider[2000];

    (void)state;
    load(&b, "title: t\nlogsource:\n  product: windows\n  service: security\ndetection:\n"
             "  a:\n    x: 'y'\n  condition: a\nlevel: low\n");
    memset(provider, 'p', sizeof provider - 1);
    provider[sizeof provider - 1] = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            compare(&b, build_event(&b.build, "Security", provider, 1, PAIRS("x", "y"))), 1);
    drop(&b);
}

/* Rounds are counted in 32 bits; what was found in the first one must not look like now. */
static void sieves_survive_the_end_of_their_count(void **state)
{
    struct atoms atoms;
    struct arena arena;
    struct rarity rarity;
    struct sieve_state st;
    struct sieve *s;
    uint32_t which[2];

    (void)state;
    arena_init(&arena, LIMIT_MIB(1));
    atoms_init(&atoms, &arena);
    rarity_init(&rarity);
    which[0] = atoms_contains(&atoms, 1, SLICE("abcd"));
    which[1] = atoms_contains(&atoms, 1, SLICE("e"));
    s = sieve_new(&atoms, which, 2, &rarity);
    sieve_state_init(&st, 2);
    sieve_scan(s, &st, SLICE("xabcdx"), SLICE("xabcdx"));
    assert_int_equal(st.n, 1);
    st.found.round = UINT32_MAX - 1;
    sieve_scan(s, &st, SLICE("e"), SLICE("e"));
    assert_int_equal(st.atom[0], which[1]);
    /* Round 1 once more, in which the first value was found. */
    sieve_scan(s, &st, SLICE("xabcdx"), SLICE("xabcdx"));
    assert_int_equal(st.n, 1);
    assert_int_equal(st.atom[0], which[0]);
    sieve_state_release(&st);
    sieve_free(s);
    atoms_release(&atoms);
    arena_release(&arena);
}

static bool reads(const struct bench *b, const uint64_t *set, const char *name)
{
    uint32_t id = names_find(b->build.names, slice_str(name));

    return id != NAME_NONE && bit_has(set, id);
}

static void fields_of_a_key_are_what_its_rules_read(void **state)
{
    struct bench b;
    uint64_t set[16];

    (void)state;
    load(
        &b,
        RULE("  a:\n    Image: 'x'\n    Foo|fieldref: Bar\n  condition: a") "---\ntitle: "
                                                                            "u\nlogsource:\n  "
                                                                            "product: windows\n  "
                                                                            "service: "
                                                                            "security\ndetection:\n"
                                                                            "  a:\n    Baz: 'x'\n  "
                                                                            "condition: a\nlevel: "
                                                                            "low\n"
                                                                            "---\ntitle: "
                                                                            "u\nlogsource:\n  "
                                                                            "product: windows\n  "
                                                                            "service: "
                                                                            "system\ndetection:\n"
                                                                            "  a:\n    - 'x'\n  "
                                                                            "condition: a\nlevel: "
                                                                            "low\n");
    assert_true(names_count(b.build.names) < 64 * 15);
    assert_true(
        matcher_fields(b.matcher[0], SLICE(SYSMON_PROVIDER), SLICE(SYSMON_CHANNEL), 1, set));
    assert_true(reads(&b, set, "Image") && reads(&b, set, "Foo") && reads(&b, set, "Bar"));
    assert_false(reads(&b, set, "Baz") || reads(&b, set, "NewProcessName"));
    assert_true(
        matcher_fields(b.matcher[0], SLICE(SECURITY_PROVIDER), SLICE("Security"), 4688, set));
    assert_true(reads(&b, set, "Baz") && reads(&b, set, "NewProcessName"));
    assert_true(
        matcher_fields(b.matcher[1], SLICE(SECURITY_PROVIDER), SLICE("Security"), 4624, set));
    assert_true(reads(&b, set, "Baz") && !reads(&b, set, "Image"));
    assert_false(matcher_fields(b.matcher[0], SLICE("x"), SLICE("System"), 1, set));
    drop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_gaps_than_tables),
        cmocka_unit_test(more_keys_than_are_kept),
        cmocka_unit_test(event_ids_that_are_not_the_keys),
        cmocka_unit_test(rendered_values_are_not_those_of_their_field),
        cmocka_unit_test(long_names_have_groups_too),
        cmocka_unit_test(fields_of_a_key_are_what_its_rules_read),
        cmocka_unit_test(sieves_survive_the_end_of_their_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
