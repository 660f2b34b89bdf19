/* test_detection.c - rows: made from events, their order, the text of what matched. */
#include "detect_fake.h"

static struct fake_rules rules;
static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    fake_rules_init(&rules);
    arena_init(&arena, LIMIT_EVENT_ARENA);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct field field(const char *name, uint32_t id, enum event_part part, const char *text)
{
    return (struct field){ .name = slice_str(name),
                           .id = id,
                           .part = (uint8_t)part,
                           .value = value_utf8(slice_str(text)) };
}

/* Sysmon 1 with four fields. */
static struct event sysmon(struct field v[4])
{
    struct event ev = { .arena = &arena,
                        .field = v,
                        .n = 4,
                        .provider = SLICE("Microsoft-Windows-Sysmon"),
                        .channel = SLICE("Microsoft-Windows-Sysmon/Operational"),
                        .computer = SLICE("PC"),
                        .event_id = 1,
                        .has_event_id = true,
                        .has_record_id = true,
                        .record_id = 42,
                        .time_created = 5000,
                        .place = { .offset = 4096, .record_number = 41, .written = 6000 } };

    v[0] = field("EventID", NAME_NONE, EVENT_SYSTEM, "1");
    v[1] = field("Image", FIELD_IMAGE, EVENT_DATA, "C:\\rundll32.exe");
    v[2] = field("CommandLine", FIELD_COMMANDLINE, EVENT_DATA, "rundll32 comsvcs.dll,#24");
    v[3] = field("User", FIELD_USER, EVENT_DATA, "D\\joe");
    return ev;
}

static void row_holds_event_and_reason(void **state)
{
    struct field v[4];
    struct event ev = sysmon(v);
    struct test t = { .field = SLICE("CommandLine"),
                      .modifiers = SLICE("contains"),
                      .written = SLICE("comsvcs.dll,#24") };
    struct matched m = { &t, SLICE("selection"), SLICE("CommandLine"), 9, 15 };
    struct untested u = { SLICE("filter"), SLICE("OriginalFileName") };
    struct hit hit = { &rules.rule[1], VERDICT_UNFILTERED, &m, 1, &u, 1 };
    struct detection d;
    uint8_t hash[16];

    (void)state;
    detection_make(&ev, &hit, SLICE("x.evtx"), &d);
    event_content_hash(&ev, hash);
    assert_ptr_equal(d.rule, &rules.rule[1]);
    assert_int_equal(d.timestamp, 5000);
    assert_false(d.header_time);
    assert_int_equal(d.verdict, VERDICT_UNFILTERED);
    assert_int_equal(d.record_id, 42);
    assert_int_equal(d.place.record_number, 41);
    assert_true(slice_eq(d.process.image, SLICE("C:\\rundll32.exe")));
    assert_true(slice_eq(d.process.user, SLICE("D\\joe")));
    assert_int_equal(d.nfield, 4);
    assert_true(slice_eq(d.field[2].text, SLICE("rundll32 comsvcs.dll,#24")));
    assert_int_equal(d.nuntested, 1);
    assert_memory_equal(d.hash, hash, 16);
    assert_int_equal(d.nmatched, 1);
    assert_false(d.matched[0].keyword);
    assert_int_equal(d.matched[0].offset, 9);
    assert_true(slice_eq(d.source_file, SLICE("x.evtx")));
}

static void header_time_stands_in_for_timecreated(void **state)
{
    struct field v[4];
    struct event ev = sysmon(v);
    struct hit hit = { .rule = &rules.rule[0] };
    struct detection d;

    (void)state;
    ev.time_created = 0;
    detection_make(&ev, &hit, SLICE("x.evtx"), &d);
    assert_int_equal(d.timestamp, 6000);
    assert_true(d.header_time);
    ev.place.written = 0;
    detection_make(&ev, &hit, SLICE("x.evtx"), &d);
    assert_int_equal(d.timestamp, 0);
    assert_false(d.header_time);
}

static void full_arena_cuts_the_row(void **state)
{
    struct field v[4];
    struct event ev = sysmon(v);
    struct hit hit = { .rule = &rules.rule[0] };
    struct detection d;
    struct arena tiny;

    (void)state;
    arena_init(&tiny, 100);
    ev.arena = &tiny;
    detection_make(&ev, &hit, SLICE("x.evtx"), &d);
    assert_true(d.cut);
    assert_int_equal(d.nfield, 0);
    arena_release(&tiny);
}

static void matched_text(struct detection_matched *m, size_t n, const char *want)
{
    struct detection d = fake_detection(&rules);
    struct buf b;

    d.matched = m;
    d.nmatched = n;
    buf_init(&b, 1000);
    detection_matched_text(&d, &b);
    assert_true(slice_eq(buf_view(&b), slice_str(want)));
    buf_release(&b);
}

static void reasons_are_told_in_words(void **state)
{
    struct detection_matched m[] = {
        { .selection = SLICE_INIT("selection"),
          .field = SLICE_INIT("CommandLine"),
          .modifiers = SLICE_INIT("contains"),
          .pattern = SLICE_INIT("comsvcs.dll,#24") },
        { .selection = SLICE_INIT("kw"),
          .field = SLICE_INIT("Data"),
          .pattern = SLICE_INIT("say \"x\""),
          .keyword = true },
        { .selection = SLICE_INIT("f"), .field = SLICE_INIT("Image") },
        { .selection = SLICE_INIT("s"),
          .field = SLICE_INIT("A"),
          .modifiers = SLICE_INIT("windash|contains|all"),
          .pattern = SLICE_INIT("-x\\") },
    };

    (void)state;
    matched_text(m, 1, "selection: CommandLine contains \"comsvcs.dll,#24\"");
    matched_text(
        m, 4,
        "selection: CommandLine contains \"comsvcs.dll,#24\"; kw: keyword \"say \"\"x\"\"\"; "
        "f: Image null; s: A windash contains all \"-x\\\"");
    matched_text(m, 0, "");
}

/* Each step is larger than the one before by one part of the order, and smaller in the parts that
 * come after it. */
static void order_goes_by_its_parts_in_turn(void **state)
{
    struct detection d[12];
    size_t n = 0;

    (void)state;
    d[n] = fake_detection(&rules);
    d[n].rule = &rules.rule[2]; /* id a, document 2 */
    d[n].place.offset = 10;
    d[n + 1] = d[n], n++, d[n].place.offset = 11;
    d[n + 1] = d[n], n++, d[n].source_file = SLICE("a.evtx2"), d[n].place.offset = 0;
    d[n + 1] = d[n], n++, d[n].place.origin = ORIGIN_DELETED, d[n].source_file = SLICE("A");
    d[n + 1] = d[n], n++, d[n].rule = &rules.rule[1], d[n].place.origin = ORIGIN_ACTIVE;
    d[n + 1] = d[n], n++, d[n].rule = &rules.rule[3]; /* id c, document 1 */
    d[n + 1] = d[n], n++, d[n].hash[15] = 1, d[n].rule = &rules.rule[2];
    d[n + 1] = d[n], n++, d[n].record_id = 8, d[n].hash[15] = 0;
    d[n + 1] = d[n], n++, d[n].channel = SLICE("System"), d[n].record_id = 1;
    d[n + 1] = d[n], n++, d[n].computer = SLICE("HOST2"), d[n].channel = SLICE("A");
    d[n + 1] = d[n], n++, d[n].timestamp = 1001, d[n].computer = SLICE("A");
    n++;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            int c = detection_cmp(&d[a], &d[b]);

            assert_int_equal((c > 0) - (c < 0), (a > b) - (a < b));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_holds_event_and_reason),
        cmocka_unit_test(header_time_stands_in_for_timecreated),
        cmocka_unit_test(full_arena_cuts_the_row),
        cmocka_unit_test(reasons_are_told_in_words),
        cmocka_unit_test(order_goes_by_its_parts_in_turn),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
