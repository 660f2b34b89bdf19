/* test_verify.c - a log verified: what is noted, and that bytes and records add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "evtx/verify.h"
#include "evtx_run.h"
#include "input/probe.h"
#include "input/walk.h"

#define PLACE "provider=P channel=Security computer=PC pid=4 tid=88\n"
#define AT(second) "@ 2026-03-02T08:01:" second ".0000000Z id=4688 version=2 " PLACE
/* Two chunks of three records. */
#define THREE AT("01") "A=one\n" AT("02") "A=two\n" AT("03") "A=three\n"
#define SIX "! max-records=3\n" THREE AT("04") "A=four\n" AT("05") "A=five\n" AT("06") "A=six\n"

/* Verifies src, and holds the account to the source's size and to the reader's counts. */
static void verify_source(struct evtx_run *t, struct source *src, struct verification *v)
{
    const char *path = source_path(src);
    const struct accounting *c = &t->counts;
    uint64_t active;

    verification_init(v);
    assert_int_equal(verify_log(src, t->names, NULL, NULL, NULL, v, NULL), EV_OK);
    assert_int_equal(evtx_run_source(t, &decoder_native, src, NULL), EV_OK);
    assert_true(evtx_run_adds_up(c));
    if (verification_bytes(v) != v->size || v->count[VERIFY_LIMIT])
        fail_msg("%s: %llu of %llu bytes in one class", path,
                 (unsigned long long)verification_bytes(v), (unsigned long long)v->size);
    active = v->records[SPAN_RECORD] + v->records[SPAN_UNREADABLE] + v->records[SPAN_LOST];
    if (active != c->records || v->records[SPAN_RECORD] != c->events ||
        verification_recoverable(v) != c->recovered)
        fail_msg("%s: %llu active and %llu others, the reader has %llu and %llu", path,
                 (unsigned long long)active, (unsigned long long)verification_recoverable(v),
                 (unsigned long long)c->records, (unsigned long long)c->recovered);
}

static void verify_made(struct evtx_run *t, const char *script, const char *damage,
                        struct verification *v)
{
    struct ew_file f;
    struct source *src;
    char err[256] = "";

    if (!ew_script_compile(ew_str(script), &f, NULL, err, sizeof err) ||
        (damage && !ew_damage_apply(&f.image, ew_str(damage), err, sizeof err)))
        fail_msg("%s: %s", damage ? damage : "", err);
    src = source_open_memory(slice_of(f.image.p, f.image.n), damage ? damage : "made");
    verify_source(t, src, v);
    source_free(src);
    ew_file_release(&f);
}

static void each_damage_has_its_note(void **state)
{
    static const struct {
        const char *damage;
        int kind; /* -1: none but notes */
        uint64_t count;
    } row[] = {
        { NULL, -1, 0 },
        { "dirty-count", VERIFY_DIRTY, 1 },
        { "dirty-count", VERIFY_HEADER_COUNTS, 1 },
        { "file-magic", VERIFY_FILE_HEADER, 1 },
        { "file-crc", VERIFY_FILE_HEADER, 1 },
        { "no-crc", -1, 0 },
        { "free-zero", VERIFY_CHUNK_HEADER, 1 },
        { "free-large", VERIFY_CHUNK_HEADER, 1 },
        { "header-size", VERIFY_CHUNK_HEADER, 1 },
        { "chunk-magic", VERIFY_CHUNK_HEADER, 1 },
        { "misalign@1", VERIFY_CHUNK_HEADER, 1 },
        { "truncate@1:1", VERIFY_TRUNCATED, 1 },
        { "chunk-crc", VERIFY_CHUNK_CHECKSUM, 1 },
        { "data-crc@1", VERIFY_CHUNK_CHECKSUM, 1 },
        { "trailer@0:1", VERIFY_RECORD_SIZE, 1 },
        { "size-zero@0:1", VERIFY_RECORD_SIZE, 1 },
        { "size-huge@0:2", VERIFY_RECORD_SIZE, 1 },
        { "definition-gone@0:0", VERIFY_UNREADABLE, 3 },
        { "definition-cycle", -1, 0 },
        { "name-cycle", -1, 0 },
        { "hide@0:0", VERIFY_HIDDEN, 1 },
        { "circular", -1, 0 },
        { "preallocate", -1, 0 },
    };
    struct verification v;

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        verify_made(*state, SIX, row[i].damage, &v);
        if (row[i].kind < 0 &&
            verification_weight(&v, WEIGHT_DAMAGE) + verification_weight(&v, WEIGHT_SIGN))
            fail_msg("%s: %s", row[i].damage, v.note.v[0].text);
        if (row[i].kind >= 0 && v.count[row[i].kind] != row[i].count)
            fail_msg("%s: %s: %llu", row[i].damage, verify_kind_name((enum verify_kind)row[i].kind),
                     (unsigned long long)v.count[row[i].kind]);
        verification_release(&v);
    }
}

static const char *text_of(const struct verification *v, enum verify_kind kind)
{
    for (size_t i = 0; i < v->note.n; i++)
        if (v->note.v[i].kind == kind)
            return v->note.v[i].text;
    fail_msg("no note of %s", verify_kind_name(kind));
    return "";
}

static void holes_are_told_with_the_times_around(void **state)
{
    struct verification v;

    verify_made(*state, SIX AT("07") "A=seven\n", "chunk-zero@1", &v);
    assert_int_equal(v.count[VERIFY_NUMBER_GAP], 1);
    assert_non_null(strstr(text_of(&v, VERIFY_NUMBER_GAP),
                           "3 record numbers are missing, 4 to 6, between "
                           "2026-03-02T08:01:03.0000000Z and 2026-03-02T08:01:07.0000000Z"));
    assert_int_equal(v.bytes[SPAN_CHUNK_EMPTY], 65536);
    verification_release(&v);
}

static void cleared_logs_and_set_clocks_are_told(void **state)
{
    struct verification v;

    verify_made(*state,
                "@ 2026-03-02T08:01:02.0000000Z id=1102 provider=Microsoft-Windows-Eventlog "
                "channel=Security computer=PC\n"
                "@ 2026-03-02T08:01:03.0000000Z id=4616 "
                "provider=Microsoft-Windows-Security-Auditing channel=Security computer=PC\n"
                "SubjectUserName=eve\nPreviousTime=A\nNewTime=B\n"
                "@ 2026-03-02T08:01:04.0000000Z id=1102 provider=Another channel=Security "
                "computer=PC\n",
                NULL, &v);
    assert_int_equal(v.count[VERIFY_LOG_CLEARED], 1);
    assert_string_equal(text_of(&v, VERIFY_LOG_CLEARED),
                        "the log Security was cleared at 2026-03-02T08:01:02.0000000Z (EventID "
                        "1102, EventRecordID 1)");
    assert_string_equal(text_of(&v, VERIFY_CLOCK_CHANGED),
                        "the clock was set from A to B by eve (EventID 4616, EventRecordID 2)");
    verification_release(&v);
}

static void time_that_goes_back_is_told(void **state)
{
    struct verification v;

    verify_made(*state, AT("30") "@ 2026-03-02T07:00:00.0000000Z id=1 " PLACE, NULL, &v);
    assert_int_equal(v.count[VERIFY_TIME_BACK], 1);
    assert_non_null(strstr(text_of(&v, VERIFY_TIME_BACK), "time goes back by 3690 s"));
    verification_release(&v);
}

static void slack_is_told_once_a_chunk(void **state)
{
    struct verification v;

    verify_made(*state,
                "! max-records=3 residue=true\n" AT("01") "A=one\n" AT("02") "A=two\n" AT(
                    "03") "A=three\n" AT("04") "A=four\n",
                NULL, &v);
    assert_int_equal(v.count[VERIFY_SLACK], 1);
    assert_int_equal(v.records[SPAN_SLACK_RECORD], 2);
    assert_int_equal(verification_weight(&v, WEIGHT_SIGN), 0);
    verification_release(&v);
}

struct sweep {
    struct evtx_run *t;
    uint64_t logs, damage, carved;
};

static int sweep_file(void *ctx, const char *path)
{
    struct sweep *s = ctx;
    struct verification v;
    struct source *src = NULL;
    uint64_t size = 0;

    assert_int_equal(source_open_file(path, &src, NULL), EV_OK);
    /* Whatever the file is: what is no log is carved. */
    if (source_size(src, &size) && size > 0 && size < LIMIT_MIB(32) && strstr(path, ".evtx")) {
        verify_source(s->t, src, &v);
        s->logs++;
        s->damage += verification_weight(&v, WEIGHT_DAMAGE) > 0;
        s->carved += v.records[SPAN_CARVED_RECORD];
        verification_release(&v);
    }
    source_free(src);
    return EV_OK;
}

static void all_test_logs_add_up(void **state)
{
    struct sweep s = { .t = *state };
    struct walk_visitor v = { sweep_file, NULL, &s };
    const char *srcdir = getenv("srcdir");
    char path[LIMIT_PATH];

    snprintf(path, sizeof path, "%s/testdata", srcdir ? srcdir : ".");
    assert_int_equal(walk_path(path, &v, NULL), EV_OK);
    assert_true(s.logs > 40);
    assert_true(s.damage > 10);
    assert_true(s.carved > 10);
}

/* Sound logs: none of them may be called damaged. */
static void real_logs_add_up(void **state)
{
    struct sweep s = { .t = *state };
    struct walk_visitor v = { sweep_file, NULL, &s };
    const char *shared = getenv("EVTRIAGE_SHARED");
    char path[LIMIT_PATH];

    if (!shared || !*shared) {
        print_message("shared data not found (EVTRIAGE_SHARED)\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/corpus", shared);
    assert_int_equal(walk_path(path, &v, NULL), EV_OK);
    assert_int_equal(s.logs, 388);
    assert_int_equal(s.damage, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_damage_has_its_note),
        cmocka_unit_test(holes_are_told_with_the_times_around),
        cmocka_unit_test(cleared_logs_and_set_clocks_are_told),
        cmocka_unit_test(time_that_goes_back_is_told),
        cmocka_unit_test(slack_is_told_once_a_chunk),
        cmocka_unit_test(all_test_logs_add_up),
        cmocka_unit_test(real_logs_add_up),
    };

    return cmocka_run_group_tests_name("verify", tests, evtx_run_setup, evtx_run_teardown);
}
