/* test_notices.c - what a run says of itself: nothing that was not seen goes without a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/limits.h"
#include "knowledge/coverage.h"
#include "out/notices.h"
#include "out/summary_text.h"
#include "out_sample.h"

/* The notices as one text, "!" before warnings. */
static char *all_of(const struct summary *sum)
{
    static char text[20000];
    struct notice *v;
    struct arena a;
    size_t used = 0;
    arena_init(&a, LIMIT_MIB(1));
    size_t n = notices_of(sum, &a, &v);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s\n",
                                 v[i].kind == NOTICE_WARNING ? "!" : "", SLICE_ARG(v[i].text));
    arena_release(&a);
    return text;
}

/* Judges what sum says now; the last judgement is kept until the next. */
static void judge(struct summary *sum)
{
    static struct evidence e;
    static struct coverage c;
    if (c.rules) {
        coverage_release(&c);
        evidence_release(&e);
        c.rules = NULL;
    }
    sum->coverage = NULL;
    if (!sum->rules)
        return;
    evidence_init(&e);
    evidence_of_summary(sum, &e);
    coverage_init(&c, sum->rules, &e, NULL, NULL, NULL);
    sum->coverage = &c;
}

static void assert_says(const struct summary *sum, const char *part)
{
    if (strstr(all_of(sum), part) == NULL)
        fail_msg("not said: %s\nbut: %s", part, all_of(sum));
}

static void nothing_read_and_nothing_found_is_no_clean_bill(void **state)
{
    (void)state;
    struct ruleset rs = { 0 };
    struct summary sum = { .rules = &rs };
    assert_says(&sum, "!No detection, because no rule was loaded");
    sum.rules = NULL;
    assert_says(&sum, "!No detection, because no rule was loaded");
}

static void sample_tells_all(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s);
    judge(&s.sum);
    assert_says(&s.sum, "!1 file could not be read: case/DC01/broken.evtx (Permission denied)\n");
    assert_says(&s.sum, "!3 records could not be decoded");
    assert_says(&s.sum, "!Hidden rows: 41 by --level\n");
    assert_says(&s.sum, "7 rows repeat a record");
    assert_says(&s.sum, "!2 rules were not used");
    assert_says(&s.sum, "!1 of 6 rules could not have fired");
    assert_says(&s.sum, "No detection. That says nothing about what was not logged");
    assert_says(&s.sum, "!DC01.corp.example: 812 process creations (4688) from "
                        "2020-02-18T10:11:12.1234567Z to 2020-02-18T10:11:12.1235566Z, none with a "
                        "command line: their auditing is off, so rules on command lines cannot");
    assert_null(strstr(all_of(&s.sum), "WS01.corp.example:"));
    assert_says(&s.sum,
                "!Undecided 12 times: the rule tests a field that the record does not carry "
                "(most often: Process memory written");
    s.sum.interrupted = true;
    assert_int_equal(strncmp(all_of(&s.sum), "!Interrupted", 12), 0);
    s.sum.rows[LEVEL_LOW] = 1;
    assert_null(strstr(all_of(&s.sum), "No detection"));
    sample_release(&s);
}

static void every_option_that_hides_is_named(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s);
    s.sum.hidden_time = 1234567;
    s.sum.hidden_rule = 1;
    s.sum.hidden_verdict = 2;
    assert_says(&s.sum,
                "!Hidden rows: 41 by --level, 1,234,567 by --from and --to, 1 by --rule and "
                "--exclude-rule, 2 by --require\n");
    s.sum.oversize = 1;
    s.sum.filtered = 2;
    s.sum.regex_limit = 3;
    assert_says(&s.sum, "!1 row was larger than 4 MiB");
    assert_says(&s.sum, "2 events of other computers");
    assert_says(&s.sum, "!3 regular expressions ran into the limit");
    sample_release(&s);
}

static void process_rules_need_process_creation_not_just_a_log(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s);
    judge(&s.sum);
    assert_int_equal(rules_without_log(&s.sum), 1); /* powershell */
    s.sum.nhost = 0;                                /* Security is there, 4688 is not */
    judge(&s.sum);
    assert_int_equal(rules_without_log(&s.sum), 5);
    s.sum.nchannel = 0;
    judge(&s.sum);
    assert_int_equal(rules_without_log(&s.sum), 6);
    sample_release(&s);
}

static void hostile_names_stay_on_their_line(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s);
    s.sum.file[3].path = SLICE("a\n\x1b[31m.evtx");
    s.sum.host[0].computer = SLICE("DC\r\n01");
    assert_says(&s.sum, "a\xe2\x90\x8a\xe2\x90\x9b[31m.evtx");
    assert_says(&s.sum, "DC\xe2\x90\x8d\xe2\x90\x8a"
                        "01: 812");
    sample_release(&s);
}

static void many_hosts_become_a_count(void **state)
{
    (void)state;
    struct summary_host host[40];
    struct summary sum = { .host = host, .nhost = 40 };
    for (size_t i = 0; i < 40; i++)
        host[i] = (struct summary_host){ .computer = SLICE("PC"), .s4688 = 1 };
    assert_says(&sum, "!32 more computers have no command lines");
}

static void times_without_command_lines_are_told_with_what_they_mean(void **state)
{
    (void)state;
    struct summary_span span[10] = {
        { .first = UINT64_C(132264942000000000),
          .last = UINT64_C(132264978000000000),
          .count = 44 },
        { .first = 1, .last = 2, .count = 12, .sysmon = 12 },
    };
    for (size_t i = 2; i < 10; i++)
        span[i] = span[0];
    struct summary_host host = { .computer = SLICE("PC"),
                                 .s4688 = 99,
                                 .s4688_with_command_line = 55,
                                 .span = span,
                                 .nspan = 2 };
    struct summary sum = { .host = &host, .nhost = 1, .process_rules = 1183, .blind_rules = 700 };
    assert_says(&sum, "!PC: none of 44 process creations (4688) from 2020-02-18T10:10:00.0000000Z "
                      "to 2020-02-18T11:10:00.0000000Z has a command line: their auditing was off "
                      "then, so 700 of 1,183 process rules could not fire there\n");
    assert_says(&sum, "\nPC: none of 12 process creations");
    assert_says(&sum, "their auditing was off then; Sysmon has them\n");
    host.nspan = 10;
    host.more_spans = 3;
    assert_says(&sum, "!5 more times without command lines on computers that write them otherwise");
    host.s4688_with_command_line = 0;
    assert_says(&sum, "!PC: 99 process creations (4688) from 2020-02-18T10:10:00.0000000Z to "
                      "2020-02-18T11:10:00.0000000Z, none with a command line: their auditing "
                      "is off, so 700 of 1,183 process rules could not fire there\n");
    sum.crowded = 2;
    assert_says(&sum, "!2 events have more names or times than can be told apart");
}

static void numbers_are_grouped(void **state)
{
    (void)state;
    char text[COUNT_TEXT];
    assert_string_equal(count_text(0, text), "0");
    assert_string_equal(count_text(999, text), "999");
    assert_string_equal(count_text(1000, text), "1,000");
    assert_string_equal(count_text(1234567, text), "1,234,567");
    assert_string_equal(count_text(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void summary_is_aligned_and_folded(void **state)
{
    (void)state;
    struct sample s;
    struct buf b;
    struct summary_text_options o = { .width = 60 };
    sample_init(&s);
    s.sum.rows[LEVEL_HIGH] = 2;
    s.sum.rows[LEVEL_LOW] = 1000;
    ((struct rule_counts *)(uintptr_t)s.sum.rule_count)[0].hits = 7;
    buf_init(&b, 1 << 16);
    summary_text(&s.sum, &o, &b);
    buf_byte(&b, '\0');
    const char *text = (const char *)b.p;
    assert_non_null(strstr(text, "Evidence    3 of 4 files read, 6.3 MiB\n"));
    assert_non_null(strstr(text, "Records     23,097 of 24,000 read; 900 not needed by any rule; 3 "
                                 "could not be decoded\n"));
    assert_non_null(strstr(text, "Time        2020-02-17 10:11:12Z to 2020-02-21 10:11:12Z\n"));
    assert_non_null(strstr(text, "Channels         15,097  Security\n"));
    assert_non_null(strstr(text, "Findings    4: 1 chunk-checksum, 3 record-unreadable;"));
    assert_non_null(strstr(text, "Rules       6 loaded, 2 not used, 1 matched\n"));
    assert_non_null(strstr(text, "Detections  1,002: 2 high, 1,000 low\n"));
    assert_non_null(strstr(text, "Top rules             7  high  Process memory written"));
    for (const char *line = strstr(text, "Before relying"); line != NULL;) {
        const char *end = strchr(line, '\n');
        assert_true(end == NULL || end - line <= 60);
        line = end == NULL ? NULL : end + 1;
    }
    assert_null(strchr(text, '\033'));
    buf_release(&b);
    sample_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_read_and_nothing_found_is_no_clean_bill),
        cmocka_unit_test(sample_tells_all),
        cmocka_unit_test(every_option_that_hides_is_named),
        cmocka_unit_test(process_rules_need_process_creation_not_just_a_log),
        cmocka_unit_test(hostile_names_stay_on_their_line),
        cmocka_unit_test(many_hosts_become_a_count),
        cmocka_unit_test(times_without_command_lines_are_told_with_what_they_mean),
        cmocka_unit_test(numbers_are_grouped),
        cmocka_unit_test(summary_is_aligned_and_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
