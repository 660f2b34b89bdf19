/* test_libevtx.c - the decoder over libevtx: fields, places, damage, slack, accounting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "evtx_run.h"
#include "input/probe.h"
#include "input/walk.h"

#define AT "@ 2026-03-02T08:01:02.1234567Z "
#define BEGIN AT "id=4688 version=2 provider=Test-Provider "
#define HEAD BEGIN "channel=Security computer=PC pid=4 tid=88\n"

/* The file that a script makes, with damage unless NULL. */
static void make(struct ew_file *f, const char *script, const char *damage)
{
    char err[256] = "";

    if (!ew_script_compile(ew_str(script), f, NULL, err, sizeof err) ||
        (damage && !ew_damage_apply(&f->image, ew_str(damage), err, sizeof err)))
        fail_msg("%s", err);
}

/* Runs the decoder over it, with what the test set in t. */
static int run(struct evtx_run *t, const char *script, const char *damage, struct ev_err *err)
{
    struct ew_file f;
    int rc;

    make(&f, script, damage);
    rc = evtx_run_bytes(t, &decoder_libevtx, slice_of(f.image.p, f.image.n), err);
    ew_file_release(&f);
    if (rc == EV_OK)
        assert_true(evtx_run_adds_up(&t->counts));
    return rc;
}

static void fields_come_in_the_order_of_the_record(void **state)
{
    struct evtx_run *t = *state;
    struct ev_err err;

    assert_int_equal(run(t, HEAD "B:u32=7\nA=x\n", NULL, &err), EV_OK);
    assert_true(evtx_run_has(&t->events, "event 4688 level 0 version 2 active\n"
                                         "0 Provider_Name=Test-Provider\n"));
    assert_true(evtx_run_has(&t->events, "\n0 EventID=4688\n0 Version=2\n0 Level=0\n"));
    assert_true(
        evtx_run_has(&t->events, "\n0 TimeCreated_SystemTime=2026-03-02T08:01:02.1234567Z\n"));
    assert_true(evtx_run_has(&t->events, "\n0 Channel=Security\n0 Computer=PC\n"));
    assert_true(evtx_run_has(&t->events, "\n1 B=7\n1 A=x\n"));
    assert_false(evtx_run_has(&t->events, "Correlation="));
    assert_int_equal(t->counts.records, 1);
    assert_int_equal(t->counts.events, 1);
    assert_int_equal(t->counts.chunks, 1);
    assert_int_equal(t->place.offset, 4096 + 512);
    assert_int_equal(t->place.record_number, 1);
    assert_int_equal(t->time_created, t->place.written);
}

static void data_without_name_and_array_are_data(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, HEAD ":str[]=one|two\n<Binary>${bin:0AFF}</Binary>\n", NULL, NULL),
                     EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 Data=one\n1 Data=two\n1 Binary=0AFF\n"));
}

static void user_data_gives_leaves_and_attributes(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t,
                         HEAD "<UserData><P:Log xmlns:P=\"urn:x\" Kind=\"cleared\"><A>1</A>"
                              "<B><C>2</C><E></E></B></P:Log></UserData>\n",
                         NULL, NULL),
                     EV_OK);
    assert_true(evtx_run_has(&t->events, "\n2 Kind=cleared\n2 A=1\n2 C=2\n2 E=\n"));
    assert_false(evtx_run_has(&t->events, "urn:x"));
}

static void rendering_info_is_its_own_part(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, HEAD "A=1\n<RenderingInfo Culture=\"en-US\"><Message>hi</Message></RenderingInfo>\n",
            NULL, NULL),
        EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=1\n4 Culture=en-US\n4 Message=hi\n"));
}

static void hex_is_written_as_windows_does(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t,
                         HEAD "A:hex64=0x3e7\nB:hex32=0xc000006d\nC:hex64=0\nD=0x000003E7\n"
                              "E=0x00003e7\nF=0x0000003e7g\n",
                         NULL, NULL),
                     EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=0x3e7\n1 B=0xc000006d\n1 C=0x0\n1 D=0x000003E7\n"
                                         "1 E=0x00003e7\n1 F=0x0000003e7g\n"));
}

/* A known difference (doc/decoders.md): text of that form loses its zeros, too. */
static void hex_as_text_loses_its_padding(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, HEAD "A=0x000003e7\n", NULL, NULL), EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=0x3e7\n"));
}

/* Known differences (doc/decoders.md). */
static void libevtx_writes_some_types_in_its_own_way(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t,
                         HEAD "I:i32=-2\nS:size=0x10\nT:filetime=2026-03-02T08:01:02.1234567Z\n"
                              "G:guid={2d0f1b1e-a6a0-0001-5e1b-0f2da0a6dc01}\n"
                              "F:float=1.5\nB:bool=true\n",
                         NULL, NULL),
                     EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 I=-2147483646\n"));
    assert_true(evtx_run_has(&t->events, "\n1 S=16\n"));
    assert_true(evtx_run_has(&t->events, "\n1 T=2026-03-02T08:01:02.123456700Z\n"));
    assert_true(evtx_run_has(&t->events, "\n1 G={2D0F1B1E-A6A0-0001-5E1B-0F2DA0A6DC01}\n"));
    assert_true(evtx_run_has(&t->events, "\n1 F=1.500000e+000\n1 B=true\n"));
}

/* Known differences (doc/decoders.md). */
static void strings_end_at_nul_and_lone_surrogates_eat_a_unit(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t,
                         HEAD "A:esc=one\\0two\nB:esc=\\uD800xy\nC:esc=x\\uDC00y\nD:esc=\\uFEFFz\n",
                         NULL, NULL),
                     EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=one\n1 B=\xef\xbf\xbdy\n1 C=x\xef\xbf\xbdy\n"
                                         "1 D=z\n"));
}

/* A known difference (doc/decoders.md). */
static void string_of_one_line_break_is_empty(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, HEAD "A:esc=\\n\nB:esc=\\n\\n\n", NULL, NULL), EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=\n1 B=\n\n\n"));
}

/* Known differences (doc/decoders.md). */
static void records_with_types_that_libevtx_lacks_are_named(void **state)
{
    static const char *const values[] = { "bool[]=true|false", "size64[]=1|2",
                                          "sid[]=S-1-5-18|S-1-5-19", "0x23=0011" };
    struct evtx_run *t = *state;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char script[512];

        snprintf(script, sizeof script, "%sA:%s\n%sA=next\n", HEAD, values[i], HEAD);
        assert_int_equal(run(t, script, NULL, NULL), EV_OK);
        assert_int_equal(t->counts.unreadable, 1);
        assert_true(evtx_run_has(&t->findings, " 4608 1: libevtx cannot render the record: "
                                               "unsupported value type: 0x"));
        assert_true(evtx_run_has(&t->events, "\n1 A=next\n"));
    }
}

/* libevtx follows a NULL pointer there. */
static void lone_byte_order_mark_does_not_crash(void **state)
{
    static const char *const values[] = { "esc=\\uFEFF", "esc=\\uFFFE" };
    struct evtx_run *t = *state;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char script[512];

        snprintf(script, sizeof script, "%sA:%s\n%sA=next\n", HEAD, values[i], HEAD);
        assert_int_equal(run(t, script, NULL, NULL), EV_OK);
        assert_int_equal(t->counts.unreadable, 1);
        assert_true(evtx_run_has(&t->findings, "libevtx might crash"));
        assert_true(evtx_run_has(&t->events, "\n1 A=next\n"));
    }
}

static void control_characters_and_line_ends_survive(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, HEAD "A=x\001y\033[0m\nB=<&>\"'\nC:esc=a\\r\\nb\\r\n", NULL, NULL),
                     EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=x\001y\033[0m\n"));
    assert_true(evtx_run_has(&t->events, "\n1 B=<&>\"'\n1 C=a\r\nb\r\n"));
}

static void undeclared_prefixes_do_not_lose_the_record(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t,
                         HEAD "<UserData><wsse:Security><a:b c:d=\"1\">2</a:b></wsse:Security>"
                              "</UserData>\n",
                         NULL, NULL),
                     EV_OK);
    assert_int_equal(t->counts.unreadable, 0);
    assert_true(evtx_run_has(&t->events, "\n2 d=1\n2 b=2\n"));
}

static void filter_skips_and_counts(void **state)
{
    struct evtx_run *t = *state;

    t->want_id = 4689;
    assert_int_equal(run(t, HEAD "A=1\n" HEAD "A=2\n" AT "id=4689\nA=3\n", NULL, NULL), EV_OK);
    t->want_id = 0;
    assert_int_equal(t->counts.records, 3);
    assert_int_equal(t->counts.skipped, 2);
    assert_int_equal(t->counts.events, 1);
    assert_true(evtx_run_has(&t->events, "\n1 A=3\n"));
}

static void visitor_stops_the_job(void **state)
{
    struct evtx_run *t = *state;

    t->fail_after = 2;
    assert_int_equal(run(t, HEAD "A=1\n" HEAD "A=2\n" HEAD "A=3\n", NULL, NULL), EV_EINTR);
    t->fail_after = 0;
    assert_int_equal(t->happened, 2);
}

static void record_that_libevtx_loses_is_named_and_the_next_read(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t,
                         HEAD "A=1\n" AT "layout=direct\nA=lost\n" AT "layout=generic\nA=3\n"
                              "! chunk\n" AT "layout=direct\nA=lost\n" AT "layout=generic\nA=5\n",
                         NULL, NULL),
                     EV_OK);
    assert_int_equal(t->counts.records, 5);
    assert_int_equal(t->counts.unreadable, 2);
    assert_int_equal(t->counts.finding[FINDING_RECORD_UNREADABLE], 2);
    assert_true(evtx_run_has(&t->events, "\n1 A=1\n"));
    assert_true(evtx_run_has(&t->events, "\n1 A=3\n"));
    assert_true(evtx_run_has(&t->events, "\n1 A=5\n"));
    /* The second lost one is the first of the second chunk, the fourth of the file. */
    assert_true(evtx_run_has(&t->findings, " 70144 4: libevtx cannot render the record: "));
}

static void damage_is_survived_and_adds_up(void **state)
{
    struct evtx_run *t = *state;
    const char *name;

    for (size_t i = 0; (name = ew_damage_name(i)) != NULL; i++) {
        struct ew_file f;
        struct ev_err err;
        int rc;

        make(&f,
             "! max-records=4\n" HEAD "A=1\n" HEAD "A=2\n" HEAD "A=3\n" HEAD "A=4\n" HEAD
             "A=5\n" HEAD "A=6\n",
             name);
        t->recover = true;
        rc = evtx_run_bytes(t, &decoder_libevtx, slice_of(f.image.p, f.image.n), &err);
        t->recover = false;
        ew_file_release(&f);
        if (rc == EV_OK && !evtx_run_adds_up(&t->counts))
            fail_msg("%s: counts do not add up", name);
        if (rc != EV_OK && (rc != EV_EFORMAT || strcmp(err.file, "test.evtx") != 0))
            fail_msg("%s: %d %s", name, rc, err.text);
    }
}

static void refused_file_says_why_and_what_else_may_help(void **state)
{
    struct evtx_run *t = *state;
    struct ev_err err;

    assert_int_equal(run(t, HEAD "A=1\n", "file-magic", &err), EV_EFORMAT);
    assert_non_null(strstr(err.text, "libevtx cannot read it ("));
    assert_non_null(strstr(err.text, "native"));
    assert_int_equal(evtx_run_bytes(t, &decoder_libevtx, SLICE(""), &err), EV_EFORMAT);
    assert_string_equal(err.text, "the file is empty");
}

static void slack_is_left_alone_without_the_option(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, HEAD "A=1\n" HEAD "A=2\n" HEAD "A=3\n", "trailer@0:1", NULL), EV_OK);
    assert_int_equal(t->counts.records, 1);
    assert_true(t->counts.recovered > 0);
    assert_int_equal(t->counts.recovered_skipped, t->counts.recovered);
}

static void slack_record_with_its_template_is_recovered(void **state)
{
    struct evtx_run *t = *state;

    t->recover = true;
    assert_int_equal(run(t, HEAD "A=1\n" HEAD "A=2\n" HEAD "A=3\n", "trailer@0:1", NULL), EV_OK);
    t->recover = false;
    assert_int_equal(t->counts.records, 1);
    assert_int_equal(t->counts.recovered_events, 1);
    assert_true(evtx_run_has(&t->events, " recovered\n"));
    assert_true(evtx_run_has(&t->events, "\n1 A=3\n"));
    assert_int_equal(t->place.origin, ORIGIN_RECOVERED);
    assert_int_equal(t->place.record_number, 3);
    assert_true(t->place.offset > 4096 + 512);
}

static void slack_record_with_a_foreign_template_is_not_guessed(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;
    char err[256];

    make(&f, HEAD "A=1\n" HEAD "A=2\n" HEAD "A=3\n", "definition-id@0:2");
    assert_true(ew_damage_apply(&f.image, ew_str("trailer@0:1"), err, sizeof err));
    t->recover = true;
    assert_int_equal(evtx_run_bytes(t, &decoder_libevtx, slice_of(f.image.p, f.image.n), NULL),
                     EV_OK);
    t->recover = false;
    ew_file_release(&f);
    assert_int_equal(t->counts.recovered_events, 0);
    assert_true(t->counts.recovered_unbound > 0);
    assert_true(evtx_run_adds_up(&t->counts));
}

struct sweep {
    struct evtx_run *t;
    uint64_t files, refused;
    struct accounting sum;
};

static int sweep_file(void *ctx, const char *path)
{
    struct sweep *s = ctx;
    struct source *src = NULL;
    enum probe_kind kind = PROBE_OTHER;
    struct ev_err err;

    assert_int_equal(source_open_file(path, &src, &err), EV_OK);
    assert_int_equal(probe_source(src, &kind, &err), EV_OK);
    if (kind == PROBE_EVTX) {
        s->files++;
        s->t->recover = true;
        if (evtx_run_source(s->t, &decoder_libevtx, src, &err) < 0)
            s->refused++;
        else
            assert_true(evtx_run_adds_up(&s->t->counts));
        s->t->recover = false;
        accounting_add(&s->sum, &s->t->counts);
    }
    source_free(src);
    return EV_OK;
}

/* Counts that hold for these files and libevtx 20181227; our own walk over record headers and
 * another program's count of records agree with them. */
static void real_logs_give_every_record(void **state)
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
    assert_int_equal(s.files, 388);
    assert_int_equal(s.refused, 0);
    assert_int_equal(s.sum.records, 18854);
    assert_int_equal(s.sum.unreadable, 1001); /* direct elements: no template */
    assert_int_equal(s.sum.recovered, 16074);
    assert_int_equal(s.sum.recovered_events, 1214);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_in_the_order_of_the_record),
        cmocka_unit_test(data_without_name_and_array_are_data),
        cmocka_unit_test(user_data_gives_leaves_and_attributes),
        cmocka_unit_test(rendering_info_is_its_own_part),
        cmocka_unit_test(hex_is_written_as_windows_does),
        cmocka_unit_test(hex_as_text_loses_its_padding),
        cmocka_unit_test(libevtx_writes_some_types_in_its_own_way),
        cmocka_unit_test(strings_end_at_nul_and_lone_surrogates_eat_a_unit),
        cmocka_unit_test(string_of_one_line_break_is_empty),
        cmocka_unit_test(records_with_types_that_libevtx_lacks_are_named),
        cmocka_unit_test(lone_byte_order_mark_does_not_crash),
        cmocka_unit_test(control_characters_and_line_ends_survive),
        cmocka_unit_test(undeclared_prefixes_do_not_lose_the_record),
        cmocka_unit_test(filter_skips_and_counts),
        cmocka_unit_test(visitor_stops_the_job),
        cmocka_unit_test(record_that_libevtx_loses_is_named_and_the_next_read),
        cmocka_unit_test(damage_is_survived_and_adds_up),
        cmocka_unit_test(refused_file_says_why_and_what_else_may_help),
        cmocka_unit_test(slack_is_left_alone_without_the_option),
        cmocka_unit_test(slack_record_with_its_template_is_recovered),
        cmocka_unit_test(slack_record_with_a_foreign_template_is_not_guessed),
        cmocka_unit_test(real_logs_give_every_record),
    };

    return cmocka_run_group_tests_name("libevtx", tests, evtx_run_setup, evtx_run_teardown);
}
