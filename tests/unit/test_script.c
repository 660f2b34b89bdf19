/* test_script.c - script blocks of several 4104, from parts in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/filetime.h"
#include "build_event.h"
#include "scan/worker.h"

#define POWERSHELL "Microsoft-Windows-PowerShell"
#define OPERATIONAL "Microsoft-Windows-PowerShell/Operational"

struct bench {
    struct build build;
    struct ruleset *rules;
    struct script *script;
    struct buf room, told;
    uint64_t lost;
};

static const char rule_text[] = "title: t\n"
                                "logsource: {product: windows, category: ps_script}\n"
                                "detection:\n"
                                "  s: {ScriptBlockText|contains: evil}\n"
                                "  f: {ScriptBlockText|contains: signed}\n"
                                "  condition: s and not f\n"
                                "---\n"
                                "title: u\n"
                                "logsource: {product: windows, category: ps_script}\n"
                                "detection:\n"
                                "  s: {Path|contains: 'x.ps1'}\n"
                                "  condition: s\n";

static void bench_script(struct bench *b, size_t memory)
{
    script_free(b->script);
    b->script = script_new(b->rules, memory, NULL);
}

static int setup(void **state)
{
    static struct bench b;

    memset(&b, 0, sizeof b);
    build_init(&b.build);
    assert_int_equal(
        ruleset_load_text(slice_str(rule_text), "t.yml", b.build.names, &b.rules, NULL), EV_OK);
    assert_int_equal(b.rules->n, 2);
    buf_init(&b.room, LIMIT_DETECTION);
    buf_init(&b.told, LIMIT_MIB(32));
    bench_script(&b, LIMIT_MIB(1));
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    script_free(b->script);
    buf_release(&b->room);
    buf_release(&b->told);
    ruleset_free(b->rules);
    build_release(&b->build);
    return 0;
}

struct part {
    const char *computer, *id, *number, *total, *text;
    uint64_t record;
    const char *file;
    uint64_t offset;
};

static struct event *part_event(struct bench *b, const char *channel, const struct part *p)
{
    char record[24];
    struct event *ev =
        build_event(&b->build, channel, POWERSHELL, 4104,
                    PAIRS("MessageNumber", p->number, "MessageTotal", p->total, "ScriptBlockText",
                          p->text, "ScriptBlockId", p->id, "Path", "C:\\x.ps1"));

    snprintf(record, sizeof record, "%llu", (unsigned long long)p->record);
    ev->computer = slice_str(p->computer);
    for (size_t i = 0; i < ev->n; i++)
        if (slice_eq(ev->field[i].name, SLICE("Computer")))
            ev->field[i].value = value_utf8(ev->computer);
    build_value(&b->build, "EventRecordID", value_utf8(arena_printf(ev->arena, "%s", record)),
                EVENT_SYSTEM);
    build_value(&b->build, "TimeCreated_SystemTime", value_utf8(SLICE("2026-03-05T10:42:02Z")),
                EVENT_SYSTEM);
    ev->record_id = p->record;
    ev->has_record_id = true;
    ev->place.offset = p->offset;
    return ev;
}

static bool take(struct bench *b, const char *channel, const struct part *p)
{
    bool taken = false;

    assert_int_equal(script_take(b->script, part_event(b, channel, p), p->file ? p->file : "a.evtx",
                                 &b->room, &taken, NULL),
                     EV_OK);
    return taken;
}

/* "COMPUTER RECORD note[!] [file@offset ...]: text" a line. */
static int tell(void *ctx, const struct script_block *block)
{
    struct bench *b = ctx;
    struct event *ev = block->ev;

    buf_printf(&b->told, "%.*s %llu %.*s%s [", SLICE_ARG(ev->computer),
               (unsigned long long)ev->record_id, SLICE_ARG(block->note),
               block->incomplete ? "!" : "");
    for (size_t i = 0; i < block->part[0].nplace; i++)
        buf_printf(&b->told, "%s%.*s@%llu", i ? " " : "", SLICE_ARG(block->place[i].file),
                   (unsigned long long)block->place[i].place.offset);
    buf_str(&b->told, "]: ");
    buf_slice(&b->told, event_get(ev, FIELD_SCRIPTBLOCKTEXT));
    buf_byte(&b->told, '\n');
    assert_true(ev->time_created == UINT64_C(134171809220000000));
    return EV_OK;
}

static const char *told(struct bench *b)
{
    buf_clear(&b->told);
    assert_int_equal(script_blocks(b->script, tell, b, &b->lost, NULL), EV_OK);
    buf_byte(&b->told, '\0');
    return (const char *)b->told.p;
}

static void parts_in_any_order_make_one_text(void **state)
{
    static const struct part p[] = {
        { "PC", "{1}", "1", "3", "Write-Ev", 10, NULL, 1 },
        { "PC", "{1}", "2", "3", "il; ", 11, NULL, 2 },
        { "PC", "{1}", "3", "3", "exit", 12, NULL, 3 },
    };
    static const int order[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                     { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

    for (size_t i = 0; i < 6; i++) {
        bench_script(*state, LIMIT_MIB(1));
        for (size_t k = 0; k < 3; k++)
            assert_true(take(*state, OPERATIONAL, &p[order[i][k]]));
        assert_string_equal(told(*state), "PC 10 parts 1-3 of 3 [a.evtx@1]: Write-Evil; exit\n");
    }
}

static void numbers_are_sorted_as_numbers(void **state)
{
    struct bench *b = *state;
    char number[4], text[2] = "a", want[200] = "PC 1 parts 1-12 of 12 [a.evtx@0]: ";

    for (int i = 12; i >= 1; i--) {
        struct part p = { "PC", "{1}", number, "12", text, (uint64_t)i, NULL, 0 };

        snprintf(number, sizeof number, "%d", i);
        text[0] = (char)('a' + i);
        assert_true(take(b, OPERATIONAL, &p));
    }
    snprintf(want + strlen(want), sizeof want - strlen(want), "bcdefghijklm\n");
    assert_string_equal(told(b), want);
}

static void blocks_differ_by_computer_channel_and_id(void **state)
{
    static const struct {
        const char *channel;
        struct part p;
    } rows[] = {
        { OPERATIONAL, { "PC", "{1}", "1", "2", "a", 1, NULL, 0 } },
        { OPERATIONAL, { "PD", "{1}", "2", "2", "b", 2, NULL, 0 } },
        { "PowerShellCore/Operational", { "PC", "{1}", "2", "2", "c", 3, NULL, 0 } },
        { OPERATIONAL, { "PC", "{2}", "2", "2", "d", 4, NULL, 0 } },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(take(*state, rows[i].channel, &rows[i].p));
    assert_string_equal(told(*state), "PC 1 part 1 of 2! [a.evtx@0]: a\n"
                                      "PC 4 part 2 of 2! [a.evtx@0]: d\n"
                                      "PC 3 part 2 of 2! [a.evtx@0]: c\n"
                                      "PD 2 part 2 of 2! [a.evtx@0]: b\n");
}

static void missing_parts_are_told_and_leave_a_seam(void **state)
{
    static const struct part p[] = {
        { "PC", "{1}", "2", "7", "b", 2, NULL, 0 },
        { "PC", "{1}", "3", "7", "c", 3, NULL, 0 },
        { "PC", "{1}", "6", "7", "f", 6, NULL, 0 },
    };

    for (size_t i = 0; i < 3; i++)
        assert_true(take(*state, OPERATIONAL, &p[i]));
    assert_string_equal(told(*state), "PC 2 parts 2-3, 6 of 7! [a.evtx@0]: bc\nf\n");
}

static void the_same_record_elsewhere_is_a_place(void **state)
{
    static const struct part p[] = {
        { "PC", "{1}", "1", "2", "a", 1, "b.evtx", 7 },
        { "PC", "{1}", "1", "2", "a", 1, "a.evtx", 9 },
        { "PC", "{1}", "2", "2", "b", 2, "b.evtx", 8 },
        { "PC", "{1}", "2", "2", "b", 2, "a.evtx", 10 },
    };

    for (size_t i = 0; i < 4; i++)
        assert_true(take(*state, OPERATIONAL, &p[i]));
    assert_string_equal(told(*state), "PC 1 parts 1-2 of 2 [a.evtx@9 b.evtx@7]: ab\n");
}

static void other_record_numbers_are_another_copy(void **state)
{
    static const struct part p[] = {
        { "PC", "{1}", "1", "2", "a", 100, NULL, 0 }, { "PC", "{1}", "2", "2", "b", 101, NULL, 0 },
        { "PC", "{1}", "1", "2", "a", 5, NULL, 1 },   { "PC", "{1}", "2", "2", "b", 6, NULL, 2 },
        { "PC", "{1}", "2", "2", "c", 300, NULL, 3 },
    };

    for (size_t i = 0; i < 5; i++)
        assert_true(take(*state, OPERATIONAL, &p[i]));
    assert_string_equal(told(*state), "PC 5 parts 1-2 of 2 [a.evtx@1]: ab\n"
                                      "PC 100 parts 1-2 of 2 [a.evtx@0]: ab\n"
                                      "PC 300 part 2 of 2! [a.evtx@3]: c\n");
}

static void copies_beyond_the_cap_are_counted(void **state)
{
    struct bench *b = *state;

    for (uint64_t i = 0; i < LIMIT_SCRIPT_COPIES + 3; i++) {
        struct part p = { "PC", "{1}", "1", "2", "a", 1 + i, NULL, 0 };

        assert_true(take(b, OPERATIONAL, &p));
    }
    told(b);
    assert_int_equal(b->lost, 3);
}

static void long_text_is_cut_and_counted(void **state)
{
    struct bench *b = *state;
    const size_t n = LIMIT_MIB(1) + 1;
    char *text = calloc(1, n + 1), number[4];

    memset(text, 'x', n);
    for (int i = 1; i <= 5; i++) {
        struct part p = { "PC", "{1}", number, "5", text, (uint64_t)i, NULL, 0 };

        snprintf(number, sizeof number, "%d", i);
        assert_true(take(b, OPERATIONAL, &p));
    }
    assert_non_null(strstr(told(b), "parts 1-5 of 5! "));
    assert_int_equal(b->lost, 2);
    assert_true(b->told.n < LIMIT_SCRIPT_BLOCK + 100 && b->told.n > 3 * n);
    free(text);
}

static void memory_does_not_change_the_result(void **state)
{
    struct bench *b = *state;
    char id[16], *text = calloc(1, 3001), *first = NULL;

    memset(text, 'y', 3000);
    for (int round = 0; round < 2; round++) {
        bench_script(b, round ? 1 : LIMIT_MIB(8)); /* the least is 64 KiB: runs on disk */
        for (int i = 0; i < 300; i++) {
            struct part p = { "PC", id, i % 2 ? "2" : "1", "2", text, (uint64_t)i, NULL, 0 };

            snprintf(id, sizeof id, "{%d}", (i / 2) * 7 % 150);
            assert_true(take(b, OPERATIONAL, &p));
        }
        if (round == 0)
            first = strdup(told(b));
    }
    assert_string_equal(told(b), first);
    free(first);
    free(text);
}

static void whole_blocks_and_other_events_are_left_alone(void **state)
{
    static const struct part rows[] = {
        { "PC", "{1}", "1", "1", "a", 1, NULL, 0 },
        { "PC", "{1}", "", "2", "a", 1, NULL, 0 },
        { "PC", "{1}", "1", "many", "a", 1, NULL, 0 },
    };
    static const struct part part = { "PC", "{1}", "1", "2", "a", 1, NULL, 0 };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_false(take(*state, OPERATIONAL, &rows[i]));
    assert_false(take(*state, "Windows PowerShell", &part));
    assert_string_equal(told(*state), "");
}

/* --- matching --- */

static int row_text(void *ctx, const struct detection *d)
{
    struct buf *b = ctx;

    buf_printf(b, "%.*s %llu %s", SLICE_ARG(d->rule->title), (unsigned long long)d->record_id,
               verdict_name(d->verdict));
    for (size_t i = 0; i < d->nuntested; i++)
        buf_printf(b, " %.*s.%.*s", SLICE_ARG(d->untested[i].selection),
                   SLICE_ARG(d->untested[i].field));
    for (size_t i = 0; i < d->also_in.n; i++)
        buf_printf(b, " also %.*s", SLICE_ARG(d->also_in.v[i]));
    buf_str(b, slice_find(d->message, SLICE("(parts 1-2 of ")) != SIZE_MAX ? " noted" : "");
    buf_str(b, d->cut ? " cut\n" : "\n");
    return EV_OK;
}

/* Rows of a block of two parts, records 10 and 11, that lie in two files. */
static const char *rows_of(struct bench *b, const char *total, const char *one, const char *two)
{
    const struct match_options mo = { 0 };
    const struct order_options oo = { .memory = LIMIT_MIB(1) };
    const struct filter filter = { .level = LEVEL_INFORMATIONAL };
    struct scan_progress progress = { 0 };
    struct matcher *m = NULL;
    struct worker w = { .filter = &filter, .progress = &progress };
    uint64_t lost;

    bench_script(b, LIMIT_MIB(16));
    for (int i = 0; i < 4; i++) {
        struct part p = { "PC",
                          "{1}",
                          i % 2 ? "2" : "1",
                          total,
                          i % 2 ? two : one,
                          10 + (uint64_t)(i % 2),
                          i / 2 ? "b.evtx" : "a.evtx",
                          100 + (uint64_t)i };
        assert_true(take(b, OPERATIONAL, &p));
    }
    assert_int_equal(matcher_build(b->rules, &mo, &m, NULL), EV_OK);
    w.matcher = m;
    w.order = order_new(b->rules, &oo);
    worker_init(&w);
    assert_int_equal(script_blocks(b->script, worker_block, &w, &lost, NULL), EV_OK);
    assert_int_equal(lost, 0);
    buf_clear(&b->told);
    assert_int_equal(order_finish(w.order, row_text, &b->told, NULL, NULL), EV_OK);
    buf_byte(&b->told, '\0');
    worker_release(&w);
    order_free(w.order);
    matcher_free(m);
    return (const char *)b->told.p;
}

static void missing_parts_make_rows_on_the_text_unfiltered(void **state)
{
    assert_string_equal(rows_of(*state, "2", "evil", "x"), "t 10 full also b.evtx@102 noted\n"
                                                           "u 10 full also b.evtx@102 noted\n");
    assert_string_equal(rows_of(*state, "3", "evil", "x"),
                        "t 10 unfiltered s.ScriptBlockText also b.evtx@102 noted\n"
                        "u 10 full also b.evtx@102 noted\n");
    assert_string_equal(rows_of(*state, "3", "evil", "signed"),
                        "u 10 full also b.evtx@102 noted\n");
}

static void a_row_stands_at_the_part_in_which_the_match_begins(void **state)
{
    assert_string_equal(rows_of(*state, "2", "x", "evil"), "u 10 full also b.evtx@102 noted\n"
                                                           "t 11 full also b.evtx@103 noted\n");
    assert_string_equal(rows_of(*state, "2", "ev", "il"), "t 10 full also b.evtx@102 noted\n"
                                                          "u 10 full also b.evtx@102 noted\n");
}

static void rows_hold_the_front_of_a_long_text(void **state)
{
    const size_t n = LIMIT_MIB(3);
    char *text = calloc(1, n + 1);

    memset(text, 'x', n);
    memcpy(text + n - 4, "evil", 4);
    assert_string_equal(rows_of(*state, "2", text, "x"), "t 10 full also b.evtx@102 noted cut\n"
                                                         "u 10 full also b.evtx@102 noted cut\n");
    free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(parts_in_any_order_make_one_text),
        T(numbers_are_sorted_as_numbers),
        T(blocks_differ_by_computer_channel_and_id),
        T(missing_parts_are_told_and_leave_a_seam),
        T(the_same_record_elsewhere_is_a_place),
        T(other_record_numbers_are_another_copy),
        T(copies_beyond_the_cap_are_counted),
        T(long_text_is_cut_and_counted),
        T(memory_does_not_change_the_result),
        T(whole_blocks_and_other_events_are_left_alone),
        T(missing_parts_make_rows_on_the_text_unfiltered),
        T(a_row_stands_at_the_part_in_which_the_match_begins),
        T(rows_hold_the_front_of_a_long_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
