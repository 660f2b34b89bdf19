/* test_matcher.c - verdicts, reasons, dispatch and classes, on rules from text and events by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "build_event.h"
#include "match/matcher.h"

struct bench {
    struct build build;
    struct ruleset *rules;
    struct matcher *matcher;
    struct scratch *scratch;
    struct hits hits;
    struct arena arena;
};

static int setup(void **state)
{
    static struct bench b;

    memset(&b, 0, sizeof b);
    build_init(&b.build);
    arena_init(&b.arena, LIMIT_MIB(1));
    *state = &b;
    return 0;
}

static void bench_drop(struct bench *b)
{
    scratch_free(b->scratch);
    matcher_free(b->matcher);
    ruleset_free(b->rules);
    b->scratch = NULL;
    b->matcher = NULL;
    b->rules = NULL;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    bench_drop(b);
    build_release(&b->build);
    arena_release(&b->arena);
    return 0;
}

/* Several documents may stand in text. */
static void bench_load(struct bench *b, const char *text, bool possible)
{
    struct match_options o = { .possible = possible };

    bench_drop(b);
    assert_int_equal(
        ruleset_load_text(slice_str(text), "test.yml", b->build.names, &b->rules, NULL), EV_OK);
    for (size_t i = 0; i < b->rules->nmessage; i++)
        if (b->rules->message[i].kind == MESSAGE_ERROR)
            fail_msg("%.*s in:\n%s", SLICE_ARG(b->rules->message[i].text), text);
    assert_int_equal(matcher_check(b->rules), 0);
    assert_int_equal(matcher_build(b->rules, &o, &b->matcher, NULL), EV_OK);
    b->scratch = scratch_new(b->matcher);
}

/* Loads one rule: log source, then detection, in YAML's short form. */
static void bench_rule(struct bench *b, const char *logsource, const char *detection, bool possible)
{
    char text[4096];

    snprintf(text, sizeof text,
             "title: t\nlogsource:\n  product: windows\n  %s\ndetection:\n%s\nlevel: low\n",
             logsource, detection);
    bench_load(b, text, possible);
}

static size_t bench_run(struct bench *b, struct event *ev)
{
    matcher_run(b->matcher, b->scratch, ev, &b->hits);
    return b->hits.n;
}

static const char *verdict_text(const struct bench *b)
{
    return b->hits.n ? verdict_name(b->hits.v[0].verdict) : "none";
}

/* "selection.field, ..." of the first hit. */
static struct slice untested_text(struct bench *b)
{
    struct slice s = SLICE("");
    const struct hit *h = b->hits.v;

    for (size_t i = 0; b->hits.n && i < h->nuntested; i++)
        s = arena_printf(&b->arena, "%.*s%s%.*s.%.*s", SLICE_ARG(s), i ? ", " : "",
                         SLICE_ARG(h->untested[i].selection), SLICE_ARG(h->untested[i].field));
    return s;
}

/* "selection.field@offset+length, ..." of the first hit. */
static struct slice matched_text(struct bench *b)
{
    struct slice s = SLICE("");
    const struct hit *h = b->hits.v;

    for (size_t i = 0; b->hits.n && i < h->nmatched; i++)
        s = arena_printf(&b->arena, "%.*s%s%.*s.%.*s@%zu+%zu", SLICE_ARG(s), i ? ", " : "",
                         SLICE_ARG(h->matched[i].selection), SLICE_ARG(h->matched[i].field),
                         h->matched[i].offset, h->matched[i].length);
    return s;
}

#define PROCESS "category: process_creation"
#define SYSTEM32 "C:\\Windows\\System32\\"

/* --- values and fields: one rule, one Sysmon 1 --- */

static const struct {
    const char *detection;
    bool want;
} plain_cases[] = {
    { "  s:\n    Image|endswith: '\\CMD.exe'\n  condition: s", true },
    { "  s:\n    image|endswith: '\\cmd.exe'\n  condition: s", false },
    { "  s:\n    '|endswith': '32\\CMD.exe'\n  condition: s", true },
    { "  s:\n    '|endswith': '32\\CMD'\n  condition: s", false },
    { "  s:\n    NoSuch: null\n  condition: s", true },
    { "  s:\n    NoSuch: ''\n  condition: s", false },
    { "  s:\n    NoSuch|exists: false\n  condition: s", true },
    { "  s:\n    NoSuch|exists: true\n  condition: s", false },
    { "  s:\n    NoSuch|contains: ''\n  condition: not s", true },
    { "  s:\n    NoSuch|re: '.*'\n  condition: s", false },
    { "  s:\n    Company: ''\n  condition: s", true },
    { "  s:\n    Company: null\n  condition: s", true },
    { "  s:\n    Company|exists: true\n  condition: s", true },
    { "  s:\n    Image: null\n  condition: s", false },
    { "  s:\n    ProcessId: 500\n  condition: s", true },
    { "  s:\n    ProcessId: 50\n  condition: s", false },
    { "  s:\n    LogonId: 999\n  condition: s", true },
    { "  s:\n    LogonId: '0x3E7'\n  condition: s", true },
    { "  s:\n    LogonId|gte: 999\n  condition: s", true },
    { "  s:\n    LogonId|gt: 999\n  condition: s", false },
    { "  s:\n    UtcTime|hour: 10\n  condition: s", true },
    { "  s:\n    UtcTime|hour: 11\n  condition: s", false },
    { "  s:\n    Signed: true\n  condition: s", true },
    { "  s:\n    Data: two\n  condition: s", true },
    { "  s:\n    Data|all:\n      - one\n      - two\n  condition: s", true },
    { "  s:\n    Data|all:\n      - one\n      - three\n  condition: s", false },
    { "  s:\n    Data|neq: one\n  condition: s", false },
    { "  s:\n    NoSuch|neq: one\n  condition: s", true },
    { "  s:\n    CommandLine|contains|all:\n      - ' /C '\n      - whoami\n  condition: s", true },
    { "  s:\n    CommandLine|contains|windash: ' -c '\n  condition: s", true },
    { "  s:\n    CommandLine|contains|cased: 'Whoami'\n  condition: s", false },
    { "  s:\n    CommandLine|re: 'who(ami|is)$'\n  condition: s", true },
    { "  s:\n    CommandLine|re: 'WHOAMI'\n  condition: s", false },
    { "  s:\n    CommandLine|re|i: 'WHOAMI'\n  condition: s", true },
    { "  s:\n    SourceIp|cidr: 10.0.0.0/8\n  condition: s", true },
    { "  s:\n    SourceIp|cidr: 192.168.0.0/16\n  condition: s", false },
    { "  s:\n    Image|fieldref: ParentImage\n  condition: s", true },
    { "  s:\n    Image|fieldref: CommandLine\n  condition: s", false },
    { "  s:\n    Image|fieldref: NoSuch\n  condition: s", false },
    { "  s:\n    ThreatName: EICAR\n  condition: s", true },
    { "  s:\n    EventID: 1\n    Provider_Name: microsoft-windows-SYSMON\n  condition: s", true },
    { "  s:\n    Channel: " SYSMON_CHANNEL "\n  condition: s", true },
    { "  s:\n    Computer|startswith: HOST\n  condition: s", true },
    { "  s:\n    - WHOAMI\n    - nothing\n  condition: s", true },
    { "  s:\n    '|all':\n      - whoami\n      - host.example\n  condition: s", true },
    { "  s:\n    '|all':\n      - whoami\n      - nowhere\n  condition: s", false },
    { "  s:\n    - nowhere\n  condition: s", false },
    { "  s:\n    - Image|endswith: \\no.exe\n    - Image|endswith: \\cmd.exe\n  condition: s",
      true },
    { "  a:\n    Image: x\n  b:\n    ProcessId: 500\n  condition: 1 of them", true },
    { "  a:\n    Image: x\n  b:\n    ProcessId: 500\n  condition: all of them", false },
    { "  a:\n    Image: x\n  b:\n    ProcessId: 500\n  condition: b and not a", true },
    { "  a:\n    Image: x\n  b:\n    ProcessId: 500\n  condition: not (a or not b)", true },
    { "  a:\n    Image: x\n  b:\n    ProcessId: 500\n  condition:\n    - a\n    - b", true },
};

static struct event *sample(struct bench *b)
{
    return build_sysmon(&b->build, 1,
                        PAIRS("UtcTime", "2020-02-18 10:11:12.123", "ProcessId", "500", "Image",
                              SYSTEM32 "cmd.exe", "CommandLine", "cmd /c whoami", "Company", "",
                              "LogonId", "0x3e7", "ParentImage", "c:\\windows\\SYSTEM32\\cmd.exe",
                              "Signed", "True", "Data", "one", "Data", "two", "SourceIp",
                              "::ffff:10.1.2.3", "Threat Name", "eicar"));
}

/* `product: windows` alone has no category: everything is as it stands. */
static void tests_read_the_record_as_it_stands(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof plain_cases / sizeof *plain_cases; i++) {
        bench_rule(b, "definition: none", plain_cases[i].detection, false);
        if ((bench_run(b, sample(b)) == 1) != plain_cases[i].want)
            fail_msg("%s\n%s", verdict_text(b), plain_cases[i].detection);
        if (b->hits.n)
            assert_string_equal(verdict_text(b), "full");
    }
}

static void keywords_search_system_and_rendering_values(void **state)
{
    struct bench *b = *state;
    struct event *ev;

    bench_rule(b, "definition: none", "  s:\n    - rendered words\n  condition: s", false);
    ev = sample(b);
    assert_int_equal(bench_run(b, ev), 0);
    ev = sample(b);
    build_value(&b->build, "Message", value_utf8(SLICE("The rendered WORDS.")), EVENT_RENDERING);
    assert_int_equal(bench_run(b, ev), 1);
    assert_slice(matched_text(b), "s.Message@4+14");
    bench_rule(b, "definition: none", "  s:\n    Message|contains: words\n  condition: s", false);
    ev = sample(b);
    build_value(&b->build, "Message", value_utf8(SLICE("words")), EVENT_RENDERING);
    assert_int_equal(bench_run(b, ev), 0);
}

/* --- verdicts: the shapes that DESIGN.md names --- */

#define COMSVCS                                                                                    \
    "  img:\n    - Image|endswith: '\\rundll32.exe'\n    - OriginalFileName: RUNDLL32.EXE\n"       \
    "  cli:\n    CommandLine|contains|all:\n      - comsvcs\n      - '#24'\n"                      \
    "  condition: img and cli"
#define CHILD                                                                                      \
    "  sel:\n    ParentImage|endswith: '\\wmiprvse.exe'\n    Image|endswith: '\\msiexec.exe'\n"    \
    "  flt:\n    Image|endswith: '\\msiexec.exe'\n    CommandLine|contains: '/i '\n"               \
    "  condition: sel and not flt"
#define NONINTERACTIVE                                                                             \
    "  sel:\n    - Image|endswith: '\\powershell.exe'\n    - OriginalFileName: PowerShell.EXE\n"   \
    "  flt:\n    ParentImage|endswith: '\\explorer.exe'\n"                                         \
    "  condition: sel and not flt"
#define NULLPARENT "  sel:\n    Image|endswith: '\\a.exe'\n    ParentImage: null\n  condition: sel"
#define POSITIVE "  sel:\n    OriginalFileName: a.exe\n    Image|contains: zzz\n  condition: sel"
#define TWICE "  sel:\n    OriginalFileName: a.exe\n  condition: not not sel"
#define ONLYID                                                                                     \
    "  sel:\n    EventID: 4688\n    OriginalFileName: a.exe\n    Company: ''\n  condition: sel"

struct verdict_case {
    const char *detection, *image, *command_line, *parent;
    const char *verdict, *possible; /* without and with --possible */
    uint64_t undecided;
    const char *untested; /* with --possible */
};

static const struct verdict_case verdict_cases[] = {
    { COMSVCS, SYSTEM32 "rundll32.exe", "rundll32 comsvcs.dll,#24 1 x full", SYSTEM32 "cmd.exe",
      "full", "full", 0, "" },
    { COMSVCS, SYSTEM32 "rundll32.exe", "", SYSTEM32 "cmd.exe", "none", "possible", 1,
      "cli.CommandLine" },
    { COMSVCS, SYSTEM32 "rundll32.exe", NULL, SYSTEM32 "cmd.exe", "none", "possible", 1,
      "cli.CommandLine" },
    { COMSVCS, SYSTEM32 "rundll32.exe", "-", "-", "none", "possible", 1, "cli.CommandLine" },
    /* a renamed copy: only the command line speaks */
    { COMSVCS, "C:\\x.exe", "x comsvcs.dll,#24", "-", "none", "possible", 1,
      "img.OriginalFileName" },
    /* nothing carried is true: the class of the rule speaks */
    { COMSVCS, "C:\\x.exe", "", "-", "none", "none", 0, "" },
    { COMSVCS, "C:\\x.exe", "x", "-", "none", "none", 0, "" },
    { CHILD, SYSTEM32 "msiexec.exe", "", SYSTEM32 "wbem\\WmiPrvSE.exe", "unfiltered", "unfiltered",
      0, "flt.CommandLine" },
    { CHILD, SYSTEM32 "msiexec.exe", "msiexec /i x.msi", SYSTEM32 "wbem\\WmiPrvSE.exe", "none",
      "none", 0, "" },
    { CHILD, SYSTEM32 "msiexec.exe", "msiexec /x", SYSTEM32 "wbem\\WmiPrvSE.exe", "full", "full", 0,
      "" },
    { NONINTERACTIVE, SYSTEM32 "powershell.exe", "x", "", "unfiltered", "unfiltered", 0,
      "flt.ParentImage" },
    { NONINTERACTIVE, SYSTEM32 "powershell.exe", "x", NULL, "unfiltered", "unfiltered", 0,
      "flt.ParentImage" },
    { NONINTERACTIVE, SYSTEM32 "powershell.exe", "x", SYSTEM32 "cmd.exe", "full", "full", 0, "" },
    { NONINTERACTIVE, SYSTEM32 "powershell.exe", "x", "C:\\Windows\\explorer.exe", "none", "none",
      0, "" },
    { NULLPARENT, "C:\\a.exe", "x", NULL, "unfiltered", "unfiltered", 0, "sel.ParentImage" },
    { NULLPARENT, "C:\\a.exe", "x", "", "unfiltered", "unfiltered", 0, "sel.ParentImage" },
    /* "-" is not null, but it is unknown as well */
    { NULLPARENT, "C:\\a.exe", "x", "-", "none", "possible", 1, "sel.ParentImage" },
    { NULLPARENT, "C:\\a.exe", "x", "C:\\b.exe", "none", "none", 0, "" },
    { POSITIVE, "C:\\a.exe", "x", "-", "none", "none", 0, "" },
    { TWICE, "C:\\a.exe", "x", "-", "none", "none", 0, "" },
    { ONLYID, "C:\\a.exe", "x", "-", "none", "none", 0, "" },
};

static struct event *security_4688(struct bench *b, const struct verdict_case *c)
{
    struct event *ev =
        build_security(&b->build, 4688,
                       PAIRS("SubjectUserSid", "S-1-5-18", "SubjectUserName", "HOST$",
                             "SubjectDomainName", "CORP", "SubjectLogonId", "0x3e7", "NewProcessId",
                             "0x1f4", "NewProcessName", c->image, "ProcessId", "0x2bc"));

    if (c->command_line)
        build_data(&b->build, "CommandLine", c->command_line);
    if (c->parent)
        build_data(&b->build, "ParentProcessName", c->parent);
    return ev;
}

static void verdicts_on_4688_follow_the_two_readings(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof verdict_cases / sizeof *verdict_cases; i++) {
        const struct verdict_case *c = &verdict_cases[i];

        for (int possible = 0; possible < 2; possible++) {
            bench_rule(b, PROCESS, c->detection, possible);
            bench_run(b, security_4688(b, c));
            if (strcmp(verdict_text(b), possible ? c->possible : c->verdict) != 0)
                fail_msg("case %zu, possible %d: %s", i, possible, verdict_text(b));
            if (scratch_counts(b->scratch)[0].undecided != c->undecided)
                fail_msg("case %zu: undecided", i);
            assert_int_equal(scratch_counts(b->scratch)[0].hits, b->hits.n);
            if (possible)
                assert_slice(untested_text(b), c->untested);
        }
    }
}

/* The same rules on Sysmon 1, which carries everything. */
static void sysmon_with_all_fields_is_never_unknown(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS, NONINTERACTIVE, true);
    bench_run(b, build_sysmon(&b->build, 1,
                              PAIRS("Image", SYSTEM32 "powershell.exe", "OriginalFileName",
                                    "PowerShell.EXE", "ParentImage", "-")));
    assert_string_equal(verdict_text(b), "full");
    /* An empty command line on Sysmon is an empty command line. */
    bench_rule(b, PROCESS, CHILD, true);
    bench_run(b, build_sysmon(&b->build, 1,
                              PAIRS("Image", SYSTEM32 "msiexec.exe", "CommandLine", "",
                                    "ParentImage", SYSTEM32 "wbem\\wmiprvse.exe")));
    assert_string_equal(verdict_text(b), "full");
}

static void old_sysmon_lacks_the_original_name(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS, COMSVCS, true);
    bench_run(b, build_sysmon(&b->build, 1,
                              PAIRS("Image", "C:\\x.exe", "CommandLine", "x comsvcs.dll,#24")));
    assert_string_equal(verdict_text(b), "possible");
    assert_slice(untested_text(b), "img.OriginalFileName");
    assert_slice(matched_text(b), "cli.CommandLine@2+7, cli.CommandLine@14+3");
}

static void fields_that_no_source_carries_are_absent(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS, "  s:\n    Image|endswith: a.exe\n    NoSuch: null\n  condition: s",
               true);
    bench_run(b, build_sysmon(&b->build, 1, PAIRS("Image", "a.exe")));
    assert_string_equal(verdict_text(b), "full");
}

static void service_rules_know_no_unknown(void **state)
{
    struct bench *b = *state;

    bench_rule(b, "service: security",
               "  s:\n    EventID: 4688\n    CommandLine: null\n  condition: s", true);
    bench_run(b, build_security(&b->build, 4688, PAIRS("NewProcessName", "C:\\a.exe")));
    assert_string_equal(verdict_text(b), "full");
    /* and see the event's own names */
    bench_rule(b, "service: security",
               "  s:\n    EventID: 4688\n    ProcessId: '0x2bc'\n  condition: s", true);
    bench_run(b, build_security(&b->build, 4688, PAIRS("ProcessId", "0x2bc")));
    assert_string_equal(verdict_text(b), "full");
}

static void fieldref_is_unknown_if_either_side_is(void **state)
{
    static const char *const rule = "  s:\n    Image|endswith: a.exe\n  f:\n"
                                    "    Image|fieldref: ParentImage\n  condition: s and not f";
    struct bench *b = *state;

    bench_rule(b, PROCESS, rule, false);
    bench_run(b, build_security(&b->build, 4688, PAIRS("NewProcessName", "C:\\a.exe")));
    assert_string_equal(verdict_text(b), "unfiltered");
    assert_slice(untested_text(b), "f.ParentImage");
}

static void users_and_levels_match_in_sysmons_words(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS,
               "  s:\n    User|contains: AUTHORI\n    IntegrityLevel: [System, S-1-16-16384]\n"
               "    ProcessId: 500\n    LogonId: '0x3e7'\n  condition: s",
               false);
    bench_run(b, build_security(&b->build, 4688,
                                PAIRS("SubjectUserSid", "S-1-5-18", "SubjectUserName", "HOST$",
                                      "SubjectDomainName", "CORP", "SubjectLogonId", "0x3e7",
                                      "NewProcessId", "0x1f4", "MandatoryLabel", "S-1-16-16384")));
    assert_string_equal(verdict_text(b), "full");
    assert_int_equal(b->hits.v[0].nmatched, 5);
}

/* --- reasons --- */

static void reasons_are_the_tests_that_made_it_true(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS,
               "  a:\n    Image|endswith: '\\\xc3\x89.exe'\n    CommandLine|contains:\n"
               "      - nope\n      - ' x'\n      - y\n"
               "  b:\n    Company: Acme\n    Product: nope\n"
               "  f:\n    CommandLine|contains: zzz\n"
               "  condition: (a or b) and not f",
               false);
    bench_run(b, build_sysmon(&b->build, 1,
                              PAIRS("Image", "C:\\\xc3\x89t\xc3\xa9\\\xc3\xa9.exe", "CommandLine",
                                    "\xc3\x89 XY", "Company", "Acme")));
    assert_string_equal(verdict_text(b), "full");
    assert_slice(matched_text(b), "a.Image@8+7, a.CommandLine@2+2, a.CommandLine@4+1");
}

static void reasons_survive_double_negation(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS, "  s:\n    Image: a\n  t:\n    User: u\n  condition: not (not s or t)",
               false);
    bench_run(b, build_sysmon(&b->build, 1, PAIRS("Image", "a", "User", "v")));
    assert_slice(matched_text(b), "s.Image@0+1");
}

static void offsets_count_bytes_of_the_text_not_of_its_folded_form(void **state)
{
    struct bench *b = *state;

    /* U+023A is two bytes, its small form U+2C65 three. */
    bench_rule(b, PROCESS, "  s:\n    Image|endswith: '.exe'\n  condition: s", false);
    bench_run(b, build_sysmon(&b->build, 1, PAIRS("Image", "\xc8\xba\xc8\xba.exe")));
    assert_slice(matched_text(b), "s.Image@4+4");
}

static void hostile_regex_is_counted_not_decided(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS, "  s:\n    CommandLine|re: '(a+)+$'\n  condition: not s", true);
    assert_int_equal(bench_run(b, build_sysmon(&b->build, 1,
                                               PAIRS("CommandLine",
                                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))),
                     0);
    assert_int_equal(scratch_counts(b->scratch)[0].regex_limit, 1);
}

static void bad_regex_is_refused_with_its_place(void **state)
{
    static const char *const text = "title: a\nlogsource: {product: windows}\ndetection:\n  s:\n"
                                    "    Image|re: 'a(b'\n  condition: s\n---\ntitle: b\n"
                                    "logsource: {product: windows}\ndetection:\n  s:\n"
                                    "    Image|re: 'ab'\n  condition: s\n";
    struct bench *b = *state;

    assert_int_equal(
        ruleset_load_text(slice_str(text), "test.yml", b->build.names, &b->rules, NULL), EV_OK);
    assert_int_equal(matcher_check(b->rules), 1);
    assert_int_equal(b->rules->n, 1);
    assert_slice(b->rules->rule[0]->title, "b");
    assert_int_equal(b->rules->rule[0]->index, 0);
    assert_int_equal(b->rules->nmessage, 1);
    assert_int_equal(b->rules->message[0].line, 5);
    assert_int_equal(b->rules->refused[REFUSAL_SYNTAX], 1);
    assert_int_equal(b->rules->file[0].rules, 1);
}

/* --- dispatch --- */

static void records_that_no_rule_wants_are_known_by_key(void **state)
{
    struct bench *b = *state;
    struct slice security = SLICE("Security"), sysmon = SLICE(SYSMON_CHANNEL);
    struct slice from = SLICE(SYSMON_PROVIDER), auditing = SLICE(SECURITY_PROVIDER);

    bench_rule(b, "service: security",
               "  a:\n    EventID: [4624, 4625]\n    X: y\n  b:\n    EventID: 4720\n"
               "  condition: (a or b) and not 1 of f*\n  f1:\n    EventID: 1\n",
               false);
    assert_true(matcher_wants(b->matcher, from, SLICE("SECURITY"), 4625));
    assert_true(matcher_wants(b->matcher, from, security, 4720));
    assert_false(matcher_wants(b->matcher, from, security, 4688));
    assert_false(matcher_wants(b->matcher, from, SLICE("System"), 4624));
    assert_false(matcher_wants(b->matcher, from, SLICE_ABSENT, 4624));
    bench_rule(b, "service: security", "  a:\n    X: y\n  condition: a", false);
    assert_true(matcher_wants(b->matcher, from, security, 4688));
    bench_rule(b, PROCESS, "  a:\n    Image: y\n  condition: a", false);
    assert_true(matcher_wants(b->matcher, auditing, security, 4688));
    assert_false(matcher_wants(b->matcher, auditing, security, 4689));
    assert_true(matcher_wants(b->matcher, from, sysmon, 1));
    assert_false(matcher_wants(b->matcher, from, sysmon, 3));
    assert_false(matcher_wants(b->matcher, SLICE("Other"), sysmon, 1));
    bench_rule(b, "definition: none", "  a:\n    Image: y\n  condition: a", false);
    assert_true(matcher_wants(b->matcher, from, SLICE_ABSENT, 9));
}

static void rules_run_only_on_their_log_source(void **state)
{
    struct bench *b = *state;

    bench_rule(b, PROCESS, "  s:\n    Image: a\n  condition: s", false);
    assert_int_equal(bench_run(b, build_sysmon(&b->build, 1, PAIRS("Image", "a"))), 1);
    assert_int_equal(bench_run(b, build_sysmon(&b->build, 5, PAIRS("Image", "a"))), 0);
    assert_int_equal(
        bench_run(b, build_event(&b->build, "System", SYSMON_PROVIDER, 1, PAIRS("Image", "a"))), 0);
    assert_int_equal(bench_run(b, build_security(&b->build, 4688, PAIRS("NewProcessName", "a"))),
                     1);
    assert_int_equal(scratch_counts(b->scratch)[0].candidates, 2);
}

static void hits_come_in_the_order_of_the_rules(void **state)
{
    static const char *const text =
        "title: a\nlogsource: {category: process_creation, product: windows}\n"
        "detection: {s: {Image: a}, condition: s}\n---\n"
        "title: b\nlogsource: {product: windows}\ndetection: {s: {Image: b}, condition: s}\n---\n"
        "title: c\nlogsource: {product: windows}\ndetection: {s: {Image: a}, condition: s}\n";
    struct bench *b = *state;

    bench_load(b, text, false);
    assert_int_equal(bench_run(b, build_sysmon(&b->build, 1, PAIRS("Image", "a"))), 2);
    assert_int_equal(b->hits.v[0].rule->index, 0);
    assert_int_equal(b->hits.v[1].rule->index, 2);
    /* On 4688 the first sees the twin, the others the event itself. */
    assert_int_equal(bench_run(b, build_security(&b->build, 4688, PAIRS("NewProcessName", "a"))),
                     1);
    assert_int_equal(b->hits.v[0].rule->index, 0);
}

/* --- classes --- */

#define FOUR(a, b, c, d)                                                                           \
    {                                                                                              \
        CLASS_##a, CLASS_##b, CLASS_##c, CLASS_##d                                                 \
    }

static const struct {
    const char *detection;
    enum rule_class want[SHAPE_COUNT];
    const char *missing; /* on 4688 without command line */
} class_cases[] = {
    { COMSVCS, FOUR(FULL, DEGRADED, CANNOT_FIRE, DEGRADED), "OriginalFileName CommandLine " },
    { CHILD, FOUR(FULL, FULL, UNFILTERED, CANNOT_FIRE), "CommandLine " },
    { NONINTERACTIVE, FOUR(FULL, DEGRADED, DEGRADED, UNFILTERED), "OriginalFileName " },
    { NULLPARENT, FOUR(FULL, FULL, FULL, DEGRADED), "" },
    { "  s:\n    Company: a\n  condition: not s", FOUR(FULL, UNFILTERED, UNFILTERED, UNFILTERED),
      "Company " },
    { "  s:\n    Company|exists: true\n  condition: s",
      FOUR(FULL, CANNOT_FIRE, CANNOT_FIRE, CANNOT_FIRE), "Company " },
    { "  s:\n    Company|exists: false\n  condition: s", FOUR(FULL, DEGRADED, DEGRADED, DEGRADED),
      "Company " },
    { "  s:\n    NoSuch: a\n  condition: s",
      FOUR(CANNOT_FIRE, CANNOT_FIRE, CANNOT_FIRE, CANNOT_FIRE), "NoSuch " },
    { "  s:\n    - word\n  condition: s", FOUR(FULL, FULL, FULL, FULL), "" },
    { "  s:\n    Image: a\n    EventID: 1\n  condition: s", FOUR(FULL, FULL, FULL, FULL), "" },
    /* neither the unused selection nor the order of the file counts */
    { "  s:\n    Image: a\n  _u:\n    Company: b\n  condition: s", FOUR(FULL, FULL, FULL, FULL),
      "" },
    { "  s:\n    Image|fieldref: Company\n  condition: s",
      FOUR(FULL, CANNOT_FIRE, CANNOT_FIRE, CANNOT_FIRE), "Company " },
    { "  s:\n    ParentCommandLine: a\n  t:\n    Image: b\n  condition: 1 of them",
      FOUR(FULL, DEGRADED, DEGRADED, DEGRADED), "ParentCommandLine " },
};

static void classes_follow_the_missing_fields(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof class_cases / sizeof *class_cases; i++) {
        bench_rule(b, PROCESS, class_cases[i].detection, false);
        for (int s = 0; s < SHAPE_COUNT; s++) {
            struct slices missing;
            struct slice text = SLICE("");
            enum rule_class c =
                rule_classify(b->rules->rule[0], (enum shape)s, &b->arena, &missing);

            if (c != class_cases[i].want[s])
                fail_msg("case %zu on %s: %s", i, shape_name((enum shape)s), rule_class_name(c));
            for (size_t k = 0; k < missing.n; k++)
                text =
                    arena_printf(&b->arena, "%.*s%.*s ", SLICE_ARG(text), SLICE_ARG(missing.v[k]));
            if (s == SHAPE_4688_NO_COMMAND_LINE)
                assert_slice(text, class_cases[i].missing);
        }
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tests_read_the_record_as_it_stands),
        T(keywords_search_system_and_rendering_values),
        T(verdicts_on_4688_follow_the_two_readings),
        T(sysmon_with_all_fields_is_never_unknown),
        T(old_sysmon_lacks_the_original_name),
        T(fields_that_no_source_carries_are_absent),
        T(service_rules_know_no_unknown),
        T(fieldref_is_unknown_if_either_side_is),
        T(users_and_levels_match_in_sysmons_words),
        T(reasons_are_the_tests_that_made_it_true),
        T(reasons_survive_double_negation),
        T(offsets_count_bytes_of_the_text_not_of_its_folded_form),
        T(hostile_regex_is_counted_not_decided),
        T(bad_regex_is_refused_with_its_place),
        T(records_that_no_rule_wants_are_known_by_key),
        T(rules_run_only_on_their_log_source),
        T(hits_come_in_the_order_of_the_rules),
        T(classes_follow_the_missing_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
